"""FIT, the files of sports watches and cycle computers: the records that have a place."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from gis_gov.patrols.forms.faults import BadTrack, check_number, position_of
from gis_gov.patrols.position_schemas import PositionSent

_DEGREES: Final = 180 / 2**31
"""Of a semicircle, the unit of places in FIT."""
_NAMES: Final = {
    "gps_accuracy": "accuracy_m",
    "enhanced_speed": "speed_mps",
    "speed": "speed_mps",
    "enhanced_altitude": "altitude_m",
    "altitude": "altitude_m",
}


def read_fit(body: bytes) -> list[PositionSent]:
    """Read the records of a file; those without a place are passed over.

    Raises:
        BadTrack: it is no FIT, is cut off, or its checksum is wrong.

    """
    from fitdecode import FitError, FitHeaderError  # noqa: PLC0415 - slow to import

    told: list[PositionSent] = []
    try:
        for number, record in enumerate(_records(body), 1):
            check_number(number)
            told.append(position_of(record, f"record {number}"))
    except FitHeaderError as error:
        raise BadTrack(f"no FIT: {error}") from None
    # What is damaged may fail anywhere in what reads it.
    except (FitError, struct.error, ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise BadTrack(f"broken FIT: {error}") from None
    check_number(len(told))
    return told


def _records(body: bytes) -> Iterator[dict[str, Any]]:
    from fitdecode import CrcCheck, ErrorHandling, FitDataMessage, FitReader  # noqa: PLC0415

    with FitReader(
        BytesIO(body), check_crc=CrcCheck.RAISE, error_handling=ErrorHandling.RAISE
    ) as reader:
        for frame in reader:
            if not isinstance(frame, FitDataMessage) or frame.name != "record":
                continue
            values = {field.name: field.value for field in frame.fields if field.value is not None}
            if not {"timestamp", "position_lat", "position_long"} <= values.keys():
                continue
            told = {_NAMES[name]: value for name, value in values.items() if name in _NAMES}
            yield {
                **told,
                "time": values["timestamp"],
                "lon": values["position_long"] * _DEGREES,
                "lat": values["position_lat"] * _DEGREES,
            }

"""The record of a patrol: its fixes one by one, as files that others read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import orjson

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import is_gap
from gis_gov.spreadsheet import csv_rows


@dataclass(frozen=True, slots=True)
class FixTold:
    """A fix as it is stored; `rejected_for` tells why it does not count, if so."""

    told_at: datetime
    device: str
    rejected_for: str | None
    accuracy_m: float | None
    speed_mps: float | None
    altitude_m: float | None
    lon: float
    lat: float


def moving_feature(code: str, fixes: Sequence[FixTold]) -> bytes:
    """Write a trajectory of all fixes in degrees (CRS84), those that don't count with the reason.

    Source: OGC Moving Features Encoding Extension JSON (19-045r3), MF-JSON Trajectory.
    """
    told = {
        "type": "Feature",
        "id": code,
        "temporalGeometry": {
            "type": "MovingPoint",
            "datetimes": [each.told_at for each in fixes],
            "coordinates": [[round(each.lon, 7), round(each.lat, 7)] for each in fixes],
            "interpolation": "Linear",
        },
        "temporalProperties": [
            {
                "datetimes": [each.told_at for each in fixes],
                "accuracy_m": _measure("MTR", [each.accuracy_m for each in fixes]),
                "speed_mps": _measure("MTS", [each.speed_mps for each in fixes]),
                "rejected_for": {
                    "type": "Text",
                    "values": [each.rejected_for or "" for each in fixes],
                    "interpolation": "Discrete",
                },
                "device": {
                    "type": "Text",
                    "values": [each.device for each in fixes],
                    "interpolation": "Discrete",
                },
            }
        ],
    }
    return orjson.dumps(told)


def gpx(code: str, fixes: Sequence[FixTold]) -> Iterator[str]:
    """Write the fixes that count as GPX 1.1, a segment for each piece between gaps."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gpx version="1.1" creator="gis_gov" xmlns="http://www.topografix.com/GPX/1/1">\n'
    yield f"<trk><name>{escape(code)}</name>\n"
    for piece in _pieces([each for each in fixes if each.rejected_for is None]):
        yield "<trkseg>\n"
        yield from map(_point, piece)
        yield "</trkseg>\n"
    yield "</trk>\n</gpx>\n"


def csv(fixes: Sequence[FixTold]) -> str:
    """Write all fixes as a table, for spreadsheets."""
    titles = [
        "time",
        "lon",
        "lat",
        "accuracy_m",
        "speed_mps",
        "altitude_m",
        "device",
        "rejected_for",
    ]
    rows = [
        [
            each.told_at.astimezone(UTC).isoformat(),
            f"{each.lon:.7f}",
            f"{each.lat:.7f}",
            each.accuracy_m,
            each.speed_mps,
            each.altitude_m,
            each.device,
            each.rejected_for,
        ]
        for each in fixes
    ]
    return csv_rows([titles, *rows])


def _measure(unit: str, values: Sequence[float | None]) -> dict[str, Any]:
    return {"type": "Measure", "form": unit, "values": values, "interpolation": "Linear"}


def _pieces(fixes: Sequence[FixTold]) -> Iterator[Sequence[FixTold]]:
    if not fixes:
        return
    columns = Fixes(
        np.array([each.told_at.timestamp() for each in fixes]),
        np.array([each.lon for each in fixes]),
        np.array([each.lat for each in fixes]),
        np.full(len(fixes), np.nan),
    )
    begin = 0
    for end in [*(np.flatnonzero(is_gap(columns)) + 1).tolist(), len(fixes)]:
        yield fixes[begin:end]
        begin = end


def _point(fix: FixTold) -> str:
    height = "" if fix.altitude_m is None else f"<ele>{fix.altitude_m:.1f}</ele>"
    time = fix.told_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f'<trkpt lat="{fix.lat:.7f}" lon="{fix.lon:.7f}">{height}<time>{time}</time></trkpt>\n'

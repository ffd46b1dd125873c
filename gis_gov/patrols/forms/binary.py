"""Positions in 36 bytes each (`application/vnd.gis-gov.positions`), little-endian.

    GGP, version 1                          4 bytes
    length and code of the worker, UTF-8    1 byte, then as many; 0: not told
    length and code of the device, UTF-8    the same
    number of fixes                         u16
    the fixes                               36 bytes each, as FIX says

What is not told is the highest number of its field, or the lowest of one with a sign.
"""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gis_gov.patrols.forms.faults import BadTrack
from gis_gov.patrols.position_schemas import SENT_MAX, PositionSent, PositionsSent

START: Final = b"GGP\x01"
FIX: Final = np.dtype(
    [
        ("time_ms", "<i8"),  # since 1970, UTC
        ("lon_e7", "<i4"),  # degrees * 10,000,000
        ("lat_e7", "<i4"),
        ("altitude_cm", "<i4"),
        ("sent_after_ds", "<i4"),  # by the device's clock, tenths of a second after the fix
        ("sequence", "<u4"),
        ("accuracy_dm", "<u2"),
        ("speed_cmps", "<u2"),
        ("bearing_cdeg", "<u2"),
        ("source", "<u1"),  # the place in SOURCES
        ("flags", "<u1"),  # 1: from a mock provider
    ]
)
SOURCES: Final = (None, "gps", "beidou", "wifi", "cell", "fused", "simulated")
MOCK: Final = 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOWEST: Final = -(2**31)
_WORD, _DOUBLE_WORD = 2**16 - 1, 2**32 - 1
_COUNT: Final = struct.Struct("<H")
_LAST_MS: Final = 253_402_300_799_000  # of the year 9999


def read_binary(body: bytes) -> PositionsSent:
    """Read a message.

    Raises:
        BadTrack: it is none of this version, cut off, too long, or a code or time is none.

    """
    if body[: len(START)] != START:
        raise BadTrack("it does not begin with GGP and the version 1")
    worker, at = _code(body, len(START), "worker")
    device, at = _code(body, at, "device")
    if len(body) < at + _COUNT.size:
        raise BadTrack("it is cut off before the number of fixes")
    (count,) = _COUNT.unpack_from(body, at)
    at += _COUNT.size
    if not 1 <= count <= SENT_MAX:
        raise BadTrack(f"{count} fixes; send 1 to {SENT_MAX} at once")
    if len(body) != at + count * FIX.itemsize:
        raise BadTrack(f"{count} fixes take {count * FIX.itemsize} bytes, not {len(body) - at}")
    positions = _positions(np.frombuffer(body, FIX, count, at))
    try:
        return PositionsSent.model_validate(
            {"worker": worker, "device": device, "positions": positions}
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadTrack(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def write_binary(sent: PositionsSent) -> bytes:
    """Write a message; numbers are rounded to what their fields hold.

    Raises:
        ValueError: a code is too long, or a number out of its field.

    """
    fixes = np.array([_record(each) for each in sent.positions], dtype=FIX)
    codes = [(code or "").encode() for code in (sent.worker, sent.device)]
    told = b"".join(bytes([len(code)]) + code for code in codes)
    return START + told + _COUNT.pack(len(fixes)) + fixes.tobytes()


def _code(body: bytes, at: int, name: str) -> tuple[str | None, int]:
    length = body[at] if at < len(body) else 0
    end = at + 1 + length
    if end > len(body):
        raise BadTrack(f"{name}: it is cut off")
    try:
        return body[at + 1 : end].decode() or None, end
    except UnicodeDecodeError:
        raise BadTrack(f"{name}: is no UTF-8") from None


def _positions(fixes: NDArray[Any]) -> list[dict[str, Any]]:
    times_ms = fixes["time_ms"]
    _check(fixes, (times_ms >= 0) & (times_ms <= _LAST_MS), "time_ms")
    _check(fixes, fixes["source"] < len(SOURCES), "source")
    _check(fixes, fixes["flags"] <= MOCK, "flags")
    after_ms = fixes["sent_after_ds"].astype(np.int64) * 100
    sequence = fixes["sequence"]
    columns = {
        "time": [_EPOCH + timedelta(milliseconds=ms) for ms in times_ms.tolist()],
        "lon": (fixes["lon_e7"] / 1e7).tolist(),
        "lat": (fixes["lat_e7"] / 1e7).tolist(),
        "accuracy_m": _scaled_back(fixes["accuracy_dm"], 10, _WORD),
        "speed_mps": _scaled_back(fixes["speed_cmps"], 100, _WORD),
        "bearing_deg": _scaled_back(fixes["bearing_cdeg"], 100, _WORD),
        "altitude_m": _scaled_back(fixes["altitude_cm"], 100, _LOWEST),
        "source": [SOURCES[each] for each in fixes["source"].tolist()],
        "device_time": [
            None if after == 100 * _LOWEST else _EPOCH + timedelta(milliseconds=ms + after)
            for ms, after in zip(times_ms.tolist(), after_ms.tolist(), strict=True)
        ],
        "sequence": [None if each == _DOUBLE_WORD else each for each in sequence.tolist()],
        "mock": (fixes["flags"] == MOCK).tolist(),
    }
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _check(fixes: NDArray[Any], is_right: NDArray[np.bool_], name: str) -> None:
    if not is_right.all():
        at = int(np.argmin(is_right))
        raise BadTrack(f"positions.{at}: {name} {fixes[name][at]} is not known")


def _scaled_back(values: NDArray[Any], by: int, missing: int) -> list[float | None]:
    scaled = (values / by).tolist()
    for row in np.flatnonzero(values == missing).tolist():
        scaled[row] = None
    return scaled


def _record(told: PositionSent) -> tuple[int, ...]:
    sent_after = _LOWEST
    if told.device_time is not None:
        sent_after = round((told.device_time - told.time) / timedelta(milliseconds=100))
    return (
        round((told.time - _EPOCH) / timedelta(milliseconds=1)),
        round(told.lon * 1e7),
        round(told.lat * 1e7),
        _LOWEST if told.altitude_m is None else round(told.altitude_m * 100),
        sent_after,
        _DOUBLE_WORD if told.sequence is None else told.sequence,
        _scaled(told.accuracy_m, 10),
        _scaled(told.speed_mps, 100),
        _scaled(told.bearing_deg, 100),
        SOURCES.index(told.source),
        MOCK if told.mock else 0,
    )


def _scaled(value: float | None, by: int) -> int:
    """Scale a number; below 0 it is not told, as phones do."""
    return _WORD if value is None or value < 0 else min(round(value * by), _WORD - 1)

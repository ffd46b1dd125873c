"""Positions of JT/T 809, and fixes of them (JT/T 809-2011 §5.5.2; 2019 has those of JT/T 808)."""

import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from gis_gov.days import LOCAL
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808 import positions as jt808
from gis_gov.gateway.jt809.header import Edition
from gis_gov.gateway.octets import Octets, padded
from gis_gov.gateway.units import (
    kmh_of_mps,
    mps_of_kmh,
    possible_altitude_m,
    possible_bearing_deg,
    possible_place,
    possible_time,
)
from gis_gov.patrols.fix import Fix

_Read = TypeVar("_Read")

SOURCE: Final = "jt809"
_BODY_2011: Final = struct.Struct(">BBBHBBBIIHHIHHII")
_PLATFORM_BYTES: Final = 11
_WATCHERS: Final = 3
_SHIFTED: Final = MessageFault(
    "encrypted", "the position is shifted by the state's plug-in, and can't be brought back"
)
_WORD: Final = 0xFFFF
_DOUBLE_WORD: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Position2011:
    """A position of 2011 as it is sent: degrees in millionths without sign; `time` is of GMT+8."""

    time: datetime
    lon_millionths: int
    lat_millionths: int
    speed_kmh: int
    recorder_speed_kmh: int
    mileage_km: int
    bearing_deg: int
    altitude_m: int
    status: int
    alarm: int


@dataclass(frozen=True, slots=True)
class Position2019:
    """A position of 2019: one of JT/T 808, and what three platforms raise an alarm for."""

    position: jt808.Position
    watchers: tuple[tuple[str, int], ...] = (("", 0),) * _WATCHERS


Position = Position2011 | Position2019


def read_position(octets: Octets, edition: Edition) -> Position | MessageFault:
    """Read one position, or why it is refused; what comes after it can be read in any case.

    Raises:
        MessageFault: there are not as many bytes as it takes.

    """
    if edition == 2011:
        body = octets.take(_BODY_2011.size)
        return _SHIFTED if body[0] else _checked(_position_2011, body)
    is_shifted = octets.number(1)
    body = octets.take(octets.number(4))
    watchers = tuple(
        (octets.loose_text(_PLATFORM_BYTES), octets.number(4)) for _ in range(_WATCHERS)
    )
    if is_shifted:
        return _SHIFTED
    position = _checked(jt808.decode_position, body)
    return position if isinstance(position, MessageFault) else Position2019(position, watchers)


def written_position(position: Position, edition: Edition) -> bytes:
    """Write one position.

    Raises:
        MessageFault: it is of the other edition.

    """
    match edition, position:
        case 2011, Position2011():
            return _written_2011(position)
        case 2019, Position2019():
            body = jt808.encode_position(position.position)
            watchers = (
                padded(platform, _PLATFORM_BYTES) + alarm.to_bytes(4, "big")
                for platform, alarm in position.watchers
            )
            return b"\0" + len(body).to_bytes(4, "big") + body + b"".join(watchers)
        case _:
            raise MessageFault("value", f"{type(position).__name__} in a message of {edition}")


def fix_of(position: Position, *, sequence: int | None = None) -> Fix | None:
    """Return the fix of a position; None if the vehicle did not know where it was.

    WGS84 is taken for CGCS2000: they differ by centimetres.
    """
    if isinstance(position, Position2019):
        return jt808.fix_of(position.position, source=SOURCE, sequence=sequence)
    if not position.status & jt808.POSITIONED:
        return None
    attrs: dict[str, object] = {
        "alarm": position.alarm,
        "status": position.status,
        "is_ignition_on": bool(position.status & jt808.IGNITION),
        "recorder_speed_mps": mps_of_kmh(position.recorder_speed_kmh),
        "mileage_m": position.mileage_km * 1000,
    }
    if position.alarm & jt808.EMERGENCY:
        attrs["sos"] = True
    return Fix(
        time=position.time,
        lon=position.lon_millionths / (-1e6 if position.status & jt808.WEST else 1e6),
        lat=position.lat_millionths / (-1e6 if position.status & jt808.SOUTH else 1e6),
        speed_mps=mps_of_kmh(position.speed_kmh),
        bearing_deg=possible_bearing_deg(position.bearing_deg),
        altitude_m=possible_altitude_m(position.altitude_m),
        source=SOURCE,
        sequence=sequence,
        attrs=attrs,
    )


def position_of(fix: Fix, edition: Edition) -> Position:
    """Return a fix as it is told to another platform; what a field can't hold is cut to it.

    Alarm, status, mileage and recorder speed are those of its attributes, if it has them.
    """
    speed_kmh = kmh_of_mps(fix.speed_mps or 0)
    lon_millionths, lat_millionths = round(abs(fix.lon) * 1e6), round(abs(fix.lat) * 1e6)
    bearing_deg = round(fix.bearing_deg or 0) % 360
    altitude_m = _cut(fix.altitude_m or 0, _WORD)
    mileage_m = _number(fix.attrs, "mileage_m")
    recorder_mps = _number(fix.attrs, "recorder_speed_mps")
    if edition == 2011:
        return Position2011(
            fix.time.astimezone(LOCAL).replace(microsecond=0),
            lon_millionths,
            lat_millionths,
            _cut(speed_kmh, _WORD),
            _cut(kmh_of_mps(recorder_mps or 0), _WORD),
            _cut((mileage_m or 0) / 1000, _DOUBLE_WORD),
            bearing_deg,
            altitude_m,
            _status(fix),
            _alarm(fix),
        )
    items: list[tuple[int, bytes]] = []
    if mileage_m is not None:
        items.append((0x01, _cut(mileage_m / 100, _DOUBLE_WORD).to_bytes(4, "big")))
    if recorder_mps is not None:
        items.append((0x03, _cut(kmh_of_mps(recorder_mps) * 10, _WORD).to_bytes(2, "big")))
    return Position2019(
        jt808.Position(
            _alarm(fix),
            _status(fix),
            lat_millionths,
            lon_millionths,
            altitude_m,
            _cut(speed_kmh * 10, _WORD),
            bearing_deg,
            fix.time.astimezone(LOCAL).replace(microsecond=0),
            tuple(items),
        )
    )


def _position_2011(body: bytes) -> Position2011:
    _, day, month, year, hour, minute, second, lon, lat, *others = _BODY_2011.unpack(body)
    possible_place(lon / 1e6, lat / 1e6)
    time = possible_time(year, month, day, hour, minute, second)
    return Position2011(time, lon, lat, *others)


def _written_2011(position: Position2011) -> bytes:
    time = position.time.astimezone(LOCAL)
    return _BODY_2011.pack(
        0,
        time.day,
        time.month,
        time.year,
        time.hour,
        time.minute,
        time.second,
        position.lon_millionths,
        position.lat_millionths,
        position.speed_kmh,
        position.recorder_speed_kmh,
        position.mileage_km,
        position.bearing_deg,
        position.altitude_m,
        position.status,
        position.alarm,
    )


def _checked(decode: Callable[[bytes], _Read], body: bytes) -> _Read | MessageFault:
    try:
        return decode(body)
    except MessageFault as fault:
        return fault


def _cut(value: float, highest: int) -> int:
    return min(max(round(value), 0), highest)


def _number(attrs: Mapping[str, object], name: str) -> float | None:
    value = attrs.get(name)
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _status(fix: Fix) -> int:
    kept = _cut(_number(fix.attrs, "status") or 0, _DOUBLE_WORD)
    kept &= ~(jt808.SOUTH | jt808.WEST)
    south, west = jt808.SOUTH * (fix.lat < 0), jt808.WEST * (fix.lon < 0)
    return kept | jt808.POSITIONED | south | west


def _alarm(fix: Fix) -> int:
    kept = _cut(_number(fix.attrs, "alarm") or 0, _DOUBLE_WORD)
    return kept | jt808.EMERGENCY if fix.attrs.get("sos") is True else kept

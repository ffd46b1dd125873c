"""Positions of JT/T 808: 0x0200, 0x0201 and 0x0704 (JT/T 808-2013 §8.18, §8.20 and §8.49)."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from gis_gov.days import LOCAL
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.octets import Octets, bcd_of, digits_of
from gis_gov.gateway.units import (
    mps_of_kmh,
    possible_altitude_m,
    possible_bearing_deg,
    possible_place,
    possible_time,
)
from gis_gov.patrols.fix import Fix

SOURCE: Final = "jt808"
EMERGENCY: Final = 1 << 0
IGNITION: Final = 1 << 0
POSITIONED: Final = 1 << 1
SOUTH: Final = 1 << 2
WEST: Final = 1 << 3
_BODY: Final = struct.Struct(">IIIIHHH6s")
# Length in bytes, name, and what is made of the number; 0.1 km, 0.1 l and 0.1 km/h are sent.
_ITEMS: Final[dict[int, tuple[int, str, Callable[[int], float]]]] = {
    0x01: (4, "mileage_m", lambda tenths_km: tenths_km * 100),
    0x02: (2, "fuel_l", lambda tenths_l: tenths_l / 10),
    0x03: (2, "recorder_speed_mps", lambda tenths_kmh: mps_of_kmh(tenths_kmh / 10)),
    0x25: (4, "vehicle_signals", int),
    0x30: (1, "signal_strength", int),
    0x31: (1, "satellites", int),
}
_UNKNOWN_ITEM: Final = (-1, "", float)
_BATCHES: Final[dict[int, Literal["normal", "catch_up"]]] = {0: "normal", 1: "catch_up"}


@dataclass(frozen=True, slots=True)
class Position:
    """A position as it is sent: degrees in millionths without sign, speed in tenths of a km/h.

    `time` is of GMT+8, and None if it is none. `items` are what is told beside, by id; `rest` is
    what comes after the last whole item.
    """

    alarm: int
    status: int
    lat_millionths: int
    lon_millionths: int
    altitude_m: int
    speed_tenths_kmh: int
    bearing_deg: int
    time: datetime | None
    items: tuple[tuple[int, bytes], ...] = ()
    rest: bytes = b""

    @property
    def is_positioned(self) -> bool:
        """Say whether the terminal knew where it was."""
        return bool(self.status & POSITIONED)

    @property
    def is_emergency(self) -> bool:
        """Say whether somebody pressed the emergency button (SOS)."""
        return bool(self.alarm & EMERGENCY)


@dataclass(frozen=True, slots=True)
class Batch:
    """Positions that come at once: of now, or of the time in a blind area; and what was refused."""

    kind: Literal["normal", "catch_up"]
    positions: tuple[Position, ...]
    faults: tuple[MessageFault, ...] = ()


def decode_position(body: bytes) -> Position:
    """Read the body of 0x0200.

    Items beside the position that are cut off do not lose it.

    Raises:
        MessageFault: it is shorter than 28 bytes, or tells of an impossible place or time.

    """
    if len(body) < _BODY.size:
        raise MessageFault("truncated", f"a position of {len(body)} bytes of {_BODY.size}")
    alarm, status, lat, lon, altitude_m, speed, bearing_deg, bcd = _BODY.unpack_from(body)
    is_positioned = bool(status & POSITIONED)
    try:
        time = _time_of(bcd)
    except MessageFault:
        if is_positioned:
            raise
        time = None  # without satellites a terminal may not know the time either
    if is_positioned:
        possible_place(lon / 1e6, lat / 1e6)
    items, rest = _items(body[_BODY.size :])
    return Position(alarm, status, lat, lon, altitude_m, speed, bearing_deg, time, items, rest)


def encode_position(position: Position) -> bytes:
    """Write the body of 0x0200; no time is all zeros."""
    bcd = bytes(6)
    if position.time is not None:
        bcd = bcd_of(position.time.astimezone(LOCAL).strftime("%y%m%d%H%M%S"), 6)
    body = _BODY.pack(
        position.alarm,
        position.status,
        position.lat_millionths,
        position.lon_millionths,
        position.altitude_m,
        position.speed_tenths_kmh,
        position.bearing_deg,
        bcd,
    )
    items = (bytes([number, len(value)]) + value for number, value in position.items)
    return body + b"".join(items) + position.rest


def decode_asked(body: bytes) -> tuple[int, Position]:
    """Read the body of 0x0201: the serial of what was asked, and the position.

    Raises:
        MessageFault: as `decode_position`.

    """
    octets = Octets(body)
    return octets.number(2), decode_position(octets.rest())


def decode_batch(body: bytes) -> Batch:
    """Read the body of 0x0704; a position that is refused does not lose the others.

    Raises:
        MessageFault: its parts do not fit together, or its kind is none.

    """
    octets = Octets(body)
    count, kind = octets.number(2), octets.number(1)
    if kind not in _BATCHES:
        raise MessageFault("value", f"a batch of kind {kind}")
    positions: list[Position] = []
    faults: list[MessageFault] = []
    for _ in range(count):
        one = octets.take(octets.number(2))
        try:
            positions.append(decode_position(one))
        except MessageFault as fault:
            faults.append(fault)
    if octets.left:
        raise MessageFault("length", f"{octets.left} bytes after the last of {count} positions")
    return Batch(_BATCHES[kind], tuple(positions), tuple(faults))


def encode_batch(kind: Literal["normal", "catch_up"], positions: Iterable[Position]) -> bytes:
    """Write the body of 0x0704."""
    bodies = [encode_position(position) for position in positions]
    start = len(bodies).to_bytes(2, "big") + bytes([kind == "catch_up"])
    return start + b"".join(len(body).to_bytes(2, "big") + body for body in bodies)


def fix_of(position: Position, *, source: str = SOURCE, sequence: int | None = None) -> Fix | None:
    """Return the fix of a position; None if the terminal did not know where it was.

    WGS84 is taken for CGCS2000: they differ by centimetres.
    """
    if not position.is_positioned or position.time is None:
        return None
    south, west = position.status & SOUTH, position.status & WEST
    return Fix(
        time=position.time,
        lon=position.lon_millionths / (-1e6 if west else 1e6),
        lat=position.lat_millionths / (-1e6 if south else 1e6),
        speed_mps=mps_of_kmh(position.speed_tenths_kmh / 10),
        bearing_deg=possible_bearing_deg(position.bearing_deg),
        altitude_m=possible_altitude_m(position.altitude_m),
        source=source,
        sequence=sequence,
        attrs=attrs_of(position),
    )


def attrs_of(position: Position) -> dict[str, object]:
    """Return what a position tells beside place, time and motion; what is not known, as hex.

    Source: JT/T 808-2013 table 27 of the items.
    """
    attrs: dict[str, object] = {
        "alarm": position.alarm,
        "status": position.status,
        "is_ignition_on": bool(position.status & IGNITION),
    }
    if position.is_emergency:
        attrs["sos"] = True
    unknown: dict[str, str] = {}
    for number, value in position.items:
        length, name, converted = _ITEMS.get(number, _UNKNOWN_ITEM)
        if len(value) == length:
            attrs[name] = converted(int.from_bytes(value, "big"))
        else:
            unknown[f"{number:02x}"] = value.hex()
    if position.rest:
        unknown["rest"] = position.rest.hex()
    if unknown:
        attrs["items"] = unknown
    return attrs


def _time_of(bcd: bytes) -> datetime:
    try:
        digits = digits_of(bcd)
    except MessageFault:
        raise MessageFault("time", f"{bcd.hex()} is no date and time") from None
    year, *others = (int(digits[at : at + 2]) for at in range(0, 12, 2))
    return possible_time(2000 + year, *others)


def _items(data: bytes) -> tuple[tuple[tuple[int, bytes], ...], bytes]:
    items: list[tuple[int, bytes]] = []
    at = 0
    while at + 2 <= len(data) and at + 2 + data[at + 1] <= len(data):
        end = at + 2 + data[at + 1]
        items.append((data[at], data[at + 2 : end]))
        at = end
    return tuple(items), data[at:]

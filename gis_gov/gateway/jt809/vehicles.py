"""What is told of a vehicle: 0x1200 with 0x1202 and 0x1203 (JT/T 809-2011 §5.5.2; 2019)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt809.header import Edition
from gis_gov.gateway.jt809.positions import Position, read_position, written_position
from gis_gov.gateway.octets import Octets, padded

_PLATE_BYTES: Final = 21
# What a batch may hold at most, by the standard.
MAX_BATCH: Final = 5


class Told(IntEnum):
    """Number what is told of a vehicle and spoken: where it is, and where it was."""

    POSITION = 0x1202
    BATCH = 0x1203


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle by its number plate and that one's colour (JT/T 415: 1 blue, 2 yellow …)."""

    plate: str
    color: int


@dataclass(frozen=True, slots=True)
class VehicleMessage:
    """What is told of a vehicle, as bytes of a type."""

    vehicle: Vehicle
    told: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Positions:
    """The positions of a message, and what was refused of it."""

    positions: tuple[Position, ...]
    faults: tuple[MessageFault, ...] = ()


def decode_vehicle(body: bytes) -> VehicleMessage:
    """Read the body of 0x1200.

    Raises:
        MessageFault: its length is another than it says, or its plate no text.

    """
    octets = Octets(body)
    vehicle = Vehicle(octets.text(_PLATE_BYTES), octets.number(1))
    told, length = octets.number(2), octets.number(4)
    if length != octets.left:
        raise MessageFault("length", f"{octets.left} bytes of a vehicle, {length} are told")
    return VehicleMessage(vehicle, told, octets.rest())


def encode_vehicle(message: VehicleMessage) -> bytes:
    """Write the body of 0x1200.

    Raises:
        MessageFault: the plate is too long, or has characters that GBK has not.

    """
    start = padded(message.vehicle.plate, _PLATE_BYTES) + bytes([message.vehicle.color])
    told = message.told.to_bytes(2, "big") + len(message.data).to_bytes(4, "big")
    return start + told + message.data


def decode_positions(message: VehicleMessage, edition: Edition) -> Positions:
    """Read the positions of 0x1202 or 0x1203; one that is refused does not lose the others.

    Raises:
        MessageFault: its parts do not fit together, or it tells of something else.

    """
    octets = Octets(message.data)
    match message.told:
        case Told.POSITION:
            count = 1
        case Told.BATCH:
            count = octets.number(1)
        case _:
            raise MessageFault("unknown", f"{message.told:#06x} of a vehicle is not spoken")
    read = [read_position(octets, edition) for _ in range(count)]
    if octets.left:
        raise MessageFault("length", f"{octets.left} bytes after the last of {count} positions")
    return Positions(
        tuple(one for one in read if not isinstance(one, MessageFault)),
        tuple(one for one in read if isinstance(one, MessageFault)),
    )


def encode_positions(
    vehicle: Vehicle, positions: tuple[Position, ...], edition: Edition
) -> VehicleMessage:
    """Tell one position by 0x1202, or several by 0x1203."""
    data = b"".join(written_position(position, edition) for position in positions)
    if len(positions) == 1:
        return VehicleMessage(vehicle, Told.POSITION, data)
    return VehicleMessage(vehicle, Told.BATCH, bytes([len(positions)]) + data)

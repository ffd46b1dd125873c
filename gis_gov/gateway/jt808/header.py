"""The header of a JT/T 808 message (JT/T 808-2013 §4.4.3, JT/T 808-2019 §4.4.3)."""

from dataclasses import dataclass
from typing import Final

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.framing import encode_frame
from gis_gov.gateway.octets import Octets, bcd_of, digits_of

_LENGTH_BITS: Final = 0x03FF
_ENCRYPTION_BITS: Final = 0x1C00
_PIECE_BIT: Final = 1 << 13
_VERSION_BIT: Final = 1 << 14
_PHONE_BYTES_2013: Final = 6
_PHONE_BYTES_2019: Final = 10
MAX_BODY_BYTES: Final = _LENGTH_BITS


@dataclass(frozen=True, slots=True)
class Piece:
    """Which piece of a message that came in several; the first is 1."""

    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message, or a piece of one.

    `phone` is the terminal's number without leading zeros, so that a terminal is the same in both
    layouts. `protocol` is the protocol version that a terminal of 2019 tells; None is one of 2013.
    """

    type: int
    phone: str
    serial: int
    body: bytes = b""
    protocol: int | None = None
    piece: Piece | None = None

    @property
    def is_2019(self) -> bool:
        """Say whether it is in the layout of 2019."""
        return self.protocol is not None


def decode_message(content: bytes) -> Message:
    """Read the header of a message.

    Raises:
        MessageFault: it is too short, encrypted, of another length than it says, or its number or
            pieces are none.

    """
    octets = Octets(content)
    kind, properties = octets.number(2), octets.number(2)
    if properties & _ENCRYPTION_BITS:
        raise MessageFault("encrypted", f"message {kind:#06x} is encrypted, which is not spoken")
    is_2019 = bool(properties & _VERSION_BIT)
    protocol = octets.number(1) if is_2019 else None
    phone = digits_of(octets.take(_PHONE_BYTES_2019 if is_2019 else _PHONE_BYTES_2013))
    serial = octets.number(2)
    piece = None
    if properties & _PIECE_BIT:
        piece = Piece(octets.number(2), octets.number(2))
        if not 1 <= piece.number <= piece.total:
            raise MessageFault("value", f"piece {piece.number} of {piece.total}")
    length = properties & _LENGTH_BITS
    if octets.left != length:
        raise MessageFault("length", f"body of {octets.left} bytes, {length} are told")
    return Message(kind, phone.lstrip("0") or "0", serial, octets.rest(), protocol, piece)


def encode_message(message: Message) -> bytes:
    """Write a message with its header, without its frame.

    Raises:
        MessageFault: the body is longer than 1023 bytes, or the phone number too long.

    """
    if len(message.body) > MAX_BODY_BYTES:
        raise MessageFault("oversized", f"body of {len(message.body)} bytes of {MAX_BODY_BYTES}")
    properties = len(message.body)
    parts = []
    if message.protocol is None:
        parts.append(bcd_of(message.phone, _PHONE_BYTES_2013))
    else:
        properties |= _VERSION_BIT
        parts.append(bytes([message.protocol]) + bcd_of(message.phone, _PHONE_BYTES_2019))
    parts.append(message.serial.to_bytes(2, "big"))
    if message.piece is not None:
        properties |= _PIECE_BIT
        parts.append(message.piece.total.to_bytes(2, "big"))
        parts.append(message.piece.number.to_bytes(2, "big"))
    start = message.type.to_bytes(2, "big") + properties.to_bytes(2, "big")
    return start + b"".join(parts) + message.body


def encode_framed(message: Message) -> bytes:
    """Write a message as it is sent.

    Raises:
        MessageFault: as `encode_message`.

    """
    return encode_frame(encode_message(message))

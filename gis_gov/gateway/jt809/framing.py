"""The frames of JT/T 809: 0x5b … 0x5d around escaped bytes with a CRC (JT/T 809-2011 §4.5)."""

from binascii import crc_hqx
from typing import Final

from gis_gov.gateway.faults import MessageFault

_BEGIN: Final = 0x5B
_END: Final = 0x5D
# Escapes come first, so that none is taken for what it escapes.
_ESCAPES: Final = (
    (b"\x5a", b"\x5a\x02"),
    (b"\x5b", b"\x5a\x01"),
    (b"\x5e", b"\x5e\x02"),
    (b"\x5d", b"\x5e\x01"),
)
_PLAIN: Final = {escaped: plain for plain, escaped in _ESCAPES}
_CRC_BYTES: Final = 2
MAX_FRAME_BYTES: Final = 64 * 1024


def crc16(data: bytes) -> int:
    """Return the CRC16-CCITT of bytes: polynomial 1021, first value FFFF."""
    return crc_hqx(data, 0xFFFF)


def encode_frame(content: bytes) -> bytes:
    """Frame a message: CRC, escapes, flags."""
    inside = content + crc16(content).to_bytes(_CRC_BYTES, "big")
    for plain, escaped in _ESCAPES:
        inside = inside.replace(plain, escaped)
    return bytes([_BEGIN]) + inside + bytes([_END])


def decode_frame(inside: bytes) -> bytes:
    """Return the message of what stands between the flags.

    Raises:
        MessageFault: a wrong escape or CRC.

    """
    checked = _unescaped(inside)
    if len(checked) <= _CRC_BYTES:
        raise MessageFault("truncated", "a frame without a message")
    content, crc = checked[:-_CRC_BYTES], int.from_bytes(checked[-_CRC_BYTES:], "big")
    if crc16(content) != crc:
        raise MessageFault("checksum", f"CRC {crc:#06x} is wrong")
    return content


class FrameDecoder:
    """Find the frames in a stream that arrives in any pieces.

    The flags are nowhere but at a frame's ends: a begin within a frame begins the next one, and
    what lies between frames is passed over. What is kept of an unfinished frame is bounded.
    """

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._kept: bytearray | None = None
        self._is_in_garbage = False

    def feed(self, data: bytes) -> list[bytes | MessageFault]:
        """Return the messages that have come to an end by this, and what was wrong, in order."""
        found: list[bytes | MessageFault] = []
        before, *begun = data.split(bytes([_BEGIN]))
        self._keep(before, found)
        for piece in begun:
            if self._kept is not None:
                found.append(MessageFault("truncated", "a frame begins before the last one ends"))
            self._kept, self._is_in_garbage = bytearray(), False
            self._keep(piece, found)
        return found

    def _keep(self, piece: bytes, found: list[bytes | MessageFault]) -> None:
        """Take bytes among which no frame begins."""
        if self._kept is not None:
            inside, end, piece = piece.partition(bytes([_END]))
            if len(self._kept) + len(inside) > self._max_frame_bytes:
                told = f"a frame of over {self._max_frame_bytes} bytes"
                found.append(MessageFault("oversized", told))
                self._kept = None
                self._is_in_garbage = True  # its rest is told of already
            else:
                self._kept += inside
                if end:
                    found.append(_decoded(bytes(self._kept)))
                    self._kept = None
        if piece and not self._is_in_garbage:
            self._is_in_garbage = True
            found.append(MessageFault("garbage", "bytes outside of a frame"))


def _decoded(inside: bytes) -> bytes | MessageFault:
    try:
        return decode_frame(inside)
    except MessageFault as fault:
        return fault


def _unescaped(inside: bytes) -> bytes:
    if b"\x5a" not in inside and b"\x5e" not in inside:
        return inside
    plain = bytearray()
    at = 0
    while at < len(inside):
        if inside[at] not in (0x5A, 0x5E):
            plain.append(inside[at])
            at += 1
            continue
        pair = inside[at : at + 2]
        if pair not in _PLAIN:
            raise MessageFault("escape", f"{pair.hex()} is no escape")
        plain += _PLAIN[pair]
        at += 2
    return bytes(plain)

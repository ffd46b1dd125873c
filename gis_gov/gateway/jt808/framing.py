"""The frames of JT/T 808: flags around escaped bytes with a check byte (JT/T 808-2019 §4.4.1)."""

from functools import reduce
from operator import xor
from typing import Final

from gis_gov.gateway.faults import MessageFault

_FLAG: Final = b"\x7e"
_ESCAPE: Final = b"\x7d"
_ESCAPED_ESCAPE: Final = b"\x7d\x01"
_ESCAPED_FLAG: Final = b"\x7d\x02"
_LONGEST_CONTENT: Final = 21 + 1023 + 1  # header, body, check byte
MAX_FRAME_BYTES: Final = 2 * _LONGEST_CONTENT  # if all of it is escaped


def encode_frame(content: bytes) -> bytes:
    """Frame a message: check byte, escapes, flags."""
    checked = content + bytes([_check(content)])
    escaped = checked.replace(_ESCAPE, _ESCAPED_ESCAPE).replace(_FLAG, _ESCAPED_FLAG)
    return _FLAG + escaped + _FLAG


def decode_frame(inside: bytes) -> bytes:
    """Return the message of what stands between two flags.

    Raises:
        MessageFault: a wrong escape or check byte.

    """
    checked = _unescaped(inside)
    if len(checked) < 2:
        raise MessageFault("truncated", "a frame without a message")
    if _check(checked):
        raise MessageFault("checksum", f"check byte {checked[-1]:#04x} is wrong")
    return checked[:-1]


class FrameDecoder:
    """Find the frames in a stream that arrives in any pieces.

    A flag is nowhere but at a frame's ends, so whatever is wrong with one frame, or lies between
    two, the next one is found. What is kept of an unfinished frame is bounded.
    """

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._kept = bytearray()
        self._is_begun = False
        self._is_oversized = False

    def feed(self, data: bytes) -> list[bytes | MessageFault]:
        """Return the messages that have come to an end by this, and what was wrong, in order."""
        found: list[bytes | MessageFault] = []
        *ended, rest = data.split(_FLAG)
        for piece in ended:
            self._keep(piece, found)
            self._end(found)
        self._keep(rest, found)
        return found

    def _keep(self, piece: bytes, found: list[bytes | MessageFault]) -> None:
        if self._is_oversized:
            return
        if len(self._kept) + len(piece) <= self._max_frame_bytes:
            self._kept += piece
            return
        self._is_oversized = True
        self._kept.clear()
        found.append(MessageFault("oversized", f"a frame of over {self._max_frame_bytes} bytes"))

    def _end(self, found: list[bytes | MessageFault]) -> None:
        inside, was_begun = bytes(self._kept), self._is_begun
        self._kept.clear()
        self._is_oversized = False
        self._is_begun = True
        if not inside:  # two frames may share a flag, or have one each
            return
        if not was_begun:
            found.append(MessageFault("garbage", f"{len(inside)} bytes before the first flag"))
            return
        try:
            found.append(decode_frame(inside))
        except MessageFault as fault:
            found.append(fault)


def _unescaped(inside: bytes) -> bytes:
    first, *others = inside.split(_ESCAPE)
    plain = [first]
    for other in others:
        if other[:1] not in (b"\x01", b"\x02"):
            raise MessageFault("escape", f"0x7d is followed by {other[:1].hex() or 'nothing'}")
        plain.append((_ESCAPE if other[0] == 1 else _FLAG) + other[1:])
    return b"".join(plain)


def _check(data: bytes) -> int:
    return reduce(xor, data, 0)

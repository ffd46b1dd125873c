"""Messages that come in pieces, put together (JT/T 808-2019 §4.4.3, table 2)."""

from dataclasses import dataclass, field, replace
from typing import Final

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.header import Message

MAX_PIECES: Final = 64
MAX_UNFINISHED: Final = 4


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole message, and the serials of all that it came in."""

    message: Message
    serials: tuple[int, ...]


@dataclass(slots=True)
class _Unfinished:
    total: int
    pieces: dict[int, Message] = field(default_factory=dict[int, Message])


class Pieces:
    """Keep the pieces of one terminal's messages until each message is whole.

    Pieces are of one message if their types are equal, and their serials less their numbers. At
    most `MAX_UNFINISHED` messages of `MAX_PIECES` pieces are kept; the oldest gives way.
    """

    def __init__(self) -> None:
        self._unfinished: dict[tuple[int, int], _Unfinished] = {}

    def add(self, message: Message) -> Whole | None:
        """Return the message that is whole by this one, if any is.

        Raises:
            MessageFault: it is of too many pieces, or of another number than those before it.

        """
        piece = message.piece
        if piece is None:
            return Whole(message, (message.serial,))
        if piece.total > MAX_PIECES:
            raise MessageFault("oversized", f"{piece.total} pieces of {MAX_PIECES}")
        key = (message.type, (message.serial - piece.number) & 0xFFFF)
        unfinished = self._unfinished.get(key)
        if unfinished is None:
            while len(self._unfinished) >= MAX_UNFINISHED:
                del self._unfinished[next(iter(self._unfinished))]
            unfinished = self._unfinished[key] = _Unfinished(piece.total)
        if unfinished.total != piece.total:
            del self._unfinished[key]
            raise MessageFault("value", f"{piece.total} pieces, {unfinished.total} before")
        unfinished.pieces[piece.number] = message
        if len(unfinished.pieces) < piece.total:
            return None
        del self._unfinished[key]
        ordered = [unfinished.pieces[number] for number in range(1, piece.total + 1)]
        body = b"".join(one.body for one in ordered)
        return Whole(replace(message, body=body, piece=None), tuple(one.serial for one in ordered))

"""What is said over a WebSocket: each message of the stream as one JSON text, and why it ended."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

SOCKET: Final = "socket"
"""Set in the state of a request that is a WebSocket's handshake."""
ENDED: Final = "ended"
"""Where a stream that ends says in that state why."""


class Close(Enum):
    """Why a socket is closed: a code of RFC 6455, or of ours from 4000 on, with the reason."""

    TIME_UP = 1000, "its time is up: come back with the last id"
    RESTART = 1012, "the server ends: come back with the last id"
    UNKNOWN = 1013, "rights or the database are not known now: come back with the last id"
    UNASKED = 1008, "nothing is taken here"
    RIGHTS = 4403, "the sign-in or the rights have ended"
    STALLED = 4408, "what was sent was not taken"

    @property
    def code(self) -> int:
        """Return the number."""
        return self.value[0]

    @property
    def reason(self) -> str:
        """Return it in words."""
        return self.value[1]


def messages_of(piece: bytes) -> Iterator[str]:
    """Put a piece of the stream of server-sent events into messages.

    `{"event": …, "data": …}`, `{"id": …}` and `{"retry": …}`; a comment, which only says that
    somebody is there, is none.
    """
    for block in piece.split(b"\n\n"):
        text = _message(block)
        if text:
            yield text


def _message(block: bytes) -> str:
    fields: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, _, value = line.partition(b": ")
        fields[name] = value
    if b"event" in fields:
        return f'{{"event":"{fields[b"event"].decode()}","data":{fields[b"data"].decode()}}}'
    if b"id" in fields:
        return f'{{"id":"{fields[b"id"].decode()}"}}'
    if b"retry" in fields:
        return f'{{"retry":{fields[b"retry"].decode()}}}'
    return ""

"""What is wrong with something that was received."""

from typing import Literal

Reason = Literal[
    "checksum",
    "encrypted",
    "escape",
    "garbage",
    "length",
    "oversized",
    "place",
    "text",
    "time",
    "truncated",
    "unknown",
    "value",
]


class MessageFault(ValueError):
    """Tell why a frame, a message or a position is refused; `reason` is for counting."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason

"""One open stream: what it has still to send, and whether it may."""

import asyncio
from collections.abc import Sequence
from typing import Final

from gis_gov.live.telling import View

WAITING_MAX: Final = 256
"""Messages that wait for a client at most; one that is slower begins anew."""


class Subscriber:
    """What one client has still to be told.

    Until it has a `view`, and again from when `doubt` is raised on its rights until it has another
    one, it takes nothing. `has_skipped` says that it is to read that itself, `is_behind` that it
    can't be told all: it has to begin anew.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.woken = asyncio.Event()
        self.closed = False
        self.is_behind = False
        self.has_skipped = False
        self.view: View | None = None
        self.doubts = 0
        self._heard_on = 0
        self._frames: list[bytes] = []

    def put(self, frames: Sequence[bytes]) -> None:
        """Let the client have messages, when it gets to them."""
        if not frames or self.is_behind:
            return
        if len(self._frames) + len(frames) > WAITING_MAX:
            self.fall_behind()
            return
        self._frames += frames
        self.woken.set()

    def take(self) -> list[bytes]:
        """Return the messages that wait; they wait no more."""
        frames, self._frames = self._frames, []
        return frames

    def fall_behind(self) -> None:
        """Note that something will not be told; what waits needs not be told then, either."""
        self._frames = []
        self.is_behind = True
        self.woken.set()

    def doubt(self) -> None:
        """Tell nothing more until it is known anew who listens."""
        self.doubts += 1
        if self._frames:
            self.skip()
        self.view = None
        self.woken.set()

    def skip(self) -> None:
        """Note that something was not put, or is not to be told as it was."""
        self._frames = []
        self.has_skipped = True

    def begin(self) -> None:
        """Take nothing as missed so far."""
        self._frames = []
        self.is_behind = self.has_skipped = False

    def settle(self, view: View, heard_on: int) -> None:
        """Take a view, that is known on the session of announcements `heard_on`."""
        self.view = view
        self._heard_on = heard_on

    def is_known_on(self, session: int) -> bool:
        """Say whether a change of its rights would have been heard."""
        return 0 != session == self._heard_on

    def close(self) -> None:
        """Let the stream end."""
        self.closed = True
        self.woken.set()

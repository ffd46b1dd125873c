"""Single flight: who asks for what is being worked out already waits for that, and shares it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class _Flight(Generic[Made]):
    """One piece of work, how many wait for it, and the version that it is at least as new as."""

    def __init__(self, version: int | None) -> None:
        self.version = version
        self.waiting = 0
        self.task: asyncio.Task[Made]


class SingleFlight(Generic[Made]):
    """Work at each key one at a time, for all who ask meanwhile.

    What somebody gets was begun after he asked, or was begun before and is of the version that he
    names. So he waits for two works at most, however many ask. No work belongs to who asked first:
    it goes on when he leaves, and is cancelled when all have left. When it fails, who only joined
    does it alone, so that no failure is told to anybody but its own; but one that `is_answer` is as
    good as an answer, and told to all.
    """

    def __init__(self, is_answer: Callable[[Exception], bool] = lambda _: False) -> None:
        self._is_answer = is_answer
        self._running: dict[Hashable, _Flight[Made]] = {}
        self._next: dict[Hashable, _Flight[Made]] = {}
        self._tasks: set[asyncio.Task[Made]] = set()

    async def end(self) -> None:
        """Cancel what is under way, also what nobody waits for any more, and wait for its end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def run(
        self, key: Hashable, work: Callable[[], Awaitable[Made]], version: int | None = None
    ) -> Made:
        """Return what the work makes, for whoever asks under the key.

        `version` is what a look at the data told after the question came: work that was begun
        with the same one is as good as new.
        """
        running = self._running.get(key)
        joined = running
        if running is None or version is None or running.version != version:
            joined = self._next.get(key)
        if joined is None:
            return await self._wait(key, self._begin(key, work, version, running))
        if joined is not running:
            # Not begun yet: it will be newer than this look, too.
            joined.version = version
        try:
            return await self._wait(key, joined)
        except Exception as failure:
            if self._is_answer(failure):
                raise
        return await work()

    def _begin(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[Made]],
        version: int | None,
        before: _Flight[Made] | None,
    ) -> _Flight[Made]:
        flight = _Flight[Made](version)
        (self._running if before is None else self._next)[key] = flight
        flight.task = asyncio.create_task(self._fly(key, work, flight, before))
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        flight.task.add_done_callback(_taken)
        return flight

    async def _fly(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[Made]],
        flight: _Flight[Made],
        before: _Flight[Made] | None,
    ) -> Made:
        try:
            if before is not None:
                await asyncio.wait([before.task])
                del self._next[key]
                self._running[key] = flight
            return await work()
        finally:
            self._forget(key, flight)

    async def _wait(self, key: Hashable, flight: _Flight[Made]) -> Made:
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                # At once: nobody may join what is about to end.
                self._forget(key, flight)
                flight.task.cancel()

    def _forget(self, key: Hashable, flight: _Flight[Made]) -> None:
        for flights in (self._running, self._next):
            if flights.get(key) is flight:
                del flights[key]


def _taken(task: "asyncio.Task[Made]") -> None:
    """Take note of a failure that nobody is left to be told of."""
    if not task.cancelled():
        task.exception()

"""Together: who asks while others are served is served with all who ask meanwhile, in one work."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

_MANY: Final = 4
"""After a work for so many it is worth while to wait for them."""

Asked = TypeVar("Asked")
Made = TypeVar("Made")


class _Batch(Generic[Asked, Made]):
    """What is asked for together, how many wait for it, and whether these are enough to begin."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.waiting = 0
        self.wanted = 0
        self.are_enough = asyncio.Event()
        self.task: asyncio.Task[Made]

    def add(self, asked: Asked) -> None:
        self.asked.append(asked)
        if len(self.asked) >= self.wanted:
            self.are_enough.set()


@dataclass(frozen=True, slots=True)
class _Served:
    """A work for many that is just over: for how many, and how long it took."""

    count: int
    took_s: float


class Together(Generic[Asked, Made]):
    """Work at each key one at a time, each time for all that was asked for since the last began.

    So what somebody gets was begun after he asked, and he waits for two works at most, and a pause.
    No work belongs to who asked first: it goes on when he leaves, and is cancelled when all have
    left. What fails for many is done for each alone, so that nobody is told of a failure that
    others brought.

    Who asks after a work for many, within twice the time that it took, waits until as many have
    asked, for that time at most. Else the first of them to come again would be worked for alone,
    while all others wait for the work after that, and so on by turns.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, _Batch[Asked, Made]] = {}
        self._next: dict[Hashable, _Batch[Asked, Made]] = {}
        self._served: dict[Hashable, _Served] = {}
        self._tasks: set[asyncio.Task[Made]] = set()

    async def run(
        self, key: Hashable, asked: Asked, work: Callable[[Sequence[Asked]], Awaitable[Made]]
    ) -> Made:
        """Return what the work makes of this, and of what others ask for under the key."""
        batch = self._next.get(key)
        if batch is None:
            batch = self._next[key] = _Batch[Asked, Made]()
            batch.task = asyncio.create_task(self._serve(key, batch, work))
            self._tasks.add(batch.task)
            batch.task.add_done_callback(self._over)
        batch.add(asked)
        batch.waiting += 1
        try:
            return await asyncio.shield(batch.task)
        except Exception:
            if len(batch.asked) == 1:
                raise
        finally:
            batch.waiting -= 1
            if not batch.waiting and not batch.task.done():
                # At once: nobody may join what is about to end.
                self._forget(key, batch)
                batch.task.cancel()
        return await work([asked])

    async def _serve(
        self,
        key: Hashable,
        batch: _Batch[Asked, Made],
        work: Callable[[Sequence[Asked]], Awaitable[Made]],
    ) -> Made:
        try:
            before = self._running.get(key)
            if before is not None:
                await asyncio.wait([before.task])
            await self._gather(key, batch)
            del self._next[key]
            self._running[key] = batch
            begun = time.monotonic()
            made = await work(batch.asked)
            self._keep(key, _Served(len(batch.asked), time.monotonic() - begun))
            return made
        finally:
            self._forget(key, batch)

    async def _gather(self, key: Hashable, batch: _Batch[Asked, Made]) -> None:
        """Wait for those who were just served, as they may come again."""
        served = self._served.get(key)
        if served is None or len(batch.asked) >= served.count:
            return
        batch.wanted = served.count
        batch.are_enough.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(served.took_s):
                await batch.are_enough.wait()

    def _keep(self, key: Hashable, served: _Served) -> None:
        if served.count < _MANY:
            return
        self._served[key] = served

        def forget() -> None:
            if self._served.get(key) is served:
                del self._served[key]

        asyncio.get_running_loop().call_later(2 * served.took_s, forget)

    def _forget(self, key: Hashable, batch: _Batch[Asked, Made]) -> None:
        for batches in (self._running, self._next):
            if batches.get(key) is batch:
                del batches[key]

    def _over(self, task: "asyncio.Task[Made]") -> None:
        """Take note of a failure that nobody is left to be told of."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

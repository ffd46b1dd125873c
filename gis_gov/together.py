"""Together: who asks while others are served is served with all who ask meanwhile, in one work."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Made = TypeVar("Made")


class _Batch(Generic[Asked, Made]):
    """What is asked for together, and how many wait for it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.waiting = 0
        self.task: asyncio.Task[Made]


class Together(Generic[Asked, Made]):
    """Work at each key one at a time, each time for all that was asked for since the last began.

    So what somebody gets was begun after he asked, and he waits for two works at most. No work
    belongs to who asked first: it goes on when he leaves, and is cancelled when all have left. What
    fails for many is done for each alone, so that nobody is told of a failure that others brought.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, _Batch[Asked, Made]] = {}
        self._next: dict[Hashable, _Batch[Asked, Made]] = {}
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
        batch.asked.append(asked)
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
            del self._next[key]
            self._running[key] = batch
            return await work(batch.asked)
        finally:
            self._forget(key, batch)

    def _forget(self, key: Hashable, batch: _Batch[Asked, Made]) -> None:
        for batches in (self._running, self._next):
            if batches.get(key) is batch:
                del batches[key]

    def _over(self, task: "asyncio.Task[Made]") -> None:
        """Take note of a failure that nobody is left to be told of."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

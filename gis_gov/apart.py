"""Jobs in a process apart from the server's: of libraries that are heavy, or global in state."""

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Final, Self, TypeVar

import structlog

from gis_gov import child
from gis_gov.problems import TookTooLong, Unavailable

log = structlog.get_logger()

Made = TypeVar("Made")

IDLE_S: Final = 300.0


class Apart:
    """A process that does one job at a time, and is there only as long as it is needed.

    The first job starts it. It ends after a time without any, and with the server's process,
    however that ends.
    """

    def __init__(self, limit_s: float, idle_s: float = IDLE_S) -> None:
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._pool: ProcessPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        """Begin to take jobs."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End the process, after what it is doing."""
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def run(self, job: Callable[..., Made], *given: object) -> Made:
        """Do the job there, and return what it makes; both ways things are pickled.

        Who is cancelled leaves it running, so that nobody else has to wait for a new process.

        Raises:
            TookTooLong: it took longer than a job may, with those that were asked for before.
            Unavailable: the process was ended meanwhile, and the one after it, too.

        """
        try:
            async with asyncio.timeout(self._limit_s):
                try:
                    return await self._begin(job, given)
                except BrokenProcessPool:
                    # It had had nothing to do, or was ended by somebody.
                    return await self._begin(job, given)
        except TimeoutError:
            raise TookTooLong(
                "It took too long, after others like it; ask for less, or again in a moment."
            ) from None
        except BrokenProcessPool:
            log.warning("a process was ended amid its job, and so was the next")
            raise Unavailable("The server could not finish it; try again in a moment.") from None

    async def _begin(self, job: Callable[..., Made], given: Sequence[object]) -> Made:
        pool = self._pool = self._pool or ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), child.begin, (self._idle_s,)
        )
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                pool, child.work, self._limit_s, self._idle_s, job, given
            )
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            pool.shutdown(wait=False)
            raise

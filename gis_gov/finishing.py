"""Work that goes on to its end when the request that began it is cancelled."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog

from gis_gov.problems import Problem

log = structlog.get_logger()

Made = TypeVar("Made")


class Finishing:
    """What has to be finished once it is begun; on leaving, all of it is waited for."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Begin to take work."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Wait for what still runs."""
        while self._running:
            await asyncio.wait(self._running)

    async def run(self, work: Coroutine[Any, Any, Made]) -> Made:
        """Do the work, and return what it makes; who is cancelled meanwhile leaves it running."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)
            raise


def _log_failure(task: asyncio.Task[Any]) -> None:
    """Log what nobody is left to be told of; a refusal is the work's own to record."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Problem):
        log.error("work failed after its client had left", error=type(error).__name__)

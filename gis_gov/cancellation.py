"""Make a cancellation count that was swallowed on the way."""

import asyncio
from typing import Final

AGAIN_S: Final = 1.0


def obey_cancellation() -> None:
    """Raise CancelledError if this task has been told to end; for the turn of an endless loop.

    Before Python 3.12, `asyncio.wait_for` (in psycopg's pool, for one) drops a cancellation that
    comes just as what it waits for is done.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def end(task: "asyncio.Task[None]") -> None:
    """Cancel a task, and again each second until it has ended; what it raised meanwhile is raised.

    A cancellation that was dropped on the way would else be waited for until the task, which may
    sleep for hours, looks again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN_S)
    if not task.cancelled():
        task.result()

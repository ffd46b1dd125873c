"""Make a cancellation count that was swallowed on the way."""

import asyncio


def obey_cancellation() -> None:
    """Raise CancelledError if this task has been told to end; for the turn of an endless loop.

    Before Python 3.12, `asyncio.wait_for` (in psycopg's pool, for one) drops a cancellation that
    comes just as what it waits for is done.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError

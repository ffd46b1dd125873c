"""Tasks end when they are told to, even where the telling is dropped on the way."""

import asyncio
from contextlib import suppress

import pytest

from gis_gov.cancellation import end

pytestmark = pytest.mark.anyio


async def test_a_task_that_drops_its_cancellation_is_told_again() -> None:
    dropped = asyncio.Event()

    async def deaf() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        dropped.set()
        await asyncio.sleep(3600)

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await end(task)
    assert dropped.is_set()
    assert task.cancelled()


async def test_what_a_task_raised_is_not_lost() -> None:
    async def failing() -> None:
        raise ValueError("before")

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="before"):
        await end(task)

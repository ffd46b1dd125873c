"""What is begun is finished, whoever leaves meanwhile."""

import asyncio

import pytest
from structlog.testing import capture_logs

from gis_gov.finishing import Finishing

pytestmark = pytest.mark.anyio


async def test_what_it_makes_is_returned_and_what_it_raises_raised() -> None:
    async def made() -> int:
        return 7

    async def failing() -> None:
        raise ValueError("7")

    async with Finishing() as finishing:
        assert await finishing.run(made()) == 7
        with pytest.raises(ValueError, match="7"):
            await finishing.run(failing())


async def test_who_is_cancelled_leaves_it_running_and_the_end_waits_for_it() -> None:
    begun, free, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await free.wait()
        done.set()
        raise ValueError

    with capture_logs() as logged:
        async with Finishing() as finishing:
            asking = asyncio.create_task(finishing.run(work()))
            await begun.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            asyncio.get_running_loop().call_later(0.01, free.set)
    assert done.is_set()
    assert [entry["error"] for entry in logged] == ["ValueError"]

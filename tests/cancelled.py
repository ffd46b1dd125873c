"""A cancellation that a test leaves to the task of all tests would end a later one: it is found.

Tests run in one task, one after the other. Whoever cancels it has to take that back (`uncancel`);
else the next loop that obeys cancellations ends, and all tests after it with it.
"""

import asyncio
import functools
import inspect

import pytest


def take_back(whose: str) -> None:
    """Take back all cancellations of the task, and fail if there are any."""
    task = asyncio.current_task()
    count = task.cancelling() if task else 0
    while task and task.cancelling():
        task.uncancel()
    assert count == 0, f"{whose} left {count} cancellations"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Look before and after each test that is a coroutine."""
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return

    @functools.wraps(test)
    async def watched(*arguments: object, **named: object) -> None:
        take_back("a fixture, or a test before,")
        await test(*arguments, **named)
        take_back("the test")

    pyfuncitem.obj = watched

"""Waiting for what comes by itself, on a machine that other tests slow down."""

import asyncio
import time
from collections.abc import Callable

WITHIN_S = 60.0


def wait_until(true: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Wait until something holds, asking again and again."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {within_s:g} s"
        time.sleep(0.02)


async def until(true: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Wait like `wait_until`, and let other tasks go on."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {within_s:g} s"
        await asyncio.sleep(0.005)

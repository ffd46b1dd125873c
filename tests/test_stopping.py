"""The signal to end reaches the application, and whoever heard it before."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import pytest

from gis_gov.stopping import told_to_stop

ENDS_BY_DEFAULT = """
import asyncio, os, signal
from gis_gov.stopping import told_to_stop

async def serve():
    with told_to_stop(lambda: None):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(30)

asyncio.run(serve())
"""


@pytest.mark.anyio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_both_hear_it(number: signal.Signals) -> None:
    told, heard = asyncio.Event(), list[int]()
    before = signal.signal(number, lambda got, _: heard.append(got))
    try:
        with told_to_stop(told.set):
            os.kill(os.getpid(), number)
            async with asyncio.timeout(5):
                await told.wait()
        assert heard == [number]
        os.kill(os.getpid(), number)
        await asyncio.sleep(0.05)
        assert heard == [number, number]
    finally:
        signal.signal(number, before)


@pytest.mark.anyio
async def test_a_loop_s_own_handler_hears_it_too() -> None:
    told, own = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, own.set)
    try:
        with told_to_stop(told.set):
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(5):
                await told.wait()
                await own.wait()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def test_a_process_that_nobody_guards_ends_as_ever() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS_BY_DEFAULT], timeout=20, check=False)
    assert done.returncode == -signal.SIGTERM


def test_outside_the_main_thread_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = list[object]()

    async def serve() -> None:
        with told_to_stop(lambda: None):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    thread.join()
    assert seen == [before]

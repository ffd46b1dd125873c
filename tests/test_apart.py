"""A process apart does one job after another, and ends when it should."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gis_gov.apart import Apart
from gis_gov.problems import TookTooLong, Unavailable
from tests.cli.process import clean_environment
from tests.waiting import until, wait_until

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[1]
LIMIT_S = 200  # other tests share the processors
LEAVES_A_JOB = """
import asyncio, os, time
from gis_gov.apart import Apart

async def main():
    async with Apart(200) as apart:
        print(await apart.run(os.getpid), flush=True)
        await apart.run(time.sleep, 100)

if __name__ == "__main__":
    asyncio.run(main())
"""


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(") ")[2]
    except (FileNotFoundError, ProcessLookupError):  # the latter: gone since it was opened
        return False
    return state[0] != "Z"


async def test_it_is_another_process_and_the_same_each_time() -> None:
    async with Apart(LIMIT_S) as apart:
        one, other = await asyncio.gather(apart.run(os.getpid), apart.run(os.getpid))
        assert one == other != os.getpid()
        with pytest.raises(ValueError, match="invalid literal"):
            await apart.run(int, "seven")
        assert await apart.run(int, "7") == 7
        assert await apart.run(os.getpid) == one
    assert not is_there(one)


async def test_none_is_started_without_a_job() -> None:
    children = multiprocessing.active_children()
    async with Apart(LIMIT_S):
        assert multiprocessing.active_children() == children


async def test_the_loop_goes_on_meanwhile() -> None:
    async with Apart(LIMIT_S) as apart:
        asking = asyncio.create_task(apart.run(time.sleep, 0.5))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert turns > 5


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_one_that_is_ended_is_replaced(number: signal.Signals) -> None:
    async with Apart(LIMIT_S) as apart:
        former = await apart.run(os.getpid)
        asking = asyncio.create_task(apart.run(time.sleep, 0.5))
        await asyncio.sleep(0.1)
        os.kill(former, number)
        await asking
        assert await apart.run(os.getpid) != former


async def test_a_job_that_ends_its_process_each_time_is_a_problem() -> None:
    async with Apart(LIMIT_S) as apart:
        with pytest.raises(Unavailable):
            await apart.run(os._exit, 1)
        assert await apart.run(int, "7") == 7


async def test_what_takes_too_long_is_a_problem_and_holds_up_nobody() -> None:
    async with Apart(8) as apart:
        process = await apart.run(os.getpid)
        with pytest.raises(TookTooLong):
            await apart.run(time.sleep, 1_000)
        await until(lambda: not is_there(process))
        assert await apart.run(os.getpid) != process


async def test_who_leaves_ends_nothing() -> None:
    async with Apart(LIMIT_S) as apart:
        process = await apart.run(os.getpid)
        asking = asyncio.create_task(apart.run(time.sleep, 0.5))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await apart.run(os.getpid) == process


async def test_it_ends_when_there_is_nothing_to_do() -> None:
    async with Apart(LIMIT_S, idle_s=1) as apart:
        former = await apart.run(os.getpid)
        await until(lambda: not is_there(former))
        assert await apart.run(os.getpid) != former


async def test_ctrl_c_is_for_the_server() -> None:
    async with Apart(LIMIT_S) as apart:
        process = await apart.run(os.getpid)
        os.kill(process, signal.SIGINT)
        assert await apart.run(os.getpid) == process


def test_it_ends_with_its_parent_even_amid_a_job(tmp_path: Path) -> None:
    script = tmp_path / "leaving.py"
    script.write_text(LEAVES_A_JOB, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, script], env=clean_environment(PYTHONPATH=ROOT), stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout
        process = int(parent.stdout.readline())
        assert is_there(process)
        parent.kill()
    wait_until(lambda: not is_there(process))

"""Single flight: one work for all who ask meanwhile, never an old one, and nobody's failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gis_gov.single_flight import SingleFlight

pytestmark = pytest.mark.anyio


class Refused(Exception):
    pass


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Work:
    """Work that waits to be let go, and tells how much of it there was."""

    def __init__(self, failing: Callable[[int], Exception | None] = lambda _: None) -> None:
        self.begun = 0
        self.running = 0
        self.at_once = 0
        self.cancelled = 0
        self.let_through = 0
        self.gate = asyncio.Event()
        self._failing = failing

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        self.running += 1
        self.at_once = max(self.at_once, self.running)
        try:
            await (self.gate.wait() if number > self.let_through else settle())
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        if (failure := self._failing(number)) is not None:
            raise failure
        return number


Asked = asyncio.Task[int]


@asynccontextmanager
async def asking(
    flights: SingleFlight[int], work: Work, versions: list[int | None]
) -> AsyncIterator[list[Asked]]:
    """Ask one after the other, while nothing is let go."""
    tasks: list[Asked] = []
    for version in versions:
        tasks.append(asyncio.create_task(flights.run("key", work, version)))
        await settle()
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_who_asks_at_the_same_version_shares_what_is_running() -> None:
    work = Work()
    async with asking(SingleFlight(), work, [1] * 16) as tasks:
        work.gate.set()
        assert await asyncio.gather(*tasks) == [1] * 16
    assert work.begun == 1


@pytest.mark.parametrize("versions", [[1, *[2] * 9], [None] * 10, [1, *range(2, 11)]])
async def test_who_asks_later_shares_the_next_one(versions: list[int | None]) -> None:
    work = Work()
    async with asking(SingleFlight(), work, versions) as tasks:
        work.gate.set()
        assert await asyncio.gather(*tasks) == [1, *[2] * 9]
    assert (work.begun, work.at_once) == (2, 1)


async def test_what_waits_is_as_new_as_the_last_who_joined_it() -> None:
    flights, work = SingleFlight[int](), Work()
    work.let_through = 1
    tasks = [asyncio.create_task(flights.run("key", work, version)) for version in (1, 2, 3)]
    assert await tasks[0] == 1
    async with asking(flights, work, [3, 4]) as later:
        work.gate.set()
        assert await asyncio.gather(*tasks, *later) == [1, 2, 2, 2, 3]


async def test_other_keys_wait_for_nobody() -> None:
    flights, work = SingleFlight[int](), Work()
    tasks = [asyncio.create_task(flights.run(key, work)) for key in "abc"]
    await settle()
    assert work.at_once == 3
    work.gate.set()
    assert sorted(await asyncio.gather(*tasks)) == [1, 2, 3]


@pytest.mark.parametrize("leaving", [[0], [1], [0, 1, 2, 3], [4], [4, 5]])
async def test_who_leaves_takes_nothing_from_those_who_stay(leaving: list[int]) -> None:
    work = Work()
    async with asking(SingleFlight(), work, [1, 1, 1, 1, 1, 2, 2, 2]) as tasks:
        for each in leaving:
            tasks[each].cancel()
        await settle()
        work.gate.set()
        stay = [task for number, task in enumerate(tasks) if number not in leaving]
        expected = [min(number // 5, 1) + 1 for number in range(8) if number not in leaving]
        assert await asyncio.gather(*stay) == expected
        assert all(tasks[each].cancelled() for each in leaving)
    assert (work.begun, work.cancelled) == (2, 0)


async def test_what_nobody_waits_for_is_cancelled_and_not_joined() -> None:
    flights, work = SingleFlight[int](), Work()
    async with asking(flights, work, [1, 1]) as tasks:
        for task in tasks:
            task.cancel()
        # Before the cancelled work has ended.
        asked = asyncio.create_task(flights.run("key", work, 1))
        await settle()
        assert (work.begun, work.cancelled) == (2, 1)
        work.gate.set()
        assert await asked == 2


async def test_when_the_running_one_is_left_by_all_the_next_goes_on() -> None:
    work = Work()
    async with asking(SingleFlight(), work, [1, 2, 2]) as tasks:
        tasks[0].cancel()
        await settle()
        assert (work.begun, work.cancelled) == (2, 1)
        work.gate.set()
        assert await asyncio.gather(*tasks[1:]) == [2, 2]


async def test_when_the_next_one_is_left_by_all_it_is_never_begun() -> None:
    flights, work = SingleFlight[int](), Work()
    async with asking(flights, work, [1, 2, 2]) as tasks:
        tasks[1].cancel()
        tasks[2].cancel()
        await settle()
        async with asking(flights, work, [3]) as later:
            work.gate.set()
            assert await asyncio.gather(tasks[0], *later) == [1, 2]
    assert work.begun == 2


@pytest.mark.parametrize("failure", [TimeoutError("slow"), ValueError("bad")])
async def test_a_failure_is_told_to_who_began_alone(failure: Exception) -> None:
    work = Work(lambda number: failure if number == 1 else None)
    async with asking(SingleFlight(), work, [1] * 5) as tasks:
        work.gate.set()
        told = await asyncio.gather(*tasks, return_exceptions=True)
    assert told[0] is failure
    assert sorted(each for each in told if isinstance(each, int)) == [2, 3, 4, 5]


async def test_what_always_fails_is_tried_once_by_each_and_told_to_each() -> None:
    work = Work(ValueError)
    async with asking(SingleFlight(), work, [1, 1, 2, 2]) as tasks:
        work.gate.set()
        told = await asyncio.gather(*tasks, return_exceptions=True)
    assert {str(each) for each in told} == {"1", "2", "3", "4"}
    assert work.begun == 4


async def test_a_refusal_is_an_answer_to_all() -> None:
    flights = SingleFlight[int](lambda failure: isinstance(failure, Refused))
    work = Work(lambda _: Refused())
    async with asking(flights, work, [1] * 5) as tasks:
        work.gate.set()
        told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in told] == [Refused] * 5
    assert work.begun == 1

"""Together: one work for all who wait, begun after each of them asked, and nobody's failure."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from gis_gov import together
from gis_gov.together import Together

pytestmark = pytest.mark.anyio

Served = asyncio.Task[list[str]]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Work:
    """Work that waits to be let go, and tells for whom it was done."""

    def __init__(self, failing: Callable[[Sequence[str]], bool] = lambda _: False) -> None:
        self.done: list[list[str]] = []
        self.running = self.at_once = self.cancelled = 0
        self.gate = asyncio.Event()
        self._failing = failing

    async def __call__(self, asked: Sequence[str]) -> list[str]:
        served = [*asked]
        self.running += 1
        self.at_once = max(self.at_once, self.running)
        self.done.append(served)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        if self._failing(served):
            raise TimeoutError("".join(served))
        return served


class Asking:
    """Asks one after the other under a key."""

    def __init__(self, work: Work) -> None:
        self.together = Together[str, list[str]]()
        self.work = work

    async def ask(self, names: str, key: str = "key") -> list[Served]:
        tasks: list[Served] = []
        for name in names:
            tasks.append(asyncio.create_task(self.together.run(key, name, self.work)))
            await settle()
        return tasks


async def test_who_asks_while_others_are_served_shares_the_next_work() -> None:
    work = Work()
    tasks = await Asking(work).ask("abcd")
    work.gate.set()
    assert await asyncio.gather(*tasks) == [["a"], *[["b", "c", "d"]] * 3]
    assert (work.done, work.at_once) == ([["a"], ["b", "c", "d"]], 1)


async def test_who_asks_at_once_is_served_at_once() -> None:
    work = Work()
    together = Together[str, list[str]]()
    tasks = [asyncio.create_task(together.run("key", name, work)) for name in "abc"]
    work.gate.set()
    assert await asyncio.gather(*tasks) == [["a", "b", "c"]] * 3


class Clock:
    """Tells that each work takes as long as it is told."""

    def __init__(self, took_s: float) -> None:
        self._took_s = took_s
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += self._took_s
        return self._now


@pytest.fixture(params=[1e6, 0.01], ids=["long works", "short works"])
def took_s(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(together, "time", Clock(request.param))
    return request.param


async def serve_many(asking: Asking, names: str) -> None:
    tasks = await asking.ask(names[0])
    tasks += await asking.ask(names[1:])
    asking.work.gate.set()
    await asyncio.gather(*tasks)
    asking.work.done.clear()


async def test_who_was_served_with_many_is_waited_for(took_s: float) -> None:
    """Until all have come again, or as long as their work took."""
    asking = Asking(Work())
    await serve_many(asking, "abcdefghi")
    again = await asking.ask("bcdefgh")
    if took_s < 1:
        await asyncio.gather(*again)
    else:
        assert asking.work.done == []
    last = await asking.ask("i")
    await asyncio.gather(*again, *last)
    assert (asking.work.done == [[*"bcdefghi"]]) == (took_s > 1)


@pytest.mark.parametrize("names", ["a", "abcd"])
async def test_after_few_nobody_is_waited_for(took_s: float, names: str) -> None:
    asking = Asking(Work())
    await serve_many(asking, names)
    assert await (await asking.ask("z"))[0] == ["z"]


async def test_who_leaves_in_the_pause_is_not_served(took_s: float) -> None:
    asking = Asking(Work())
    await serve_many(asking, "abcdefghi")
    for task in await asking.ask("abcd"):
        task.cancel()
    await settle()
    if took_s < 1:
        await asyncio.sleep(2 * took_s)
    assert asking.work.done == []
    tasks = await asking.ask("bcdefghi")
    await asyncio.gather(*tasks)
    assert {name for each in asking.work.done for name in each} == {*"bcdefghi"}


async def test_other_keys_wait_for_nobody() -> None:
    work = Work()
    asking = Asking(work)
    tasks = [*await asking.ask("a", "one"), *await asking.ask("b", "other")]
    assert work.at_once == 2
    work.gate.set()
    assert await asyncio.gather(*tasks) == [["a"], ["b"]]


@pytest.mark.parametrize("leaving", [[0], [1], [2, 3], [0, 1]])
async def test_who_leaves_takes_nothing_from_those_who_stay(leaving: list[int]) -> None:
    work = Work()
    tasks = await Asking(work).ask("abcd")
    for each in leaving:
        tasks[each].cancel()
    await settle()
    work.gate.set()
    stay = [task for number, task in enumerate(tasks) if number not in leaving]
    for served, name in zip(
        await asyncio.gather(*stay),
        [name for number, name in enumerate("abcd") if number not in leaving],
        strict=True,
    ):
        assert name in served
    assert work.at_once == 1 or 0 in leaving
    assert work.cancelled == (0 in leaving)


async def test_what_nobody_waits_for_is_cancelled_or_never_begun() -> None:
    work = Work()
    asking = Asking(work)
    first, *others = await asking.ask("abc")
    for task in others:
        task.cancel()
    await settle()
    (later,) = await asking.ask("d")
    work.gate.set()
    assert await asyncio.gather(first, later) == [["a"], ["d"]]
    work.gate.clear()
    (left,) = await asking.ask("e")
    left.cancel()
    await settle()
    assert (work.done, work.cancelled) == ([["a"], ["d"], ["e"]], 1)


async def test_what_fails_for_many_is_done_for_each() -> None:
    work = Work(lambda served: "x" in served)
    first, *tasks = await Asking(work).ask("abxc")
    work.gate.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert await first == ["a"]
    assert [told[0], told[2]] == [["b"], ["c"]]
    assert isinstance(told[1], TimeoutError)
    assert str(told[1]) == "x"


async def test_a_failure_for_one_is_his_and_what_comes_then_is_served() -> None:
    work = Work(lambda served: served == ["x"])
    asking = Asking(work)
    tasks = await asking.ask("xa")
    work.gate.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(told[0], TimeoutError)
    assert told[1] == ["a"]
    assert len(work.done) == 2

"""What is measured is what was answered, in turns, and for no longer than asked."""

import asyncio
import time
from itertools import groupby

import pytest

from gis_gov.bench.contenders import OK, OURS, PEER, SQL, Asked, HttpContender
from gis_gov.bench.http import Broken
from gis_gov.bench.measure import ROUNDS, Speed, alternate, compare
from gis_gov.bench.speed import Result


class Slow(Asked):
    """Answers after a time, and writes down who was asked."""

    def __init__(self, name: str, seconds: float, asked: list[str]) -> None:
        self.name, self.seconds, self.asked = name, seconds, asked
        self.slots: set[int] = set()

    async def ask(self, slot: int, number: int) -> int:  # noqa: ARG002
        self.asked.append(self.name)
        self.slots.add(slot)
        await asyncio.sleep(self.seconds)
        return 1

    async def close(self) -> None:
        """Nothing is open."""


async def test_contenders_take_turns_and_the_faster_one_shows() -> None:
    asked: list[str] = []
    fast, slow = Slow("fast", 0.02, asked), Slow("slow", 0.08, asked)
    started = time.monotonic()
    speeds, failures = await compare({"fast": fast, "slow": slow}, concurrency=3, seconds=1.2)
    assert time.monotonic() - started < 10
    # Once to warm up, then in each round.
    assert [name for name, _ in groupby(asked)] == ["fast", "slow"] * (1 + ROUNDS)
    assert not failures
    assert fast.slots == slow.slots == {0, 1, 2}
    assert 2 < speeds["fast"].rate / speeds["slow"].rate < 4.5
    assert speeds["slow"].percentile_ms(0.5) == pytest.approx(80, rel=0.5)
    assert speeds["slow"].rate <= 3 / 0.08


async def test_a_slice_goes_on_where_the_one_before_ended() -> None:
    numbers: list[int] = []

    class Noting(Slow):
        async def ask(self, slot: int, number: int) -> int:
            numbers.append(number)
            return await super().ask(slot, number)

    contender = Noting("one", 0.01, [])
    for _ in range(3):
        await contender.drive(concurrency=2, seconds=0.1, asked_max=100)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 6


async def test_the_same_questions_are_asked_of_each_in_alternation() -> None:
    asked: list[str] = []
    numbers: dict[str, list[int]] = {"one": [], "other": []}

    class Noting(Slow):
        async def ask(self, slot: int, number: int) -> int:
            numbers[self.name].append(number)
            return await super().ask(slot, number)

    contenders = {"one": Noting("one", 0.01, asked), "other": Noting("other", 0.03, asked)}
    speeds = await alternate(contenders, seconds=0.6)
    rounds = len(speeds["one"].times_ms)
    assert rounds == len(speeds["other"].times_ms) >= 5
    assert asked[-2 * rounds :] == ["one", "other"] * rounds
    assert numbers["one"][-rounds:] == numbers["other"][-rounds:] == list(range(rounds))
    assert speeds["one"].percentile_ms(0.5) < speeds["other"].percentile_ms(0.5)


async def test_a_slice_ends_after_so_many_questions() -> None:
    asked: list[str] = []
    await compare({"quick": Slow("quick", 0, asked)}, concurrency=2, seconds=30, asked_max=10)
    assert len(asked) <= (1 + ROUNDS) * 12


async def test_before_it_counts_each_question_was_asked() -> None:
    numbers: list[int] = []

    class Noting(Slow):
        async def ask(self, slot: int, number: int) -> int:
            numbers.append(number)
            return await super().ask(slot, number)

    contender = Noting("one", 0.01, [])
    contender.different = 60
    await contender.warm_up(2, 0.1, seconds_max=30, asked_max=1000)
    assert 60 <= len(numbers) < 70
    assert numbers == list(range(len(numbers)))
    slow = Slow("slow", 0.05, [])
    slow.different = 1000
    started = time.monotonic()
    await slow.warm_up(1, 0.1, seconds_max=0.3, asked_max=1000)
    assert time.monotonic() - started < 2


async def test_who_fails_in_the_course_has_a_reason_and_the_others_their_speed() -> None:
    class Failing(Slow):
        async def ask(self, slot: int, number: int) -> int:
            if number > 3:
                raise Broken("gone")
            return await super().ask(slot, number)

    contenders = {"one": Slow("one", 0.01, []), "other": Failing("other", 0.01, [])}
    speeds, failures = await compare(contenders, concurrency=1, seconds=0.6)
    assert list(speeds) == ["one"]
    assert speeds["one"].rate > 0
    assert failures == {"other": "gone"}


async def test_a_contender_that_breaks_stops_the_measuring() -> None:
    class Breaking(Slow):
        async def ask(self, slot: int, number: int) -> int:  # noqa: ARG002
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await compare({"breaking": Breaking("breaking", 0, [])}, concurrency=2, seconds=1)


def test_ratios_are_of_the_medians() -> None:
    ours, sql = Speed([90, 100, 500], [1.0, 2.0, 3.0]), Speed([40, 50, 60], [4.0])
    result = Result("x", 4, {OURS: ours, SQL: sql}, {OURS: 7.5}, {PEER: "gone"})
    assert result.ratio(SQL) == 2
    assert result.ratio(PEER) is None
    assert result.as_json() == {
        "subject": "x",
        "concurrency": 4,
        "ours": {
            "per_second": 100,
            "first_ms": 7.5,
            "p50_ms": 2.0,
            "p95_ms": 2.9,
            "p99_ms": 2.98,
            "answers": 3,
        },
        "sql": {
            "per_second": 50,
            "first_ms": None,
            "p50_ms": 4.0,
            "p95_ms": 4.0,
            "p99_ms": 4.0,
            "answers": 1,
        },
        "ratios": {"sql": 2.0},
        "failures": {"tipg": "gone"},
        "wanted": [],
    }


async def test_questions_that_are_asked_once_are_not_asked_to_warm_up() -> None:
    asked = [(f"/{number}", "") for number in range(1000)]
    assert HttpContender([], asked, (OK,)).different == len(asked)
    assert HttpContender([], asked, (OK,), once=True).different == 1

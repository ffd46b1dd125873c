"""Which patrols fulfil which tasks: any order gives the same, and nothing counts twice."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.duties.matching import Passed, Task, match

HOUR = 3600.0
NEVER = float("-inf")


def passed(number: int, begins_h: float, ends_h: float, worker: int = 1) -> Passed:
    return Passed(number, 1, worker, begins_h * HOUR, ends_h * HOUR)


TASKS = st.lists(
    st.builds(
        lambda begin, length, excused: (begin, begin + length, excused),
        st.integers(0, 60), st.integers(1, 30), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip
PASSES = st.lists(
    st.builds(
        lambda begin, length, worker: (begin, begin + length, worker),
        st.integers(0, 80), st.integers(0, 5), st.integers(1, 3),
    ),
    max_size=12,
)  # fmt: skip


@given(TASKS, PASSES, st.one_of(st.none(), st.floats(1, 40)), st.integers(1, 3), st.randoms())
def test_any_order_gives_the_same_and_nothing_counts_twice(
    windows: list[tuple[int, int, bool]],
    walks: list[tuple[int, int, int]],
    interval_h: float | None,
    workers_min: int,
    chance: random.Random,
) -> None:
    tasks = [
        Task(n, 1, n, begin * HOUR, due * HOUR, excused, interval_h, workers_min)
        for n, (begin, due, excused) in enumerate(windows)
    ]
    passes = [passed(n, *each) for n, each in enumerate(walks)]
    found = match(tasks, passes, NEVER)
    again = match(chance.sample(tasks, len(tasks)), chance.sample(passes, len(passes)), NEVER)
    assert again == found
    by_id = {task.id: task for task in tasks}
    for number, each in found.done.items():
        task = by_id[number]
        assert task.begins_s <= each.begins_s < task.due_s
        assert not task.is_excused
        together = {
            one.worker_id for one in passes if found.task_of.get((one.patrol_id, 1)) == number
        }
        assert len(together) >= workers_min
    assert set(found.task_of).isdisjoint(found.reasons)
    assert len({each.patrol_id for each in found.done.values()}) == len(found.done)
    ends = sorted((each.begins_s, each.ends_s) for each in found.done.values())
    if interval_h is not None:
        for (_, ended), (begins, _) in itertools.pairwise(ends):
            assert begins - ended >= interval_h * HOUR


def test_what_is_due_first_is_done_first() -> None:
    tasks = [Task(1, 1, 1, 0, 10 * HOUR), Task(2, 1, 1, 0, 5 * HOUR), Task(3, 1, 2, 0, 5 * HOUR)]
    found = match(tasks, [passed(7, 1, 2), passed(8, 3, 4), passed(9, 6, 7)], NEVER)
    assert {number: each.patrol_id for number, each in found.done.items()} == {2: 7, 3: 8, 1: 9}


@pytest.mark.parametrize(("ended_h", "code"), [(-96.0, None), (-95.0, "too_soon")])
def test_the_last_of_the_period_before_holds_up_the_first_of_this(
    ended_h: float, code: str | None
) -> None:
    task = Task(1, 1, 1, 0, 200 * HOUR, min_interval_h=96)
    found = match([task], [passed(5, 0, 1)], ended_h * HOUR)
    assert [each.code for each in found.reasons.values()] == ([code] if code else [])
    assert bool(found.done) == (code is None)


def test_what_came_too_soon_holds_up_nothing() -> None:
    tasks = [Task(n, 1, n, 0, 400 * HOUR, min_interval_h=96) for n in (1, 2)]
    found = match(tasks, [passed(1, 0, 1), passed(2, 50, 51), passed(3, 98, 99)], NEVER)
    assert {each.patrol_id for each in found.done.values()} == {1, 3}
    assert found.reasons[2, 1].code == "too_soon"
    assert found.reasons[2, 1].told == 49


def test_two_of_one_worker_are_not_together() -> None:
    task = Task(1, 1, 1, 0, 10 * HOUR, workers_min=2)
    alone = match([task], [passed(1, 1, 3), passed(2, 2, 4)], NEVER)
    assert not alone.done
    assert {each.code for each in alone.reasons.values()} == {"too_few_together"}
    apart = match([task], [passed(1, 1, 2), passed(2, 2, 4, worker=2)], NEVER)
    assert not apart.done
    both = match([task], [passed(1, 1, 3), passed(2, 2, 4, worker=2)], NEVER)
    assert both.done[1].patrol_id == 1
    assert both.task_of == {(1, 1): 1, (2, 1): 1}
    assert not both.reasons

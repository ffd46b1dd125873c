"""Which patrols fulfil which tasks of a line: a function of the set of both.

A line are the tasks of one rule, whatever its version, for one object and one worker, or for all of
its workers together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gis_gov.duties.rule import Reason

HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Task:
    """When a task can be done, both in seconds since 1970, the end without; and by how many."""

    id: int
    rule_id: int
    number: int
    begins_s: float
    due_s: float
    is_excused: bool = False
    min_interval_h: float | None = None
    workers_min: int = 1


@dataclass(frozen=True, slots=True)
class Passed:
    """A patrol that is enough for a rule, if it stood alone; seconds since 1970."""

    patrol_id: int
    rule_id: int
    worker_id: int
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Matched:
    """The patrol of each task that is done, and the task of each patrol, or why it has none."""

    done: Mapping[int, Passed]
    task_of: Mapping[tuple[int, int], int]
    reasons: Mapping[tuple[int, int], Reason]


def match(tasks: Sequence[Task], passes: Sequence[Passed], last_ended_s: float) -> Matched:
    """Let each patrol, in the order of time, fulfil the task that is due first and still open.

    `last_ended_s` is when the last patrol ended that fulfilled an earlier task of the line, minus
    infinity if there was none. Keys of patrols are their id and that of the rule.
    """
    done: dict[int, Passed] = {}
    task_of: dict[tuple[int, int], int] = {}
    reasons: dict[tuple[int, int], Reason] = {}
    waiting = sorted(
        (task for task in tasks if not task.is_excused),
        key=lambda task: (task.due_s, task.begins_s, task.number, task.id),
    )
    for each in sorted(passes, key=lambda each: (each.begins_s, each.patrol_id, each.rule_id)):
        key = (each.patrol_id, each.rule_id)
        if key in task_of:
            continue
        fitting = next((task for task in waiting if _fits(task, each)), None)
        if fitting is None:
            reasons[key] = Reason("nothing_open")
            continue
        since_h = (each.begins_s - last_ended_s) / HOUR_S
        if fitting.min_interval_h is not None and since_h < fitting.min_interval_h:
            reasons[key] = Reason("too_soon", round(since_h, 2), fitting.min_interval_h)
            continue
        together = _together(each, passes, task_of)
        if len(together) < fitting.workers_min:
            reasons[key] = Reason("too_few_together", len(together), fitting.workers_min)
            continue
        partners = together if fitting.workers_min > 1 else [each]
        for one in partners:
            task_of[one.patrol_id, one.rule_id] = fitting.id
            reasons.pop((one.patrol_id, one.rule_id), None)
        done[fitting.id] = each
        waiting.remove(fitting)
        last_ended_s = max(last_ended_s, *(one.ends_s for one in partners))
    return Matched(done, task_of, reasons)


def _fits(task: Task, each: Passed) -> bool:
    return task.rule_id == each.rule_id and task.begins_s <= each.begins_s < task.due_s


def _together(
    each: Passed, passes: Sequence[Passed], task_of: Mapping[tuple[int, int], int]
) -> list[Passed]:
    """List a patrol, and of each other worker the first free one that was under way with it."""
    found = {each.worker_id: each}
    for other in sorted(passes, key=lambda one: (one.begins_s, one.patrol_id)):
        if (
            other.rule_id == each.rule_id
            and (other.patrol_id, other.rule_id) not in task_of
            and other.begins_s < each.ends_s
            and other.ends_s > each.begins_s
        ):
            found.setdefault(other.worker_id, other)
    return list(found.values())

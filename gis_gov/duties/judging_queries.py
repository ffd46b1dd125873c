"""Every statement by which patrols are judged against the tasks of their workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import shapely
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, scalar, sql_file, tuples
from gis_gov.duties.matching import Passed, Task
from gis_gov.duties.rule import CheckPoint, Ground, Thresholds

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class Walked:
    """A patrol of a day; seconds since 1970."""

    id: int
    kind: str
    fixes: int
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody may do on a day: the object of a rule, in a window of time."""

    rule_id: int
    object_id: int
    worker_id: int | None
    rule_code: str
    begins_s: float
    due_s: float


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """The tasks of a rule for one object and one worker; 0 for what all do together."""

    rule_code: str
    object_id: int
    of_worker: int

    def as_parameters(self) -> dict[str, Any]:
        """Return what the queries of a line ask for."""
        return {
            "rule_code": self.rule_code,
            "object_id": self.object_id,
            "worker_id": self.of_worker or None,
        }


async def read_due(
    conn: AsyncConnection[Any], most: int, worker_id: int | None = None
) -> list[tuple[int, date]]:
    """Return days of workers whose patrols are to be judged anew, of all workers or of one."""
    asked = {"most": most, "worker_id": worker_id}
    rows = await tuples(conn, sql_file(_PACKAGE, "due_days"), asked)
    return [(number, day) for number, day in rows]


async def take_due(conn: AsyncConnection[Any], worker_id: int, day: date) -> bool:
    """Take a day as no longer due, but for what is written from now on; say whether it was."""
    asked = {"worker_id": worker_id, "day": day}
    return bool((await conn.execute(sql_file(_PACKAGE, "take_due"), asked)).rowcount)


async def read_walked(conn: AsyncConnection[Any], worker_id: int, day: date) -> list[Walked]:
    """Read the patrols of a worker that began on a day, in their order."""
    asked = {"worker_id": worker_id, "day": day}
    return await rows_of(conn, Walked, sql_file(_PACKAGE, "patrols_of_day"), asked)


async def read_wanted(
    conn: AsyncConnection[Any], worker_id: int, day: date, since: datetime, until: datetime
) -> list[Wanted]:
    """Read what somebody may do on a day, from its first moment up to the next one's."""
    asked = {"worker_id": worker_id, "day": day, "since": since, "until": until}
    return await rows_of(conn, Wanted, sql_file(_PACKAGE, "tasks_of_worker"), asked)


async def read_asked(conn: AsyncConnection[Any], rule_id: int) -> Thresholds:
    """Read what a rule asks of a single patrol."""
    rows = await rows_of(conn, _Asked, sql_file(_PACKAGE, "rule_asks"), {"rule_id": rule_id})
    return rows[0].thresholds()


async def read_ground(conn: AsyncConnection[Any], rule_id: int, object_id: int) -> Ground:
    """Read where a rule is fulfilled for an object."""
    asked = {"rule_id": rule_id, "object_id": object_id}
    points = await rows_of(conn, CheckPoint, sql_file(_PACKAGE, "rule_points"), asked)
    ((kind, wkb),) = await tuples(conn, sql_file(_PACKAGE, "object_shape"), asked)
    return Ground(kind, shapely.from_wkb(wkb) if wkb else None, tuple(points))


async def put_judgement(conn: AsyncConnection[Any], values: dict[str, Any]) -> None:
    """Write what a patrol met; it is a new version if anything is otherwise."""
    await conn.execute(sql_file(_PACKAGE, "put_judgement"), values)


async def drop_judgements(
    conn: AsyncConnection[Any], judged: Sequence[int], kept: Sequence[tuple[int, int, int]]
) -> None:
    """Delete what some patrols were judged by and are no longer, but for those kept."""
    patrols, rules, objects = zip(*kept, strict=True) if kept else ((), (), ())
    values = {
        "judged": list(judged),
        "patrol_ids": list(patrols),
        "rule_ids": list(rules),
        "object_ids": list(objects),
    }
    await conn.execute(sql_file(_PACKAGE, "drop_judgements"), values)


async def read_line(conn: AsyncConnection[Any], line: Line, since: datetime) -> list[Task]:
    """Lock and return the tasks of a line that are due after a moment."""
    asked = {**line.as_parameters(), "since": since}
    return await rows_of(conn, Task, sql_file(_PACKAGE, "line_tasks"), asked)


async def read_passed(
    conn: AsyncConnection[Any], line: Line, since: datetime, begins_s: float
) -> list[Passed]:
    """Read the patrols that are enough for a line, and free for its tasks due after a moment."""
    asked = {**line.as_parameters(), "since": since, "begins_s": begins_s}
    return await rows_of(conn, Passed, sql_file(_PACKAGE, "line_passed"), asked)


async def read_last(conn: AsyncConnection[Any], line: Line, since: datetime) -> float | None:
    """Read when the last patrol ended that fulfilled a task of a line due before a moment."""
    asked = {**line.as_parameters(), "since": since}
    return await scalar(conn, sql_file(_PACKAGE, "line_last"), asked)


async def put_done(
    conn: AsyncConnection[Any], tasks: Sequence[Task], done: dict[int, Passed]
) -> None:
    """Write which patrol fulfilled each of some tasks."""
    found = [done.get(task.id) for task in tasks]
    values = {
        "task_ids": [task.id for task in tasks],
        "patrol_ids": [each and each.patrol_id for each in found],
        "done_s": [each and each.ends_s for each in found],
    }
    await conn.execute(sql_file(_PACKAGE, "put_done"), values)


async def put_matched(
    conn: AsyncConnection[Any],
    line: Line,
    since: datetime,
    begins_s: float,
    found: Sequence[tuple[int, int, int | None, str]],
) -> None:
    """Write of patrols, by their ids and those of rules, which task they fulfilled, or why none."""
    patrols, rules, tasks, reasons = zip(*found, strict=True) if found else ((), (), (), ())
    values = {
        **line.as_parameters(),
        "since": since,
        "begins_s": begins_s,
        "patrol_ids": list(patrols),
        "rule_ids": list(rules),
        "task_ids": list(tasks),
        "reasons": list(reasons),
    }
    await conn.execute(sql_file(_PACKAGE, "put_matched"), values)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The columns of a rule that tell what it asks."""

    patrol_kind: str | None
    alternates: list[str]
    min_minutes: float | None
    min_metres: float | None
    min_coverage: float | None
    radius_m: float
    only_near: bool
    in_order: bool
    max_speed_mps: float | None
    without_stays: bool

    def thresholds(self) -> Thresholds:
        return Thresholds(
            self.patrol_kind,
            tuple(self.alternates),
            self.min_minutes,
            self.min_metres,
            self.min_coverage,
            self.radius_m,
            self.only_near,
            self.in_order,
            self.max_speed_mps,
            self.without_stays,
        )

"""Tasks beside the sums of patrols. Who counts them lies above: the process hands it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.patrols.patrol_reading import Wanted
from gis_gov.patrols.summary_queries import OF_PATROL, By, Period, read_summary

_NO_PATROL: Final = ("patrols", "workers", "valid_mileage_m", "duration_s")


@dataclass(frozen=True, slots=True)
class TaskSum:
    """The tasks of a worker, grid or area that were due in a period; excused ones are no part."""

    code: str | None
    name: str | None
    begins: date | None
    due: int
    done: int
    overdue: int

    def as_columns(self) -> dict[str, Any]:
        """Return what is told of them; the share is of what is done or over."""
        over = self.done + self.overdue
        return {
            "tasks_due": self.due,
            "tasks_done": self.done,
            "tasks_overdue": self.overdue,
            "tasks_done_share": self.done / over if over else None,
        }


_NONE: Final = TaskSum(None, None, None, 0, 0, 0).as_columns()
_NOT_TOLD: Final[dict[str, Any]] = dict.fromkeys(_NONE)


class SumTasks(Protocol):
    """Counts the tasks that somebody may know of, as patrols are added up."""

    async def __call__(  # noqa: D102 - told of the class
        self, conn: AsyncConnection[Any], actor: Actor, wanted: Wanted, by: By, period: Period
    ) -> Sequence[TaskSum]: ...


async def read_with_tasks(
    conn: AsyncConnection[Any],
    actor: Actor,
    wanted: Wanted,
    by: By,
    period: Period,
    sum_tasks: SumTasks,
) -> list[dict[str, Any]]:
    """Add up patrols as `read_summary` does, and beside them the tasks that were due.

    Those who had tasks and no patrol get a row, too. A task is of no kind of patrol, and has no
    line: where these are asked for, none are told.
    """
    rows = await read_summary(conn, actor, wanted, by, period)
    if wanted.kind is not None or wanted.box is not None:
        return [{**row, **_NOT_TOLD} for row in rows]
    found = await sum_tasks(conn, actor, wanted, by, period)
    tasks = {(each.code, each.begins): each for each in found}
    told = list[dict[str, Any]]()
    for row in rows:
        own = tasks.pop((row["code"], row["begins"]), None)
        told.append({**row, **(own.as_columns() if own else _NONE)})
    if tasks:
        told += [_without_patrol(each, actor, by) for each in tasks.values()]
        told.sort(key=_order)
    return told


def _without_patrol(found: TaskSum, actor: Actor, by: By) -> dict[str, Any]:
    row: dict[str, Any] = {"code": found.code, "name": found.name, "begins": found.begins}
    row |= dict.fromkeys(_NO_PATROL, 0)
    row |= dict.fromkeys(OF_PATROL, None if by == "grid" else 0)
    row |= {
        "own_grid_share": None,
        "events_found": 0 if actor.may(Permission.EVENT_READ) else None,
    }
    return row | found.as_columns()


def _order(row: Mapping[str, Any]) -> tuple[bool, str, date]:
    return row["code"] is None, row["code"] or "", row["begins"] or date.min

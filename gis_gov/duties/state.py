"""When a task is due, and in which state it is: told from its row and from the time, never kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, case, func, literal

from gis_gov.duties.tables import patrol_task

STATE: Final[ColumnElement[str]] = case(
    (patrol_task.c.excused_for.is_not(None), "excused"),
    (patrol_task.c.patrol_id.is_not(None), "done"),
    (patrol_task.c.due_at <= func.now(), "overdue"),
    else_="open",
)
LAST_DAY: Final = func.local_day(patrol_task.c.due_at - literal(timedelta(microseconds=1)))
"""The day that counts: a task of a day is due when that is over, not on the next one."""


def due_between(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    """Give what is true of tasks that are due in a time from `since` up to, and without, `until`.

    A task is done up to, and without, the moment at which it is due: so what is due as the time
    ends is of it, and what is due as it begins is of the time before. None is open.
    """
    if since is not None:
        yield patrol_task.c.due_at > since
    if until is not None:
        yield patrol_task.c.due_at <= until

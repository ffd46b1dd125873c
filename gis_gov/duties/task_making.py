"""Rules make tasks: those of the period under way and of the next one, each once."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.days import end_of, start_of, today
from gis_gov.db.again import again_if_given_up
from gis_gov.db.run import rows_of, scalar, sql_file, tuples
from gis_gov.duties.periods import Cadence, Period, due_on, period_of, periods, works
from gis_gov.patrols.arrival import OLDEST_DAYS

_PACKAGE: Final = __package__ or ""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Making:
    """What of a version of a rule its tasks are made by."""

    id: int
    cadence: str
    working_days: bool
    valid_from: date
    valid_to: date | None
    made_on: date | None


def oldest_of(now: date, kept_days: int) -> date:
    """Return the first day of tasks: of earlier ones no fix is kept, or taken, to judge them by.

    0 days stand for positions kept for ever.
    """
    return now - timedelta(days=kept_days or OLDEST_DAYS)


async def make_tasks(
    conn: AsyncConnection[Any],
    kept_days: int = OLDEST_DAYS,
    *,
    code: str | None = None,
    day: date | None = None,
) -> int:
    """Make the tasks that are missing, of one rule or of all; return how many.

    Positions are kept for `kept_days`. `day` is the day that it is taken to be, today without it.
    Each version is a transaction.
    """
    now = day or today()
    oldest = oldest_of(now, kept_days)
    made = 0
    for rule in await rows_of(conn, Making, sql_file(_PACKAGE, "making_rules"), {"code": code}):
        made += await again_if_given_up(partial(_make, conn, rule, now, oldest))
    return made


async def _make(conn: AsyncConnection[Any], rule: Making, now: date, oldest: date) -> int:
    async with conn.transaction():
        told = await read_calendar(conn)
        wanted = wanted_periods(rule, now, oldest, told)
        values = {
            "rule_id": rule.id,
            "today": now,
            "begins_on": [each.begins_on for each, _ in wanted],
            "ends_on": [each.ends_on for each, _ in wanted],
            "begins_at": [start_of(each.begins_on) for each, _ in wanted],
            "due_at": [end_of(due) for _, due in wanted],
        }
        return int(await scalar(conn, sql_file(_PACKAGE, "make_tasks"), values))


def wanted_periods(
    rule: Making, now: date, oldest: date, told: dict[date, bool]
) -> list[tuple[Period, date]]:
    """List the periods of a rule whose tasks are to be there by a day, each with its due day.

    From the one in which they were made last, but none that begins before the oldest day, up to
    the next one. A rule begins with the first period that begins when it is valid, and ends with
    the last one; none that began is broken off.
    """
    cadence = Cadence(rule.cadence)
    since = max(rule.valid_from, oldest)
    if rule.made_on is not None:
        since = max(since, period_of(cadence, min(rule.made_on, now)).begins_on)
    ahead = period_of(cadence, period_of(cadence, now).ends_on + _DAY).begins_on
    until = ahead if rule.valid_to is None else min(ahead, rule.valid_to)
    found = periods(cadence, since, until)
    if not rule.working_days:
        return [(each, each.ends_on) for each in found]
    return [
        (each, due_on(each, told))
        for each in found
        if cadence is not Cadence.DAY or works(each.begins_on, told)
    ]


async def read_calendar(conn: AsyncConnection[Any]) -> dict[date, bool]:
    """Read on which days it is worked, or not, otherwise than usual."""
    rows = await tuples(conn, "select day, works from working_day")
    return dict(rows)

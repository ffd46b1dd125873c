"""What is too old is dropped: positions by whole days, and much later what was computed of them."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from psycopg import AsyncConnection, errors

from gis_gov.access.entry import Entry, write_within
from gis_gov.days import day_of, start_of, today
from gis_gov.db.run import scalar, sql_file, tuples
from gis_gov.settings import Settings

_PACKAGE: Final = __package__ or ""
TRIES: Final = 20
"""So often it is tried to get between those who read and write positions."""
AGAIN_S: Final = (0.5, 3.0)
PATROLS_AT_ONCE: Final = 2_000
DERIVED_AT_ONCE: Final = 5_000


class StillUsed(Exception):
    """Somebody works with positions all the time; what is left is dropped the next time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The first days (UTC+8) of which positions and patrols are kept; None: all of them."""

    positions_from: date | None
    patrols_from: date | None


def kept_by(settings: Settings) -> Kept:
    """Return what is kept today."""
    return Kept(*map(_first, (settings.positions_kept_days, settings.patrols_kept_days)))


def _first(kept_days: int) -> date | None:
    return today() - timedelta(days=kept_days) if kept_days else None


async def droppable(conn: AsyncConnection[Any], before: date) -> list[date]:
    """Return the days that `drop_days` would drop; for the owner of the tables."""
    rows = await tuples(conn, "select d from droppable_days(%(before)s) as d", {"before": before})
    return [day for (day,) in rows]


async def drop_days(
    conn: AsyncConnection[Any], before: date, actor: str, reason: str | None = None
) -> AsyncIterator[date]:
    """Drop the days of positions before one; give each as it is dropped, and on record.

    Raises:
        StillUsed: others were always in the way.

    """
    while (day := await _drop_oldest(conn, before, actor, reason)) is not None:
        yield day


async def _drop_oldest(
    conn: AsyncConnection[Any], before: date, actor: str, reason: str | None
) -> date | None:
    for _ in range(TRIES):
        try:
            async with conn.transaction():
                day: date | None = await scalar(
                    conn, "select expire_positions(%(before)s)", {"before": before}
                )
                if day is not None:
                    entry = Entry("position.drop", "ok", "position", str(day), reason)
                    await write_within(conn, entry, actor=actor, client=None)
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            await asyncio.sleep(random.uniform(*AGAIN_S))  # noqa: S311 - no secret
        else:
            return day
    raise StillUsed


async def forget_days(conn: AsyncConnection[Any]) -> None:
    """Delete the lines, last positions and what else is kept of days that were dropped.

    Crossings and alarms of them stay, but for their places.
    """
    while await scalar(conn, "select forget_dropped_day()") is not None:
        pass
    while await scalar(conn, "select forget_places(%(most)s)", {"most": DERIVED_AT_ONCE}):
        pass


async def count_patrols(conn: AsyncConnection[Any], before: date) -> int:
    """Return how many patrols `drop_patrols` would delete."""
    asked = {"before": start_of(before)}
    return int(await scalar(conn, sql_file(_PACKAGE, "count_patrols"), asked))


async def drop_patrols(
    conn: AsyncConnection[Any], before: date, actor: str, reason: str | None = None
) -> int:
    """Delete the patrols that began before a day, with their figures; return how many.

    Tasks, crossings, alarms and where it was walked go before them.
    """
    derived = {"before": start_of(before), "most": DERIVED_AT_ONCE}
    while await _drop_on_record(conn, "forget_before", derived, actor, reason):
        pass
    patrols = {"before": start_of(before), "most": PATROLS_AT_ONCE}
    dropped = 0
    while number := await _drop_on_record(conn, "drop_patrols", patrols, actor, reason):
        dropped += number
    return dropped


async def _drop_on_record(
    conn: AsyncConnection[Any],
    statement: str,
    values: Mapping[str, Any],
    actor: str,
    reason: str | None,
) -> int:
    """Drop some rows, and write that down; return how many."""
    async with conn.transaction():
        number = int(await scalar(conn, sql_file(_PACKAGE, statement), values))
        if number:
            detail = {"before": str(day_of(values["before"])), "rows": number}
            kind = "patrols" if statement == "drop_patrols" else "derived"
            entry = Entry("patrol.drop", "ok", kind, None, reason, detail)
            await write_within(conn, entry, actor=actor, client=None)
    return number

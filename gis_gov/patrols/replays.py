"""Whether a worker's day was told before: by himself or another one, of another time.

What is kept of each day to find that is a function of its fixes alone. Whoever changes it notes the
days that have it in common as due, before and after it is committed: so of two days that are made
at once, the one that is ready first is made anew.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.days import end_of, start_of
from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.geo.arrays import Mask, Positions
from gis_gov.geo.track.retold import Shingles, joined, prints_of, retold, shingles_of
from gis_gov.patrols.worker_day import WorkerFixes, read_worker_fixes

_PACKAGE: Final = __package__ or ""
COMPARED_MOST: Final = 8
"""With so many days one is compared: those that have most in common with it."""


@dataclass(frozen=True, slots=True)
class _Day:
    worker_id: int
    day: date


async def keep_prints(conn: AsyncConnection[Any], worker_id: int, day: date) -> list[int]:
    """Keep what a day is known by, in a transaction of its own; return what is new of it, or gone.

    The days that have that in common are noted as due.
    """
    told = await read_worker_fixes(conn, worker_id, start_of(day), end_of(day))
    prints = await asyncio.to_thread(_prints, told)
    values = {
        "worker_id": worker_id,
        "day": day,
        "print": prints.print.tolist(),
        "time_s": prints.time_s.tolist(),
    }
    rows = await tuples(conn, sql_file(_PACKAGE, "put_prints"), values)
    changed = [number for (number,) in rows]
    await note_prints(conn, worker_id, day, changed)
    return changed


async def note_prints(
    conn: AsyncConnection[Any], worker_id: int, day: date, prints: list[int]
) -> None:
    """Note the other days as due that have something in common with a day."""
    if prints:
        values = {"worker_id": worker_id, "day": day, "prints": prints}
        await conn.execute(sql_file(_PACKAGE, "note_prints"), values)


async def find_replayed(
    conn: AsyncConnection[Any], worker_id: int, day: date, told: WorkerFixes
) -> Mask:
    """Mark the fixes of a day that were told before of another time."""
    asked = {"worker_id": worker_id, "day": day, "most": COMPARED_MOST}
    days = await rows_of(conn, _Day, sql_file(_PACKAGE, "told_before"), asked)
    compared = [
        await read_worker_fixes(conn, each.worker_id, start_of(each.day), end_of(each.day))
        for each in days
    ]
    return await asyncio.to_thread(_replayed, told, compared)


def _replayed(told: WorkerFixes, compared: list[WorkerFixes]) -> Mask:
    before = joined(
        [
            shingles_of(each.fixes.only(rows))
            for each in (told, *compared)
            for rows in _rows_by_device(each)
        ]
    )
    marked = np.zeros(len(told), dtype=np.bool_)
    for rows in _rows_by_device(told):
        marked[rows] = retold(told.fixes.only(rows), before)
    return marked


def _prints(told: WorkerFixes) -> Shingles:
    whole = joined([prints_of(told.fixes.only(rows)) for rows in _rows_by_device(told)])
    # Of what two devices tell, the first time.
    order = np.lexsort((whole.time_s, whole.print))
    first = np.unique(whole.print[order], return_index=True)[1]
    return Shingles(whole.print[order][first], whole.time_s[order][first])


def _rows_by_device(told: WorkerFixes) -> list[Positions]:
    return [np.flatnonzero(told.device == device) for device in np.unique(told.device)]

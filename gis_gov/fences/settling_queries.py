"""Every statement that settles alarms of who was inside."""

from collections import defaultdict
from collections.abc import Mapping
from math import inf
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import sql_file, tuples
from gis_gov.fences.settling import NEAR_S, Raised, Settled, Stay

_PACKAGE: Final = __package__ or ""
DUE_MAX: Final = 500
"""So many notes are taken at a time."""
STAY_S: Final = 7 * 86_400.0
"""Stays and alarms that last for longer are let be."""

WorkerFence = tuple[int, int]
"""A worker, and a fence, by their ids."""
Span = tuple[float, float]
"""From when to when (s since 1970)."""


async def take_due(conn: AsyncConnection[Any]) -> dict[WorkerFence, Span]:
    """Take whose stays in which fences may be others now, and those of which time."""
    rows = await tuples(conn, sql_file(_PACKAGE, "take_alarm_due"), {"most": DUE_MAX})
    return {(worker, fence): (first_s, last_s) for worker, fence, first_s, last_s in rows}


async def read_stays(
    conn: AsyncConnection[Any], due: Mapping[WorkerFence, Span]
) -> Mapping[WorkerFence, list[Stay]]:
    """Read the stays that are due."""
    stays: defaultdict[WorkerFence, list[Stay]] = defaultdict(list)
    rows = await tuples(conn, sql_file(_PACKAGE, "stays"), _columns(due))
    for worker, fence, entered_id, in_s, out_s in rows:
        stays[worker, fence].append(Stay(entered_id, in_s, inf if out_s is None else out_s))
    return stays


async def read_alarms(
    conn: AsyncConnection[Any], due: Mapping[WorkerFence, Span]
) -> Mapping[WorkerFence, list[Raised]]:
    """Read the alarms of who was inside that may be of what is due."""
    alarms: defaultdict[WorkerFence, list[Raised]] = defaultdict(list)
    rows = await tuples(conn, sql_file(_PACKAGE, "alarms_inside"), _columns(due))
    for worker, fence, *alarm in rows:
        alarms[worker, fence].append(Raised(*alarm))
    return alarms


async def put_settled(conn: AsyncConnection[Any], settled: Settled) -> None:
    """Raise what is missing, withdraw what was not so, and tell of the others when it was."""
    if settled.missing:
        missing = {
            "entered_id": [stay.entered_id for stay in settled.missing],
            "out_s": [stay.out_s for stay in settled.missing],
        }
        await conn.execute(sql_file(_PACKAGE, "open_passed"), missing)
    if settled.wrong:
        await conn.execute(sql_file(_PACKAGE, "withdraw_alarms"), {"ids": list(settled.wrong)})
    if settled.changed:
        stays = settled.changed.values()
        changed = {
            "id": list(settled.changed),
            "in_s": [stay.in_s for stay in stays],
            "out_s": [None if stay.out_s == inf else stay.out_s for stay in stays],
        }
        await conn.execute(sql_file(_PACKAGE, "change_alarms"), changed)


def _columns(due: Mapping[WorkerFence, Span]) -> dict[str, list[Any]]:
    return {
        "worker_id": [worker for worker, _ in due],
        "fence_id": [fence for _, fence in due],
        "entered_s": [first_s - STAY_S for first_s, _ in due.values()],
        "first_s": [first_s - NEAR_S for first_s, _ in due.values()],
        "last_s": [last_s + NEAR_S for _, last_s in due.values()],
    }

"""Every statement that settles alarms of who was inside."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import sql_file, tuples
from gis_gov.fences.alarming import KEPT_S
from gis_gov.fences.settling import Raised, Settled, Stay

_PACKAGE: Final = __package__ or ""
ENTERED_S: Final = 7 * 86_400.0
"""Of who came in before that, and had no alarm, none is raised any more."""

WorkerFence = tuple[int, int]
"""A worker, and a fence, by their ids."""


async def take_due(conn: AsyncConnection[Any]) -> dict[WorkerFence, float]:
    """Take whose stays in which fences may be others now, and since when."""
    rows = await tuples(conn, sql_file(_PACKAGE, "take_alarm_due"))
    return {(worker, fence): since_s for worker, fence, since_s in rows}


async def read_alarms(
    conn: AsyncConnection[Any], due: Mapping[WorkerFence, float]
) -> Mapping[WorkerFence, list[Raised]]:
    """Read the alarms of who was inside that may be of what is due."""
    alarms: defaultdict[WorkerFence, list[Raised]] = defaultdict(list)
    rows = await tuples(conn, sql_file(_PACKAGE, "alarms_inside"), _columns(due))
    for worker, fence, *alarm in rows:
        alarms[worker, fence].append(Raised(*alarm))
    return alarms


async def read_stays(
    conn: AsyncConnection[Any],
    due: Mapping[WorkerFence, float],
    alarms: Mapping[WorkerFence, Sequence[Raised]],
) -> Mapping[WorkerFence, list[Stay]]:
    """Read the stays of some, from some time before they are due; those of their alarms anyhow."""
    asked = _columns(due)
    asked["entered_s"] = [
        min([since_s, *(alarm.since_s for alarm in alarms.get(each, ()))]) - ENTERED_S
        for each, since_s in due.items()
    ]
    stays: defaultdict[WorkerFence, list[Stay]] = defaultdict(list)
    rows = await tuples(conn, sql_file(_PACKAGE, "stays"), asked)
    for worker, fence, entered_id, in_s, out_s in rows:
        stays[worker, fence].append(Stay(entered_id, in_s, inf if out_s is None else out_s))
    return stays


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


def _columns(due: Mapping[WorkerFence, float]) -> dict[str, list[Any]]:
    return {
        "worker_id": [worker for worker, _ in due],
        "fence_id": [fence for _, fence in due],
        # Of what was before, too: an alarm may have lasted until long after its stay.
        "since_s": [since_s - KEPT_S for since_s in due.values()],
    }

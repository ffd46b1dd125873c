"""Alarms are made to be as if all fixes had come in time."""

from typing import Any, Final

import structlog
from psycopg import AsyncConnection

from gis_gov.fences import settling_queries as queries
from gis_gov.fences.known_now import Now
from gis_gov.fences.settling import Settled, settle
from gis_gov.fences.stays_alone import read_alone
from gis_gov.fences.stays_inside import read_inside
from gis_gov.fences.stays_outside import read_outside

log = structlog.get_logger()

ROUNDS: Final = 10
"""So often some are taken, at a look."""


async def settle_due(conn: AsyncConnection[Any], now: Now) -> None:
    """Settle what is due of who was inside, away or alone.

    What can't be settled together is settled one by one. What can't be at all stays due, and keeps
    no other alarm from being raised.
    """
    for _ in range(ROUNDS):
        due = await queries.take_due(conn, now.at_s)
        if not due:
            return
        if await _is_settled(conn, due, now):
            continue
        failed = [
            (pair, since_s)
            for pair, since_s in due.items()
            if not await _is_settled(conn, {pair: since_s}, now)
        ]
        await queries.put_due(conn, failed)
        if failed:
            return


async def _is_settled(conn: AsyncConnection[Any], due: queries.Due, now: Now) -> bool:
    try:
        async with conn.transaction():
            await _settle(conn, due, now)
    except Exception:
        if conn.closed:
            raise
        log.exception("alarms not settled", due=len(due))
        return False
    return True


async def _settle(conn: AsyncConnection[Any], due: queries.Due, now: Now) -> None:
    for expected in (
        await read_inside(conn, due, now),
        await read_outside(conn, due, now),
        await read_alone(conn, due, now),
    ):
        alarms = await queries.read_alarms(conn, expected)
        settled = {
            pair: Settled(over=[each.id for each in alarms.get(pair, ()) if each.is_open])
            if pair in expected.unwatched
            else settle(expected.stays.get(pair, ()), alarms.get(pair, ()))
            for pair in sorted(expected.stays.keys() | alarms.keys())
        }
        await queries.put_settled(conn, expected.kind, settled, now.at_s)

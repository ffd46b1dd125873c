"""Alarms are made to be as if all fixes had come in time."""

from typing import Any

import structlog
from psycopg import AsyncConnection

from gis_gov.fences import settling_queries as queries
from gis_gov.fences.known_now import Now
from gis_gov.fences.settling import settle
from gis_gov.fences.stays_alone import read_alone
from gis_gov.fences.stays_inside import read_inside
from gis_gov.fences.stays_outside import read_outside

log = structlog.get_logger()


async def settle_due(conn: AsyncConnection[Any], now: Now) -> None:
    """Settle what is due of who was inside, away or alone.

    What can't be settled stays due, and keeps no other alarm from being raised.
    """
    try:
        async with conn.transaction():
            due = await queries.take_due(conn)
            if due:
                await _settle(conn, due, now)
    except Exception:
        if conn.closed:
            raise
        log.exception("alarms not settled")


async def _settle(conn: AsyncConnection[Any], due: queries.Due, now: Now) -> None:
    for expected in (
        await read_inside(conn, due, now),
        await read_outside(conn, due, now),
        await read_alone(conn, due, now),
    ):
        alarms = await queries.read_alarms(conn, expected)
        for pair in sorted(expected.stays.keys() | alarms.keys()):
            stays, raised = expected.stays.get(pair, ()), alarms.get(pair, ())
            settled = settle(stays, raised)
            await queries.put_settled(conn, expected.kind, pair, settled, now.at_s)

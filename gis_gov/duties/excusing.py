"""A task is excused, and its line matched anew: a patrol may fulfil another one now."""

from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.again import again_if_given_up
from gis_gov.db.run import sql_file, tuples
from gis_gov.duties.judging import match_line
from gis_gov.duties.judging_queries import Line, read_line

_PACKAGE: Final = __package__ or ""


async def excuse(conn: AsyncConnection[Any], number: int, reason: str) -> bool:
    """Note why a task need not be done; say whether it could be: not of one that is done."""
    return await again_if_given_up(lambda: _excuse(conn, number, reason))


async def _excuse(conn: AsyncConnection[Any], number: int, reason: str) -> bool:
    async with conn.transaction():
        found = await tuples(conn, sql_file(_PACKAGE, "line_of_task"), {"id": number})
        if not found:
            return False
        rule_code, object_id, begins_at, of_worker = found[0]
        line = Line(rule_code, object_id, of_worker)
        # All tasks of the line in one order, as everybody locks them: not this one first.
        await read_line(conn, line, begins_at)
        values = {"id": number, "reason": reason}
        if not (await conn.execute(sql_file(_PACKAGE, "excuse_task"), values)).rowcount:
            return False
        await match_line(conn, line, begins_at)
        return True

"""Who asks for shifts while they are read gets what was written before he asked."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest

from gis_gov.db.pool import Pool
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.settings import Settings

pytestmark = pytest.mark.anyio

NEVER = """
    insert into shift (worker_id, kind, weekdays, begins, ends, valid_from)
    values (1, 'leave', '{1,2,3,4,5,6,7}', '00:00', '00:00', '2026-01-01')
"""
WAITS = (
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


async def test_nobody_is_told_the_old_ones_while_they_are_read_anew(people_url: str) -> None:
    now = datetime.now(UTC)
    async with Pool(people_url, Settings(pool_min=1, pool_max=3)) as pool:
        memory = ShiftMemory(pool, lambda: 1, unless_told=True)
        assert (await memory.newest()).is_on(1, now)
        with psycopg.connect(people_url) as writer, psycopg.connect(people_url) as other:
            writer.execute(NEVER)
            # So a reader waits until it is committed.
            writer.execute("lock table shift in access exclusive mode")
            await memory.hear("1")
            first = asyncio.create_task(memory.newest())
            while not other.execute(WAITS).rowcount:
                other.rollback()
                await asyncio.sleep(0.01)
            second = asyncio.create_task(memory.newest())
            done, _ = await asyncio.wait([second], timeout=0.1)
            assert not done
            writer.commit()
        for asked in (first, second):
            assert not (await asked).is_on(1, now)
        assert not (await memory.newest()).is_on(1, now)
        await memory.end()

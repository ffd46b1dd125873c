"""Events of a time are counted from the index alone, whoever counts them: no row is fetched."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.counting.cell_queries import count_by_cell
from gis_gov.counting.question import Question
from gis_gov.counting.timed_cells import read_cells
from gis_gov.db.run import tuples
from gis_gov.db.scope import bind
from gis_gov.interval import Interval
from gis_gov.statistics.parts import Question as Wanted
from gis_gov.statistics.parts import Scope, parts_of
from gis_gov.statistics.timed_queries import read_events
from tests.conftest import TestServer
from tests.seen_by_all import vacuum

pytestmark = pytest.mark.anyio

EVENTS = 50_000
FILL = """
    insert into event (code, reported_at, geom, cell, grid_id, area_id, department)
    select
        'E' || n,
        timestamptz '2026-01-01' + n %% 365 * interval '1 day',
        st_point(113 + n / 1e6, 23, 4490),
        631000000000000000 + n %% 5000,
        n %% 40,
        n %% 4,
        case n %% 3 when 0 then 'fire' end
    from generate_series(1, %s) as n
"""
READ = """
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    from pg_stat_xact_user_tables where relname = 'event'
"""
DAYS = Interval(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC))
TIMES = [
    DAYS,
    Interval(datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
    Interval(datetime(2026, 11, 1, tzinfo=UTC), None),
]
AREA = frozenset({1})
ACTORS = [
    Actor("all", (Grant("commander"),)),
    Actor("area", (Grant("supervisor", "x", AREA),)),
    Actor("department", (Grant("department_officer", department="fire"),)),
    Actor("both", (Grant("department_officer", "x", AREA, department="fire"),)),
]


@pytest.fixture(scope="module")
def filled_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("set session_replication_role = replica")
            # A page is all visible once the commit that wrote it is on the disk.
            conn.execute("set synchronous_commit = on")
            conn.execute(FILL, [EVENTS])
        vacuum(url, "event")
        yield url


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.name)
async def test_no_row_is_fetched(filled_url: str, actor: Actor) -> None:
    async with await psycopg.AsyncConnection.connect(filled_url, autocommit=True) as conn:
        await conn.execute("set role gis_gov_app")
        await bind(conn, actor.scope)
        async with conn.transaction():
            counts = await count_by_cell(conn, Question(actor, "events", 9, None, DAYS, 200_000))
            assert counts
            assert 0 < sum(counts.cells.values()) < EVENTS / 20
            assert await (await conn.execute(READ)).fetchone() == (0,)
        heat = Question(actor, "events", 9, None, None, 200_000)
        for times in (TIMES[:1], TIMES):
            wanted = Wanted(actor, [], "grid", Scope(), None)
            async with conn.transaction():
                by_cell = await read_cells(conn, heat, times)
                assert by_cell.within(DAYS) == counts
                assert await (await conn.execute(READ)).fetchone() == (0,)
                by_grid = await read_events(conn, wanted, times)
                found = sum(by_grid.within(DAYS).values())
                assert found == sum(counts.cells.values())
                assert await (await conn.execute(READ)).fetchone() == (0,)
        async with conn.transaction():
            (events,) = parts_of(Wanted(actor, ["events"], "grid", Scope(), DAYS))
            assert await tuples(conn, events)
            assert await (await conn.execute(READ)).fetchone() == (0,)

"""What lies at the edge of a box or a polygon is found by an index, under the row policies, too.

There no index serves a box that is made of another row's columns (`db/leakproof.py`): without one
by cell, or by what else is asked for, a table is read whole, once for each cell that the edge cuts.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from psycopg import AsyncConnection
from shapely.geometry import Polygon
from sqlalchemy import func, literal

from gis_gov.access.actor import Actor
from gis_gov.access.memory import ActorMemory
from gis_gov.counting.cell_queries import count_by_cell
from gis_gov.counting.question import Question
from gis_gov.db.metadata import SRID
from gis_gov.db.pool import Pool
from gis_gov.db.run import scalar
from gis_gov.geo.bbox import BBox
from gis_gov.settings import Settings
from gis_gov.statistics.kept_in_polygon import count_in_polygon
from tests.signed_in import every_point_has_its_cell, make_key

pytestmark = pytest.mark.anyio

LAYERS = ("addresses", "persons", "houses", "enterprises", "cameras", "centres", "pois", "events")
MIDDLE = "select st_x(geom), st_y(geom) from address order by code offset 50 limit 1"
READ_WHOLE = """
    select coalesce(sum(seq_scan), 0)::integer from pg_stat_xact_user_tables
    where relname in ('address', 'person', 'house', 'enterprise', 'resource', 'event')
"""

Ask = Callable[[AsyncConnection[Any], Actor, str, BBox], Awaitable[int]]


async def in_a_box(conn: AsyncConnection[Any], actor: Actor, layer: str, bbox: BBox) -> int:
    found = await count_by_cell(conn, Question(actor, layer, 10, bbox, None, 100_000))
    assert found is not None
    return sum(found.cells.values())


async def in_a_polygon(conn: AsyncConnection[Any], actor: Actor, layer: str, bbox: BBox) -> int:
    drawn = Polygon([(bbox.west, bbox.south), (bbox.east, bbox.south), (bbox.east, bbox.north)])
    shape = func.st_geomfromtext(literal(drawn.wkt), SRID)
    found: int = await scalar(conn, count_in_polygon(actor, layer, shape, bbox))
    return found


@pytest.fixture
async def pool(sample_url: str) -> AsyncIterator[Pool]:
    await every_point_has_its_cell(sample_url)
    async with Pool(sample_url, Settings(pool_min=1, pool_max=2)) as opened:
        yield opened


@pytest.mark.parametrize("ask", [in_a_box, in_a_polygon])
async def test_no_table_is_read_whole(pool: Pool, sample_url: str, ask: Ask) -> None:
    actor = await ActorMemory(pool, lambda: 0, Settings()).of_key(make_key(sample_url, "commander"))
    assert actor is not None
    found = {}
    for layer in LAYERS:
        async with pool.connection(actor.scope) as conn, conn.transaction():
            # The sample's tables are small: PostgreSQL would read them whole, and be right.
            await conn.execute("set local enable_seqscan = off")
            ((lon, lat),) = await (await conn.execute(MIDDLE)).fetchall()
            bbox = BBox(lon - 0.003, lat - 0.003, lon + 0.0031, lat + 0.0032)
            before = await scalar(conn, READ_WHOLE)
            found[layer] = await ask(conn, actor, layer, bbox)
            assert await scalar(conn, READ_WHOLE) == before, layer
    assert sum(found.values()) > 100

"""Whatever is written: a tile that is drawn otherwise afterwards has a new version."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gis_gov.changes.feed import ChangeFeed
from gis_gov.db.cells import PLACED, fill_missing_cells
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.settings import Settings
from gis_gov.tiles.layers import LAYERS
from gis_gov.tiles.queries import tile_parameters
from tests.conftest import TestServer
from tests.registry.conftest import write_people

pytestmark = pytest.mark.anyio

# Where workers are, and were, is announced in a way of its own: see test_movement_follows.py.
KINDS_OF = {
    "areas": {"area"},
    "grids": {"grid", "area"},
    "area_labels": {"area"},
    "grid_labels": {"grid"},
    "addresses": {"address"},
    "houses": {"house", "address"},
    "enterprises": {"enterprise", "address"},
    "persons": {"person", "address", "grid"},
    "cameras": {"resource"},
    "camera_sectors": {"resource"},
    "centres": {"resource"},
    "pois": {"resource"},
    "events": {"event"},
}
WORLD = """
    insert into resource (id, code, kind, name, class, geom) values
    (1, 'C1', 'camera', 'c', null, st_point(113.15, 22.05, 4490)),
    (2, 'Z1', 'centre', 'z', null, st_point(113.05, 22.05, 4490)),
    (3, 'O1', 'poi', 'o', null, st_point(113.0999, 22.05, 4490));
    insert into resource (id, code, kind, name, range_m, geom) values
    (4, 'C4', 'camera', 'wide', 3000, st_point(113.16, 22.06, 4490));
    insert into event (id, code, reported_at, state, class_id, geom) values
    (1, 'E1', '2026-01-01', 'pending', 1, st_point(113.15, 22.05, 4490)),
    (2, 'E2', '2026-01-01', 'closed', null, st_point(113.1501, 22.05, 4490)),
    (3, 'E3', '2026-01-01', 'closed', null, st_point(113.03, 22.03, 4490));
"""
PLACES = [
    (113.15, 22.05),
    (113.1512345, 22.0554321),
    (113.03, 22.03),
    (113.0999, 22.05),
    (113.3, 22),
]
DRAW = sql.SQL("""
    select z, x, y, {}(z, x, y, %(query)s::json)
    from unnest(%(z)s::integer[], %(x)s::integer[], %(y)s::integer[]) as t (z, x, y)
""")
ZOOMS = (0, 9, 12, 13, 14, 15, 17)

WRITES = [
    "update event set state = 'handling' where id = 1",
    "update event set geom = st_point(113.03, 22.031, 4490) where id = 1",
    "update event set state = 'rejected' where id = 2",
    "delete from event where id = 3",
    "update event_class set name = 'x'",
    "truncate event",
    (
        "insert into event (id, code, reported_at, geom)"
        " select n, 'n' || n, now(), st_point(113.1 + n / 10000.0, 22.05, 4490)"
        " from generate_series(10, 400) as n"
    ),
    "update resource set name = 'x' where id = 1",
    "update resource set range_m = 900, azimuth_deg = 45, field_of_view_deg = 60 where id = 1",
    "update resource set range_m = null where id = 4",
    "update resource set geom = st_point(113.3, 22, 4490) where id = 3",
    "update resource set kind = 'poi' where id = 2",
    "delete from resource",
    "update address set full_text = 'x' where id = 1",
    "update address set level = 62 where id = 1",
    "update address set geom = st_point(113.3, 22, 4490) where id in (2, 3)",
    "update address set geom = st_point(113.1501, 22.0501, 4490) where id = 1",
    "update address set geom = null where id = 3",
    (
        "insert into address (id, code, full_text, level, geom)"
        " values (9, 'A9', 'x', 40, st_point(113.3, 22, 4490))"
    ),
    (
        "insert into person (code, name, address_id) select 'p' || n, 'x', n % 3 + 1"
        " from generate_series(1, 150) as n"
    ),
    "update person set address_id = 3 where code = 'P1'",
    "delete from person where code = 'P3'",
    "insert into house (id, code, kind, parent_id, address_id) values (9, 'H9', 'dwelling', 1, 3)",
    (
        "update house set geom = st_multi(st_makeenvelope(113.0299, 22.0299, 113.03, 22.03, 4490))"
        " where id = 1"
    ),
    "update house set address_id = 3, geom = null where id = 1",
    "update person set house_id = null; delete from house where id = 2",
    "update enterprise set risk_class = 'x'",
    "update enterprise set address_id = 3",
    "update grid set name = 'x' where id = 1",
    "update grid set geom = st_multi(st_makeenvelope(113.1, 22, 113.15, 22.1, 4490)) where id = 1",
    "update grid set valid_to = '2026-01-01' where id = 2",
    "delete from grid where id = 2",
    "update area set name = 'x' where id = 2",
    "update area set code = '440199001009' where id = 3",
    "update area set geom = null where id = 2",
    (
        "insert into area (id, code, name, level, parent_id, geom) values"
        " (9, '440199001003', 'x', 'community', 1,"
        " st_multi(st_makeenvelope(113.2, 22, 113.4, 22.1, 4490)))"
    ),
    "delete from person; delete from enterprise; delete from house; truncate address cascade",
]


@dataclass(frozen=True)
class Drawn:
    """A database to be copied only, and every layer's tiles of what is in it."""

    url: str
    before: dict[tuple[str, Tile], bytes]


@pytest.fixture(scope="module")
async def written(postgis: TestServer) -> AsyncIterator[Drawn]:
    with postgis.database() as url:
        write_people(url)
        with psycopg.connect(url) as connection:
            connection.execute(WORLD)
        async with Pool(url, Settings()) as opened:
            before = await drawn(opened)
        yield Drawn(url, before)


@pytest.fixture
def own_database_url(postgis: TestServer, written: Drawn) -> Iterator[str]:
    with postgis.database(written.url) as url:
        yield url


@pytest.fixture
async def pool(own_database_url: str) -> AsyncIterator[Pool]:
    async with Pool(own_database_url, Settings()) as opened:
        yield opened


def tiles() -> set[Tile]:
    """Return the tiles over some places, and those beside them."""
    found = set[Tile]()
    for zoom in ZOOMS:
        for lon, lat in PLACES:
            middle = tile_at(lon, lat, zoom)
            found.add(middle)
            if zoom >= 12:
                found |= {Tile(zoom, middle.x + step, middle.y) for step in (-1, 1)}
                found |= {Tile(zoom, middle.x, middle.y + step) for step in (-1, 1)}
    return found


async def drawn(pool: Pool) -> dict[tuple[str, Tile], bytes]:
    """Draw every layer's tiles, once the server has given cells to what was written."""
    found: dict[tuple[str, Tile], bytes] = {}
    # All tiles of a layer at once: thousands of statements would take longer than what they draw.
    asked = {name: [getattr(tile, name) for tile in tiles()] for name in ("z", "x", "y")}
    asked["query"] = tile_parameters(Tile(0, 0, 0))["query"]
    async with pool.connection(SYSTEM) as conn:
        for table in PLACED:
            await fill_missing_cells(conn, table)
        for layer in KINDS_OF:
            query = DRAW.format(sql.Identifier(f"tile_{layer}"))
            async for z, x, y, tile in await conn.execute(query, asked, binary=True):
                found[layer, Tile(z, x, y)] = bytes(tile or b"")
    return found


@pytest.mark.parametrize("statement", WRITES)
async def test_no_tile_that_changes_keeps_its_version(
    own_database_url: str, pool: Pool, written: Drawn, statement: Any
) -> None:
    feed, before = ChangeFeed(pool, 24, lambda: 1), written.before
    await feed.hear("")
    versions = {
        (layer, tile): feed.versions.version(KINDS_OF[layer], tile) for layer, tile in before
    }
    with psycopg.connect(own_database_url) as connection:
        connection.execute(statement)
    after = await drawn(pool)
    await feed.hear("")
    changed = {key for key in before if before[key] != after[key]}
    assert changed, "the write is to be seen"
    kept = {
        (layer, tile)
        for layer, tile in changed
        if feed.versions.version(KINDS_OF[layer], tile) <= versions[layer, tile]
    }
    assert not kept


def test_every_layer_is_looked_at() -> None:
    assert set(KINDS_OF) == set(LAYERS) - {"workers", "tracks"}

"""What others wrote a moment ago, and has no cell yet, is in the clusters at the very next read."""

import asyncio
from typing import Any, LiteralString

import mapbox_vector_tile
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import tuple_row

from gis_gov.access.actor import Actor
from gis_gov.access.queries import read_grants, read_key
from gis_gov.access.tokens import token_hash
from gis_gov.db.scope import bind
from gis_gov.geo.cells import cells_of
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from gis_gov.tiles.queries import tile_parameters, tile_query
from tests.signed_in import make_key
from tests.tiles.district import SOUTH, WEST, World

ZOOMS = (0, 6, 10, 11, 12, 13, 14, 15)
GATHERED = ("addresses", "houses", "enterprises", "persons", "events", "cameras", "pois", "centres")
COMMUNITY, GRID = "440199001001", "4401990010011003"
ROOMS_FACES_CLASSES: LiteralString = """
    insert into house (code, kind, address_id)
    select 'D' || n, 'dwelling', n from generate_series(10, 40) as n;
    update address set level = case when id % 3 = 0 then 62 else 43 end;
    update address set valid_to = '2026-01-01' where id % 50 = 49;
    insert into enterprise (code, name, address_id)
    select 'F1' || n, '某', n from generate_series(10, 60) as n;
    insert into resource (code, kind, name, class, geom, cell)
    select k.kind || n, k.kind, '某', case when k.kind = 'camera' and n % 2 = 0 then '人脸' end,
        a.geom, a.cell
    from generate_series(1, 60) as n
    inner join address as a on a.id = n
    cross join (values ('camera'), ('poi'), ('centre')) as k (kind);
    update event set department = case id % 3 when 0 then 'D1' when 1 then 'D2' end;
    update person
    set person_class = (array['service', 'control', 'rely', 'other'])[1 + id % 4];
"""
HALF = sql.SQL("select id, st_x(geom), st_y(geom) from {} where id % 2 = 0")
FILL = sql.SQL("""
    update {} as t set cell = f.cell
    from unnest(%s::bigint[], %s::bigint[]) as f (id, cell) where t.id = f.id
""")
TABLES = ("address", "resource", "event")
WHO: dict[str, tuple[str, dict[str, Any]]] = {
    "commander": ("commander", {}),
    "commander of a community": ("commander", {"area": COMMUNITY}),
    "commander of a grid": ("commander", {"grid": GRID}),
    "commander of classes": ("commander", {"classes": ["control", "rely"]}),
    "commander of a class in a grid": ("commander", {"classes": ["other"], "grid": GRID}),
    "supervisor": ("supervisor", {"area": COMMUNITY}),
    "grid worker": ("grid_worker", {"grid": GRID}),
    "officer": ("department_officer", {}),
    "officer of a department": ("department_officer", {"department": "D1"}),
    "officer of classes": ("department_officer", {"classes": ["control"]}),
    "editor": ("editor", {}),
    "analyst": ("analyst", {}),
    "weather officer": ("weather_officer", {}),
    "screen": ("screen", {}),
}
Told = dict[tuple[str, int], int]


def tiles_over(zoom: int) -> list[Tile]:
    first = tile_at(WEST - 0.001, SOUTH + 0.021, zoom)
    last = tile_at(WEST + 0.031, SOUTH - 0.001, zoom)
    return [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


async def told_to(url: str, key: str, layers: tuple[str, ...] = GATHERED) -> Told:
    """Add up what all tiles tell the holder of a key, layer by layer and zoom by zoom."""
    totals: Told = {}
    async with await psycopg.AsyncConnection.connect(url, row_factory=tuple_row) as conn:
        found = await read_key(conn, token_hash(key))
        assert found
        grants = await read_grants(conn, key_id=found.key_id)
        await conn.execute("set role gis_gov_app")
        await bind(conn, Actor("test", tuple(grants), key_id=found.key_id).scope)
        for layer in layers:
            for zoom in (z for z in ZOOMS if z < LAYERS[layer].single_zoom):
                totals[layer, zoom] = 0
                for tile in tiles_over(zoom):
                    asked = await conn.execute(tile_query([layer]), tile_parameters(tile))
                    row = await asked.fetchone()
                    assert row
                    totals[layer, zoom] += sum(counts_of(row[0]))
    return totals


def counts_of(tile: bytes | None) -> list[int]:
    layers = mapbox_vector_tile.decode(bytes(tile or b"")).values()
    return [each["properties"].get("count", 1) for layer in layers for each in layer["features"]]


@pytest.fixture
def url(world: World) -> str:
    with psycopg.connect(world.url) as conn:
        conn.execute(ROOMS_FACES_CLASSES)
    return world.url


def take_cells(url: str) -> None:
    """Leave all things as psql would have written them."""
    with psycopg.connect(url) as conn:
        for table in TABLES:
            conn.execute(sql.SQL("update {} set cell = null").format(sql.Identifier(table)))


@pytest.mark.parametrize("who", WHO)
def test_everybody_is_told_the_same_with_cells_and_without(url: str, who: str) -> None:
    role, limits = WHO[who]
    key = make_key(url, role, **limits)
    before = asyncio.run(told_to(url, key))
    take_cells(url)
    assert asyncio.run(told_to(url, key)) == before
    # A weather officer reads things, and counts none.
    assert (sum(before.values()) > 0) == (who != "weather officer")


def test_what_psql_writes_is_in_the_clusters_at_once(url: str) -> None:
    key = make_key(url, "commander")
    before = asyncio.run(told_to(url, key))
    with psycopg.connect(url) as conn:
        conn.execute("""
            insert into address (code, full_text, level, geom) values
            ('new-1', '新路1号', 43, st_point(113.3051, 22.9451, 4490)),
            ('new-2', '新路2号', 43, st_point(113.3151, 22.9551, 4490)),
            ('nowhere', '无处', 43, null);
            insert into person (code, name, address_id)
            select 'new-' || n, '新', a.id
            from generate_series(1, 7) as n
            inner join address as a on a.code = case when n < 7 then 'new-1' else 'nowhere' end;
            insert into house (code, kind, address_id)
            select 'new', 'building', id from address where code = 'new-1';
            insert into enterprise (code, name, address_id)
            select 'new', '新', id from address where code = 'new-2';
            insert into event (code, reported_at, geom)
            values ('new', '2026-03-01T08:00Z', st_point(113.3251, 22.9551, 4490));
            insert into resource (code, kind, name, geom) values
            ('new-1', 'poi', '新', st_point(113.3052, 22.9451, 4490)),
            ('new-2', 'camera', '新', st_point(113.3052, 22.9451, 4490)),
            ('new-3', 'centre', '新', st_point(113.3052, 22.9451, 4490));
        """)
    more = dict.fromkeys(GATHERED, 1) | {"addresses": 2, "persons": 6}
    wanted = {(layer, zoom): count + more[layer] for (layer, zoom), count in before.items()}
    assert asyncio.run(told_to(url, key)) == wanted
    with psycopg.connect(url) as conn:
        # Those who live at the first address, of whom the kept counts tell by cell, move along.
        moved = "update address set geom = st_point(113.3251, 22.9551, 4490) where id = 1"
        assert conn.execute(moved).rowcount == 1
        row = conn.execute("select cell from address where id = 1").fetchone()
        assert row == (None,)
    assert asyncio.run(told_to(url, key)) == wanted


def test_what_gets_its_cell_is_told_once(url: str) -> None:
    key = make_key(url, "commander")
    take_cells(url)
    before = asyncio.run(told_to(url, key))
    with psycopg.connect(url) as conn:
        for table in map(sql.Identifier, TABLES):
            rows = conn.execute(HALF.format(table)).fetchall()
            ids, lons, lats = zip(*rows, strict=True)
            conn.execute(FILL.format(table), [list(ids), cells_of(lons, lats).tolist()])
    assert asyncio.run(told_to(url, key)) == before

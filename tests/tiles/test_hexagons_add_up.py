"""The hexagons that tiles count themselves add up to the things, at each zoom and each moment."""

from collections.abc import Sequence

import psycopg
import pytest
from psycopg import sql

from gis_gov.geo.cells import cells_of
from gis_gov.geo.geodetic_tile import GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from tests.signed_in import make_key
from tests.tiles.counted_hexagons import draw_hexagons, reading, total
from tests.tiles.district import SOUTH, WEST, World
from tests.tiles.test_clusters_without_cells import (
    FILL,
    HALF,
    ROOMS_FACES_CLASSES,
    TABLES,
    take_cells,
)

pytestmark = pytest.mark.anyio

ZOOMS = (0, 5, 9, 11, 12, 13, 14, 15)
THINGS = {
    "addresses": "select count(*) from address where geom is not null and valid_to is null",
    "persons": "select count(*) from person as p join address as a on a.id = p.address_id"
    " where a.geom is not null",
    "houses": "select count(*) from house",
    "buildings": "select count(*) from house where kind = 'building'",
    "dwellings": "select count(*) from house where kind = 'dwelling'",
    "enterprises": "select count(*) from enterprise",
    "events": "select count(*) from event",
    "cameras": "select count(*) from resource where kind = 'camera'",
    "centres": "select count(*) from resource where kind = 'centre'",
    "pois": "select count(*) from resource where kind = 'poi'",
}
MORE = """
    insert into address (code, full_text, level, geom) values
    ('new-1', '新路1号', 43, st_point(113.3051, 22.9451, 4490)),
    ('new-2', '新路2号', 43, st_point(113.3151, 22.9551, 4490)),
    ('nowhere', '无处', 43, null);
    insert into person (code, name, address_id)
    select 'new-' || n, '新', a.id
    from generate_series(1, 7) as n
    inner join address as a on a.code = case when n < 7 then 'new-1' else 'nowhere' end;
    insert into event (code, reported_at, geom)
    values ('new', '2026-03-01T08:00Z', st_point(113.3251, 22.9551, 4490));
    delete from event where id % 7 = 3;
    delete from resource where id % 5 = 2;
"""


def tiles_over(zoom: int, *, in_degrees: bool = False) -> Sequence[AnyTile]:
    kind, tile_in = (GeodeticTile, geodetic_tile_at) if in_degrees else (Tile, tile_at)
    first = tile_in(WEST - 0.001, SOUTH + 0.021, zoom)
    last = tile_in(WEST + 0.031, SOUTH - 0.001, zoom)
    return [
        kind(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


@pytest.fixture
def url(world: World) -> str:
    with psycopg.connect(world.url) as conn:
        conn.execute(ROOMS_FACES_CLASSES)
        rows = conn.execute("select id, st_x(geom), st_y(geom) from resource").fetchall()
        ids, lons, lats = zip(*rows, strict=True)
        conn.execute(
            FILL.format(sql.Identifier("resource")), [list(ids), cells_of(lons, lats).tolist()]
        )
    return world.url


async def check(url: str, key: str, zooms: Sequence[int] = ZOOMS) -> None:
    with psycopg.connect(url) as conn:
        rows = {layer: conn.execute(query).fetchone() for layer, query in THINGS.items()}  # type: ignore[arg-type]
    wanted = {layer: row[0] for layer, row in rows.items() if row}
    assert all(wanted.values())
    async with reading(url, key) as conn:
        for zoom in zooms:
            tiles = tiles_over(zoom)
            found = {layer: await total(conn, layer, tiles) for layer in THINGS}
            assert found == wanted, zoom


async def test_they_add_up_before_their_shapes_are_drawn_and_after(url: str) -> None:
    key = make_key(url, "commander")
    await check(url, key)
    await draw_hexagons(url)
    await check(url, key)


async def test_they_add_up_whatever_others_write(url: str) -> None:
    key = make_key(url, "commander")
    await draw_hexagons(url)
    take_cells(url)
    await check(url, key, (4, 11, 14))
    with psycopg.connect(url) as conn:
        conn.execute(MORE)
    await check(url, key, (4, 11, 14))
    with psycopg.connect(url) as conn:
        for table in map(sql.Identifier, TABLES):
            rows = conn.execute(HALF.format(table)).fetchall()
            ids, lons, lats = zip(*(row for row in rows if row[1] is not None), strict=True)
            conn.execute(FILL.format(table), [list(ids), cells_of(lons, lats).tolist()])
    await check(url, key, (4, 11, 14))
    await draw_hexagons(url)
    await check(url, key, (4, 11, 14))


@pytest.mark.parametrize("zoom", [16, 17])
async def test_they_add_up_where_they_are_the_finest(url: str, zoom: int) -> None:
    await draw_hexagons(url)
    async with reading(url, make_key(url, "commander")) as conn:
        assert await total(conn, "addresses", tiles_over(zoom)) == 392


@pytest.mark.parametrize("level", [0, 8, 11, 13])
async def test_they_add_up_in_degrees(url: str, level: int) -> None:
    await draw_hexagons(url)
    async with reading(url, make_key(url, "commander")) as conn:
        tiles = tiles_over(level, in_degrees=True)
        assert await total(conn, "addresses", tiles) == 392
        assert await total(conn, "persons", tiles) == 250


@pytest.mark.parametrize(("lon", "lat"), [(100.0, 86.0), (-30.0, -87.5), (179.9, 0.5), (0.0, 0.0)])
async def test_they_are_found_at_the_ends_of_the_map(url: str, lon: float, lat: float) -> None:
    (cell,) = cells_of([lon], [lat]).tolist()
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into resource (code, kind, name, geom, cell)"
            " select 'far-' || n, 'centre', '远', st_point(%s, %s, 4490), %s"
            " from generate_series(1, 3) as n",
            [lon, lat, cell],
        )
    await draw_hexagons(url)
    async with reading(url, make_key(url, "commander")) as conn:
        for level in (4, 9, 10, 12, 15, 17):
            assert await total(conn, "centres", [geodetic_tile_at(lon, lat, level)]) == 3, level

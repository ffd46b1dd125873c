"""After an edit exactly the tiles change that meet the old or the new polygon, or its label."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.tile import Tile, tile_at
from tests.tiles.district import SOUTH, WEST, World
from tests.tiles.processes import EDGE, Pair, around, widened

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Shape:
    """A polygon that is written: how, as what, and how much of it a tile draws beyond its side."""

    layer: str
    zooms: tuple[int, ...]
    write: str
    told: tuple[dict[str, float], ...]
    read: str
    drawn_beyond: float


AREA = """
    update area set geom = st_multi(st_makeenvelope(113.30, 22.94, %(east)s, 22.96, 4490))
    where code = '440199001001'
"""
GRID = """
    update grid set geom = st_multi(st_makeenvelope(113.30, 22.94, %(east)s, 22.95, 4490))
    where code = '4401990010011003'
"""
EDGES = ({"east": WEST + 0.006}, {"east": WEST + 0.0185})
SHAPES = {
    "houses": Shape(
        "houses",
        (15, 16, 17),
        "update house set geom = st_multi(st_buffer(st_point(%(lon)s, %(lat)s, 4490), 0.0004))"
        " where code = 'H1'",
        ({"lon": 113.3101, "lat": 22.9502}, {"lon": 113.3143, "lat": 22.9471}),
        "select st_asbinary(geom) from house where code = 'H1'",
        EDGE,
    ),
    "camera_sectors": Shape(
        "camera_sectors",
        (12, 14, 16),
        "update resource set geom = st_point(%(lon)s, %(lat)s, 4490), cell = 0 where code = 'C1'",
        ({"lon": 113.3101, "lat": 22.9502}, {"lon": 113.3143, "lat": 22.9471}),
        "select st_asbinary(sector) from resource where code = 'C1'",
        EDGE,
    ),
    "areas": Shape(
        "areas",
        (9, 11, 12, 13, 15),
        AREA,
        EDGES,
        "select st_asbinary(geom) from area where code = '440199001001'",
        0.25,
    ),
    "grids": Shape(
        "grids",
        (10, 12, 13, 15),
        GRID,
        EDGES,
        "select st_asbinary(geom) from grid where code = '4401990010011003'",
        0.25,
    ),
}


def read_shape(world: World, query: str) -> BaseGeometry:
    with psycopg.connect(world.url) as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row
    return shapely.from_wkb(row[0])


def tiles_around(shape: BaseGeometry, zooms: Iterable[int]) -> list[Tile]:
    west, south, east, north = shape.bounds
    found: set[Tile] = set()
    for zoom in zooms:
        first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
        found |= {
            Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
        }
    return around(found)


@pytest.mark.parametrize("name", SHAPES)
async def test_exactly_the_tiles_of_a_polygon_change(pair: Pair, name: str) -> None:
    """What is drawn alike before and after changes none, however near: two units are allowed for.

    A polygon of which a tile draws no more than a quarter of its side beyond it is cut there, and
    changes nothing in the tiles that only meet what stays of it.
    """
    shape = SHAPES[name]
    await pair.changed_by(shape.layer, shape.write, **shape.told[0])
    was = read_shape(pair.world, shape.read)
    everywhere = shapely.box(WEST - 0.002, SOUTH - 0.002, WEST + 0.022, SOUTH + 0.022)
    tiles = tiles_around(everywhere, shape.zooms)
    await pair.look(shape.layer, tiles)
    for told in (shape.told[1], shape.told[0]):
        changed = await pair.changed_by(shape.layer, shape.write, **told)
        now = read_shape(pair.world, shape.read)
        differs, either = was.symmetric_difference(now), was.union(now)
        two_units = 2 / 4096
        must = {tile for tile in tiles if widened(tile, EDGE - two_units).intersects(differs)}
        may = {
            tile
            for tile in tiles
            if widened(tile, EDGE + two_units).intersects(either)
            and widened(tile, shape.drawn_beyond + two_units).intersects(differs)
        }
        assert must <= changed <= may, (changed - may, must - changed)
        assert may < set(tiles)
        was = now


LABELS: dict[str, tuple[tuple[int, ...], str, str]] = {
    "area_labels": ((6, 9, 12, 15, 16), AREA, "area where code = '440199001001'"),
    "grid_labels": ((12, 13, 15, 16), GRID, "grid where code = '4401990010011003'"),
}


@pytest.mark.parametrize("layer", LABELS)
async def test_a_label_changes_the_tile_that_it_leaves_and_the_one_it_comes_to(
    pair: Pair, layer: str
) -> None:
    zooms, write, table = LABELS[layer]
    read = f"select st_asbinary(st_pointonsurface(geom)) from {table}"  # noqa: S608
    await pair.changed_by(layer, write, **EDGES[0])
    was = read_shape(pair.world, read)
    tiles = tiles_around(shapely.box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02), zooms)
    await pair.look(layer, tiles)
    for told in (EDGES[1], EDGES[0]):
        changed = await pair.changed_by(layer, write, **told)
        now = read_shape(pair.world, read)
        assert not was.equals(now)
        points = shapely.get_coordinates([was, now]).tolist()
        assert changed == {tile_at(lon, lat, zoom) for lon, lat in points for zoom in zooms}
        was = now

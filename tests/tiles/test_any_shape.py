"""What meets a tile is drawn in it once, where it is, with its holes; what does not is not."""

from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.queries import tile_parameters
from tests.conftest import TestServer
from tests.geo.stars import star

WEST, SOUTH, SIDE = 113.3, 22.9, 0.1
HALF_M = 20_037_508.342789244
UNITS, MARGIN = 4096, 64
SHOWN = shapely.box(-MARGIN, -MARGIN, UNITS + MARGIN, UNITS + MARGIN)
MERCATOR = Transformer.from_crs(4490, 3857, always_xy=True)
DEGREES = Transformer.from_crs(3857, 4490, always_xy=True)
WRITE = {
    "areas": "insert into area (id, code, name, level, geom)"
    " values (%s, %s, 'a', 'community', st_multi(st_geomfromwkb(%s, 4490)))",
    "houses": "insert into house (id, code, kind, geom)"
    " values (%s, %s, 'building', st_multi(st_geomfromwkb(%s, 4490)))",
    "pois": "insert into resource (id, code, kind, name, cell, geom)"
    " values (%s, %s, 'poi', 'p', 0, st_geomfromwkb(%s, 4490))",
    "camera_sectors": "insert into resource (id, code, kind, name, range_m, cell, geom)"
    " values (%s, %s, 'camera', 'c', 90, 0, st_geomfromwkb(%s, 4490))",
}
unhurried = settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def conn(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    with postgis.database() as url, psycopg.connect(url) as opened:
        yield opened


def corner_and_side(tile: AnyTile) -> tuple[float, float, float]:
    """Return west, north and the side in units of the matrix set, as the standards define them."""
    if isinstance(tile, Tile):
        side = 2 * HALF_M / 2**tile.z
        return tile.x * side - HALF_M, HALF_M - tile.y * side, side
    side = 180 / 2**tile.z
    return tile.x * side - 180, 90 - tile.y * side, side


def in_units(shape: BaseGeometry, tile: AnyTile) -> BaseGeometry:
    """Put a shape in a tile's units, up as the decoder has them."""
    west, north, side = corner_and_side(tile)

    def units(at: np.ndarray) -> np.ndarray:
        x, y = MERCATOR.transform(*at.T) if isinstance(tile, Tile) else at.T
        return np.column_stack([x - west, np.subtract(y, north) + side]) / side * UNITS

    return shapely.transform(shape, units)


def corners_of(tile: AnyTile) -> np.ndarray:
    """Return a tile's corners and the middles of its sides, in degrees."""
    west, north, side = corner_and_side(tile)
    steps = np.array([0, 0.5, 1]) * side
    x, y = (each.ravel() for each in np.meshgrid(steps, steps))
    x, y = x + west, north - y
    return np.column_stack(DEGREES.transform(x, y) if isinstance(tile, Tile) else (x, y))


def some_tile(
    random: np.random.Generator,
    zooms: list[int],
    square: tuple[float, float, float] = (WEST, SOUTH, SIDE),
) -> AnyTile:
    """Pick a tile of either matrix set around somewhere in a square."""
    west, south, side = square
    lon, lat = random.uniform((west, south), (west + side, south + side)).tolist()
    zoom = int(random.choice(zooms))
    return tile_at(lon, lat, zoom) if random.integers(2) else geodetic_tile_at(lon, lat, zoom - 1)


def drawn(
    conn: psycopg.Connection[Any], layer: str, shapes: list[BaseGeometry], tile: AnyTile
) -> dict[int, BaseGeometry]:
    """Write shapes, each by its number, and return what a tile has of them."""
    with conn.transaction(force_rollback=True):
        rows = [(n, f"{layer}{n}", shapely.to_wkb(shape)) for n, shape in enumerate(shapes, 1)]
        conn.cursor().executemany(WRITE[layer].encode(), rows)
        draw = sql.SQL("select {}(%(z)s, %(x)s, %(y)s, %(query)s)").format(
            sql.Identifier(f"tile_{layer}")
        )
        row = conn.execute(draw, tile_parameters(tile)).fetchone()
        sectors = {}
        if layer == "camera_sectors":
            asked = "select id, st_asbinary(sector) from resource"
            sectors = {n: shapely.from_wkb(wkb) for n, wkb in conn.execute(asked)}
    assert row
    told = mapbox_vector_tile.decode(bytes(row[0])).get(layer, {"features": []})["features"]
    numbers = [feature["id"] for feature in told]
    assert len(numbers) == len(set(numbers)), "something is drawn twice"
    assert [feature["properties"]["code"] for feature in told] == [f"{layer}{n}" for n in numbers]
    for number, sector in sectors.items():
        shapes[number - 1] = sector
    return {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in told}


def some_polygons(random: np.random.Generator, tile: AnyTile, side: float) -> list[BaseGeometry]:
    """Stars with holes through the tile's corners, its own box, its neighbour's, one around all."""
    corners = corners_of(tile)
    west, south, east, north = *corners.min(axis=0), *corners.max(axis=0)
    box = shapely.box(west, south, east, north)
    found = [
        star(random, int(random.integers(3, 14)), west, south, side, corners) for _ in range(5)
    ]
    # A hole as the tile, and one so small that a unit is more.
    around = box.buffer((east - west) / 3, join_style="mitre")
    dot = shapely.Point(west + side / 3, south + side / 4).buffer((east - west) / UNITS / 5, 2)
    beside = shapely.affinity.translate(box, east - west)
    return [
        *(shape for shape in found if not shape.is_empty),
        box,
        beside,
        around.difference(box),
        around.difference(dot),
        shapely.affinity.scale(around, 3, 3),
    ]


def check(
    told: BaseGeometry | None,
    shape: BaseGeometry,
    tile: AnyTile,
    step: float,
    margin: float = MARGIN,
) -> None:
    """Compare what is drawn of a polygon with the polygon, but for what a step may move.

    What lies in the margin alone may be missing where the `margin` is none.
    """
    wanted = shapely.make_valid(in_units(shape, tile))
    shown = shapely.box(-margin, -margin, UNITS + margin, UNITS + margin)
    seen = shapely.intersection(wanted, shown)
    if told is None:
        assert seen.buffer(-step).is_empty
        return
    assert shapely.is_valid(told)
    assert shapely.distance(wanted, SHOWN) <= step
    assert told.difference(wanted.buffer(2 * step)).area < 1e-6
    assert told.difference(wanted).buffer(-step).is_empty
    assert seen.difference(told).buffer(-step).is_empty


def holes_in(shape: BaseGeometry) -> int:
    return sum(len(part.interiors) for part in shapely.get_parts(shape) if not part.is_empty)


@unhurried
@given(seed=seeds, layer=st.sampled_from(["areas", "houses"]))
def test_polygons_are_drawn_where_they_are(
    conn: psycopg.Connection[Any], seed: int, layer: str
) -> None:
    """Areas share their borders below zoom 12 to four units, else all is drawn to one or two."""
    random = np.random.default_rng(seed)
    tile = some_tile(random, [8, 11, 12, 13, 15] if layer == "areas" else [15, 16, 18])
    span = np.ptp(corners_of(tile)[:, 0])
    polygons = some_polygons(random, tile, span * float(random.choice([0.1, 1, 2])))
    told = drawn(conn, layer, polygons, tile)
    zoom = tile.z if isinstance(tile, Tile) else tile.z + 1
    step = (4 if zoom < 12 else 1) if layer == "areas" else 2
    for number, polygon in enumerate(polygons, 1):
        check(told.get(number), polygon, tile, step)
    # The whole tile is a hole of one.
    holed = told[len(polygons) - 2]
    assert holed.intersection(shapely.box(step, step, UNITS - step, UNITS - step)).is_empty


@unhurried
@given(seed=seeds)
def test_points_are_drawn_to_the_unit(conn: psycopg.Connection[Any], seed: int) -> None:
    """Those on an edge are in both tiles, as all within the margin."""
    random = np.random.default_rng(seed)
    tile = some_tile(random, [13, 15, 18])
    corners = corners_of(tile)
    west, south, east, north = *corners.min(axis=0), *corners.max(axis=0)
    wide, high = east - west, north - south
    places = np.concatenate(
        [
            corners,
            random.uniform(
                (west - wide / 20, south - high / 20),
                (east + wide / 20, north + high / 20),
                (80, 2),
            ),
        ]
    )
    points: list[BaseGeometry] = [shapely.Point(place) for place in places]
    told = drawn(conn, "pois", points, tile)
    for number, point in enumerate(points, 1):
        x, y = shapely.get_coordinates(in_units(point, tile))[0]
        beyond = max(-x, -y, x - UNITS, y - UNITS) - MARGIN
        if number in told:
            assert beyond <= 1
            assert shapely.get_coordinates(told[number])[0] == pytest.approx((x, y), abs=1)
        else:
            assert beyond >= -1
    assert set(told) >= set(range(1, len(corners) + 1))


@unhurried
@given(seed=seeds)
def test_what_cameras_see_is_drawn_in_each_tile_that_it_meets(
    conn: psycopg.Connection[Any], seed: int
) -> None:
    random = np.random.default_rng(seed)
    tile = some_tile(random, [15, 16, 18])
    corners = corners_of(tile)
    reach = 0.0015
    west, south = corners.min(axis=0) - reach
    east, north = corners.max(axis=0) + reach
    places = random.uniform((west, south), (east, north), (25, 2))
    shapes: list[BaseGeometry] = [shapely.Point(place) for place in places]
    told = drawn(conn, "camera_sectors", shapes, tile)
    for number, sector in enumerate(shapes, 1):
        check(told.get(number), sector, tile, 2)
    assert all(sector.geom_type == "Polygon" for sector in shapes)


def test_the_shapes_have_holes() -> None:
    """Or the comparisons above would say little."""
    tile = tile_at(WEST, SOUTH, 13)
    found = [some_polygons(np.random.default_rng(seed), tile, SIDE / 2) for seed in range(10)]
    assert sum(holes_in(shape) for shapes in found for shape in shapes[:-5]) >= 10

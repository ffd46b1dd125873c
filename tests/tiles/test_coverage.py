"""Borders that two areas or grids share stay one border: in every tile, at every zoom."""

from collections.abc import Iterator, Sequence
from typing import Any

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from gis_gov.tiles.queries import tile_parameters
from tests.conftest import TestServer

WEST, SOUTH, SIDE = 113.3, 22.9, 0.1
EDGE = shapely.box(-64, -64, 4160, 4160)
ZOOMS = (7, 9, 11, 12, 14)
DRAWN = """
    with drawn as (
        select
            n as id,
            tile_face(st_geomfromwkb(g, 4490), f.square, tile_zoom(%(z)s, %(query)s)) as geom
        from unnest(%(faces)s::bytea[]) with ordinality as u (g, n)
        cross join tile_frame(%(z)s, %(x)s, %(y)s, %(query)s) as f
        where st_geomfromwkb(g, 4490) && f.reach
    )
    select st_asmvt(d, 'faces', 4096, 'geom', 'id' order by d.id) from drawn as d
    where d.geom is not null
"""


@pytest.fixture(scope="module")
def conn(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    with postgis.database() as url, psycopg.connect(url, autocommit=True) as opened:
        yield opened


def coverage(seed: int, side: int, roughness: float) -> list[shapely.Geometry]:
    """Cells of a bent chequer board, some joined, some with an island, with borders like rivers."""
    random = np.random.default_rng(seed)
    board = np.array([WEST, SOUTH])
    step = SIDE / side
    bend = random.uniform(-0.2, 0.2, (side + 1, side + 1, 2)) * step
    corners = np.stack(np.meshgrid(*[np.arange(side + 1)] * 2, indexing="ij"), 2) * step + board
    corners += bend

    def border(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        along = np.linspace(0, 1, int(random.integers(2, 40)))[:, None]
        across = (end - start) @ np.array([[0, 1], [-1, 0]])
        wave = random.uniform(-roughness, roughness, (len(along), 1)) * np.sin(np.pi * along)
        return np.round(start + along * (end - start) + wave * across, 9)

    n = range(side)
    up = {(i, j): border(corners[i, j], corners[i, j + 1]) for i in range(side + 1) for j in n}
    right = {(i, j): border(corners[i, j], corners[i + 1, j]) for i in n for j in range(side + 1)}
    cells = [
        shapely.Polygon(
            np.vstack([right[i, j], up[i + 1, j], right[i, j + 1][::-1], up[i, j][::-1]])
        )
        for i in n
        for j in n
    ]
    groups = random.integers(0, len(cells), len(cells))
    joined = [
        shapely.coverage_union_all([cells[k] for k in np.flatnonzero(groups == group)])
        for group in np.unique(groups)
    ]
    middle = shapely.set_precision(joined[0].representative_point(), 1e-9)
    room = shapely.distance(middle, joined[0].boundary) / 2
    island = shapely.transform(middle.buffer(room), lambda points: np.round(points, 9))
    return [joined[0].difference(island), *joined[1:], island]


def tiles_around(zoom: int, faces: Sequence[shapely.Geometry]) -> set[AnyTile]:
    """The tiles over some corners, of both matrix sets."""
    corners = shapely.get_coordinates(faces)
    found: set[AnyTile] = set()
    for lon, lat in corners[[len(corners) // 3, -1]]:
        found |= {tile_at(lon, lat, zoom), geodetic_tile_at(lon, lat, zoom - 1)}
    return found


def drawn(
    conn: psycopg.Connection[Any], faces: Sequence[shapely.Geometry], tile: AnyTile
) -> dict[int, shapely.Geometry]:
    wkb = [shapely.to_wkb(face) for face in faces]
    row = conn.execute(DRAWN, {**tile_parameters(tile), "faces": wkb}).fetchone()
    assert row
    told = mapbox_vector_tile.decode(row[0]).get("faces", {"features": []})
    return {
        feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in told["features"]
    }


def snapped(faces: Sequence[shapely.Geometry], tile: AnyTile) -> list[shapely.Geometry]:
    """The faces with each corner at the nearest point of the grid, in the units of the tile."""
    box = tile.bounds()
    step = 4 if tile.mercator_tiles()[0].z < 12 else 1

    def height(lat: np.ndarray | float) -> Any:
        is_mercator = tile.matrix_set == "WebMercatorQuad"
        return np.arcsinh(np.tan(np.radians(lat))) if is_mercator else lat

    def units(at: np.ndarray) -> np.ndarray:
        x = (at[:, 0] - box.west) / (box.east - box.west)
        y = (height(at[:, 1]) - height(box.south)) / (height(box.north) - height(box.south))
        return np.round(np.column_stack([x, y]) * 4096 / step) * step

    return [shapely.remove_repeated_points(shapely.transform(face, units)) for face in faces]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(st.integers(0, 10_000), st.integers(1, 8), st.sampled_from([0.0, 0.02, 0.1]))
@example(616, 4, 0.1)  # a corner falls on a line, but for the last bits of its coordinates
def test_neighbours_have_the_same_corners_in_every_tile(
    conn: psycopg.Connection[Any], seed: int, side: int, roughness: float
) -> None:
    faces = coverage(seed, side, roughness)
    assume(shapely.coverage_is_valid(faces) and shapely.is_valid(faces).all())
    for zoom in ZOOMS:
        for tile in tiles_around(zoom, faces):
            check(drawn(conn, faces, tile), faces, tile)


def check(
    told: dict[int, shapely.Geometry], faces: Sequence[shapely.Geometry], tile: AnyTile
) -> None:
    """Hold the faces of a tile against those that are snapped here."""
    step = 4 if tile.mercator_tiles()[0].z < 12 else 1
    shapes = list(told.values())
    together = shapely.union_all(shapes)
    visible = shapely.box(0, 0, 4096, 4096)
    expected = snapped(faces, tile)
    ground = shapely.union_all(shapely.make_valid(expected)).buffer(-2 * step)
    gap = ground.intersection(visible).difference(together)
    overlap = shapely.area(shapes).sum() - together.area
    assert shapely.is_valid(shapes).all()
    if shapely.is_valid(expected).all() and shapely.coverage_is_valid(expected):
        assert shapely.coverage_is_valid(shapes)
        assert gap.area < 1e-6
        assert abs(overlap) < 1e-6
        for number, shape in told.items():
            wanted = shapely.intersection(expected[number - 1], visible)
            # What lies half-way between two points of the grid may go to either.
            shown = shapely.intersection(shape, visible)
            assert shapely.is_empty(shapely.symmetric_difference(shown, wanted).buffer(-step))
    else:  # Something is narrower than the grid, so that other borders fall on each other.
        assert gap.buffer(-step).is_empty
        assert abs(overlap) < 64 * step**2

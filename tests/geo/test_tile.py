"""Tiles that exist, and their bounds against PostGIS and pyproj."""

from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from gis_gov.geo.tile import MAX_ZOOM, Tile, tile_at

TO_DEGREES = Transformer.from_crs(3857, 4326, always_xy=True)


@st.composite
def tiles(draw: st.DrawFn) -> Tile:
    z = draw(st.integers(0, MAX_ZOOM))
    return Tile(z, draw(st.integers(0, 2**z - 1)), draw(st.integers(0, 2**z - 1)))


@given(tiles())
def test_bounds_in_metres_and_degrees_agree(tile: Tile) -> None:
    west, south, east, north = tile.bounds_3857()
    box = tile.bounds()
    assert TO_DEGREES.transform(west, south) == pytest.approx((box.west, box.south), abs=1e-9)
    assert TO_DEGREES.transform(east, north) == pytest.approx((box.east, box.north), abs=1e-9)


@given(tiles())
def test_neighbours_share_their_edge_exactly(tile: Tile) -> None:
    if tile.x < 2**tile.z - 1:
        assert Tile(tile.z, tile.x + 1, tile.y).bounds().west == tile.bounds().east
    if tile.y < 2**tile.z - 1:
        assert Tile(tile.z, tile.x, tile.y + 1).bounds().north == tile.bounds().south


async def test_bounds_are_those_of_postgis(conn: psycopg.AsyncConnection[Any]) -> None:
    for z, x, y in [(0, 0, 0), (5, 26, 13), (14, 13351, 7133), (22, 3417000, 1820000)]:
        cursor = await conn.execute(
            """
            select st_xmin(t), st_ymin(t), st_xmax(t), st_ymax(t)
            from st_tileenvelope(%s, %s, %s) as t
            """,
            [z, x, y],
        )
        assert await cursor.fetchone() == pytest.approx(Tile(z, x, y).bounds_3857(), abs=1e-6)


@pytest.mark.parametrize(
    ("z", "x", "y"),
    [(-1, 0, 0), (MAX_ZOOM + 1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (0, 0, 1)],
)
def test_a_tile_outside_the_matrix_does_not_exist(z: int, x: int, y: int) -> None:
    with pytest.raises(ValueError, match=r"go from 0 to|is not in 0 to"):
        Tile(z, x, y)


@given(st.floats(-180, 179.99), st.floats(-85, 85), st.integers(0, MAX_ZOOM))
def test_the_tile_at_a_point_covers_it(lon: float, lat: float, z: int) -> None:
    box = tile_at(lon, lat, z).bounds()
    assert box.west - 1e-9 <= lon <= box.east + 1e-9
    assert box.south - 1e-9 <= lat <= box.north + 1e-9


def test_a_point_beyond_the_edge_has_the_nearest_tile() -> None:
    assert tile_at(180, 89.9, 3) == Tile(3, 7, 0)
    assert tile_at(-180, -89.9, 3) == Tile(3, 0, 7)

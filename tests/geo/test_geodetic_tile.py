"""Tiles in degrees of CGCS2000: their bounds against PostGIS, and the Mercator tiles they meet."""

import json
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from gis_gov.geo.geodetic_tile import MAX_LEVEL, GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import CGCS2000_QUAD, MATRIX_SETS, WEB_MERCATOR_QUAD
from gis_gov.geo.tile import Tile, tile_at


@st.composite
def tiles(draw: st.DrawFn) -> GeodeticTile:
    level = draw(st.integers(0, MAX_LEVEL))
    rows = 2**level
    return GeodeticTile(level, draw(st.integers(0, 2 * rows - 1)), draw(st.integers(0, rows - 1)))


@given(tiles())
def test_neighbours_share_their_edge_exactly(tile: GeodeticTile) -> None:
    rows = 2**tile.z
    box = tile.bounds()
    if tile.x < 2 * rows - 1:
        assert GeodeticTile(tile.z, tile.x + 1, tile.y).bounds().west == box.east
    if tile.y < rows - 1:
        assert GeodeticTile(tile.z, tile.x, tile.y + 1).bounds().north == box.south


@given(st.floats(-180, 179.99), st.floats(-89.99, 90), st.integers(0, MAX_LEVEL))
def test_the_tile_at_a_point_covers_it(lon: float, lat: float, level: int) -> None:
    box = geodetic_tile_at(lon, lat, level).bounds()
    assert box.west - 1e-9 <= lon <= box.east + 1e-9
    assert box.south - 1e-9 <= lat <= box.north + 1e-9


@given(tiles(), st.floats(0, 1), st.floats(-1 / 64, 65 / 64))
def test_what_lies_in_it_lies_in_its_mercator_tiles(
    tile: GeodeticTile, across: float, up: float
) -> None:
    box, others = tile.bounds(), tile.mercator_tiles()
    lon = min(box.west + across * (box.east - box.west), box.east - 1e-9)
    lat = min(max(box.south + up * (box.north - box.south), -90.0), 90.0)
    assert tile_at(max(lon, box.west), lat, tile.z + 1) in others
    wide = {each.bounds().east - each.bounds().west for each in others}
    assert all(each == pytest.approx(box.east - box.west) for each in wide)


def test_a_mercator_tile_is_its_own() -> None:
    assert Tile(3, 1, 2).mercator_tiles() == (Tile(3, 1, 2),)


@pytest.mark.parametrize(
    ("level", "x", "y"),
    [(-1, 0, 0), (MAX_LEVEL + 1, 0, 0), (0, 2, 0), (0, 0, 1), (3, 16, 0), (3, 0, 8), (3, -1, 0)],
)
def test_a_tile_outside_the_matrix_does_not_exist(level: int, x: int, y: int) -> None:
    with pytest.raises(ValueError, match=r"go from 0 to|is not in 0 to"):
        GeodeticTile(level, x, y)


async def test_bounds_are_those_of_the_tile_functions(conn: psycopg.AsyncConnection[Any]) -> None:
    query = json.dumps({"matrix_set": "CGCS2000Quad"})
    for level, x, y in [
        (0, 0, 0),
        (0, 1, 0),
        (5, 52, 13),
        (13, 13351, 2100),
        (21, 3417000, 780000),
    ]:
        box = GeodeticTile(level, x, y).bounds()
        cursor = await conn.execute(
            """
            select
                f.west, f.south, f.east, f.north,
                st_xmin(f.square), st_ymin(f.square), st_srid(f.square),
                (st_xmax(f.reach) - st_xmin(f.reach)) / (f.east - f.west),
                (st_ymax(f.reach) - st_ymin(f.reach)) / (f.north - f.south)
            from tile_frame(%s, %s, %s, %s) as f
            """,
            [level, x, y, query],
        )
        # The last tiles have the outer edges as well.
        ends = (box.east + 1e-6 * (box.east == 180), box.north + 1e-6 * (box.north == 90))
        # Beyond the world nothing is drawn.
        margins = (1 + 1 / 32, 1 + 1 / 32 if level else 1 + 1 / 64)
        assert await cursor.fetchone() == pytest.approx(
            (box.west, box.south, *ends, box.west, box.south, 4490, *margins), rel=1e-8, abs=1e-9
        )


def test_scales_are_those_of_the_standard() -> None:
    """Of WebMercatorQuad and, in another datum, WorldCRS84Quad (OGC 17-083r4, annex D)."""
    assert WEB_MERCATOR_QUAD.scale_denominator(0) == pytest.approx(559082264.028717, rel=1e-12)
    assert WEB_MERCATOR_QUAD.cell_size(0) == pytest.approx(156543.033928041, rel=1e-12)
    assert WEB_MERCATOR_QUAD.scale_denominator(18) == pytest.approx(2132.729583849784, rel=1e-12)
    assert CGCS2000_QUAD.scale_denominator(0) == pytest.approx(279541132.0143589, rel=1e-12)
    assert CGCS2000_QUAD.cell_size(0) == 0.703125
    assert CGCS2000_QUAD.corner == (90.0, -180.0)
    assert list(MATRIX_SETS) == ["WebMercatorQuad", "CGCS2000Quad"]


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_corners_are_in_the_crs_of_the_matrix_set(lon: float, lat: float) -> None:
    mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    assert WEB_MERCATOR_QUAD.corner_at(lon, lat) == pytest.approx(
        mercator.transform(lon, lat), abs=1e-6
    )
    assert CGCS2000_QUAD.corner_at(lon, lat) == [lat, lon]

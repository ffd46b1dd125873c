"""What cameras see, in tiles: as nearby has it, for those who may know of the camera."""

import math
from collections.abc import Iterator
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.tile import Tile, tile_at
from gis_gov.geo.view import view_sector
from tests.conftest import TestServer
from tests.signed_in import bearer, make_key
from tests.tiles.district import World

AT = (113.305, 22.945)
SECTOR = "select st_asbinary(camera_sector(st_point(%s, %s, 4490), %s::real, %s::real, %s::real))"
FACES = "update resource set class = 'face' where code = 'C1'"


@pytest.fixture(scope="module")
def conn(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    with postgis.database() as url, psycopg.connect(url) as opened:
        yield opened


@given(
    st.floats(-170, 170),
    st.floats(-75, 75),
    st.none() | st.floats(0, 359.5, width=32),
    st.none() | st.floats(0.5, 360, width=32),
    st.floats(1, 5000, width=32),
)
def test_a_sector_is_what_nearby_takes_for_it(
    conn: psycopg.Connection[Any],
    lon: float,
    lat: float,
    azimuth_deg: float | None,
    field_of_view_deg: float | None,
    range_m: float,
) -> None:
    row = conn.execute(SECTOR, [lon, lat, azimuth_deg, field_of_view_deg, range_m]).fetchone()
    assert row
    drawn = shapely.get_coordinates(shapely.from_wkb(row[0]))
    wanted = shapely.get_coordinates(view_sector(lon, lat, azimuth_deg, field_of_view_deg, range_m))
    assert drawn.shape == wanted.shape
    assert np.abs(drawn - wanted).max() < 1e-8  # a millimetre


@pytest.mark.parametrize("range_m", [None, 100_001, math.nan, math.inf])
def test_what_has_no_view_can_be_written(
    conn: psycopg.Connection[Any], range_m: float | None
) -> None:
    row = conn.execute(SECTOR, [*AT, None, None, range_m]).fetchone()
    assert row == (None,)


async def drawn(client: httpx.AsyncClient, key: str, zoom: int, **asked: str) -> list[Any]:
    tile = tile_at(AT[0] + 0.0005, AT[1], zoom)
    path = f"/tiles/camera_sectors/{zoom}/{tile.x}/{tile.y}.mvt"
    answer = await client.get(path, params=asked, headers=bearer(key))
    assert answer.status_code in {200, 204}, answer.text
    if answer.status_code == 204:
        return []
    return mapbox_vector_tile.decode(answer.content)["camera_sectors"]["features"]


@pytest.mark.anyio
async def test_it_is_drawn_to_the_unit_where_it_is_seen(
    world: World, client: httpx.AsyncClient
) -> None:
    key = make_key(world.url, "commander")
    assert [await drawn(client, key, zoom) for zoom in (10, 11)] == [[], []]
    for zoom in (12, 14, 15):
        for asked in ({}, {"code": "C1"}):
            (feature,) = await drawn(client, key, zoom, **asked)
            assert feature["properties"] == {
                "code": "C1",
                "name": "路口",
                "azimuth_deg": 90,
                "field_of_view_deg": 60,
                "range_m": 300,
            }
            shape = shapely.geometry.shape(feature["geometry"])
            tile = tile_at(AT[0] + 0.0005, AT[1], zoom)
            expected = shapely.transform(
                view_sector(*AT, 90, 60, 300), lambda points, tile=tile: in_tile(points, tile)
            )
            expected = expected.intersection(shapely.box(-64, -64, 4160, 4160))
            assert shape.symmetric_difference(expected).area < expected.length
    assert await drawn(client, key, 15, code="C2") == []


def in_tile(points: np.ndarray, tile: Tile) -> np.ndarray:
    """Degrees to a tile's units, up as the decoder has them."""
    side = 2**tile.z
    x = (points[:, 0] + 180) / 360
    y = (1 - np.arcsinh(np.tan(np.radians(points[:, 1]))) / np.pi) / 2
    return np.column_stack([(x * side - tile.x) * 4096, 4096 - (y * side - tile.y) * 4096])


@pytest.mark.anyio
async def test_of_faces_only_those_are_told_who_may_know_such_cameras(
    world: World, client: httpx.AsyncClient
) -> None:
    with psycopg.connect(world.url) as conn:
        conn.execute(FACES)
    commander = make_key(world.url, "commander")
    elsewhere = make_key(world.url, "commander", grid="4401990010011001")
    supervisor = make_key(world.url, "supervisor")
    for asked in ({}, {"code": "C1"}):
        seen = [len(await drawn(client, key, 15, **asked)) for key in (commander, supervisor)]
        assert seen == [1, 0]
        assert await drawn(client, elsewhere, 15, **asked) == []

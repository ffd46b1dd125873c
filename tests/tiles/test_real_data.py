"""Tiles of real data, loaded as it lies: what is in each tile, against plain geopandas."""

from itertools import product
from pathlib import Path

import geopandas as gpd
import httpx
import mapbox_vector_tile
import psycopg
import pytest
import shapely

from gis_gov.geo.tile import Tile, tile_at
from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from tests.sealed import SEALER

pytestmark = pytest.mark.anyio

SLACK = 1 / 4096  # a tile's own step: what only touches its edge may be in or out


def load_file(url: str, kind: str, path: Path, crs: str, *sets: str) -> int:
    with psycopg.connect(url, autocommit=True) as conn:
        report = load(kind, [path], LoadOptions.told(crs=crs, sets=sets), conn, SEALER)
    return report.inserted


async def codes_in(client: httpx.AsyncClient, layer: str, tile: Tile) -> set[str]:
    answer = await client.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt")
    if answer.status_code == 204:
        return set()
    features = mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return {feature["properties"]["code"] for feature in features}


def tiles_over(frame: gpd.GeoDataFrame, z: int) -> list[Tile]:
    west, south, east, north = frame.total_bounds
    first, last = tile_at(west, north, z), tile_at(east, south, z)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [Tile(z, x, y) for x, y in product(columns, rows)]


def square(tile: Tile, by: float) -> shapely.Polygon:
    """Give a tile's square in degrees, made larger by a share of its side."""
    box = tile.bounds()
    more = (box.east - box.west) * by
    return shapely.box(box.west - more, box.south - more, box.east + more, box.north + more)


async def test_cameras_of_each_tile(
    own_database_url: str, client: httpx.AsyncClient, shared_data: Path
) -> None:
    path = shared_data / "traffic-cameras" / "cameras.json"
    assert load_file(own_database_url, "resources", path, "EPSG:4326", "kind=camera") == 2912
    with psycopg.connect(own_database_url) as conn:
        rows = conn.execute("select code, st_x(geom), st_y(geom) from resource").fetchall()
    codes, lons, lats = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"code": codes}, geometry=gpd.points_from_xy(lons, lats), crs=4326)
    seen: set[str] = set()
    some = sorted({tile_at(lon, lat, 13) for _, lon, lat in rows[::97]}, key=str)
    for tile in some:
        told = await codes_in(client, "cameras", tile)
        sure = frame[frame.within(square(tile, -SLACK))]
        possible = frame[frame.intersects(square(tile, 64 / 4096 + SLACK))]
        assert set(sure["code"]) <= told <= set(possible["code"])
        seen |= told
    assert len(seen) > 100


async def test_towns_of_each_tile(
    own_database_url: str, client: httpx.AsyncClient, shared_data: Path
) -> None:
    path = shared_data / "zhtw-towns" / "towns.geojson"
    assert load_file(own_database_url, "areas", path, "EPSG:4326") == 368
    frame = gpd.read_file(path)
    # At zoom 8 a step is 0.0003 degrees: smaller islets may vanish from a tile.
    large = shapely.area(frame.geometry.to_numpy()) > 1e-4
    seen: set[str] = set()
    for tile in tiles_over(frame, 8):
        told = await codes_in(client, "areas", tile)
        sure = frame[frame.intersects(square(tile, -SLACK)) & large]
        possible = frame[frame.intersects(square(tile, 64 / 4096 + SLACK))]
        assert set(sure["TOWNCODE"]) <= told <= set(possible["TOWNCODE"])
        seen |= told
    assert set(frame["TOWNCODE"][large]) <= seen
    assert len(seen) > 350

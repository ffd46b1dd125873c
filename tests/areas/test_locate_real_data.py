"""Real grids and towns: each answer against plain geopandas, shapely and pyproj."""

import io
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import httpx
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from pyproj import Transformer

from gis_gov.areas.queries import read_place
from tests.areas.conftest import serving
from tests.conftest import TestServer

pytestmark = pytest.mark.anyio


def within(length_m: float) -> object:
    """Allow 1 m; beyond 50 km, where no grid is near at all, as much in proportion."""
    return pytest.approx(length_m, abs=max(1.0, length_m / 50_000))


def write_grids(url: str, codes: list[str], polygons: np.ndarray) -> None:
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.execute("insert into area (code, name, level) values ('63000040', '区', 'street')")
        cursor.executemany(
            "insert into grid (code, name, area_id, geom)"
            " values (%s, %s, 1, st_multi(st_geomfromwkb(%s, 4490)))",
            [
                (code, code, shapely.to_wkb(polygon))
                for code, polygon in zip(codes, shapely.force_2d(polygons), strict=True)
            ],
        )


def edge_points(polygons: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Return vertices, and points as near to an edge as doubles can be."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    found = []
    for ring in rings:
        ends = shapely.get_coordinates(ring)
        found += [ends[:-1], ends[:-1] + np.diff(ends, axis=0) * random.random((len(ends) - 1, 1))]
    points = np.concatenate(found)
    return points[random.choice(len(points), count, replace=False)]


def covering(codes: list[str], polygons: np.ndarray, points: np.ndarray) -> list[str | None]:
    """Assign by geopandas alone: covered by, then the lowest code."""
    grids = gpd.GeoDataFrame({"code": codes}, geometry=list(polygons), crs=4490)
    dots = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=4490)
    lowest = dots.sjoin(grids, predicate="covered_by").groupby(level=0)["code"].min()
    return [code if isinstance(code, str) else None for code in lowest.reindex(dots.index)]


def distances_m(polygons: np.ndarray, lon: float, lat: float) -> np.ndarray:
    """Measure from a point to each polygon in an equidistant projection around the point."""
    plane = Transformer.from_crs(
        4326, f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=GRS80", always_xy=True
    )
    flat = shapely.transform(
        polygons, lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1]))
    )
    return shapely.distance(flat, shapely.Point(0, 0))


@pytest.fixture(scope="module")
def grids(shared_data: Path) -> gpd.GeoDataFrame:
    path = shared_data / "small-grid-polygons" / "grid_63000040.geojson"
    frame = gpd.read_file(path)
    return frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()))


@pytest.fixture(scope="module")
def url(postgis: TestServer, grids: gpd.GeoDataFrame) -> Iterator[str]:
    with postgis.database() as url:
        write_grids(url, grids["CODEBASE"].tolist(), grids.geometry.to_numpy())
        yield url


async def test_every_point_is_assigned_as_geopandas_does(url: str, grids: gpd.GeoDataFrame) -> None:
    random = np.random.default_rng(11)
    polygons, codes = grids.geometry.to_numpy(), grids["CODEBASE"].tolist()
    west, south, east, north = grids.total_bounds
    spread = random.uniform((west - 0.01, south - 0.01), (east + 0.01, north + 0.01), (6000, 2))
    points = np.concatenate([spread, edge_points(polygons, 4000, random)])
    expected = covering(codes, polygons, points)
    async with serving(url) as (_, client):
        found = await grid_codes(client, points)
    assert found == expected
    # A total function: the counts over grids add up to the points inside the union.
    inside = shapely.covers(shapely.union_all(polygons), shapely.points(points[:6000]))
    assert sum(code is not None for code in found[:6000]) == inside.sum()


async def test_the_database_assigns_the_same(url: str, grids: gpd.GeoDataFrame) -> None:
    random = np.random.default_rng(12)
    points = edge_points(grids.geometry.to_numpy(), 300, random)
    expected = covering(grids["CODEBASE"].tolist(), grids.geometry.to_numpy(), points)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        found = [await read_place(conn, lon, lat) for lon, lat in points.tolist()]
    assert [place.grid and place.grid.code for place in found] == expected


async def test_the_nearest_is_found_over_islands_and_the_sea(
    shared_data: Path, postgis: TestServer
) -> None:
    towns = gpd.read_file(shared_data / "zhtw-towns" / "towns.geojson")
    polygons, codes = towns.geometry.to_numpy(), towns["TOWNCODE"].tolist()
    random = np.random.default_rng(13)
    west, south, east, north = towns.total_bounds
    points = random.uniform((west - 1, south - 1), (east + 1, north + 1), (60, 2))
    with postgis.database() as url:
        write_grids(url, codes, polygons)
        async with serving(url) as (_, client):
            answer = await client.post("/locate", json={"points": points.tolist()})
    outside = 0
    for (lon, lat), told in zip(points.tolist(), answer.json()["results"], strict=True):
        lengths_m = distances_m(polygons, lon, lat)
        if told["grid"]:
            assert lengths_m[codes.index(told["grid"]["code"])] == 0
            continue
        outside += 1
        nearest = told["nearest"]
        assert nearest["distance_m"] == within(lengths_m.min())
        assert lengths_m[codes.index(nearest["code"])] == within(lengths_m.min())
    assert outside > 20


async def grid_codes(client: httpx.AsyncClient, points: np.ndarray) -> list[str | None]:
    table = pd.DataFrame(points, columns=["lon", "lat"]).to_csv(index=False, float_format="%.17g")
    answer = await client.post("/locate", content=table, headers={"content-type": "text/csv"})
    found = pd.read_csv(io.BytesIO(answer.content), dtype=str, keep_default_na=False)["grid_code"]
    return [code or None for code in found]

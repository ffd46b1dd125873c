"""A shape in metres is the same shape, whether a filter, a count or a search is asked for it."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import Point, Polygon, mapping

from gis_gov.app import create_app
from gis_gov.geo.cells import cells_of
from tests.conftest import TestServer
from tests.ogc.listing import ids
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CODES = (3857, 4526, 4547, 4498)
"""Mercator, and zones of 3 and 6 degrees, with the zone's number and without."""
SIDE_M = 45_000.0


def plane_of(epsg: int) -> Transformer:
    """Turn degrees into metres, easting first."""
    return Transformer.from_crs(4326 if epsg == 3857 else 4490, epsg, always_xy=True)


def holed(epsg: int) -> Polygon:
    """Draw a triangle with a hole: level, upright and slanting edges of 10 to 64 km."""
    west, south = np.array(plane_of(epsg).transform(114.2, 23.1)) - SIDE_M / 2
    shell = np.array([(0, 0), (1, 0), (1, 1)]) * SIDE_M + (west, south)
    hole = np.array([(0.5, 0.2), (0.8, 0.2), (0.8, 0.6)]) * SIDE_M + (west, south)
    return Polygon(shell, [hole])


def beside(epsg: int) -> list[tuple[float, float]]:
    """Return places 2 m to both sides of the middle of each edge, in degrees."""
    found: list[tuple[float, float]] = []
    for ring in shapely.get_rings(holed(epsg)):
        corners = shapely.get_coordinates(ring)
        along = np.diff(corners, axis=0)
        middles = corners[:-1] + along / 2
        across = along[:, ::-1] * (1, -1) / np.hypot(*along.T)[:, None]
        for places in (middles + 2 * across, middles - 2 * across):
            found += zip(*plane_of(epsg).transform(*places.T, direction="INVERSE"), strict=True)
    return found


PLACES = [place for epsg in CODES for place in beside(epsg)]


def inside(epsg: int) -> list[str]:
    """Return the codes of what lies in the shape, as shapely finds it in its plane."""
    there = np.column_stack(plane_of(epsg).transform(*np.array(PLACES).T))
    assert min(holed(epsg).boundary.distance(Point(place)) for place in there) > 0.5
    return [f"P{n:02}" for n, place in enumerate(there) if holed(epsg).covers(Point(place))]


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        with psycopg.connect(made) as conn, conn.cursor() as cursor:
            cursor.executemany(
                "insert into resource (code, kind, name, cell, geom)"
                " values (%s, 'poi', '点', %s, st_point(%s, %s, 4490))",
                [
                    (f"P{n:02}", int(cells_of([lon], [lat])[0]), lon, lat)
                    for n, (lon, lat) in enumerate(PLACES)
                ],
            )
        yield made


@pytest.fixture(scope="module")
async def site(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(url))
    key = bearer(make_key(url, "commander"))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), key) as opened,
    ):
        yield opened


def flipped(shape: Any) -> Any:
    """Order the axes as the zones of China have them: the northing first."""
    return shapely.transform(shape, lambda at: at[:, ::-1])


async def nearby(site: httpx.AsyncClient, shape: Any, epsg: int) -> Sequence[str]:
    body = {"geometry": mapping(shape), "radius_m": 0, "kinds": ["poi"], "limit": 1000}
    answer = await site.post("/nearby", json=body, params={"crs": f"EPSG:{epsg}"})
    assert answer.status_code == 200, answer.text
    return sorted(each["properties"]["code"] for each in answer.json()["features"])


@pytest.mark.parametrize("epsg", CODES)
async def test_filters_statistics_and_nearby_agree(site: httpx.AsyncClient, epsg: int) -> None:
    shape, expected = holed(epsg), inside(epsg)
    told = shape if epsg == 3857 else flipped(shape)
    crs = {"filter_crs": f"{EPSG}{epsg}"}
    assert len(PLACES) / 8 < len(expected) < len(PLACES) * 2 / 3
    text = f"S_INTERSECTS(geometry, {told.wkt})"
    assert await ids(site, "pois", filter=text, limit="1000", **crs) == expected
    tree = {"op": "s_within", "args": [{"property": "geometry"}, mapping(told)]}
    as_json = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
    assert await ids(site, "pois", limit="1000", **as_json, **crs) == expected
    assert await nearby(site, shape, epsg) == expected
    counted = await site.post(
        "/statistics/polygon",
        content=shapely.to_geojson(shape),
        params={"measures": "pois", "crs": f"EPSG:{epsg}"},
    )
    assert counted.json()["figures"][0]["count"] == len(expected)

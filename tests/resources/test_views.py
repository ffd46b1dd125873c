"""What a camera covers is what lies in its sector, as pyproj and shapely draw it around it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gis_gov.app import create_app
from gis_gov.geo.track.passing import APART_S
from tests.conftest import TestServer
from tests.geo.stars import star
from tests.geo.test_surroundings import searched_m
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

GEOD = Geod(ellps="GRS80")
WEST, SOUTH, SIDE = 113.30, 22.94, 0.012
NEAR_M = 0.6
"""So near to the edge of a view it may go either way: the way back from a point 2 km away differs
by half a minute of arc, and the arc is drawn with corners."""


@dataclass(frozen=True)
class Camera:
    """A camera: where it stands, whither it looks, how wide and how far."""

    code: str
    lon: float
    lat: float
    azimuth_deg: float | None
    field_of_view_deg: float | None
    range_m: float | None

    def sector(self) -> BaseGeometry:
        """Draw its view in metres east and north of it."""
        assert self.range_m is not None
        if self.azimuth_deg is None or self.field_of_view_deg in {None, 360}:
            return shapely.Point(0, 0).buffer(self.range_m, 360)
        half = (self.field_of_view_deg or 0) / 2
        bearings = np.radians(self.azimuth_deg + np.linspace(-half, half, 1441))
        arc = self.range_m * np.column_stack([np.sin(bearings), np.cos(bearings)])
        return shapely.Polygon([(0, 0), *arc])

    def around(self, degrees: Any) -> Any:
        """Turn degrees to metres east and north of it, by the geodesic from it to each."""
        count = len(degrees)
        bearing, _, metres = GEOD.inv(
            np.full(count, self.lon), np.full(count, self.lat), degrees[:, 0], degrees[:, 1]
        )
        bearing = np.radians(bearing)
        return np.column_stack([metres * np.sin(bearing), metres * np.cos(bearing)])

    def parts_seen(self, shape: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
        """Return what it surely sees of a shape in degrees, and what it may see, in metres."""
        there = shapely.transform(shapely.segmentize(shape, 0.0002), self.around)
        surely, maybe = sectors(self)
        return surely.intersection(there), maybe.intersection(there)

    def covers(self, shape: BaseGeometry) -> bool | None:
        """Say whether its view meets a shape in degrees; None if that is within a hair."""
        surely, maybe = self.parts_seen(shape)
        return None if surely.is_empty != maybe.is_empty else not surely.is_empty


@cache
def sectors(camera: Camera) -> tuple[BaseGeometry, BaseGeometry]:
    """Draw the least and the most that a camera may see, which it takes long to draw anew."""
    sector = camera.sector()
    return sector.buffer(-NEAR_M), sector.buffer(NEAR_M)


def some_cameras() -> list[Camera]:
    """Some look all around or nobody knows whither; directions over north, fields beyond 180°."""
    random = np.random.default_rng(23)
    found: list[Camera] = []
    for n in range(48):
        lon, lat = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)).tolist()
        azimuth = None if n % 11 == 5 else float(random.integers(0, 719)) / 2
        field = (
            None if n % 13 == 6 else float(random.choice([1.5, 30, 60, 90, 179.5, 180, 270, 360]))
        )
        reach = None if n % 12 == 7 else float(random.integers(20, 700))
        found.append(Camera(f"C{n}", lon, lat, azimuth, field, reach))
    return found


CAMERAS = some_cameras()
POIS = np.random.default_rng(29).uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (150, 2))


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        with psycopg.connect(made) as conn, conn.cursor() as cursor:
            cursor.executemany(
                "insert into resource"
                " (code, kind, name, azimuth_deg, field_of_view_deg, range_m, cell, geom)"
                " values (%s, 'camera', '像', %s, %s, %s, 0, st_point(%s, %s, 4490))",
                [
                    (c.code, c.azimuth_deg, c.field_of_view_deg, c.range_m, c.lon, c.lat)
                    for c in CAMERAS
                ],
            )
            cursor.executemany(
                "insert into resource (code, kind, name, cell, geom)"
                " values (%s, 'poi', '点', 0, st_point(%s, %s, 4490))",
                [(f"P{n}", *place) for n, place in enumerate(POIS.tolist())],
            )
        yield made


@pytest.fixture(scope="module")
async def site(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), bearer(make_key(url, "commander"))) as opened,
    ):
        yield opened


def check(answer: httpx.Response, shape: BaseGeometry) -> int:
    """Compare what is told of each camera, and return how many cover the shape."""
    assert answer.status_code == 200, answer.text
    told = {
        each["properties"]["code"]: each["properties"]["covers"]
        for each in answer.json()["features"]
    }
    assert len(told) > len(CAMERAS) / 4
    for camera in CAMERAS:
        if camera.range_m is None:
            assert told.get(camera.code) is None
        elif (wanted := camera.covers(shape)) is not None:
            # None sees so far as is asked around.
            assert told.get(camera.code, False) == wanted, camera
    return sum(bool(covers) for covers in told.values())


def beside_an_edge(random: np.random.Generator) -> tuple[float, float]:
    """Pick a place a metre or two from the arc or a side of somebody's view."""
    known = [
        each
        for each in CAMERAS
        if each.range_m and each.azimuth_deg is not None and each.field_of_view_deg
    ]
    camera = known[random.integers(len(known))]
    assert camera.range_m
    assert camera.azimuth_deg is not None
    assert camera.field_of_view_deg
    half = camera.field_of_view_deg / 2
    aside_m = float(random.choice([-1, 1]) * random.uniform(0.8, 2))
    if random.integers(2):
        metres = camera.range_m + aside_m
        turned = random.uniform(-half, half)
    else:
        metres = random.uniform(0.6, 0.99) * camera.range_m
        turned = random.choice([-half, half]) + np.degrees(aside_m / metres)
    lon, lat, _ = GEOD.fwd(camera.lon, camera.lat, camera.azimuth_deg + turned, metres)
    return lon, lat


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
async def test_of_a_point(site: httpx.AsyncClient, seed: int) -> None:
    random = np.random.default_rng(seed)
    lon, lat = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)).tolist()
    if random.integers(4):
        lon, lat = beside_an_edge(random)
    asked = {"lon": lon, "lat": lat, "radius": 2000, "kinds": "camera", "limit": 1000}
    check(await site.get("/nearby", params=asked), shapely.Point(lon, lat))


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    corners=st.integers(3, 9),
    form=st.sampled_from(["polygon", "road", "points"]),
)
async def test_of_a_shape(site: httpx.AsyncClient, seed: int, corners: int, form: str) -> None:
    """A view that lies in a hole does not meet the polygon."""
    random = np.random.default_rng(seed)
    shape = star(random, corners, WEST, SOUTH, SIDE)
    ends = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (3, 2))
    if form == "road":
        shape = shapely.LineString(ends)
    elif form == "points" or shape.is_empty:
        shape = shapely.MultiPoint([beside_an_edge(random) for _ in range(3)])
    body = {"geometry": mapping(shape), "radius_m": 2000, "kinds": ["camera"], "limit": 1000}
    check(await site.post("/nearby", json=body), shape)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.code)
async def test_what_lies_in_a_view(site: httpx.AsyncClient, camera: Camera) -> None:
    body = {"camera": camera.code, "radius_m": 0, "kinds": ["poi"], "limit": 1000}
    answer = await site.post("/nearby", json=body)
    if camera.range_m is None:
        assert answer.json()["type"] == "urn:gis-gov:problem:camera-without-view"
        return
    told = {each["properties"]["code"] for each in answer.json()["features"]}
    for n, place in enumerate(POIS):
        wanted = camera.covers(shapely.Point(place))
        assert wanted is None or wanted == (f"P{n}" in told), n


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), radius_m=st.floats(1, 800))
async def test_along_a_road(site: httpx.AsyncClient, seed: int, radius_m: float) -> None:
    """Which are how near to it, and how much of it they see."""
    random = np.random.default_rng(seed)
    road = shapely.LineString(random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (4, 2)))
    body = {"geometry": mapping(road), "radius_m": radius_m}
    answer = await site.post("/cameras/along", json=body)
    assert answer.status_code == 200, answer.text
    told = {each["code"]: each for each in answer.json()["cameras"]}
    assert len(told) == len(answer.json()["cameras"])
    for camera in CAMERAS:
        away_m = searched_m(road, camera.lon, camera.lat)
        assert (camera.code in told) == (away_m <= radius_m) or abs(away_m - radius_m) < 0.01
        if camera.code not in told:
            continue
        found = told[camera.code]
        assert found["distance_m"] == pytest.approx(away_m, abs=0.002)
        if camera.range_m is None:
            assert (found["sees"], found["in_view"]) == (None, [])
            continue
        surely, maybe = camera.parts_seen(road)
        seen_m = sum(each["to_m"] - each["from_m"] for each in found["in_view"])
        # Of parts that are less than a minute apart, here a metre a second, it is told as of one.
        gaps = max(int(shapely.get_num_geometries(shapely.line_merge(maybe))) - 1, 0)
        assert surely.length - 0.1 <= seen_m <= maybe.length + 0.1 + APART_S * gaps
        assert found["sees"] == bool(found["in_view"])


def test_the_cameras_tell_both() -> None:
    """Or the comparisons above would say little."""
    known = [camera for camera in CAMERAS if camera.range_m is not None]
    told = [camera.covers(shapely.Point(place)) for camera in known for place in POIS[:12]]
    assert told.count(True) > 15
    assert told.count(False) > 15
    assert told.count(None) < len(told) / 50

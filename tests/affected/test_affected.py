"""What a polygon affects: exact by shapely, and never more than one may read one by one."""

import json
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping

from gis_gov.geo.measure import GEOD
from tests.affected.outage import (
    COUNT,
    EAST,
    MASKED,
    PERSONAL,
    PHONE,
    WEST,
    ask,
    expected,
    points,
)
from tests.geo.stars import star

pytestmark = pytest.mark.anyio

HOLED = Polygon(
    [(113.304, 22.944), (113.336, 22.946), (113.33, 22.972), (113.31, 22.97)],
    [[(113.31, 22.95), (113.326, 22.951), (113.318, 22.965)]],
)
SHAPES = {
    "hole": HOLED,
    "two parts": MultiPolygon(
        [box(113.301, 22.941, 113.309, 22.95), box(113.33, 22.96, 113.35, 23)]
    ),
    "everything": box(113, 22, 114, 23.5),
    "nowhere": box(110, 22, 110.1, 22.1),
}


def check(told: Any, shape: Any) -> None:
    """Compare with what shapely counts in the shape, and in each grid that it meets."""
    places = points()
    inside = np.asarray(shapely.covers(shape, shapely.points(places)))
    assert told["counts"] == expected(inside)
    rows = {row["code"]: row for row in told["grids"]}
    for n in range(4):
        west = 113.30 + n * 0.01
        ground = box(west, 22.94, west + 0.01, 22.98)
        here = inside & shapely.covers(ground, shapely.points(places))
        meets = ground.intersection(shape).area > 0
        assert (f"g{n}" in rows) == meets
        if meets:
            assert rows[f"g{n}"]["counts"] == expected(here)
            assert rows[f"g{n}"]["area"]["code"] == (EAST if n > 1 else WEST)
    outside = inside & ~shapely.covers(box(113.30, 22.94, 113.34, 22.98), shapely.points(places))
    assert (None in rows) == outside.any()


@pytest.mark.parametrize("name", SHAPES)
async def test_the_counts_are_those_of_shapely(client: Any, name: str) -> None:
    check(await ask(await client("commander"), SHAPES[name]), SHAPES[name])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 12))
async def test_the_counts_of_any_shape_are_those_of_shapely(
    client: Any, seed: int, corners: int
) -> None:
    shape = star(np.random.default_rng(seed), corners, 113.295, 22.935, 0.05, points())
    if not shape.is_empty:
        check(await ask(await client("commander"), shape), shape)


@pytest.mark.parametrize(
    ("shape", "radius_m"),
    [
        (Point(113.318, 22.96), 700.0),
        (shapely.LineString([(113.30, 22.95), (113.32, 22.965), (113.34, 22.96)]), 250.0),
        (HOLED, 120.0),
    ],
)
async def test_what_is_near_a_shape(client: Any, shape: Any, radius_m: float) -> None:
    told = await ask(await client("commander"), shape, radius_m=radius_m)
    places = points()
    lines = shapely.boundary(shape) if shape.geom_type == "Polygon" else shape
    x, y = shapely.get_coordinates(shapely.segmentize(lines, 0.00002)).T
    near = [
        GEOD.inv(np.full(x.size, lon), np.full(x.size, lat), x, y)[2].min() <= radius_m
        for lon, lat in places
    ]
    inside = np.asarray(shapely.covers(shape, shapely.points(places)))
    assert told["counts"] == expected(np.array(near) | inside)
    assert 5 < told["counts"]["persons"] < COUNT
    little = await ask(await client("analyst"), shape, radius_m=radius_m)
    assert little["counts"]["persons"] is None


async def test_who_works_there_today_is_told_by_right(client: Any) -> None:
    told = await ask(await client("supervisor"), HOLED)
    workers = {row["code"]: row["workers"] for row in told["grids"] if row["code"]}
    assert workers["g2"] == [{"code": "W1", "name": "陈一", "role": "worker", "phone": MASKED}]
    assert workers["g3"] == []
    assert [each["code"] for each in workers["g0"]] == ["W2"]
    assert PHONE not in json.dumps(told)
    for role in ("analyst", "grid_worker"):
        told = await ask(await client(role), HOLED)
        assert not any(row["workers"] for row in told["grids"])


async def test_of_another_area_nothing_is_told(client: Any) -> None:
    told = await ask(await client("supervisor", area=EAST), SHAPES["everything"])
    places = points()
    # The east's grids are g2 and g3; g1 and g2 share an edge, which goes to the lower code.
    ground = box(113.32, 22.94, 113.34, 22.98)
    east = np.asarray(shapely.covers(ground, shapely.points(places)))
    assert told["counts"] == expected(east)
    rows = {row["code"]: row for row in told["grids"]}
    assert not any(rows["g0"]["counts"].values())
    assert not rows["g0"]["workers"]
    assert rows["g2"]["workers"]
    assert None not in rows


async def test_who_reads_some_classes_counts_those(client: Any) -> None:
    told = await ask(await client("grid_worker", classes=["service"]), SHAPES["everything"])
    assert told["counts"]["persons"] == told["counts"]["vulnerable_persons"] == COUNT // 4
    told = await ask(await client("grid_worker", classes=["rely"]), SHAPES["everything"])
    assert told["counts"]["persons"] == COUNT // 4
    assert told["counts"]["vulnerable_persons"] == 0


@pytest.mark.parametrize(
    ("role", "limits", "withheld"),
    [
        ("department_officer", {}, PERSONAL),
        ("department_officer", {"classes": ["service"]}, PERSONAL),
        ("analyst", {}, [*PERSONAL, "buildings"]),
        ("screen", {}, [*PERSONAL, "buildings", "enterprises"]),
        ("weather_officer", {}, [*PERSONAL, "buildings", "enterprises"]),
    ],
)
async def test_a_free_shape_tells_no_number_of_what_one_may_not_read_with_its_place(
    client: Any, role: str, limits: dict[str, Any], withheld: list[str]
) -> None:
    site = await client(role, **limits)
    lon, lat = points()[7]
    # Two shapes that differ by one address: nothing to subtract.
    for shape in (HOLED, Point(lon, lat).buffer(1e-5), HOLED.union(Point(lon, lat).buffer(1e-5))):
        told = await ask(site, shape)
        assert sorted(told["withheld"]) == sorted(withheld)
        assert all(told["counts"][name] is None for name in withheld)


async def test_any_declared_crs(client: Any) -> None:
    site = await client("commander")
    plane = Transformer.from_crs(4490, 4547, always_xy=True)
    # A small one: an edge that is straight in metres is a little bent in degrees.
    shape = box(113.31, 22.95, 113.325, 22.96)
    flat = shapely.transform(shape, lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])))
    assert (await ask(site, flat, "?crs=EPSG:4547"))["counts"] == (await ask(site, shape))["counts"]


@pytest.mark.parametrize("shape", [Point(113.3, 22.9), shapely.LineString([(0, 0), (1, 1)])])
async def test_only_polygons_hold_something(client: Any, shape: Any) -> None:
    site = await client("commander")
    answer = await site.post("/affected", json={"geometry": mapping(shape)})
    assert answer.json()["type"] == "urn:gis-gov:problem:bad-shape"


async def test_what_tells_of_persons_is_recorded(client: Any, outage_url: str) -> None:
    def entries() -> list[tuple[Any, ...]]:
        with psycopg.connect(outage_url) as conn:
            return conn.execute(
                "select result, object_kind, detail from audit where action = 'affected.read'"
                " order by number"
            ).fetchall()

    before = len(entries())
    await ask(await client("analyst"), HOLED)
    assert len(entries()) == before
    await ask(await client("commander"), HOLED)
    west, south, east, north = (round(degrees, 5) for degrees in HOLED.bounds)
    assert entries()[before:] == [
        ("ok", "persons", {"bbox": [west, south, east, north], "radius": 0})
    ]


async def test_who_may_not_count_is_refused(client: Any) -> None:
    site = await client("auditor")
    answer = await site.post("/affected", json={"geometry": mapping(HOLED)})
    assert (answer.status_code, answer.json()["right"]) == (403, "count")

"""What is in and around points, roads, polygons and views: against PostGIS, and by right."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import LineString, MultiPoint, Point, mapping

from gis_gov.geo.measure import GEOD
from gis_gov.resources.schemas import ALL_KINDS
from tests.geo.stars import star
from tests.resources.shapes import (
    HEARD,
    HOLED,
    SHAPES,
    SOUTH,
    WEST,
    ask,
    by_geodesics,
    by_postgis,
    hits,
    places,
    written,
)
from tests.waiting import WITHIN_S

pytestmark = pytest.mark.anyio


def check(told: Any, every: dict[tuple[str, str], float], radius_m: float, rel: float) -> None:
    """Compare with the distances of all things, which may be a little too long."""
    found = hits(told)
    for key, metres in found.items():
        assert metres <= every[key] + 0.001
        assert metres == pytest.approx(every[key], rel=rel, abs=0.001)
    assert all(metres > radius_m for key, metres in every.items() if key not in found)
    assert list(found.values()) == sorted(found.values())
    counted = [sum(kind == each for each, _ in found) for kind in ALL_KINDS]
    assert [told["counts"][kind] for kind in ALL_KINDS] == counted


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("radius_m", [0.0, 600.0, 2000.0])
async def test_postgis_finds_the_same(
    client: Any, shapes_url: str, name: str, radius_m: float
) -> None:
    site = await client("supervisor")
    told = await ask(site, SHAPES[name], radius_m=radius_m, kinds=list(ALL_KINDS))
    # PostGIS takes the place of the shape that is nearest on a sphere: there may be a nearer one.
    rel = 0 if name == "point" else 0.003
    check(told, by_postgis(shapes_url, SHAPES[name]), radius_m, rel)
    assert [ring["to_m"] for ring in told["rings"]] == [
        *(edge for edge in (500.0, 1000.0, 2000.0) if edge < radius_m),
        radius_m,
    ]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32 - 1),
    corners=st.integers(3, 12),
    form=st.sampled_from(["polygon", "road", "points"]),
    radius_m=st.sampled_from([0.0, 30.0, 700.0, 1500.0]),
)
async def test_of_any_shape_it_finds_what_shapely_finds(
    client: Any, shapes_url: str, seed: int, corners: int, form: str, radius_m: float
) -> None:
    """Some corners are things themselves, which no radius leaves out."""
    random = np.random.default_rng(seed)
    things = places(shapes_url)
    every = np.array(list(things.values()))
    shape = star(random, corners, WEST, SOUTH, 0.04, every)
    ends = random.permutation(np.concatenate([random.choice(every, 2), random.choice(every, 2)]))
    if form == "road":
        shape = LineString(ends + random.normal(0, 0.001, ends.shape) * random.integers(0, 2))
    elif form == "points" or shape.is_empty:
        shape = MultiPoint(ends)
    told = await ask(await client("supervisor"), shape, radius_m=radius_m, kinds=list(ALL_KINDS))
    check(told, by_geodesics(things, shape), radius_m, rel=0.0005)
    inside = {key for key, at in things.items() if shapely.covers(shape, Point(at))}
    assert {key for key, metres in hits(told).items() if metres == 0} == inside


async def test_a_point_is_answered_as_by_get(client: Any) -> None:
    site = await client("commander")
    point = SHAPES["point"]
    asked = {"lon": point.x, "lat": point.y, "limit": 1000, "on_shift": False}
    got = await site.get("/nearby", params=asked)
    posted = await ask(site, point)
    for answer in (got.json(), posted):
        for feature in answer["features"]:
            for of_the_moment in ("age_s", "standing"):
                feature["properties"].pop(of_the_moment, None)
    assert posted == got.json() | {"features": posted["features"]}
    assert [each["id"] for each in posted["features"]] == [
        each["id"] for each in got.json()["features"]
    ]


async def test_the_nearest_of_each_kind(client: Any, shapes_url: str) -> None:
    site = await client("supervisor")
    every = by_postgis(shapes_url, HOLED)
    for k in (1, 7, 100):
        told = await ask(site, HOLED, k=k, kinds=["camera", "worker", "enterprise"])
        assert told["rings"] == []
        for kind in ("camera", "worker", "enterprise"):
            metres = sorted(each for (name, _), each in every.items() if name == kind)[:k]
            found = [each for (name, _), each in hits(told).items() if name == kind]
            assert found == pytest.approx(metres, rel=0.003, abs=0.001)
            assert told["counts"][kind] == len(metres)
    limited = await ask(site, HOLED, k=3, radius_m=100, kinds=["camera"])
    assert len(limited["features"]) == 3
    assert limited["counts"]["camera"] > 3
    got = await site.get("/nearby", params={"lon": 113.32, "lat": 22.96, "k": 2, "kinds": "poi"})
    assert got.json()["counts"] == {"poi": 2}


async def test_attributes_limit_what_is_found(client: Any, shapes_url: str) -> None:
    site = await client("commander")
    await written(shapes_url, HEARD)
    told = await ask(site, HOLED, radius_m=2000, classes=["dome"])
    classes = {each["properties"].get("class", "dome") for each in told["features"]}
    assert classes == {"dome"}
    async with asyncio.timeout(WITHIN_S):
        while True:
            told = await ask(
                site, HOLED, radius_m=2000, kinds=["enterprise", "worker"],
                risk_classes=["high"], on_shift=True,
            )  # fmt: skip
            if told["counts"]["worker"]:
                break
            await asyncio.sleep(0.02)
    firms = [each for each in told["features"] if each["properties"]["kind"] == "enterprise"]
    assert firms
    assert {each["properties"]["risk_class"] for each in firms} == {"high"}
    ages = [each["properties"].get("age_s", 0) for each in told["features"]]
    assert 60 < max(ages) <= 300
    assert told["counts"]["worker"] < 40
    assert "王某" not in json.dumps(told, ensure_ascii=False)


async def test_any_declared_crs(client: Any) -> None:
    site = await client("commander")
    plane = Transformer.from_crs(4490, 4547, always_xy=True)
    flat = shapely.transform(HOLED, lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])))
    expected = await ask(site, HOLED, radius_m=300)
    told = await ask(site, flat, "?crs=EPSG:4547", radius_m=300)
    # An edge that is straight in metres is a little bent in degrees.
    assert told["counts"].keys() == expected["counts"].keys()
    for key, metres in hits(told).items():
        assert metres == pytest.approx(hits(expected).get(key, 300), abs=0.5)


async def test_a_camera_s_view(client: Any, shapes_url: str) -> None:
    seen = [GEOD.fwd(113.33, 22.985, bearing, metres) for bearing, metres in ((90, 50), (119, 99))]
    beside = [
        GEOD.fwd(113.33, 22.985, bearing, metres) for bearing, metres in ((90, 101), (125, 50))
    ]
    lon, lat, _ = zip(*seen, *beside, strict=True)
    await written(
        shapes_url,
        "insert into resource (code, kind, name, class, geom)"
        " select 'N' || n - 1, 'poi', '点', 'view', st_point(lon, lat, 4490)"
        " from unnest(%s::float8[], %s::float8[]) with ordinality as p (lon, lat, n)",
        list(lon),
        list(lat),
    )
    site = await client("commander")
    codes: set[str] = set()
    for _ in range(100):
        answer = await site.post("/nearby", json={"camera": "V", "radius_m": 0, "kinds": ["poi"]})
        codes = {each["properties"]["code"] for each in answer.json()["features"]}
        if codes:
            break
        await asyncio.sleep(0.02)
    assert codes == {"N0", "N1"}
    beyond = await ask(
        site, Point(*GEOD.fwd(113.33, 22.985, 90, 90)[:2]).buffer(1e-5), radius_m=200
    )
    by_code = {each["properties"]["code"]: each["properties"] for each in beyond["features"]}
    assert by_code["V"]["covers"] is True
    assert by_code["V0"]["covers"] is None
    without = (await site.post("/nearby", json={"camera": "V0"})).json()
    assert without["type"] == "urn:gis-gov:problem:camera-without-view"
    nobody = (await site.post("/nearby", json={"camera": "none"})).json()
    assert nobody["type"] == "urn:gis-gov:problem:not-found"


async def test_a_geometry_may_state_its_crs_itself(client: Any) -> None:
    site = await client("commander")
    plane = Transformer.from_crs(4490, 4526, always_xy=True).transform(113.32, 22.96)
    stated = {
        **mapping(Point(plane)),
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}},
    }
    wanted = {"geometry": mapping(Point(113.32, 22.96)), "radius_m": 900}
    found = (await site.post("/nearby", json=wanted)).json()["features"]
    for query in ("", "?crs=EPSG:4526"):
        answer = await site.post(f"/nearby{query}", json={"geometry": stated, "radius_m": 900})
        features = answer.json()["features"]
        assert [each["id"] for each in features] == [each["id"] for each in found]
    answer = await site.post("/nearby?crs=EPSG:4490", json={"geometry": stated})
    assert answer.json()["type"] == "urn:gis-gov:problem:bad-shape"
    assert "states" in answer.json()["detail"]

"""What is around a shape, to whom it is told, and which shapes are none."""

from typing import Any

import psycopg
import pytest
from shapely.geometry import Point, mapping

from gis_gov.resources.schemas import ALL_KINDS
from tests.resources.shapes import EAST_AREA, HOLED, ask, by_postgis, written

pytestmark = pytest.mark.anyio


async def test_who_may_see_the_east_finds_nothing_else(client: Any, shapes_url: str) -> None:
    site = await client("supervisor", area=EAST_AREA)
    told = await ask(site, HOLED, radius_m=2000, kinds=list(ALL_KINDS))
    assert told["features"]
    assert min(each["geometry"]["coordinates"][0] for each in told["features"]) >= 113.32
    near = [metres for metres in by_postgis(shapes_url, HOLED).values() if metres < 2000]
    assert sum(told["counts"].values()) == len(told["features"]) < len(near)
    nearest = await ask(site, Point(113.301, 22.96), k=2, kinds=list(ALL_KINDS))
    assert min(each["geometry"]["coordinates"][0] for each in nearest["features"]) >= 113.32
    west = await client("commander", area="440199001002")
    assert (await west.post("/nearby", json={"camera": "V"})).status_code == 404


@pytest.mark.parametrize(
    ("role", "kind", "right"),
    [
        ("analyst", "worker", "track.read"),
        ("weather_officer", "enterprise", "enterprise.read"),
        ("weather_officer", "camera", "resource.read"),
    ],
)
async def test_each_kind_needs_its_right(client: Any, role: str, kind: str, right: str) -> None:
    site = await client(role)
    body = {"geometry": mapping(HOLED), "kinds": [kind]}
    answer = await site.post("/nearby", json=body)
    assert (answer.status_code, answer.json()["right"]) == (403, right)


async def test_who_may_see_no_kind_is_told_of_none(client: Any) -> None:
    site = await client("weather_officer")
    for told in (await ask(site, HOLED), await ask(site, HOLED, k=3)):
        assert (told["features"], told["counts"]) == ([], {})


async def test_without_the_right_a_view_is_not_told_either(client: Any) -> None:
    site = await client("weather_officer")
    answer = await site.post("/nearby", json={"camera": "V"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
            "not valid",
        ),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]}, "a ring"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Point", "coordinates": [22.9, 113.3]}, "swapped"),
        ({"type": "LineString", "coordinates": [[170, 0], [-179.9, 0]]}, "antimeridian"),
        ({"type": "LineString", "coordinates": [[-170, 0], [170, 0]]}, "too long"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection"),
        ({"type": "Feature", "geometry": None, "properties": None}, "alone"),
        ({"type": "Circle"}, "Circle"),
        ({"type": "Point", "coordinates": [10**30, 1]}, "body.geometry"),
        ({}, "type"),
    ],
)
async def test_bad_shapes_are_refused(client: Any, geometry: Any, said: str) -> None:
    site = await client("commander")
    answer = await site.post("/nearby", json={"geometry": geometry})
    body = answer.json()
    assert (answer.status_code, body["type"]) == (400, "urn:gis-gov:problem:bad-shape"), body
    assert said in body["detail"]


async def test_a_polygon_far_off_its_projection_is_refused(client: Any) -> None:
    site = await client("commander")
    far = {
        "type": "Polygon",
        "coordinates": [[[1e300, 1], [-1e300, 7e299], [3, -1e300], [1e300, 1]]],
    }
    answer = await site.post("/nearby?crs=EPSG:4549", json={"geometry": far})
    assert answer.json()["type"] == "urn:gis-gov:problem:bad-shape"


async def test_a_camera_that_sees_round_the_world_has_no_view(client: Any, shapes_url: str) -> None:
    await written(
        shapes_url,
        "insert into resource (code, kind, name, range_m, geom)"
        " values ('FAR', 'camera', 'x', 1e7, st_point(113.3, 22.9, 4490))",
    )
    site = await client("commander")
    answer = await site.post("/nearby", json={"camera": "FAR"})
    await written(shapes_url, "delete from resource where code = 'FAR'")
    assert answer.json()["type"] == "urn:gis-gov:problem:camera-without-view", answer.text


@pytest.mark.parametrize(
    "body", [{}, {"geometry": mapping(Point(113.3, 22.9)), "camera": "V"}, {"camera": "V", "k": 0}]
)
async def test_the_question_is_one(client: Any, body: Any) -> None:
    site = await client("commander")
    answer = await site.post("/nearby", json=body)
    assert answer.json()["type"] == "urn:gis-gov:problem:invalid-request"


async def test_crs_that_are_not_taken(client: Any) -> None:
    site = await client("commander")
    for crs in ("gcj02", "EPSG:1", "EPSG:4978"):
        answer = await site.post(f"/nearby?crs={crs}", json={"geometry": mapping(HOLED)})
        assert answer.json()["type"] == "urn:gis-gov:problem:unusable-datum", crs


async def test_reading_workers_around_a_shape_is_recorded(client: Any, shapes_url: str) -> None:
    site = await client("commander")
    await ask(site, HOLED, radius_m=10, kinds=["worker"])
    with psycopg.connect(shapes_url) as conn:
        row = conn.execute(
            "select object_kind, detail from audit where action = 'nearby.read'"
            " order by number desc limit 1"
        ).fetchone()
    assert row
    assert row[0] == "worker"
    assert row[1]["bbox"] == [113.31, 22.945, 113.335, 22.97]

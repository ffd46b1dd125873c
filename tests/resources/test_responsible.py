"""Who answers for points, lines, polygons and views: the grids that assignment gives them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box, mapping

from gis_gov.app import create_app
from gis_gov.resources.schemas import NearbyPoint, NearbyShape
from tests.conftest import TestServer
from tests.counting import tiling
from tests.geo.stars import star
from tests.signed_in import Client, clients_of, unhurried

pytestmark = pytest.mark.anyio

WEST, SOUTH, STEP = 113.30, 22.94, 0.01
EAST_COMMUNITY, WEST_COMMUNITY = "440199001001", "440199001002"
# Codes fall to the east and to the north, so that the lowest is not the first that is met; one is
# laid over others, one is gone, and the district is larger than its grids.
WORLD = """
    insert into area (id, code, name, level, parent_id, geom) values
    (1, '440199000000', '测试区', 'district', null,
     st_multi(st_makeenvelope(113.20, 22.90, 113.40, 23.00, 4490))),
    (2, '440199001000', '街道', 'street', 1, null),
    (3, '440199001001', '东社区', 'community', 2, null),
    (4, '440199001002', '西社区', 'community', 2, null);
    insert into grid (id, code, name, area_id, geom)
    select
        1 + x + 3 * y, 'g' || (9 - x - 3 * y), '格', case when x < 1 then 4 else 3 end,
        st_multi(st_makeenvelope(
            113.30 + x * 0.01, 22.94 + y * 0.01, 113.31 + x * 0.01, 22.95 + y * 0.01, 4490))
    from generate_series(0, 2) as x, generate_series(0, 2) as y;
    insert into grid (id, code, name, layer, area_id, geom) values
    (20, 'x1', '专属', 'exclusive', 3,
     st_multi(st_makeenvelope(113.312, 22.952, 113.318, 22.958, 4490)));
    insert into grid (id, code, name, area_id, geom, valid_from, valid_to) values
    (21, 'a0', '旧格', 3, st_multi(st_makeenvelope(113.30, 22.94, 113.33, 22.97, 4490)),
     '2020-01-01', '2021-01-01');
    insert into worker (id, code, name, area_id) values
    (1, 'W1', '陈一', 3), (2, 'W2', '林二', 4), (3, 'W3', '走了', 3), (4, 'W4', '远人', 4);
    insert into grid_worker (grid_id, worker_id, role, valid_from, valid_to) values
    (5, 1, 'worker', '2024-01-01', null), (5, 4, 'chief', '2024-01-01', null),
    (5, 3, 'worker', '2020-01-01', '2021-01-01'), (1, 2, 'worker', '2024-01-01', null);
    insert into resource (code, kind, name, azimuth_deg, field_of_view_deg, range_m, geom) values
    ('C1', 'camera', '看东', 90, 20, 300, st_point(113.309, 22.955, 4490));
"""


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        with psycopg.connect(made) as conn:
            conn.execute(WORLD)
        yield made


@pytest.fixture(scope="module")
async def app(url: str) -> AsyncIterator[FastAPI]:
    made = create_app(unhurried().with_database(url))
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: FastAPI, url: str) -> AsyncIterator[Client]:
    async with clients_of(app, url) as give:
        yield give


def assigned(url: str, lon: float, lat: float) -> str | None:
    """Return the grid that an event which is reported there is given by the database."""
    with psycopg.connect(url) as conn:
        found = conn.execute(
            "insert into event (code, reported_at, geom)"
            " values ('E', now(), st_point(%s, %s, 4490))"
            " returning (select code from grid where id = event.grid_id)",
            [lon, lat],
        ).fetchone()
        conn.rollback()
    assert found
    code: str | None = found[0]
    return code


def code_of(answer: dict[str, Any]) -> str | None:
    return answer["grid"] and answer["grid"]["code"]


async def get(site: Any, lon: float, lat: float) -> dict[str, Any]:
    answer = await site.get("/nearby", params={"lon": lon, "lat": lat, "responsible": True})
    assert answer.status_code == 200, answer.text
    NearbyPoint.model_validate_json(answer.content, strict=True)
    found: dict[str, Any] = answer.json()["responsible"]
    return found


async def post(site: Any, shape: Any = None, **asked: Any) -> list[dict[str, Any]]:
    body = asked if shape is None else {"geometry": mapping(shape), **asked}
    answer = await site.post("/nearby", json={"responsible": True, **body})
    assert answer.status_code == 200, answer.text
    NearbyShape.model_validate_json(answer.content, strict=True)
    found: list[dict[str, Any]] = answer.json()["responsible"]
    return found


def corners() -> list[tuple[float, float]]:
    """List the corners of all grids, the middles of their edges, and their own middles."""
    steps = [0, 0.5, 1, 1.5, 2, 2.5, 3]
    return [(round(WEST + x * STEP, 7), round(SOUTH + y * STEP, 7)) for x in steps for y in steps]


async def test_a_point_has_the_one_grid_that_things_there_are_assigned_to(
    client: Client, url: str
) -> None:
    site = await client("commander")
    told = {}
    for lon, lat in corners():
        told[lon, lat] = code_of(await get(site, lon, lat))
        (posted,) = await post(site, Point(lon, lat))
        assert code_of(posted) == told[lon, lat] == assigned(url, lon, lat)
    assert len(set(told.values())) == 9
    assert told[113.31, 22.95] == "g5"  # of four that meet there the lowest code


async def test_it_is_the_same_where_memory_does_not_hold_the_grids(
    client: Client, app: FastAPI, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.gis_gov.places, "newest", lambda: None)
    site = await client("commander")
    for lon, lat in corners():
        assert code_of(await get(site, lon, lat)) == assigned(url, lon, lat)


async def test_the_chain_goes_up_to_the_district_with_the_workers_of_today(client: Client) -> None:
    site = await client("commander")
    assert await get(site, 113.315, 22.955) == {
        "grid": {"code": "g5", "name": "格"},
        "community": {"code": EAST_COMMUNITY, "name": "东社区"},
        "street": {"code": "440199001000", "name": "街道"},
        "district": {"code": "440199000000", "name": "测试区"},
        "workers": [
            {"code": "W4", "name": "远人", "role": "chief"},
            {"code": "W1", "name": "陈一", "role": "worker"},
        ],
    }


async def test_in_no_grid_the_areas_are_told_and_nowhere_nothing(client: Client) -> None:
    site = await client("commander")
    outside = await get(site, 113.25, 22.92)
    assert outside == {
        "grid": None,
        "community": None,
        "street": None,
        "district": {"code": "440199000000", "name": "测试区"},
        "workers": [],
    }
    assert await get(site, 120.0, 30.0) == {**outside, "district": None}
    assert await post(site, box(120, 30, 120.01, 30.01)) == []


async def test_it_is_told_only_where_it_was_asked_for(client: Client) -> None:
    site = await client("commander")
    got = await site.get("/nearby", params={"lon": 113.315, "lat": 22.955})
    posted = await site.post("/nearby", json={"geometry": mapping(Point(113.315, 22.955))})
    assert "responsible" not in got.json()
    assert "responsible" not in posted.json()


async def test_workers_are_told_by_right(client: Client) -> None:
    screen = await get(await client("screen"), 113.315, 22.955)
    assert (code_of(screen), screen["workers"]) == ("g5", [])
    west = await get(await client("supervisor", area=WEST_COMMUNITY), 113.315, 22.955)
    assert [each["code"] for each in west["workers"]] == ["W4"]
    of_grids = await post(
        await client("supervisor", area=WEST_COMMUNITY), box(113.30, 22.94, 113.33, 22.97)
    )
    told = {code_of(each): [one["code"] for one in each["workers"]] for each in of_grids}
    assert told["g9"] == ["W2"]
    assert told["g5"] == ["W4"]


LINES = {
    "across": (LineString([(113.305, 22.955), (113.325, 22.955)]), {"g6", "g5", "g4"}),
    "slanting": (LineString([(113.305, 22.945), (113.315, 22.953)]), {"g9", "g8", "g5"}),
    "along an edge": (LineString([(113.301, 22.95), (113.329, 22.95)]), {"g6", "g5", "g4"}),
    "along the outer edge": (LineString([(113.301, 22.94), (113.309, 22.94)]), {"g9"}),
    "ends at an edge": (LineString([(113.305, 22.945), (113.31, 22.945)]), {"g9"}),
    "begins outside": (LineString([(113.29, 22.945), (113.305, 22.945)]), {"g9"}),
    "polygon up to an edge": (box(113.302, 22.942, 113.31, 22.948), {"g9"}),
    "polygon over an edge": (box(113.302, 22.942, 113.3101, 22.948), {"g9", "g8"}),
    "polygon that is a grid": (box(113.31, 22.95, 113.32, 22.96), {"g5"}),
    "around a hole": (
        Polygon(
            box(113.30, 22.94, 113.33, 22.97).exterior,
            [box(113.31, 22.95, 113.32, 22.96).exterior],
        ),
        {"g9", "g8", "g7", "g6", "g4", "g3", "g2", "g1"},
    ),
    "points": (MultiPoint([(113.305, 22.945), (113.306, 22.946), (113.31, 22.95)]), {"g9", "g5"}),
}


@pytest.mark.parametrize("name", LINES)
async def test_a_shape_has_the_grids_that_hold_a_part_of_it(client: Client, name: str) -> None:
    shape, wanted = LINES[name]
    told = [code_of(each) for each in await post(await client("commander"), shape)]
    assert sorted(map(str, told)) == sorted(wanted)


@pytest.mark.parametrize("seed", range(6))
async def test_a_line_has_the_grids_of_its_points(client: Client, url: str, seed: int) -> None:
    """Of points close along it, each is assigned to one of the grids that are told."""
    random = np.random.default_rng(seed)
    ends = np.round(random.uniform((WEST, SOUTH), (WEST + 3 * STEP, SOUTH + 3 * STEP), (4, 2)), 3)
    line = LineString(ends)
    told = {code_of(each) for each in await post(await client("commander"), line)}
    points = shapely.line_interpolate_point(line, np.linspace(0.003, 0.997, 150), normalized=True)
    found = {assigned(url, point.x, point.y) for point in points}
    assert found <= told
    for code in told - found:  # between two of the points
        n = 9 - int(str(code)[1:])
        west, south = WEST + n % 3 * STEP, SOUTH + n // 3 * STEP
        part = line.intersection(box(west, south, west + STEP, south + STEP))
        assert 0 < part.length < 2 * line.length / 150


async def test_a_view_has_the_grids_that_it_meets(client: Client) -> None:
    told = await post(await client("commander"), camera="C1")
    assert [code_of(each) for each in told] == ["g5", "g6"]


async def test_who_is_told_of_workers_is_recorded(client: Client, url: str) -> None:
    asked = {"lon": 113.315, "lat": 22.955, "kinds": "centre", "responsible": True}

    def recorded() -> int:
        with psycopg.connect(url) as conn:
            query = "select count(*) from audit where action = 'nearby.read'"
            return int((conn.execute(query).fetchone() or [0])[0])

    before = recorded()
    assert (await (await client("screen")).get("/nearby", params=asked)).status_code == 200
    assert recorded() == before  # of nobody
    assert (await (await client("commander")).get("/nearby", params=asked)).status_code == 200
    assert recorded() == before + 1


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 10), is_line=st.booleans())
async def test_any_shape_has_the_grids_that_shapely_cuts_it_by(
    world_client: Any, world: tiling.World, seed: int, corners: int, is_line: bool
) -> None:
    """Some of its corners are the grids'; what lies in the hole of a grid is not the grid's."""
    random = np.random.default_rng(seed)
    base = {g.code: g.shape for g in world.grids if g.layer == "base" and not g.retired}
    known = shapely.get_coordinates(list(base.values()))
    shape = star(random, corners, tiling.WEST, tiling.SOUTH, tiling.SIDE, known)
    if is_line or shape.is_empty:
        shape = LineString(
            np.concatenate(
                [random.uniform((WEST, tiling.SOUTH), (WEST + 0.04, tiling.SOUTH + 0.04), (2, 2)),
                 random.choice(known, 1)]
            )
        )  # fmt: skip
    told = [code_of(each) for each in await post(world_client, shape)]
    assert len(told) == len(set(told))
    cut = {code: shapely.intersection(each, shape) for code, each in base.items()}
    flat = shape.geom_type == "LineString"
    parts = {code: part.length if flat else part.area for code, part in cut.items()}
    # What is thinner than an atom may go either way.
    assert set(told) >= {code for code, part in parts.items() if part > 1e-12}
    assert set(told) <= {code for code, part in cut.items() if not part.is_empty}

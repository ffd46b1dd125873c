"""One point: the rule of assignment from memory, and from the database itself."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest

from gis_gov.areas.place_index import Place, PlaceIndex
from gis_gov.areas.queries import read_place, read_places
from gis_gov.areas.schemas import Located
from gis_gov.areas.service import tell
from gis_gov.geo.measure import GEOD
from tests.areas.conftest import serving
from tests.areas.trap_district import (
    BOXES,
    COMMUNITY,
    DIRECT_COMMUNITY,
    DISTRICT,
    MIDDLE,
    STREET,
    TRAPS,
    at,
)

pytestmark = pytest.mark.anyio

Point = tuple[float, float]


def named(pair: tuple[str, str]) -> dict[str, str]:
    return {"code": pair[0], "name": pair[1]}


@pytest.fixture
async def truth(traps_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(traps_url, autocommit=True) as conn:
        yield conn


async def ask(site: httpx.AsyncClient, point: Point, **more: str) -> dict[str, Any]:
    answer = await site.get("/locate", params={"lon": point[0], "lat": point[1], **more})
    assert answer.status_code == 200, answer.text
    Located.model_validate_json(answer.content, strict=True)
    return answer.json()


@pytest.mark.parametrize("trap", TRAPS)
async def test_each_trap_has_its_grid(
    site: httpx.AsyncClient, truth: psycopg.AsyncConnection[Any], trap: str
) -> None:
    point, grid, exclusive = TRAPS[trap]
    told = await ask(site, point)
    assert (told["grid"] and told["grid"]["code"]) == grid
    assert [each["code"] for each in told["exclusive"]] == exclusive
    assert ("nearest" in told) == (grid is None)
    from_database = tell(await read_place(truth, *point))
    assert plain(from_database) == plain(told)


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """Make what is told comparable; the two measures of the nearest differ below a millimetre."""
    made = Located.model_validate(told, from_attributes=True).model_dump()
    if made["nearest"]:
        made["nearest"]["distance_m"] = pytest.approx(made["nearest"]["distance_m"], abs=0.01)
    return made


async def test_the_areas_above_are_told(site: httpx.AsyncClient) -> None:
    assert await ask(site, at(0.5, 0.5)) == {
        "grid": {"code": "a", "name": "网格a"},
        "exclusive": [],
        "community": named(COMMUNITY),
        "street": named(STREET),
        "district": named(DISTRICT),
    }


async def test_a_missing_level_is_null(site: httpx.AsyncClient) -> None:
    told = await ask(site, at(1.9, 1.9))
    assert told["community"] == named(DIRECT_COMMUNITY)
    assert told["street"] is None
    assert told["district"] == named(DISTRICT)


async def test_without_a_grid_the_deepest_area_tells(site: httpx.AsyncClient) -> None:
    told = await ask(site, at(3.5, 2.5))
    assert (told["grid"], told["community"]) == (None, named(DIRECT_COMMUNITY))
    told = await ask(site, at(5, 5))
    assert (told["community"], told["district"]) == (None, named(DISTRICT))
    assert (await ask(site, at(50, 50)))["district"] is None


async def test_the_nearest_grid_is_measured_on_the_ellipsoid(site: httpx.AsyncClient) -> None:
    lon, lat = at(-1, 0.5)
    edge_lon, _ = at(0, 0.5)
    _, _, length_m = GEOD.inv(lon, lat, edge_lon, lat)
    nearest = (await ask(site, (lon, lat)))["nearest"]
    assert nearest["code"] == "a"
    assert nearest["distance_m"] == pytest.approx(length_m, abs=0.01)


async def test_memory_and_database_agree_to_the_last_point(
    traps_url: str, truth: psycopg.AsyncConnection[Any]
) -> None:
    index = PlaceIndex(*await read_places(truth))
    traps = np.array([point for point, *_ in TRAPS.values()])
    points = np.concatenate([traps, edges_and_vertices(), scattered(400)])
    told = index.locate(points[:, 0], points[:, 1])
    assert told == [index.locate_one(lon, lat) for lon, lat in points.tolist()]
    asked = [await read_place(truth, lon, lat) for lon, lat in points.tolist()]
    assert [essence(place) for place in told] == [essence(place) for place in asked]
    lengths_m = [place.nearest.distance_m for place in told if place.nearest]
    assert len(lengths_m) > 100
    assert max(lengths_m) > 5000
    assert {place.grid.code for place in told if place.grid} == {
        code for code, (_, layer, retired, *_) in BOXES.items()
        if layer in {"base", "exclusive"} and not retired and code != "x-overlay"
    }  # fmt: skip


def essence(place: Place) -> tuple[object, ...]:
    nearest = place.nearest
    near = nearest and (nearest.code, pytest.approx(nearest.distance_m, abs=0.01))
    return place.grid, place.exclusive, place.levels, near


def edges_and_vertices() -> np.ndarray:
    steps = np.arange(0, 4.01, 0.1)
    lines = [(x, y) for x in (0, 1, 1.4, 2) for y in steps]
    return np.array([at(x, y) for x, y in lines] + [at(y, x) for x, y in lines])


def scattered(count: int) -> np.ndarray:
    return np.random.default_rng(5).uniform(at(-3, -3), at(7, 7), (count, 2))


async def test_without_any_grid_nothing_is_nearest(own_database_url: str) -> None:
    async with serving(own_database_url) as (_, client):
        assert await ask(client, at(0, 0)) == {
            "grid": None,
            "exclusive": [],
            "community": None,
            "street": None,
            "district": None,
            "nearest": None,
        }


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "EPSG:4326", "epsg:4490", "CRS84"])
async def test_a_datum_equal_to_ours_changes_nothing(site: httpx.AsyncClient, crs: str) -> None:
    assert (await ask(site, MIDDLE, crs=crs))["grid"]["code"] == "a"


async def test_another_datum_is_converted(site: httpx.AsyncClient) -> None:
    # There, Hong Kong 1980 (EPSG:4611) lies 250 m to the west of CGCS2000.
    point = at(0.9, 0.5)
    assert (await ask(site, point))["grid"]["code"] == "a"
    assert (await ask(site, point, crs="EPSG:4611"))["grid"]["code"] == "b"


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ("gcj02", "not taken here"),
        ("bd09", "not taken here"),
        ("bd09mc", "not taken here"),
        ("EPSG:4549", "in metres"),
        ("EPSG:4610", "no transformation"),
        ("EPSG:999999", "not known"),
        ("Mars", "not known"),
    ],
)
async def test_other_datums_are_refused(site: httpx.AsyncClient, crs: str, said: str) -> None:
    answer = await site.get("/locate", params={"lon": 113.3, "lat": 22.9, "crs": crs})
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:gis-gov:problem:unusable-datum"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("lon=22.9&lat=113.3", "query.lat"),
        ("lon=180.1&lat=0", "query.lon"),
        ("lon=nan&lat=0", "query.lon"),
        ("lon=0&lat=inf", "query.lat"),
        ("lon=113.3", "query.lat"),
        ("lon=113.3&lat=", "query.lat"),
        ("lon=113.3&lat=22.9&crs=" + "PROJCS[]" * 5, "query.crs"),
    ],
)
async def test_what_is_no_position_is_refused(
    site: httpx.AsyncClient, query: str, where: str
) -> None:
    answer = await site.get(f"/locate?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:gis-gov:problem:invalid-request"
    assert answer.json()["errors"][0]["where"] == where

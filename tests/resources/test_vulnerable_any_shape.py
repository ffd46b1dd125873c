"""Vulnerable persons around roads, polygons and views: as many as geodesics say, ring by ring."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from gis_gov.app import create_app
from gis_gov.resources.schemas import Nearby
from tests.conftest import TestServer
from tests.geo.near_shapes import FORMS, away_m, is_close_call, some_shape
from tests.geo.test_surroundings import searched_m
from tests.resources.test_views import CAMERAS, NEAR_M, SIDE, SOUTH, WEST
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

COUNT = 240
SQUARE = (WEST - SIDE, SOUTH - SIDE, 3 * SIDE)
HOMES = np.random.default_rng(31).uniform(SQUARE[:2], np.add(SQUARE[:2], 3 * SIDE), (COUNT, 2))
NUMBERS = np.arange(1, COUNT + 1)
PERSONS = np.where(NUMBERS % 3 == 0, 1 + NUMBERS % 4, 0)
"""How many vulnerable persons live at each of the homes."""
SEEING = [camera for camera in CAMERAS if camera.range_m is not None]
EDGES_M = (500.0, 1000.0, 2000.0)
PEOPLE = """
    with place as (
        insert into address (id, code, full_text, level, cell, geom)
        select n, 'A' || n, '路' || n || '号', 50, null, st_point(x, y, 4490)
        from unnest(%(lon)s::float8[], %(lat)s::float8[]) with ordinality as p (x, y, n)
    )
    insert into person (code, name, person_class, address_id)
    select 'P' || n || '-' || m, '人', case when n %% 3 = 0 then 'service' else 'rely' end, n
    from generate_series(1, %(count)s) as n, generate_series(1, 1 + n %% 4) as m
"""
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    lon, lat = HOMES.T.tolist()
    with postgis.database() as made:
        with psycopg.connect(made) as conn, conn.cursor() as cursor:
            cursor.execute(PEOPLE, {"lon": lon, "lat": lat, "count": COUNT})
            cursor.executemany(
                "insert into resource"
                " (code, kind, name, azimuth_deg, field_of_view_deg, range_m, cell, geom)"
                " values (%s, 'camera', '像', %s, %s, %s, 0, st_point(%s, %s, 4490))",
                [
                    (c.code, c.azimuth_deg, c.field_of_view_deg, c.range_m, c.lon, c.lat)
                    for c in SEEING
                ],
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


async def counted(site: httpx.AsyncClient, **asked: Any) -> tuple[list[float], list[int]]:
    """Ask, and return the outer edges of the rings and how many live within each edge."""
    body = {"vulnerable": True, "kinds": ["poi"], **asked}
    answer = await site.post("/nearby", json=body)
    assert answer.status_code == 200, answer.text
    Nearby.model_validate_json(answer.content)
    told = answer.json()["vulnerable_persons"]
    within = np.cumsum([ring["count"] for ring in told["rings"]]).tolist()
    assert within[-1] == told["count"]
    return [ring["to_m"] for ring in told["rings"]], within


def living(away: np.ndarray, edges_m: Sequence[float]) -> list[int]:
    return [int(PERSONS[away <= edge_m].sum()) for edge_m in edges_m]


def some_radius(random: np.random.Generator, shape: Any, radius: str) -> float:
    """Draw none, any, or one that ends a centimetre beside somebody's home."""
    if radius == "none":
        return 0.0
    if radius == "beside":
        home = random.choice(HOMES[PERSONS > 0])
        found = searched_m(shape, *home) + float(random.choice([-0.01, 0.01]))
        if 0.1 < found <= 2000:
            return found
    return float(random.uniform(0.1, 2000 if random.integers(3) else 80))


@settings(max_examples=30)
@given(seed=seeds, form=st.sampled_from(FORMS), radius=st.sampled_from(["none", "any", "beside"]))
async def test_around_any_shape(site: httpx.AsyncClient, seed: int, form: str, radius: str) -> None:
    """In a polygon, but not in its hole; and as many as are told to be affected by the same."""
    random = np.random.default_rng(seed)
    shape = some_shape(random, form, SQUARE, HOMES)
    radius_m = some_radius(random, shape, radius)
    edges_m = [*(edge for edge in EDGES_M if edge < radius_m), radius_m]
    away = away_m(shape, HOMES, edges_m)
    assume(not is_close_call(away[PERSONS > 0], edges_m))
    told = await counted(site, geometry=mapping(shape), radius_m=radius_m)
    assert told == (edges_m, living(away, edges_m))
    if radius_m or form == "polygon":
        body = {"geometry": mapping(shape), "radius_m": radius_m}
        affected = (await site.post("/affected", json=body)).json()
        assert affected["counts"]["vulnerable_persons"] == told[1][-1]


@settings(max_examples=30)
@given(seed=seeds, is_near=st.booleans())
async def test_around_any_view(site: httpx.AsyncClient, seed: int, is_near: bool) -> None:
    """As many as around the sector that is drawn in a plane around the camera; in it without."""
    random = np.random.default_rng(seed)
    camera = SEEING[random.integers(len(SEEING))]
    radius_m = float(random.uniform(1, 2000)) if is_near else 0.0
    edges, within = await counted(site, camera=camera.code, radius_m=radius_m)
    assert edges == [*(edge for edge in EDGES_M if edge < radius_m), radius_m]
    places = shapely.points(camera.around(HOMES))
    # The arc is made of chords: it is a little less than the sector, and never more.
    away = shapely.distance(camera.sector(), places)
    for edge_m, count in zip(edges, within, strict=True):
        surely = shapely.distance(camera.sector().buffer(-NEAR_M), places)
        assert living(surely, [edge_m])[0] <= count <= living(away, [edge_m + NEAR_M])[0]


def test_what_is_asked_tells_the_homes_apart() -> None:
    """Or the comparisons above would say little."""
    random = np.random.default_rng(2)
    shapes = [some_shape(random, form, SQUARE, HOMES) for form in FORMS for _ in range(4)]
    around = [living(away_m(shape, HOMES, [300]), [300])[0] for shape in shapes]
    views = [
        living(shapely.distance(camera.sector(), shapely.points(camera.around(HOMES))), [0])[0]
        for camera in SEEING
    ]
    whole = int(PERSONS.sum())
    assert min(around) < whole / 8
    assert max(around) > whole / 3
    assert sum(count > 0 for count in views) > len(views) / 4

"""Tiles by properties, time and CQL2 filters: what the collection lists by the same, drawn."""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from typing import Any

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World, write_world

pytestmark = pytest.mark.anyio

EAST, NORTH = WEST + 0.03, SOUTH + 0.02
GRID = "4401990010011003"
VARIED = """
    update event set
        state = (array['pending', 'handling', 'closed'])[1 + id % 3],
        level = (array['street', 'community'])[1 + id % 2],
        department = case id % 3 when 0 then 'D1' when 1 then 'D2' end,
        reported_at = '2026-03-01T08:00+08:00'::timestamptz + id * interval '1 day',
        closed_at = case id % 3 when 2 then timestamptz '2027-06-01T08:00+08:00' end;
    update person set
        person_class = (array['service', 'control', 'rely', 'other'])[1 + id % 4],
        sex = case id % 2 when 0 then 'male' else 'female' end;
    update resource set class = 'bullet' where code = 'C1';
    insert into resource (code, kind, name, class, geom, cell)
    select
        k.kind || n, k.kind, '某', case when n % 3 = 0 then '学校' else '医院' end, a.geom, a.cell
    from generate_series(1, 60) as n
    inner join address as a on a.id = n
    cross join unnest(array['poi', 'centre']) as k (kind);
    insert into resource (code, kind, name, class, azimuth_deg, field_of_view_deg, range_m, geom)
    select 'B' || n, 'camera', '某', 'ball', 45, 70, 400, a.geom
    from address as a inner join generate_series(1, 20) as n on a.id = n;
    update enterprise set risk_class = 'high', contact_name = '某';
    update worker set area_id = 3;
"""
FILTERS = {
    "events": [
        {"state": "pending"},
        {"state": "closed", "level": "street"},
        {"class_code": "0401"},
        {"datetime": "2026-03-10/2026-03-20"},
        {"filter": "state = 'pending' AND level = 'street'"},
        {"filter": f"S_INTERSECTS(geometry, BBOX({WEST}, {SOUTH}, {WEST + 0.01}, {NORTH}))"},
        {"filter": "state <> 'closed'", "datetime": "../2026-03-20"},
        {"filter": '{"op": "=", "args": [{"property": "state"}, "handling"]}',
         "filter-lang": "cql2-json"},
    ],
    "addresses": [{"filter": "full_text LIKE '测试路1%'"}, {"grid_code": GRID}],
    "persons": [{"sex": "male"}, {"filter": "person_class IN ('control', 'rely')"}],
    "houses": [{"kind": "dwelling"}],
    "enterprises": [{"risk_class": "high"}, {"filter": "contact_name = '某'"}],
    "cameras": [{"class": "bullet"}, {"filter": "range_m > 350"}],
    "camera_sectors": [{"class": "bullet"}, {"filter": "range_m > 350"}],
    "pois": [{"class": "学校"}, {"filter": "class <> '学校' AND code < 'poi5'"}],
    "centres": [{"class": "学校"}],
    "grids": [{"filter": f"code <> '{GRID}'"}, {"datetime": "2026-01-01"}],
    "areas": [{"level": "community"}],
    "grid_labels": [{"filter": f"code <> '{GRID}'"}],
    "area_labels": [{"level": "community"}, {"filter": "name LIKE '测试社%'"}],
    "workers": [{"filter": "name = '张某'"}],
}  # fmt: skip
CASES = [(layer, asked) for layer, listed in FILTERS.items() for asked in listed]
READERS: dict[str, dict[str, Any]] = {
    "commander": {"role": "commander"},
    "of a grid": {"role": "commander", "grid": GRID},
    "masked": {"role": "department_officer"},
    "of a class": {"role": "department_officer", "classes": ["control"]},
    "of a department": {"role": "commander", "department": "D1"},
}


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        made = write_world(url)
        with psycopg.connect(url) as conn:
            conn.execute(VARIED)
        yield made


@pytest.fixture(scope="module")
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(world.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        yield opened


@pytest.fixture(scope="module")
def keys(world: World) -> dict[str, dict[str, str]]:
    return {
        name: bearer(
            make_key(world.url, told["role"], **{k: v for k, v in told.items() if k != "role"})
        )
        for name, told in READERS.items()
    }


def tiles_over(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, NORTH, zoom), tile_at(EAST, SOUTH, zoom)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [Tile(zoom, x, y) for x, y in product(columns, rows)]


def zooms_of(layer: str) -> list[int]:
    """Far out, where the layer stops to be gathered or to be empty, between, and far in."""
    told = LAYERS[layer]
    turns = {told.zoom_min, told.single_zoom}
    asked = {8, 13, 16} | {zoom for turn in turns for zoom in (turn - 1, turn)}
    return sorted(zoom for zoom in asked if max(8, told.zoom_min) <= zoom <= 16)


async def drawn(
    site: httpx.AsyncClient, key: dict[str, str], layer: str, zoom: int, asked: dict[str, str]
) -> list[dict[str, Any]] | int:
    """All features of a zoom, or the status of the refusal."""
    found: list[dict[str, Any]] = []
    for tile in tiles_over(zoom):
        path = f"/tiles/{layer}/{zoom}/{tile.x}/{tile.y}.mvt"
        answer = await site.get(path, params=asked, headers=key)
        if answer.status_code not in {200, 204}:
            return answer.status_code
        if answer.status_code == 200:
            found += mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return found


async def listed(
    site: httpx.AsyncClient, key: dict[str, str], layer: str, asked: dict[str, str]
) -> list[dict[str, Any]] | int:
    """All features of the collection that have a place, or the status of the refusal."""
    name = LAYERS[layer].collection
    answer = await site.get(
        f"/collections/{name}/items", params={**asked, "limit": 1000}, headers=key
    )
    if answer.status_code != 200:
        return answer.status_code
    return [each for each in answer.json()["features"] if each["geometry"]]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("layer", "asked"), CASES)
async def test_a_tile_draws_what_a_list_tells(
    site: httpx.AsyncClient,
    keys: dict[str, dict[str, str]],
    layer: str,
    asked: dict[str, str],
    reader: str,
) -> None:
    """Whoever asks: no thing more and none less than the list by the same filter, at each zoom."""
    told = await listed(site, keys[reader], layer, asked)
    for zoom in zooms_of(layer):
        found = await drawn(site, keys[reader], layer, zoom, asked)
        if isinstance(found, int):
            # The places of workers need a right of their own.
            assert found == told or (layer == "workers" and found == 403)
            return
        assert not isinstance(told, int)
        if found and all("code" in each["properties"] for each in found):
            codes = {each["properties"]["code"] for each in found}
            assert codes == {each["properties"]["code"] for each in told}
        elif layer == "persons" and zoom == 16:
            assert {each["properties"]["count"] for each in found} == counts_by_place(told)
        else:
            assert sum(each["properties"]["count"] for each in found) == len(told)


def counts_by_place(told: list[dict[str, Any]]) -> set[int]:
    places = [tuple(each["geometry"]["coordinates"]) for each in told]
    return {places.count(place) for place in places}

"""What a tile's features have: each field that the layer tells of, no other, and integer ids."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import httpx
import psycopg
import pytest
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from psycopg import sql

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.signed_in import (
    bearer,
    client_of,
    every_point_has_its_cell,
    make_key,
    unhurried,
)
from tests.tiles.district import SOUTH, WEST, World, write_world

pytestmark = pytest.mark.anyio

EAST, NORTH = WEST + 0.03, SOUTH + 0.02
ZOOMS: Final = (8, 11, 12, 14, 16)
TABLES: Final = {  # whose ids they are; a way has that of its first fix
    "areas": "area",
    "area_labels": "area",
    "grids": "grid",
    "grid_labels": "grid",
    "addresses": "address",
    "houses": "house",
    "enterprises": "enterprise",
    "persons": "address",
    "cameras": "resource",
    "camera_sectors": "resource",
    "centres": "resource",
    "pois": "resource",
    "workers": "worker",
    "tracks": "position",
    "events": "event",
}
FILLED: Final = """
    update address set level = 43;
    update house set usage = 'residential', floors = 12, height_m = 36.5 where code = 'H1';
    update enterprise set category = 'C', risk_class = 'high';
    update resource set class = 'x', owner = '某';
    update worker set kind = 'grid';
    update event set level = (array['grid', 'community', 'street', 'district'])[1 + id / 2 % 4];
    update event set state = 'closed', closed_at = reported_at where id % 2 = 0;
    update event
    set state = (array['accepted', 'handling', 'verifying', 'rejected', 'suspended'])[id / 10]
    where id % 2 = 1 and id between 10 and 59;
    insert into position (device, time, worker_id, geom)
    select 'D1', now() - n * interval '20 seconds', 1, st_point(113.301 + n * 0.0002, 22.945, 4490)
    from generate_series(4, 40) as n;
"""


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        made = write_world(url)
        with psycopg.connect(url) as conn:
            conn.execute(FILLED)
        yield made


@pytest.fixture(scope="module")
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(world.url))
    key = bearer(make_key(world.url, "commander"))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app), key) as opened:
        await every_point_has_its_cell(world.url)
        yield opened


@dataclass(frozen=True)
class Feature:
    """A feature as it is written: its id, None where it has none, and its fields."""

    id: int | None
    fields: dict[str, Any]


def read(body: bytes) -> list[Feature]:
    tile = vector_tile_pb2.tile()  # type: ignore[attr-defined]
    tile.ParseFromString(body)
    return [
        Feature(
            each.id if each.HasField("id") else None,
            {
                layer.keys[key]: layer.values[value].ListFields()[0][1]
                for key, value in zip(each.tags[::2], each.tags[1::2], strict=True)
            },
        )
        for layer in tile.layers
        for each in layer.features
    ]


def tiles_over(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, NORTH, zoom), tile_at(EAST, SOUTH, zoom)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [Tile(zoom, x, y) for x, y in product(columns, rows)]


async def drawn(client: httpx.AsyncClient, path: str, zoom: int, **asked: str) -> list[Feature]:
    found: list[Feature] = []
    for tile in tiles_over(zoom):
        answer = await client.get(f"{path}/{zoom}/{tile.x}/{tile.y}.mvt", params=asked)
        assert answer.status_code in {200, 204}, answer.text
        found += read(answer.content)
    return found


@pytest.mark.parametrize("asked", [{}, {"filter": "code <> 'nothing'"}], ids=["whole", "filtered"])
@pytest.mark.parametrize("layer", LAYERS)
async def test_the_fields_are_those_that_are_told(
    client: httpx.AsyncClient, layer: str, asked: dict[str, str]
) -> None:
    if asked and layer == "tracks":
        answer = await client.get(f"/tiles/{layer}/12/3337/1780.mvt", params=asked)
        assert answer.status_code == 400  # it has no filter
        return
    told = LAYERS[layer]
    found: set[str] = set()
    for zoom in ZOOMS:
        features = await drawn(client, f"/tiles/{layer}", zoom, **asked)
        names = {name for each in features for name in each.fields}
        assert names <= set(told.fields), zoom
        found |= names
    # What is filtered has no cells.
    assert found | ({"cell"} if asked else set()) >= set(told.fields)
    answer = await client.get(f"/tiles/{layer}.json", params=asked)
    (described,) = answer.json()["vector_layers"]
    assert described["fields"] == told.fields


@pytest.mark.parametrize("layer", LAYERS)
async def test_each_field_has_the_type_that_is_told_of_it(
    client: httpx.AsyncClient, layer: str
) -> None:
    found: dict[str, set[str]] = {}
    for zoom in ZOOMS:
        for each in await drawn(client, f"/tiles/{layer}", zoom):
            for name, value in each.fields.items():
                of_value = "String" if isinstance(value, str) else "Number"
                assert not isinstance(value, bool)
                found.setdefault(name, set()).add(of_value)
    assert found == {name: {told} for name, told in LAYERS[layer].types.items()}


@pytest.mark.parametrize("asked", [{}, {"floors": "12"}], ids=["whole", "filtered"])
async def test_a_building_has_its_height_as_a_number(
    client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    found = {
        each.fields["code"]: each.fields
        for each in await drawn(client, "/tiles/houses", 16, **asked)
    }
    assert found["H1"]["height_m"] == 36.5
    assert all("height_m" not in fields for code, fields in found.items() if code != "H1")


@pytest.mark.parametrize("layer", LAYERS)
async def test_what_stands_for_one_thing_has_its_integer_id(
    world: World, client: httpx.AsyncClient, layer: str
) -> None:
    with psycopg.connect(world.url) as conn:
        asked = sql.SQL("select id from {}").format(sql.Identifier(TABLES[layer]))
        known = {number for (number,) in conn.execute(asked)}
    seen: set[int] = set()
    for zoom in ZOOMS:
        features = await drawn(client, f"/tiles/{layer}", zoom)
        for each in features:
            assert (each.id is None) == ("cell" in each.fields), each
            if each.id is not None:
                seen.add(each.id)
    assert seen
    assert seen <= known


async def test_hexagons_have_a_cell_and_no_id(client: httpx.AsyncClient) -> None:
    """A cell is too great a number for JavaScript, which would take neighbours for the same."""
    for zoom in ZOOMS:
        features = await drawn(client, "/heatmap", zoom, layer="addresses")
        assert features
        assert {each.id for each in features} == {None}
        cells = [each.fields["cell"] for each in features]
        assert all(int(cell, 16) > 2**53 for cell in cells)

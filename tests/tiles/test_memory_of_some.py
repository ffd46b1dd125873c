"""Tiles of some of a layer's things are kept, too, and follow whatever decides on which."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.ogc import tile_serving
from gis_gov.state import state_of
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World

pytestmark = pytest.mark.anyio

GRID = "4401990010011003"
PLACE = (WEST + 0.003, SOUTH + 0.004)
TILE = tile_at(*PLACE, 16)
RENAMED = "update grid set code = 'other' where code = '4401990010011003'"
NAMED_BACK = "update grid set code = '4401990010011003' where code = 'other'"
# What is asked, and two writes: one that takes something out of it, and one that puts it back.
CASES: list[tuple[str, dict[str, str], str, str]] = [
    (
        "events",
        {"state": "pending"},
        "update event set state = 'handling' where state = 'pending'",
        "update event set state = 'pending' where state = 'handling'",
    ),
    (
        "addresses",
        {"filter": f"grid_code = '{GRID}'"},
        RENAMED,
        NAMED_BACK,
    ),
    (
        "grids",
        {"filter": f"code = '{GRID}'"},
        RENAMED,
        NAMED_BACK,
    ),
]


def write(world: World, statement: Any) -> None:
    with psycopg.connect(world.url, autocommit=True) as conn:
        conn.execute(statement)


async def started(stack: AsyncExitStack, world: World, *roles: str) -> httpx.AsyncClient:
    app = create_app(unhurried().with_database(world.url))
    await stack.enter_async_context(app.router.lifespan_context(app))
    await state_of(app).changes.cursor(10)  # from now on it hears of what is written
    key = bearer(make_key(world.url, *(roles or ("commander",))))
    return await stack.enter_async_context(client_of(httpx.ASGITransport(app), key))


async def tile(
    client: httpx.AsyncClient, layer: str, asked: dict[str, str], at: Tile = TILE, known: str = ""
) -> httpx.Response:
    path = f"/tiles/{layer}/{at.z}/{at.x}/{at.y}.mvt"
    answer = await client.get(path, params=asked, headers={"if-none-match": known})
    assert answer.status_code in {200, 204, 304}, answer.text
    return answer


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was built of some things, one entry each."""
    made: list[object] = []
    read: Callable[..., Any] = tile_serving.read_drawn

    async def counted(*asked: Any) -> bytes:
        made.append(asked[-1])
        return await read(*asked)

    monkeypatch.setattr(tile_serving, "read_drawn", counted)
    return made


async def test_an_unchanged_one_is_not_built_again(world: World, builds: list[object]) -> None:
    async with AsyncExitStack() as stack:
        client = await started(stack, world)
        write(world, "update event set state = 'pending'")
        asked = {"state": "pending", "datetime": "2000-01-01/.."}
        await asyncio.sleep(0.3)
        first = await tile(client, "events", asked)
        for _ in range(5):
            again = await tile(client, "events", asked, known=first.headers["etag"])
            assert again.status_code == 304
        turned = dict(reversed(asked.items()))
        assert (await tile(client, "events", turned)).content == first.content
        assert builds == [TILE]
        await tile(client, "events", {"state": "pending"})
        await tile(client, "events", {"state": "handling"})
        await tile(client, "events", asked, tile_at(*PLACE, 15))
        assert len(builds) == 4


@pytest.mark.parametrize(("layer", "asked", "out", "back"), CASES, ids=[c[0] for c in CASES])
async def test_it_follows_what_decides(
    world: World, layer: str, asked: dict[str, str], out: str, back: str
) -> None:
    async with AsyncExitStack() as stack:
        both = [await started(stack, world) for _ in range(2)]
        write(world, "update event set state = 'pending'")

        (before,) = {await number_in(each, layer, asked) for each in both}
        assert before > 0
        for statement, number in ((out, 0), (back, before)):
            write(world, statement)
            for client in both:
                await until_there_are(number, client, layer, asked)


async def number_in(client: httpx.AsyncClient, layer: str, asked: dict[str, str]) -> int:
    answer = await tile(client, layer, asked)
    drawn = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    return len(drawn[layer]["features"]) if layer in drawn else 0


async def until_there_are(
    number: int, client: httpx.AsyncClient, layer: str, asked: dict[str, str]
) -> None:
    for _ in range(250):
        if await number_in(client, layer, asked) == number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not {number} {layer} within 5 s")


async def test_it_is_nobody_else_s(world: World, builds: list[object]) -> None:
    async with AsyncExitStack() as stack:
        chief = await started(stack, world)
        await tile(chief, "events", {"state": "pending"})
        other = make_key(world.url, "commander", department="D1")
        transport = chief._transport
        async with client_of(transport, bearer(other)) as client:
            assert (await tile(client, "events", {"state": "pending"})).content == b""
        assert len(builds) == 2

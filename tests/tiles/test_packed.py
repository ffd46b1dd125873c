"""Tiles over the wire: packed as the client likes it, once for as long as they are kept."""

import gzip
from typing import Any

import brotli
import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.codings import CODINGS
from gis_gov.geo.tile import tile_at
from gis_gov.state import state_of
from gis_gov.tiles.layers import LAYERS
from tests.signed_in import unhurried
from tests.tiles.district import World
from tests.tiles.test_tiles import tile_of

pytestmark = pytest.mark.anyio

PLACE = (113.31, 22.95)


async def sent(
    client: httpx.AsyncClient, asked: str, path: str, **headers: str
) -> tuple[Any, bytes]:
    """An answer, and its bytes as they came."""
    told = {"accept-encoding": asked, **headers}
    async with client.stream("GET", path, headers=told) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize("query", ["", "?state=pending"])
async def test_each_form_is_the_same_tile_with_an_etag_of_its_own(
    world: World, client: httpx.AsyncClient, query: str
) -> None:
    path = "/tiles/events/13/{}/{}.mvt{}".format(*tile_of(*PLACE, 13), query)
    etags = set()
    bodies = []
    for asked, coding, unpack in (
        ("identity", None, bytes),
        ("gzip;q=0", None, bytes),
        ("gzip", "gzip", gzip.decompress),
        ("gzip, br", "br", brotli.decompress),
    ):
        answer, body = await sent(client, asked, path)
        assert answer.headers.get("content-encoding") == coding
        assert int(answer.headers["content-length"]) == len(body)
        assert "accept-encoding" in answer.headers["vary"].lower()
        bodies.append(unpack(body))
        etag = answer.headers["etag"]
        etags.add(etag)
        again, nothing = await sent(client, asked, path, **{"if-none-match": f"W/{etag}"})
        assert (again.status_code, nothing) == (304, b"")
        assert again.headers["etag"] == etag
        assert "accept-encoding" in again.headers["vary"].lower()
    assert len(etags) == 3
    assert len(set(bodies)) == 1
    other, _ = await sent(client, "br", path, **{"if-none-match": min(etags, key=len)})
    assert other.status_code == 200


async def test_a_small_tile_is_sent_as_it_is(world: World, client: httpx.AsyncClient) -> None:
    path = "/tiles/centres/15/{}/{}.mvt".format(*tile_of(113.306, 22.946, 15))
    answer, body = await sent(client, "gzip, br", path)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    assert len(body) < 1000


async def test_what_is_kept_is_packed_once(own_database_url: str) -> None:
    app = create_app(unhurried().with_database(own_database_url))
    async with app.router.lifespan_context(app):
        await state_of(app).changes.cursor(10)
        tiles, tile = state_of(app).tiles, tile_at(*PLACE, 13)

        async def build() -> bytes:
            return bytes(range(256)) * 400

        for coding in CODINGS:
            first = await tiles.get("somebody", [LAYERS["grids"]], tile, build)
            again = await tiles.get("somebody", [LAYERS["grids"]], tile, build)
            assert first is again
            assert await tiles.packed(first, coding) is await tiles.packed(again, coding)


async def test_other_answers_are_packed_by_gzip_where_it_is_liked(
    world: World, client: httpx.AsyncClient
) -> None:
    for asked, coding in (("gzip", "gzip"), ("br, gzip;q=0", None), ("br, gzip;q=0.1", "gzip")):
        answer, _ = await sent(client, asked, "/collections?f=json")
        assert answer.headers.get("content-encoding") == coding

"""Headers that every answer has, and what may be kept of it."""

import re

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.tiles.layers import LAYERS
from tests.signed_in import client_of, every_right

pytestmark = pytest.mark.anyio

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "server": "gis_gov",
}
PERSONAL = {"persons", "workers", "tracks", "houses", "addresses", "events"}
PATHS = [
    "/",
    "/healthz",
    "/openapi.json",
    "/style.json",
    "/tiles/grids.json",
    "/nowhere",
    "/locate",
]


@pytest.fixture
def client(shared_client: httpx.AsyncClient) -> httpx.AsyncClient:
    return shared_client


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_them(client: httpx.AsyncClient, path: str) -> None:
    for answer in (await client.get(path), await client.get(path, headers={"authorization": "x"})):
        headers = answer.headers
        assert {name: headers[name] for name in EVERYWHERE} == EVERYWHERE
        assert headers["x-frame-options"] in ("DENY", "SAMEORIGIN")
        assert "frame-ancestors" in headers["content-security-policy"]
        assert "camera=()" in headers["permissions-policy"]
        assert headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert not re.search(r"unsafe|\*", headers["content-security-policy"])
        assert "cache-control" in headers


async def test_answers_are_not_kept_unless_they_say_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "authorization" not in answer.headers.get("vary", "").lower()


async def test_what_may_be_kept_is_kept_for_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/style.json")
    assert answer.headers["cache-control"] == "private, no-cache"
    varies = {name.strip() for name in ",".join(answer.headers.get_list("vary")).split(",")}
    assert varies >= {"Cookie", "Authorization"}


@pytest.mark.parametrize("layer", LAYERS)
async def test_tiles_of_people_are_not_kept(client: httpx.AsyncClient, layer: str) -> None:
    answer = await client.get(f"/tiles/{layer}/3/1/1.mvt")
    kept = "no-store" if layer in PERSONAL else "no-cache"
    assert answer.headers["cache-control"] == f"private, {kept}"


async def test_a_tile_with_one_personal_layer_is_personal(client: httpx.AsyncClient) -> None:
    answer = await client.get("/tiles/grids,persons/3/1/1.mvt")
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_browser_is_held_to_https_where_it_is_spoken(own_database_url: str) -> None:
    settings = Settings(trusted_proxies="127.0.0.1").with_database(own_database_url)  # type: ignore[arg-type]
    app = create_app(settings)
    key = every_right(own_database_url)
    said = {"x-forwarded-proto": "https"}
    async with app.router.lifespan_context(app):
        for peer, headers, wanted in (
            ("127.0.0.1", said, True),
            ("127.0.0.1", {}, False),
            ("192.0.2.1", said, False),
        ):
            transport = httpx.ASGITransport(app, client=(peer, 1))
            async with client_of(transport, key) as client:
                answer = await client.get("/tiles/grids.json", headers=headers)
            assert ("strict-transport-security" in answer.headers) is wanted
            address = answer.json()["tiles"][0]
            assert address.startswith("https://" if wanted else "http://")

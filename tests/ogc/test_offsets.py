"""Pages that are counted are those that the links `next` lead to, as long as nobody writes."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.ogc.part import OFFSET_MAX
from tests.attacks.attacking import codes
from tests.signed_in import bearer, client_of, make_key, unhurried

pytestmark = pytest.mark.anyio

# By code, by another key, in a box place by place, in one that is sorted, and of a few.
ASKED = (
    ("addresses", {}),
    ("events", {"sortby": "-reported_at"}),
    ("addresses", {"bbox": "123.29,29.85,123.305,29.865"}),
    ("events", {"bbox": "123.29,29.85,123.305,29.865", "sortby": "title"}),
    ("grids", {"filter": "area_m2 > 0", "skipGeometry": "true"}),
)


@pytest.fixture
async def client(sample_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(sample_url))
    async with app.router.lifespan_context(app):
        headers = bearer(make_key(sample_url, "commander"))
        async with client_of(httpx.ASGITransport(app), headers) as made:
            yield made


async def by_links(client: httpx.AsyncClient, path: str, asked: dict[str, str]) -> list[str]:
    page = await client.get(path, params=asked)
    found = codes(page)
    while link := next((e["href"] for e in page.json()["links"] if e["rel"] == "next"), ""):
        page = await client.get(link)
        found += codes(page)
    return found


async def test_pages_by_offset_are_those_by_links(client: httpx.AsyncClient) -> None:
    for collection, asked in ASKED:
        path, limit = f"/collections/{collection}/items", {"limit": "37"}
        whole = await by_links(client, path, {**asked, "limit": "1000"})
        assert len(whole) > 3
        for offset in {0, 1, 37, 500, len(whole) - 1, len(whole), len(whole) + 1}:
            page = await client.get(path, params={**asked, **limit, "offset": str(offset)})
            assert codes(page) == whole[offset : offset + 37], (collection, offset)
            told = page.json()
            assert told.get("numberMatched") == (len(whole) if len(whole) <= 10_000 else None)
            # What follows is found by its key.
            rest = [each["href"] for each in told["links"] if each["rel"] == "next"]
            assert len(rest) == (offset + 37 < len(whole))
            for link in rest:
                assert "offset" not in link
                assert codes(await client.get(link)) == whole[offset + 37 : offset + 74]


async def test_what_can_t_be_passed_over_is_refused(client: httpx.AsyncClient) -> None:
    path = "/collections/grids/items"
    page = (await client.get(f"{path}?limit=1")).json()
    (following,) = (each["href"] for each in page["links"] if each["rel"] == "next")
    for asked in (
        f"{path}?offset=-1",
        f"{path}?offset={OFFSET_MAX + 1}",
        f"{path}?offset=x",
        f"{path}?f=csv&offset=1",
        f"{following}&offset=1",
        "/persons?offset=1",  # a list without offsets
    ):
        answer = await client.get(asked)
        assert answer.status_code == 400, asked
        assert "offset" in answer.json()["detail"]
    assert (await client.get(f"{path}?offset={OFFSET_MAX}")).json()["features"] == []
    assert (await client.get(f"{following}&offset=0")).status_code == 200

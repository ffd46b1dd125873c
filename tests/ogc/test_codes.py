"""What is stored under a code with a slash is found where its address has `%2F`, and only there."""

from urllib.parse import quote

import httpx
import psycopg
import pytest

from gis_gov.natural_key import RULE
from tests.dashboard.conftest import serving
from tests.signed_in import EVERY_RIGHT, NO_RATES, Client, bearer, make_key

pytestmark = pytest.mark.anyio

RENAMED = """
    update resource set code = '12/3' where code = 'O1';
    update event set code = '案/1 号?' where code = 'V1';
    update person set code = 'P/1' where code = 'P1';
    update house set code = 'H/1' where code = 'H1';
    update enterprise set code = 'E//1' where code = 'E1';
    update patrol set code = 'W/1-1' where code = 'W1-1';
    update worker set code = 'W/1' where code = 'W1';
"""
FOUND = {
    "/collections/pois/items/{}": "12/3",
    "/collections/events/items/{}": "案/1 号?",
    "/collections/persons/items/{}": "P/1",
    "/collections/workers/items/{}": "W/1",
    "/events/{}/nearby": "案/1 号?",
    "/persons/{}": "P/1",
    "/houses/{}": "H/1",
    "/enterprises/{}": "E//1",
    "/workers/{}/shifts": "W/1",
    "/patrols/{}": "W/1-1",
    "/patrols/{}/positions": "W/1-1",
    "/patrols/{}/judgements": "W/1-1",
}


def part(code: str) -> str:
    """Write a code as a part of an address."""
    return quote(code, safe="")


@pytest.fixture
def slashed_url(people_url: str) -> str:
    with psycopg.connect(people_url) as conn:
        conn.execute(RENAMED)
    return people_url


@pytest.mark.parametrize(("path", "code"), FOUND.items(), ids=FOUND)
async def test_it_is_reached(slashed_url: str, signed_in: Client, path: str, code: str) -> None:
    client = await signed_in(*EVERY_RIGHT)
    answer = await client.get(path.format(part(code)))
    assert answer.status_code == 200, answer.text
    lower = path.format(part(code).replace("%2F", "%2f"))
    assert (await client.get(lower)).status_code == 200
    # Two parts are two parts, and a slash is none of another code's.
    assert (await client.get(path.format(code.replace("?", "%3F")))).status_code == 404
    assert (await client.get(path.format(part(code) + "%2F"))).status_code == 404


async def test_what_the_list_tells_leads_to_it(slashed_url: str, signed_in: Client) -> None:
    client = await signed_in(*EVERY_RIGHT)
    for name in ("pois", "events"):
        listed = (await client.get(f"/collections/{name}/items")).json()["features"]
        assert any("/" in each["id"] for each in listed)
        for each in listed:
            answer = await client.get(f"/collections/{name}/items/{part(each['id'])}")
            one = answer.json()
            assert one["id"] == each["id"]
            links = {link["rel"]: link["href"] for link in one["links"]}
            assert links["self"].endswith(f"/collections/{name}/items/{part(each['id'])}")
            assert (await client.get(links["self"])).json()["id"] == each["id"]
            page = await client.get(links["alternate"])
            assert page.headers["content-type"].startswith("text/html")
    page = (await client.get("/collections/pois/items?f=html")).text
    assert 'href="/collections/pois/items/12%2F3?f=html"' in page


async def test_it_can_be_mended_and_removed(slashed_url: str, signed_in: Client) -> None:
    client = await signed_in(*EVERY_RIGHT)
    path = "/collections/pois/items/12%2F3"
    assert "PATCH" in (await client.request("OPTIONS", path)).headers["allow"]
    answer = await client.patch(path, json={"properties": {"name": "1/2号市场"}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["name"] == "1/2号市场", answer.text
    with psycopg.connect(slashed_url) as conn:
        assert conn.execute(
            "select object_code from audit where action = 'poi.update'"
        ).fetchall() == [("12/3",)]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("code", ["12/3", "12／3", "a\\b", "..", "a\tb"])
async def test_it_is_not_made_anew(signed_in: Client, code: str) -> None:
    client = await signed_in(*EVERY_RIGHT)
    thing = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [113.15, 22.05]},
        "properties": {"code": code, "name": "1/2号市场"},
    }
    answer = await client.post("/collections/pois/items", json=thing)
    assert answer.status_code == 400
    assert RULE in answer.json()["detail"]
    thing["properties"] = {"code": "12-3", "name": "1/2号市场"}
    assert (await client.post("/collections/pois/items", json=thing)).status_code == 201


async def test_what_is_no_place_stays_none(signed_in: Client) -> None:
    client = await signed_in(*EVERY_RIGHT)
    for path in ("/collections%2Fpois/items", "/collections/pois%2Fitems", "/%2e%2e%2fetc"):
        assert (await client.get(path)).status_code == 404, path


def test_a_real_server_finds_it_too(slashed_url: str) -> None:
    headers = bearer(make_key(slashed_url, *EVERY_RIGHT))
    with (
        serving(slashed_url, None, **NO_RATES) as (address, _),
        httpx.Client(base_url=address, headers=headers) as client,
    ):
        for path in (
            "/collections/pois/items/12%2F3",
            "/events/%E6%A1%88%2F1%20%E5%8F%B7%3F/nearby",
        ):
            assert client.get(path).status_code == 200, path
        assert client.get("/collections/pois/items/12/3").status_code == 404

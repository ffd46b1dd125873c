"""Which methods a path answers, and that HEAD is GET without its body."""

import httpx
import psycopg
import pytest

from gis_gov.observe import REQUESTS

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/healthz", "/statistics", "/", "/tiles/grids.json", "/nowhere"])
async def test_head_tells_what_get_would(shared_client: httpx.AsyncClient, path: str) -> None:
    shared_client.headers["accept-encoding"] = "identity"  # the length is that of what is sent
    got, headed = await shared_client.get(path), await shared_client.head(path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    assert headed.headers["content-length"] == str(len(got.content))
    assert headed.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/healthz", "GET, HEAD"),
        ("PATCH", "/accounts", "GET, HEAD, POST"),
        ("POST", "/session/methods", "GET, HEAD"),
        ("HEAD", "/session/password", "PUT"),
    ],
)
async def test_a_refused_method_is_told_the_others(
    shared_client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await shared_client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_a_refused_head_is_known_by_its_route(
    client: httpx.AsyncClient, own_database_url: str
) -> None:
    counted = REQUESTS.labels("/persons/{code}", "HEAD", 401)
    before = counted._value.get()
    assert (await client.head("/persons/P1", headers={"authorization": "none"})).status_code == 401
    assert (await client.head("/nearby?kinds=%00")).status_code == 400
    assert counted._value.get() == before + 1
    with psycopg.connect(own_database_url) as connection:
        told = connection.execute(
            "select action, object_code from audit where result = 'refused' order by number"
        ).fetchall()
    assert told == [("HEAD /persons/{code}", "P1"), ("HEAD /nearby", None)]

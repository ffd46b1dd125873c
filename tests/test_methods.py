"""Which methods a path answers, and that HEAD is GET without its body."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/healthz", "/statistics", "/", "/tiles/grids.json", "/nowhere"])
async def test_head_tells_what_get_would(client: httpx.AsyncClient, path: str) -> None:
    got, headed = await client.get(path), await client.head(path)
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
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)

"""Requests that no client of ours makes: refused with a 400 or its like, never a 500."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.guards.conftest import Served
from tests.signed_in import client_of, every_right

pytestmark = pytest.mark.anyio

LOCATE = "/locate?lon=113.3&lat=22.9"


@pytest.fixture
def client(shared_client: httpx.AsyncClient) -> httpx.AsyncClient:
    return shared_client


def slug(answer: httpx.Response) -> str:
    return answer.json()["type"].removeprefix("urn:gis-gov:problem:")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get"])
async def test_methods_that_are_not_ours(client: httpx.AsyncClient, method: str) -> None:
    request = client.build_request("GET", "/healthz")
    request.method = method
    answer = await client.send(request)
    assert (answer.status_code, slug(answer)) == (405, "method-not-allowed")


async def test_a_made_up_method_makes_no_metric(client: httpx.AsyncClient) -> None:
    await client.request("X-MADE-UP", "/healthz")
    told = (await client.get("/metrics")).text
    assert "X-MADE-UP" not in told
    assert 'method="other"' in told


async def test_a_url_that_is_too_long(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nearby", params={"kinds": "x" * 8200})
    assert (answer.status_code, slug(answer)) == (414, "url-too-long")


@pytest.mark.parametrize("headers", [{f"x-{n}": "1" for n in range(100)}, {"x": "y" * 33_000}])
async def test_headers_that_are_too_large(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/healthz", headers=headers)
    assert (answer.status_code, slug(answer)) == (431, "headers-too-large")


@pytest.mark.parametrize("name", ["host", "authorization", "content-type", "content-length"])
async def test_a_header_that_is_there_twice(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get("/healthz", headers=[(name, "1"), (name, "1")])
    assert (answer.status_code, slug(answer)) == (400, "misshapen-request")


@pytest.mark.parametrize(
    "host", ["a b", "a/b", "a@b", "a,b", "a:b", "a:80:80", "[::1", "http://a", "a?b#c", "é"]
)
async def test_a_host_that_is_none(client: httpx.AsyncClient, host: str) -> None:
    answer = await client.get("/healthz", headers=[(b"host", host.encode())])
    assert (answer.status_code, slug(answer)) == (400, "misshapen-request")


@pytest.fixture(scope="module")
async def named(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A server that is asked for by its names only."""
    app = create_app(Settings(hosts=("map.example",)).with_database(database_url))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), client_of(transport) as opened:
        yield opened


@pytest.mark.parametrize("host", ["map.example", "MAP.example:8443", "127.0.0.1:8000", "[::1]"])
async def test_its_names_and_the_machine_itself(named: httpx.AsyncClient, host: str) -> None:
    assert (await named.get("/healthz", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "map.example.evil.example", "", "map.example."])
async def test_other_names(named: httpx.AsyncClient, host: str) -> None:
    forwarded = {"host": host, "x-forwarded-host": "map.example", "x-original-url": "/metrics"}
    answer = await named.get("/healthz", headers=forwarded)
    assert (answer.status_code, slug(answer)) == (421, "unknown-host")


@pytest.mark.parametrize(
    "target",
    [
        "/nearby?lon=113.3&lat=22.9&radius=5&kinds=camera%00",
        "/tiles/grids%00/3/1/1.mvt",
        "/tiles/gr%0aids/3/1/1.mvt",
        "/statistics?by=%c0%80",
        "/nearby?kinds=%c0%ae%c0%ae%c0%af",
        "/tiles/%e0%80%af.json",
        "/nearby?kinds=%ed%a0%80",
        "/nearby?kinds=%f8%88%80%80%80",
        "/nearby?kinds=%ff",
    ],
)
async def test_a_url_that_is_no_text(client: httpx.AsyncClient, target: str) -> None:
    answer = await client.get(target)
    assert (answer.status_code, slug(answer)) == (400, "misshapen-request")


@pytest.mark.parametrize(
    "target",
    [
        "/assets/..%2f..%2fpyproject.toml",
        "/assets/%2e%2e/%2e%2e/settings.py",
        "/assets/..%5c..%5csettings.py",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/tiles/..%2f..%2fstyle.json",
        "/tiles/grids;drop table grid/3/1/1.mvt",
        "//evil.example/%2e%2e",
        "/.git/config",
        "/tiles/%252e%252e/3/1/1.mvt",
    ],
)
async def test_paths_that_lead_out(client: httpx.AsyncClient, target: str) -> None:
    answer = await client.get(target)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "location" not in answer.headers


@pytest.mark.parametrize("more", ["&lon=1", "&lat=22.9", "&crs=wgs84&crs=EPSG:4490"])
async def test_a_parameter_that_is_there_twice(client: httpx.AsyncClient, more: str) -> None:
    answer = await client.get(LOCATE + more)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert "given 2 times" in answer.json()["detail"]


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\\udfff\\ud800"])
async def test_json_that_no_database_can_hold(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.post(
        "/locate",
        content=f'{{"points": [], "{text}": "{text}"}}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code < 500


async def test_long_numbers_are_no_internal_errors(client: httpx.AsyncClient) -> None:
    nines = "9" * 4000
    for target in (
        f"/tiles/grids/{nines}/{nines}/1.mvt",
        f"/locate?lon={nines}&lat=1",
        f"/nearby?lon=113&lat=23&radius={nines}",
    ):
        assert (await client.get(target)).status_code == 400


class TestOverTheWire:
    """What only a socket can send."""

    @pytest.mark.parametrize(
        ("request_line", "status"),
        [
            ("GET /healthz HTTP/1.1", 200),
            ("GET http://evil.example/healthz HTTP/1.1", 200),
            ("GET /../../etc/passwd HTTP/1.1", 404),
            ("GET /assets/../../settings.py HTTP/1.1", 404),
            ("GET /healthz\x00 HTTP/1.1", 400),
            ("GET /healthz%00 HTTP/1.1", 400),
            ("GET /healthz%c0%ae HTTP/1.1", 400),
            ("TRACE /healthz HTTP/1.1", 405),
            ("BREW /healthz HTTP/1.1", 405),
            ("OPTIONS * HTTP/1.1", 404),
            ("GET / HTTP/9.9", 400),
        ],
    )
    def test_request_lines(self, served: Served, request_line: str, status: int) -> None:
        request = f"{request_line}\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert served.ask(request.encode("latin-1"))[0] == status

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ("Host: a\r\nHost: b", 400),
            ("Host: a\r\n" + "\r\n".join(f"X-{n}: 1" for n in range(150)), 431),
            ("Host: a\r\nX: " + "y" * 40_000, 431),
            ("Host: a\r\nX: " + "y" * 400_000, 431),
            ("Host: a\r\nX : y", 400),
            ("Host: a\r\nX: a\x00b", 400),
        ],
    )
    def test_headers(self, served: Served, headers: str, status: int) -> None:
        request = f"GET /healthz HTTP/1.1\r\n{headers}\r\n\r\n"
        assert served.ask(request.encode("latin-1"))[0] == status

    def test_the_server_does_not_say_what_it_is_made_of(self, served: Served) -> None:
        _, answer = served.ask(served.head("GET", "/nowhere"))
        head = answer.lower().partition(b"\r\n\r\n")[0]
        assert b"server: gis_gov\r\n" in head
        for name in (b"granian", b"python", b"starlette", b"hyper", b"uvicorn"):
            assert name not in head


async def test_a_defect_of_ours_has_the_headers_too(own_database_url: str) -> None:
    app = create_app(Settings().with_database(own_database_url))

    async def broken() -> None:
        raise RuntimeError("secret")

    app.add_api_route("/broken", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        client_of(transport, every_right(own_database_url)) as client,
    ):
        answer = await client.get("/broken")
    assert (answer.status_code, slug(answer)) == (500, "internal-error")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert "secret" not in answer.text

"""Bodies of POST /locate: their size and type, and clients that leave."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.areas.conftest import serving
from tests.areas.posting import post, refused
from tests.signed_in import every_right

pytestmark = pytest.mark.anyio


@pytest.fixture
async def narrow_site(traps_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(traps_url, body_max_mb=0.001) as (_, client):
        yield client


async def test_a_declared_length_is_refused_before_it_comes(narrow_site: httpx.AsyncClient) -> None:
    answer = await post(narrow_site, b"x" * 1001, "text/csv")
    assert "0.001 MB" in refused(answer, 413, "too-large")


async def test_a_stream_is_refused_when_it_grows_too_long(narrow_site: httpx.AsyncClient) -> None:
    taken = []

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            taken.append(1)
            yield b"113.305,22.905\n" * 10

    answer = await narrow_site.post(
        "/locate", content=as_async(pieces()), headers={"content-type": "text/csv"}
    )
    refused(answer, 413, "too-large")
    assert len(taken) < 100


async def test_a_body_of_just_the_size_passes(narrow_site: httpx.AsyncClient) -> None:
    sent = b"lon,lat\n" + b"113.305,22.905\n" * 66 + b"\n\n"
    assert len(sent) == 1000
    assert (await post(narrow_site, sent, "text/csv")).status_code == 200


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_other_types_are_refused(site: httpx.AsyncClient, media_type: str) -> None:
    answer = await post(site, b"lon,lat\n", media_type)
    assert "text/csv" in refused(answer, 415, "unsupported-media")


async def test_a_compressed_body_is_refused(site: httpx.AsyncClient) -> None:
    answer = await site.post(
        "/locate",
        content=b"\x1f\x8b",
        headers={"content-type": "text/csv", "content-encoding": "gzip"},
    )
    assert "Compressed" in refused(answer, 415, "unsupported-media")


async def test_a_client_that_leaves_is_no_error_of_ours(traps_url: str) -> None:
    messages: list[Any] = [
        {"type": "http.request", "body": b"lon,lat\n", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: Any) -> None:
        sent.append(message)

    shown = every_right(traps_url)["authorization"]
    async with serving(traps_url) as (app, _):
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/locate",
            "query_string": b"",
            "headers": [(b"content-type", b"text/csv"), (b"authorization", shown.encode())],
        }
        await app(scope, receive, send)
    # Who is seen to have left before the body is missed gets no answer at all.
    assert [message["status"] for message in sent if "status" in message] in ([], [400])


async def test_parameters_are_checked_as_everywhere(site: httpx.AsyncClient) -> None:
    answer = await post(site, '{"points": []}', "application/json", "?datum=wgs84")
    refused(answer, 400, "unknown-parameter")


async def as_async(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece

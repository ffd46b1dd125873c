"""Content codings: which one a client is sent, and that it unpacks to the same."""

import gzip

import brotli
import httpx
import pytest
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from gis_gov.codings import BYTES_MIN, CODINGS, Compress, packed, picked


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (None, None),
        ("", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", None),
        ("*", "br"),
        ("*;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.2, gzip;q=0.5", "gzip"),
        ("GZIP ; Q=1.0", "gzip"),
        ("gzip;q=nonsense", None),
        ("gzip;q=nan", None),
        ("gzip;q=2", None),
        ("deflate", None),
        (",,;q=1", None),
    ],
)
def test_what_a_client_likes_most_is_picked(asked: str | None, told: str | None) -> None:
    headers = Headers({} if asked is None else {"accept-encoding": asked})
    assert picked(headers) == told


def test_several_headers_are_one() -> None:
    headers = Headers(raw=[(b"accept-encoding", b"gzip;q=0"), (b"accept-encoding", b"br")])
    assert picked(headers) == "br"
    assert picked(headers, ("gzip",)) is None


@pytest.mark.parametrize("coding", CODINGS)
def test_it_unpacks_to_the_same_and_packs_alike(coding: str) -> None:
    body = bytes(range(256)) * 400
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}[coding]
    once, again = packed(body, coding), packed(body, coding)  # type: ignore[arg-type]
    assert unpack(once) == body
    assert once == again
    assert len(once) < len(body) / 10


@pytest.mark.parametrize(
    ("answer", "varies"),
    [
        (Response(b"x" * BYTES_MIN), "Accept-Encoding"),
        (Response(b"x" * (BYTES_MIN - 1)), None),
        (Response(b"x" * BYTES_MIN, headers={"vary": "Cookie"}), "Cookie, Accept-Encoding"),
        (Response(b"x" * BYTES_MIN, headers={"vary": "accept-encoding"}), "accept-encoding"),
        (Response(b"x" * BYTES_MIN, headers={"content-encoding": "identity"}), None),
        (StreamingResponse(iter([b"x"])), "Accept-Encoding"),
    ],
)
async def test_what_is_sent_unpacked_says_that_it_may_be_packed(
    answer: Response, varies: str | None
) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Compress(answer)), base_url="http://test"
    ) as client:
        got = await client.get("/", headers={"accept-encoding": "identity"})
    assert got.headers.get("vary") == varies
    assert set(got.content) == {ord("x")}

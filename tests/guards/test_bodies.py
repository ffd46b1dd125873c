"""Bodies over a real socket: too large, too slow, without a length, too deep, and just right."""

import time
from contextlib import closing

import pytest

from tests.guards.conftest import Served
from tests.guards.http2 import Request

CSV = "Content-Type: text/csv"
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"


def problem(answer: bytes) -> str:
    return answer.partition(b'"type":"urn:gis-gov:problem:')[2].partition(b'"')[0].decode()


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def posted(served: Served, content: bytes, *headers: str, path: str = "/locate") -> bytes:
    return served.head("POST", path, f"Content-Length: {len(content)}", *headers) + content


def test_an_upload_that_fits_is_taken(served: Served) -> None:
    rows = b"name,lon,lat\n" + b"x,113.3,22.9\n" * 100_000
    deadline = time.monotonic() + 60
    while (asked := served.ask(posted(served, rows, CSV)))[0] == 503:
        assert time.monotonic() < deadline
    assert asked[0] == 200


@pytest.mark.parametrize("path", ["/locate", "/healthz", "/nowhere", "/session"])
def test_one_that_says_it_is_too_large_is_refused_at_once(served: Served, path: str) -> None:
    head = served.head("POST", path, "Content-Length: 2000001", CSV)
    status, answer = served.ask(head)
    assert (status, problem(answer)) == (413, "too-large")
    assert b"connection: close" in answer.lower()


def test_one_without_a_length_is_refused_when_it_is_too_large(served: Served) -> None:
    with closing(served.connect()) as connection:
        connection.sendall(served.head("POST", "/locate", CHUNKED, CSV))
        try:
            for _ in range(30):
                connection.sendall(chunk(b"x" * 100_000))
        except OSError:
            pass  # refused before all was sent
        status, answer = served.answer(connection)
    assert (status, problem(answer)) == (413, "too-large")


def test_json_is_refused_sooner(served: Served) -> None:
    status, answer = served.ask(posted(served, b" " * 1_000_001, JSON))
    assert (status, problem(answer)) == (413, "too-large")


@pytest.mark.parametrize("opening", [b"[", b'{"points":[', b'{"a":'])
def test_json_that_is_too_deep_is_no_internal_error(served: Served, opening: bytes) -> None:
    status, _ = served.ask(posted(served, opening * 60_000, JSON))
    assert status == 400


def test_a_body_that_stops_is_given_up(served: Served) -> None:
    head = served.head("POST", "/locate", "Content-Length: 100", CSV)
    status, answer = served.ask(head + b"name,")
    assert (status, problem(answer)) == (408, "too-slow")


def test_a_body_that_drips_is_given_up(served: Served) -> None:
    with closing(served.connect()) as connection:
        connection.sendall(served.head("POST", "/locate", CHUNKED, CSV))
        try:
            for _ in range(100):
                connection.sendall(chunk(b"x"))
                time.sleep(0.05)
        except OSError:
            pass
        status, answer = served.answer(connection)
    assert (status, problem(answer)) == (408, "too-slow")


def test_headers_that_stop_are_given_up(served: Served) -> None:
    with closing(served.connect()) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        assert connection.recv(100) in (b"", b"HTTP/1.1 408 Request Timeout\r\n")


def test_one_with_two_lengths_is_not_taken_for_two_requests(served: Served) -> None:
    head = served.head("POST", "/healthz", "Content-Length: 4", "Content-Length: 40")
    assert served.ask(head + b"GET ")[0] == 400


@pytest.mark.parametrize("path", ["/locate", "/session"])
def test_http_2_needs_no_header_for_a_body_that_is_too_large(served: Served, path: str) -> None:
    request = Request(
        served.port, "POST", path, content_type="text/csv", authorization=f"Bearer {served.key}"
    )
    assert problem(request.send(5_000_000)) == "too-large"


def test_http_2_needs_no_header_for_a_body_that_is_too_slow(served: Served) -> None:
    request = Request(
        served.port,
        *("POST", "/locate"),
        content_type="text/csv",
        authorization=f"Bearer {served.key}",
    )
    assert problem(request.send(5, ends=False)) == "too-slow"

"""A real server for tests of what reaches it by a socket, with limits that a test can reach."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.cli.conftest import port, start  # noqa: F401 - fixtures
from tests.cli.process import Up
from tests.conftest import TestServer
from tests.signed_in import make_key

LIMITS = {
    "GIS_GOV_BODY_GRACE_S": 1,
    "GIS_GOV_BODY_MIN_KB_PER_S": 100,
    "GIS_GOV_BODY_MAX_MB": 2,
    "GIS_GOV_JSON_MAX_MB": 1,
    "GIS_GOV_REQUEST_TIMEOUT_S": 600,
    "GIS_GOV_STATEMENT_TIMEOUT_S": 600,
    "GIS_GOV_LOG_LEVEL": "debug",
}


@dataclass(frozen=True)
class Served:
    """A running server: its port, its database, and a key that may do everything."""

    port: int
    database_url: str
    key: str
    up: Up

    def head(self, method: str, target: str, *headers: str) -> bytes:
        """Return the head of a request as it goes over the wire."""
        lines = [
            f"{method} {target} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.key}",
            *headers,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send bytes, and return the status and all of the answer."""
        with closing(self.connect()) as connection:
            connection.sendall(request)
            return self.answer(connection)

    def answer(self, connection: socket.socket) -> tuple[int, bytes]:
        """Return the status and the answer, as far as its content-length goes."""
        come = b""
        while b"\r\n\r\n" not in come or len(come) < _whole(come):
            piece = connection.recv(65536)
            if not piece:
                break
            come += piece
        return int(come.split(maxsplit=2)[1]), come


def _whole(come: bytes) -> int:
    head, _, _ = come.partition(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    return len(head) + 4 + (lengths[0] if lengths else 0)


@pytest.fixture(scope="module")
def served(postgis: TestServer) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with postgis.database() as url:
        up = Up("serve", "--port", port, GIS_GOV_DATABASE_URL=url, **LIMITS)
        try:
            up.address()
            yield Served(port, url, make_key(url, "commander", "system_administrator"), up)
        finally:
            up.stop()
            assert up.process.stdout
            up.process.stdout.close()

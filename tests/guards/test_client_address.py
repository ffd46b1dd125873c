"""Whose address it is: the peer's, or what a trusted proxy says; nobody else's word counts."""

from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from gis_gov.client_address import client_address, forwarded_client, network_of
from gis_gov.guards.proxies import BehindProxy

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("fd00::1", "203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1' or 1=1 --", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.1", "203.0.113.7", "192.0.2.1"),
    ],
)
def test_forwarded_client(peer: str, told: str, client: str) -> None:
    assert forwarded_client(peer, told, TRUSTED) == client


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_what_a_rate_counts_as_one(address: str | None, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("peer", "headers", "client", "scheme"),
    [
        ("10.0.0.1", [("x-forwarded-for", "203.0.113.7")], "203.0.113.7", "http"),
        (
            "10.0.0.1",
            [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.7")],
            "203.0.113.7",
            "http",
        ),
        ("10.0.0.1", [("x-forwarded-proto", "https")], "10.0.0.1", "https"),
        ("10.0.0.1", [("x-forwarded-proto", "gopher")], "10.0.0.1", "http"),
        ("10.0.0.1", [("x-forwarded-proto", "http, https")], "10.0.0.1", "https"),
        (
            "10.0.0.1",
            [("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")],
            "10.0.0.1",
            "http",
        ),
        (
            "10.0.0.1",
            [("x-forwarded-proto", "http"), ("x-forwarded-proto", "https")],
            "10.0.0.1",
            "https",
        ),
        (
            "192.0.2.1",
            [
                ("x-forwarded-for", "127.0.0.1"),
                ("forwarded", "for=127.0.0.1"),
                ("x-real-ip", "127.0.0.1"),
                ("client-ip", "127.0.0.1"),
                ("x-forwarded-proto", "https"),
            ],
            "192.0.2.1",
            "http",
        ),
        (
            "10.0.0.1",
            [("x-real-ip", "127.0.0.1"), ("forwarded", "for=1.1.1.1")],
            "10.0.0.1",
            "http",
        ),
    ],
)
async def test_what_a_request_says(
    peer: str, headers: list[tuple[str, str]], client: str, scheme: str
) -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(client=client_address(HTTPConnection(scope)), scheme=scope["scheme"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    transport = httpx.ASGITransport(BehindProxy(app, TRUSTED), client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as asking:
        await asking.get("/", headers=headers)
    assert seen == {"client": client, "scheme": scheme}

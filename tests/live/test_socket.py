"""The live stream over a WebSocket: with the rights, the past and the end of the stream."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import SO_RCVBUF, SOL_SOCKET
from socket import socket as plain_socket
from typing import Any
from urllib.parse import urlencode

import orjson
import psycopg
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gis_gov.access.tokens import token_hash
from tests.dashboard.conftest import serving
from tests.live.conftest import EAST_POINT, QUICK, WEST_POINT, Servers
from tests.live.people import sign_in
from tests.live.test_positions import Clock, workers
from tests.registry.conftest import EAST
from tests.signed_in import bearer, make_key

__all__ = ["workers"]

pytestmark = pytest.mark.anyio

WITHIN_S = 20.0


@asynccontextmanager
async def socket(
    address: str, headers: dict[str, str], path: str = "/live", **params: str
) -> AsyncIterator[ClientConnection]:
    url = f"{address.replace('http', 'ws', 1)}{path}?{urlencode(params)}"
    async with connect(url, additional_headers=headers, open_timeout=WITHIN_S, proxy=None) as made:
        yield made


async def message(connection: ClientConnection, name: str, **told: object) -> dict[str, Any]:
    """Wait for a message, and leave out those before it."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            said = orjson.loads(await connection.recv())
            if said.get("event") == name and told.items() <= said["data"].items():
                return said["data"]


async def mark(connection: ClientConnection) -> str:
    async with asyncio.timeout(WITHIN_S):
        while True:
            said = orjson.loads(await connection.recv())
            if "id" in said:
                return said["id"]


async def closed(connection: ClientConnection) -> tuple[int, str]:
    """Wait until the server closes it; return the code and the reason."""
    async with asyncio.timeout(WITHIN_S):
        try:
            while True:
                await connection.recv()
        except ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")


async def refused(address: str, headers: dict[str, str], **asked: Any) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as found:
        async with socket(address, headers, **asked):
            pass
    response = found.value.response
    told = orjson.loads(response.body) if response.body else {"type": ""}
    return response.status_code, told["type"].removeprefix("urn:gis-gov:problem:")


async def test_it_tells_what_the_stream_tells(servers: Servers) -> None:
    key = bearer(make_key(servers.url, "commander"))
    async with socket(servers.addresses[0], key, kinds="event", within=EAST) as one:
        hello = await message(one, "hello")
        assert (hello["kinds"], hello["within"]) == (["event"], EAST)
        await mark(one)
        servers.add_event("elsewhere", WEST_POINT)
        servers.add_event("V-ws-1", EAST_POINT, title="井盖")
        told = await message(one, "event")
        assert (told["code"], told["title"], told["gone"]) == ("V-ws-1", "井盖", False)
        last = await mark(one)
        # Nothing happens, and it is told that the server is there.
        assert await mark(one) != last
    servers.add_event("V-ws-2")
    async with socket(servers.addresses[1], key, kinds="event", last_event_id=last) as two:
        # What came before may be told again.
        await message(two, "event", code="V-ws-2")
    async with socket(servers.addresses[0], key, kinds="event", last_event_id="no id") as three:
        await message(three, "reset")


@pytest.mark.usefixtures("workers")
async def test_it_begins_with_where_the_workers_are(servers: Servers) -> None:
    Clock().put(servers, 1, EAST_POINT)
    key = bearer(make_key(servers.url, "commander"))
    async with socket(servers.addresses[0], key, kinds="position") as one:
        said = await message(one, "positions")
        # Read by each process within moments.
        if not said["positions"]:
            said = await message(one, "position")
    assert [each["worker"] for each in said["positions"]] == ["L1"]


async def test_who_may_not_is_told_why(servers: Servers) -> None:
    address = servers.addresses[0]
    assert await refused(address, {}) == (401, "sign-in-needed")
    assert await refused(address, bearer("gg_unknown_key")) == (401, "sign-in-needed")
    key = bearer(make_key(servers.url, "commander"))
    assert await refused(address, key, kinds="luck") == (400, "invalid-request")
    assert await refused(address, key, within="nowhere") == (404, "not-found")
    assert await refused(address, key, path="/patrols") == (404, "")
    screen = bearer(make_key(servers.url, "screen"))
    assert await refused(address, screen, kinds="person") == (403, "not-allowed")
    refusals = servers.execute("select reason from audit where action = 'GET /live'")
    assert {"sign-in-needed", "not-allowed"} <= {reason for (reason,) in refusals}


async def test_a_page_of_others_is_refused(servers: Servers) -> None:
    address = servers.addresses[0]
    clerk = sign_in(servers, "clerk.sockets", "commander")
    cookie = {"cookie": clerk.client.headers["cookie"]}
    async with socket(address, cookie | {"origin": address}, kinds="event") as one:
        await message(one, "hello")
    for origin in ("https://evil.test", f"{address}.evil.test", "null", "http://[", ""):
        told = await refused(address, cookie | {"origin": origin}, kinds="event")
        assert told == (403, "forged-request"), origin
    assert await refused(address, cookie, kinds="event") == (403, "forged-request")
    # A key is nothing that a browser shows by itself.
    key = bearer(make_key(servers.url, "commander"))
    async with socket(address, key | {"origin": "https://other.test"}, kinds="event") as one:
        await message(one, "hello")


async def test_it_ends_with_the_rights(servers: Servers) -> None:
    token = make_key(servers.url, "commander")
    async with socket(servers.addresses[0], bearer(token), kinds="event") as one:
        await message(one, "hello")
        servers.execute(
            "delete from role_grant where key_id in (select id from api_key where token_hash = %s)",
            token_hash(token),
        )
        servers.execute("delete from api_key where token_hash = %s", token_hash(token))
        code, reason = await closed(one)
    assert (code, "rights" in reason) == (4403, True)
    opened = servers.execute("select result, reason from audit where action = 'live.open'")
    assert ("refused", "rights-ended") in opened


async def test_it_shrinks_with_the_rights(servers: Servers) -> None:
    token = make_key(servers.url, "commander")
    async with socket(servers.addresses[0], bearer(token), kinds="event") as one:
        await mark(one)
        servers.execute(
            "update role_grant set area_id = 2 where key_id ="
            " (select id from api_key where token_hash = %s)",
            token_hash(token),
        )
        await message(one, "reset")
        servers.add_event("not his", WEST_POINT)
        servers.add_event("his", EAST_POINT)
        assert (await message(one, "event"))["code"] == "his"


async def test_who_talks_is_cut_off(servers: Servers) -> None:
    key = bearer(make_key(servers.url, "commander"))
    async with socket(servers.addresses[0], key, kinds="event") as one:
        await message(one, "hello")
        await one.send("hello?")
        assert await closed(one) == (1008, "nothing is taken here")
    # A ping is answered, as by anybody.
    async with socket(servers.addresses[0], key, kinds="event") as one:
        await asyncio.wait_for(await one.ping(), WITHIN_S)


async def test_it_has_its_time_and_its_number_and_ends_with_the_server(
    own_database_url: str,
) -> None:
    limits = {**QUICK, "GIS_GOV_LIVE_STREAMS_PER_ACTOR": "1", "GIS_GOV_LIVE_STREAM_S": "4"}
    with serving(own_database_url, None, **limits) as (address, process):
        key = bearer(make_key(own_database_url, "commander"))
        async with socket(address, key, kinds="event") as one:
            await message(one, "hello")
            assert await refused(address, key, kinds="event") == (429, "too-many-streams")
            code, reason = await closed(one)
        assert (code, "time is up" in reason) == (1000, True)
        async with socket(address, key, kinds="event") as two:
            await message(two, "hello")
            process.send_signal(signal.SIGTERM)
            # Told why, or cut off, if the process was sooner: the server waits for no WebSocket.
            assert (await closed(two))[0] in (1012, 1006)


MANY = """
    insert into area (id, code, name, level) values (2, '440199001001', '东社区', 'community');
    insert into worker (id, code, name, area_id)
    select n, 'W' || n, '员', 2 from generate_series(1, 20000) as n;
    insert into last_position (worker_id, device, time, geom, area_id)
    select n, 'W' || n, now(), st_point(113.15, 22.05, 4490), 2 from generate_series(1, 20000) as n;
"""
HANDSHAKE = (
    "GET /live?kinds=position HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: {}\r\n\r\n"
)


async def test_one_that_takes_nothing_is_given_up(own_database_url: str) -> None:
    limits = {
        **QUICK,
        "GIS_GOV_LIVE_STREAMS_PER_ACTOR": "1",
        "GIS_GOV_SEND_TIMEOUT_S": "1",
    }
    with psycopg.connect(own_database_url) as conn:
        conn.execute(MANY)
    with serving(own_database_url, None, **limits) as (address, _), plain_socket() as stalled:
        key = bearer(make_key(own_database_url, "commander"))
        stalled.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", int(address.rpartition(":")[2])))
        stalled.sendall(HANDSHAKE.format(key["authorization"]).encode())
        assert stalled.recv(12) == b"HTTP/1.1 101"
        assert await refused(address, key, kinds="event") == (429, "too-many-streams")
        async with asyncio.timeout(30):
            while True:
                try:
                    async with socket(address, key, kinds="event") as one:
                        await message(one, "hello")
                    break
                except InvalidStatus:
                    await asyncio.sleep(0.1)


async def test_keys_are_guessed_here_no_oftener(own_database_url: str) -> None:
    limits = {**QUICK, "GIS_GOV_RATE_ATTEMPTS_PER_MIN": "1", "GIS_GOV_RATE_ATTEMPTS_BURST": "3"}
    with serving(own_database_url, None, **limits) as (address, _):
        answers = [(await refused(address, bearer(f"gg_guess_{n}")))[0] for n in range(6)]
    assert answers == [401] * 3 + [429] * 3


async def test_one_that_leaves_is_forgotten(own_database_url: str) -> None:
    limits = {**QUICK, "GIS_GOV_LIVE_STREAMS_PER_ACTOR": "1"}
    with serving(own_database_url, None, **limits) as (address, _):
        key = bearer(make_key(own_database_url, "commander"))
        for _ in range(3):
            async with asyncio.timeout(WITHIN_S):
                while True:
                    try:
                        async with socket(address, key, kinds="event") as one:
                            await message(one, "hello")
                            one.transport.abort()
                        break
                    except InvalidStatus:
                        await asyncio.sleep(0.05)
        with psycopg.connect(own_database_url) as conn:
            number = conn.execute("select count(*) from audit where action = 'live.open'")
            assert number.fetchone() == (3,)

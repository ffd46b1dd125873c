"""A stream goes as far as the rights of who listens, and ends or shrinks with them, at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.dashboard.conftest import serving
from tests.live.conftest import QUICK, WEST_POINT, Servers
from tests.live.listening import client_at, listening
from tests.live.people import audited, grant, sign_in
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

END_SESSION = "delete from session where account_id = (select id from account where name = %s)"
DISABLE = "update account set disabled_at = now() where name = %s"
REVOKE = "delete from role_grant where account_id = (select id from account where name = %s)"
CHANGE = "update account set password_must_change = true where name = %s"


@pytest.mark.parametrize("loss", [END_SESSION, DISABLE, REVOKE, CHANGE])
async def test_it_ends_with_the_rights(
    servers: Servers, loss: str, request: pytest.FixtureRequest
) -> None:
    who = sign_in(servers, f"loses{abs(hash(request.node.name)) % 10**9}", "commander")
    async with who.client as client, listening(client, kinds="event") as heard:
        servers.execute(loss, who.name)
        servers.add_event(f"{who.name} lost")
        await heard.end(within_s=2)
        assert heard.is_whole
        assert "event" not in heard.names()
        assert (await client.get("/live")).status_code in (401, 403)
    assert audited(servers, f"account:{who.name}") == [("ok", None), ("refused", "rights-ended")]


async def test_it_ends_at_a_sign_out(servers: Servers) -> None:
    who = sign_in(servers, "leaver", "commander")
    async with who.client as client, listening(client) as heard:
        assert (await client.delete("/session")).status_code == 204
        await heard.end(within_s=2)


async def test_it_ends_when_the_key_expires(servers: Servers) -> None:
    key = make_key(servers.url, "commander")
    servers.execute(
        "update api_key set expires_at = now() + interval '2 s'"
        " where id = (select max(id) from api_key)"
    )
    async with client_at(servers.addresses[0], key) as client, listening(client) as heard:
        await heard.end(within_s=4)
        assert (await client.get("/live")).status_code == 401


async def test_it_keeps_no_session_alive(servers: Servers) -> None:
    settings = {**QUICK, "GIS_GOV_SESSION_IDLE_MIN": "0.05"}
    with serving(servers.url, None, **settings) as (address, _):
        who = sign_in(servers, "idler", "commander")
        who.client.base_url = address
        async with who.client as client, listening(client) as heard:
            for _ in range(3):
                await asyncio.sleep(1.5)
                assert (await client.get("/session")).status_code == 200
            assert not heard.ended
            await heard.end(within_s=6)
            assert (await client.get("/session")).status_code == 401


async def test_what_a_page_asks_by_itself_keeps_no_session_alive(servers: Servers) -> None:
    settings = {**QUICK, "GIS_GOV_SESSION_IDLE_MIN": "0.05"}
    with serving(servers.url, None, **settings) as (address, _):
        who = sign_in(servers, "absent", "commander")
        who.client.base_url = address
        async with who.client as client:
            background = {"x-background": "1"}
            for _ in range(5):
                answer = await client.get("/style.json", headers=background)
                if answer.status_code == 200:
                    async with listening(client):
                        await asyncio.sleep(1)
            assert (await client.get("/session")).status_code == 401


async def test_it_shrinks_and_grows(servers: Servers) -> None:
    who = sign_in(servers, "changing", "grid_worker", area=EAST)
    async with who.client as client, listening(client, kinds="event") as heard:
        servers.add_event("west before", WEST_POINT)
        servers.add_event("east before")
        await heard.message("event", code="east before")
        grant(servers, who.name, "grid_worker", WEST)
        await heard.message("reset")
        servers.add_event("west with it", WEST_POINT)
        await heard.message("event", code="west with it")
        servers.execute(
            "delete from role_grant where area_id = (select id from area where code = %s)", WEST
        )
        servers.add_event("west after", WEST_POINT)
        servers.add_event("east after")
        await heard.message("reset")
        servers.add_event("east at last")
        await heard.message("event", code="east at last")
        told = [each.data.get("code") for each in heard.messages]
        assert not {"west before", "west after"} & set(told)


async def test_who_else_loses_rights_is_not_noticed(servers: Servers) -> None:
    who, other = sign_in(servers, "stays", "commander"), sign_in(servers, "goes", "commander")
    async with who.client as client, listening(client, kinds="event") as heard:
        servers.execute(DISABLE, other.name)
        servers.execute("update area set name = name")  # all are looked up anew
        servers.add_event("still told")
        await heard.message("event", code="still told")
        assert "reset" not in heard.names()


async def test_nobody_opens_too_many(servers: Servers) -> None:
    settings = {
        **QUICK,
        "GIS_GOV_LIVE_STREAMS_PER_ACTOR": "2",
        "GIS_GOV_LIVE_STREAMS_PER_ADDRESS": "3",
    }
    with serving(servers.url, None, **settings) as (address, _):
        one = sign_in(servers, "greedy", "commander")
        one.client.base_url = address
        async with one.client as client, AsyncExitStack() as stack:
            first = await stack.enter_async_context(listening(client))
            await stack.enter_async_context(listening(client))
            answer = await client.get("/live")
            assert answer.status_code == 429
            assert answer.json()["type"] == "urn:gis-gov:problem:too-many-streams"
            key = make_key(servers.url, "commander")
            other = await stack.enter_async_context(client_at(address, key))
            await stack.enter_async_context(listening(other))
            assert (await other.get("/live")).status_code == 429
            assert not first.ended
        async with client_at(address, key) as client:
            for _ in range(100):  # until it is noticed that they have left
                async with client.stream("GET", "/live") as answer:
                    if answer.status_code == 200:
                        break
                await asyncio.sleep(0.1)
            assert answer.status_code == 200
    assert ("refused", "too-many-streams") in audited(servers, "account:greedy", "GET /live")


async def test_it_is_reopened_now_and_then(servers: Servers) -> None:
    settings = {**QUICK, "GIS_GOV_LIVE_STREAM_S": "1"}
    with serving(servers.url, None, **settings) as (address, _):
        async with (
            client_at(address, make_key(servers.url, "commander")) as client,
            listening(client) as heard,
        ):
            await heard.end(within_s=4)
            assert heard.is_whole

"""Where workers are, live: told by every server to who may follow them, whoever writes it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.accounts.people import told_as_worker
from tests.live.conftest import EAST_POINT, WEST_POINT, Servers
from tests.live.listening import Listening, client_at, listening
from tests.live.people import sign_in
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio

PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m)
    values (%s, %s, %s, st_point(%s, %s, 4490), 7)
"""


@pytest.fixture(autouse=True)
def workers(servers: Servers) -> Iterator[None]:
    """A worker in the east and one in the west, who are nowhere yet."""
    servers.execute(
        "insert into worker (id, code, name, area_id)"
        " values (9001, 'L1', '陈', 2), (9002, 'L2', '林', 3)"
    )
    yield
    servers.execute("update account set worker_id = null where worker_id in (9001, 9002)")
    servers.execute("delete from position")
    servers.execute("delete from last_position")
    servers.execute("delete from grid_worker where worker_id in (9001, 9002)")
    servers.execute("delete from worker where id in (9001, 9002)")


class Clock:
    """Later times, one after the other."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(hours=1)

    def put(self, servers: Servers, worker: int, at: tuple[float, float]) -> None:
        self.now += timedelta(seconds=1)
        servers.execute(PUT, f"d{worker}", self.now, 9000 + worker, *at)


def placed(messages: list[Any]) -> dict[str, tuple[float, float]]:
    """Where the workers are, as the messages tell one after the other."""
    where: dict[str, tuple[float, float]] = {}
    for each in messages:
        if each.name == "positions":
            where = {}
        if each.name in ("position", "positions"):
            for told in each.data["positions"]:
                where.pop(told["worker"], None)
                if not told["gone"]:
                    where[told["worker"]] = told["lon"], told["lat"]
    return where


async def are(heard: Listening, **expected: tuple[float, float]) -> None:
    await heard.until(lambda: placed(heard.messages) == expected)


async def test_each_server_tells_them_and_begins_with_all(servers: Servers) -> None:
    clock = Clock()
    async with (
        servers.client("commander") as one,
        servers.client("commander", server=1) as two,
        listening(one, kinds="position") as first,
    ):
        await are(first)
        clock.put(servers, 1, EAST_POINT)
        await are(first, L1=EAST_POINT)
        async with listening(two, kinds="position") as second:
            await are(second, L1=EAST_POINT)
            clock.put(servers, 2, WEST_POINT)
            for heard in (first, second):
                await are(heard, L1=EAST_POINT, L2=WEST_POINT)
            told = next(
                each for each in first.messages[-1].data["positions"] if each["worker"] == "L2"
            )
            assert (told["area_code"], told["accuracy_m"]) == (WEST, 7.0)


async def test_who_leaves_a_place_is_gone_there(servers: Servers) -> None:
    clock = Clock()
    clock.put(servers, 1, EAST_POINT)
    async with (
        servers.client("commander") as client,
        servers.client("supervisor", area=EAST) as own,
        listening(client, kinds="position", within=EAST) as east,
        listening(client, kinds="position", within=f"{WEST}101") as west,
        listening(own, kinds="position") as reach,
    ):
        await are(east, L1=EAST_POINT)
        clock.put(servers, 1, WEST_POINT)
        await are(west, L1=WEST_POINT)
        await are(east)
        await are(reach)
        clock.put(servers, 1, EAST_POINT)
        await are(west)
        await are(east, L1=EAST_POINT)


async def test_only_the_newest_fix_that_counts_is_told(servers: Servers) -> None:
    clock = Clock()
    async with (
        servers.client("commander") as client,
        listening(client, kinds="position") as heard,
    ):
        clock.put(servers, 1, EAST_POINT)
        await are(heard, L1=EAST_POINT)
        servers.execute(PUT, "d1", clock.now - timedelta(minutes=5), 9001, *WEST_POINT)
        clock.put(servers, 2, WEST_POINT)
        await are(heard, L1=EAST_POINT, L2=WEST_POINT)
        servers.execute("update position set rejected_for = 'jump' where time = %s", clock.now)
        await are(heard, L1=EAST_POINT)


async def test_who_may_follow_nobody_is_told_of_himself_at_most(servers: Servers) -> None:
    clock = Clock()
    for role in ("analyst", "screen"):
        async with servers.client(role) as client:
            answer = await client.get("/live", params={"kinds": "position"})
            assert answer.status_code == 403, role
    async with (
        client_at(servers.addresses[0], make_key(servers.url, "supervisor", area=WEST)) as client,
        listening(client, kinds="position") as heard,
    ):
        clock.put(servers, 1, EAST_POINT)
        clock.put(servers, 2, WEST_POINT)
        await are(heard, L2=WEST_POINT)


async def test_of_a_worker_whom_one_may_not_know_nothing_is_told(servers: Servers) -> None:
    """As where positions are read: one of the east, who is in the west."""
    clock = Clock()
    async with (
        servers.client("commander") as all_of_it,
        servers.client("supervisor", area=WEST) as west,
        listening(all_of_it, kinds="position") as first,
        listening(west, kinds="position") as second,
    ):
        clock.put(servers, 1, WEST_POINT)
        await are(first, L1=WEST_POINT)
        clock.put(servers, 2, WEST_POINT)
        await are(second, L2=WEST_POINT)
        assert "L1" not in str([each.data for each in second.messages])
        listed = (await west.get("/collections/positions/items")).json()
        assert {each["properties"]["worker_code"] for each in listed["features"]} == {"L2"}
        servers.execute("update worker set area_id = 3 where id = 9001")
        await are(second, L1=WEST_POINT, L2=WEST_POINT)


async def test_who_is_given_a_grid_is_outside_of_it_at_once(servers: Servers) -> None:
    clock = Clock()
    async with servers.client("commander") as client, listening(client, kinds="position") as heard:
        clock.put(servers, 1, WEST_POINT)
        await are(heard, L1=WEST_POINT)
        servers.execute(
            "insert into grid_worker (grid_id, worker_id, role, valid_from)"
            " select id, 9001, 'worker', local_today() from grid where area_id = 2"
        )
        await heard.until(
            lambda: any(
                told.get("is_outside")
                for each in heard.messages
                for told in each.data.get("positions", ())
            )
        )


async def test_rights_that_end_end_it(servers: Servers) -> None:
    clock = Clock()
    listener = sign_in(servers, "chief.of.positions", "supervisor", area=EAST)
    async with listener.client, listening(listener.client, kinds="position") as heard:
        clock.put(servers, 1, EAST_POINT)
        await are(heard, L1=EAST_POINT)
        servers.execute(
            "delete from role_grant where account_id ="
            " (select id from account where name = 'chief.of.positions')"
        )
        await heard.end()
        told = len(heard.messages)
        clock.put(servers, 1, EAST_POINT)
        await asyncio.sleep(0.5)
        assert len(heard.messages) == told


async def test_a_box_is_left_and_entered(servers: Servers, commander: httpx.AsyncClient) -> None:
    clock = Clock()
    box = "113.14,22.04,113.16,22.06"
    async with listening(commander, kinds="position", bbox=box) as heard:
        clock.put(servers, 1, EAST_POINT)
        await are(heard, L1=EAST_POINT)
        clock.put(servers, 1, WEST_POINT)
        await are(heard)


async def test_a_worker_without_the_right_is_told_of_himself_alone(servers: Servers) -> None:
    clock = Clock()
    listener = sign_in(servers, "own.position", "grid_worker", area=EAST)
    async with listener.client as own, servers.client("commander") as client:
        assert (await own.get("/live", params={"kinds": "position"})).status_code == 403
        assert (await own.get("/session")).json()["worker"] is None
        servers.execute("update account set worker_id = 9001 where name = 'own.position'")
        told = await told_as_worker(own)
        assert told["worker"] == {"code": "L1", "name": "陈"}
        assert "track.read" not in told["rights"]
        clock.put(servers, 2, EAST_POINT)
        async with (
            listening(client, kinds="position") as all_of_them,
            listening(own, kinds="position") as heard,
        ):
            await are(all_of_them, L2=EAST_POINT)
            clock.put(servers, 1, EAST_POINT)
            clock.put(servers, 2, WEST_POINT)
            await are(all_of_them, L1=EAST_POINT, L2=WEST_POINT)
            await are(heard, L1=EAST_POINT)
            clock.put(servers, 1, WEST_POINT)
            await are(heard, L1=WEST_POINT)
            async with listening(own, kinds="position") as late:
                await are(late, L1=WEST_POINT)
            assert "L2" not in str([each.data for each in (*heard.messages, *late.messages)])
            servers.execute("update account set worker_id = null where name = 'own.position'")
            await heard.end()

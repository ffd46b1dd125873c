"""Crossings and alarms, live: told by every server to who may follow workers there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.live.conftest import Servers
from tests.live.listening import listening
from tests.live.people import sign_in
from tests.registry.conftest import EAST, WEST

pytestmark = pytest.mark.anyio

START = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=40)
PUT = """
    insert into position (device, time, worker_id, geom, accuracy_m)
    values ('d9001', %s, 9001, st_point(%s, 22.05, 4490), 5)
"""
DRAW = """
    insert into fence (code, name, valid_from, geom) values
    ('LF1', 'one', now() - interval '1 day', st_makeenvelope(113.15, 22.04, 113.16, 22.06, 4490)),
    ('LF2', 'two', now() - interval '1 day', st_makeenvelope(113.151, 22.04, 113.161, 22.06, 4490))
"""


@pytest.fixture(autouse=True)
def fenced(servers: Servers) -> Iterator[None]:
    """A worker in the east, and two fences there."""
    servers.execute("insert into worker (id, code, name, area_id) values (9001, 'L1', '陈', 2)")
    servers.execute(DRAW)
    yield
    servers.execute("delete from position")
    servers.execute("delete from last_position")
    servers.execute("delete from fence")
    servers.execute("delete from worker where id = 9001")


def walk(servers: Servers, after_s: float, lon: float) -> None:
    servers.execute(PUT, START + timedelta(seconds=after_s), lon)


async def test_they_are_told_and_corrected(servers: Servers) -> None:
    """By both servers, whichever of them looked at the fixes."""
    async with (
        servers.client("commander") as one,
        servers.client("supervisor", server=1, area=EAST) as two,
        listening(one, kinds="crossing") as first,
        listening(two, kinds="crossing", fence="LF1", within=EAST) as second,
    ):
        walk(servers, 0, 113.149)
        walk(servers, 60, 113.1505)
        for heard in (first, second):
            told = (await heard.message("crossing", fence="LF1", kind="enter")).data
            assert (told["worker"], told["withdrawn_at"], told["area_code"]) == ("L1", None, EAST)
        walk(servers, 120, 113.1512)
        await first.message("crossing", fence="LF2", kind="enter")
        servers.execute("update position set rejected_for = 'jump' where time > %s", START)
        for heard in (first, second):
            again = (await heard.message("crossing", id=told["id"])).data
            assert again["withdrawn_at"] is not None
        assert {each.data.get("fence") for each in second.messages} <= {"LF1"}


async def test_what_was_missed_is_told_to_who_comes_back(servers: Servers) -> None:
    async with servers.client("commander") as client:
        async with listening(client, kinds="crossing") as heard:
            mark = heard.id
        walk(servers, 0, 113.149)
        walk(servers, 60, 113.1505)
        async with listening(client, kinds="crossing") as heard:
            walk(servers, 120, 113.149)
            await heard.message("crossing", fence="LF1", kind="exit")
        async with listening(client, kinds="crossing", after=mark) as heard:
            await heard.message("crossing", fence="LF1", kind="enter")
            await heard.message("crossing", fence="LF1", kind="exit")


async def test_nobody_hears_of_what_he_may_not_follow(servers: Servers) -> None:
    async with (
        servers.client("commander") as one,
        servers.client("supervisor", area=WEST) as west,
        listening(one, kinds="crossing") as first,
        listening(west, kinds="crossing") as second,
    ):
        answer = await west.get("/live", params={"kinds": "crossing", "fence": "LF1"})
        assert answer.status_code == 404
        walk(servers, 0, 113.149)
        walk(servers, 60, 113.1505)
        await first.message("crossing", fence="LF1", kind="enter")
        # Told after it, to both.
        servers.execute(
            "insert into alarm (kind, worker_id, since, last_at, area_id) values"
            " ('sos', 9001, now(), now(), 3)"
        )
        async with listening(west, kinds="alarm", after=second.id) as third:
            alarm = await third.message("alarm", kind="sos")
            assert (alarm.data["worker"], alarm.data["fence"]) == (None, None)
        assert "crossing" not in second.names()
        servers.execute("delete from alarm")


async def test_who_is_somebody_else_s_worker_is_told_by_no_code(servers: Servers) -> None:
    """As in the lists: one of the east, who came through a fence of the west, and called there."""
    async with (
        servers.client("commander") as one,
        servers.client("supervisor", area=WEST) as west,
        listening(one, kinds="crossing,alarm") as first,
        listening(west, kinds="crossing,alarm") as second,
    ):
        servers.execute(
            "insert into crossing (worker_id, fence_id, version_id, hour_at, kind, at, known_at,"
            " is_told, geom, area_id)"
            " select 9001, id, 1, now(), 'enter', now(), now(), true,"
            " st_point(113.05, 22.05, 4490), 3 from fence where code = 'LF1'"
        )
        servers.execute(
            "insert into alarm (kind, worker_id, since, last_at, area_id)"
            " values ('sos', 9001, now(), now(), 3)"
        )
        for kind in ("crossing", "alarm"):
            assert (await first.message(kind)).data["worker"] == "L1"
            told = (await second.message(kind)).data
            (read,) = (await west.get(f"/{kind}s")).json()[f"{kind}s"]
            assert (told["worker"], told["area_code"]) == (None, WEST)
            assert (told["id"], read["worker"]["code"]) == (read["id"], None)
    servers.execute("delete from alarm")


async def test_of_whom_and_which_fence_one_may_not_know_is_not_told(servers: Servers) -> None:
    """An alarm of one in the west, too near to one of the east, at a fence of both."""
    servers.execute("insert into worker (id, code, name, area_id) values (9002, 'L2', '林', 3)")
    servers.execute("update fence set geom = st_makeenvelope(113.0, 22.0, 113.2, 22.1, 4490)")
    async with (
        servers.client("commander") as one,
        servers.client("supervisor", area=WEST) as west,
        listening(one, kinds="alarm") as first,
        listening(west, kinds="alarm") as second,
    ):
        servers.execute(
            "insert into alarm (kind, worker_id, other_id, fence_id, since, last_at, area_id)"
            " select 'near', 9002, 9001, id, now(), now(), 3 from fence where code = 'LF1'"
        )
        told = (await first.message("alarm", kind="near")).data
        assert (told["worker"], told["other"], told["fence"]) == ("L2", "L1", "LF1")
        told = (await second.message("alarm", kind="near")).data
        assert (told["worker"], told["other"], told["fence"]) == ("L2", None, None)
        (read,) = (await west.get("/alarms")).json()["alarms"]
        assert [read[name]["code"] for name in ("worker", "other", "fence")] == ["L2", None, None]
    servers.execute("delete from alarm")
    servers.execute("delete from worker where id = 9002")


async def test_a_worker_without_the_right_hears_of_his_own_alone(servers: Servers) -> None:
    servers.execute("insert into worker (id, code, name, area_id) values (9002, 'L2', '林', 2)")
    listener = sign_in(servers, "own.alarm", "grid_worker", area=EAST)
    servers.execute("update account set worker_id = 9001 where name = 'own.alarm'")
    opened = """
        insert into alarm (kind, worker_id, since, last_at, geom, area_id)
        values ('sos', %s, now(), now(), st_point(113.15, 22.05, 4490), 2)
    """
    try:
        async with listener.client as own, listening(own, kinds="alarm,crossing") as heard:
            servers.execute(opened, 9002)
            servers.execute(opened, 9001)
            await heard.message("alarm", worker="L1", kind="sos")
            walk(servers, 0, 113.149)
            walk(servers, 60, 113.1505)
            await heard.message("crossing", worker="L1", kind="enter")
        assert not any(each.data.get("worker") == "L2" for each in heard.messages)
    finally:
        servers.execute("update account set worker_id = null where name = 'own.alarm'")
        servers.execute("delete from alarm")
        servers.execute("delete from worker where id = 9002")

"""What is written by whomever is heard, in every process, complete, and by who comes back, too."""

import asyncio
import time

import httpx
import psycopg
import pytest

from gis_gov.live.subscriber import WAITING_MAX
from tests.live.conftest import EAST_POINT, WEST_POINT, Servers
from tests.live.listening import Listening, listening
from tests.registry.conftest import EAST

pytestmark = pytest.mark.anyio

ADD_RESOURCE = """
    insert into resource (code, kind, name, geom)
    values ('r1', 'poi', 'r', st_point(113.11, 22.02, 4490))
"""


async def test_a_write_by_psql_is_heard_in_every_process(servers: Servers) -> None:
    one, two = [servers.client("commander", server=server) for server in (0, 1)]
    async with one, two, listening(one) as first, listening(two) as second:
        started = time.monotonic()
        servers.add_event("heard", title="井盖缺失")
        for heard in (first, second):
            message = await heard.message("event", code="heard")
            assert message.at - started < 1
            assert message.data == {
                "code": "heard",
                "gone": False,
                "title": "井盖缺失",
                "state": "pending",
                "level": None,
                "class_code": None,
                "class_name": None,
                "reported_at": message.data["reported_at"],
                "lon": EAST_POINT[0],
                "lat": EAST_POINT[1],
                "area_code": "440199001001",
                "grid_code": "440199001001101",
            }


async def test_it_says_what_it_follows(commander: httpx.AsyncClient) -> None:
    params = {"kinds": "event,grid", "within": "440199001001", "bbox": "113,22,113.2,22.1"}
    headers = {"accept": "text/event-stream"}
    async with commander.stream("GET", "/live", params=params, headers=headers) as answer:
        assert answer.headers["cache-control"] == "no-store"
        heard = Listening()
        reading = asyncio.create_task(heard.read(answer))
        hello = await heard.message("hello")
        assert hello.data == {
            "kinds": ["event", "grid"],
            "within": "440199001001",
            "bbox": [113, 22, 113.2, 22.1],
        }
        await heard.until(lambda: heard.id)
        reading.cancel()


async def test_a_change_and_a_removal(servers: Servers, commander: httpx.AsyncClient) -> None:
    servers.add_event("changing")
    async with listening(commander, kinds="event") as heard:
        servers.execute("update event set state = 'handling' where code = 'changing'")
        await heard.message("event", code="changing", state="handling")
        servers.execute("delete from event where code = 'changing'")
        gone = await heard.message("event", code="changing", gone=True)
        assert gone.data == {"code": "changing", "gone": True}


@pytest.mark.parametrize(
    ("statement", "kind", "box"),
    [
        (
            ADD_RESOURCE,
            "resource",
            [113.11, 22.02, 113.11, 22.02],
        ),
        ("update person set sex = 'male' where code = 'P1'", "person", [113.1, 22, 113.2, 22.1]),
        ("update person set sex = 'male' where code = 'P4'", "person", None),
        ("update grid set name = name where code like '%001101'", "grid", [113.1, 22, 113.2, 22.1]),
        ("update worker set name = name", None, None),
        ("insert into worker (code, name, area_id) values ('W1', 'w', 2)", "worker", None),
        ("update event_class set name = name", "event", None),
        ("truncate enterprise", "enterprise", None),
    ],
)
async def test_layers_are_told_to_read_anew(
    servers: Servers,
    commander: httpx.AsyncClient,
    statement: str,
    kind: str | None,
    box: list[float] | None,
) -> None:
    async with listening(commander) as heard:
        servers.execute(statement)
        servers.add_event("after")
        servers.execute("delete from event where code = 'after'")
        if kind is not None:
            assert (await heard.message("change", kind=kind)).data == {"kind": kind, "bbox": box}
        await heard.message("event", code="after")


async def test_many_at_once_are_one_message(servers: Servers, commander: httpx.AsyncClient) -> None:
    async with listening(commander, kinds="event") as heard:
        servers.execute(
            "insert into event (code, reported_at, geom) select 'many' || n, now(),"
            " st_point(113.11 + n / 10000.0, 22.05, 4490) from generate_series(1, 500) as n"
        )
        message = await heard.message("change", kind="event")
        assert message.data["bbox"] == [113.1101, 22.05, 113.16, 22.05]
        await asyncio.sleep(0.3)
        # Their cells are filled in, perhaps in pieces, the last of which is told one by one.
        assert set(heard.names()) <= {"change", "event"}
        assert heard.names().count("event") <= 100
        servers.execute("delete from event where code like 'many%'")


async def test_who_commits_late_is_heard(servers: Servers, commander: httpx.AsyncClient) -> None:
    # Each elsewhere, as writers of one place wait for each other.
    insert = (
        "insert into event (code, reported_at, geom) values (%s, now(), st_point(%s, %s, 4490))"
    )
    add = "insert into event (code, reported_at) values (%s, now())"
    with psycopg.connect(servers.url) as early, psycopg.connect(servers.url) as idle:
        early.execute(insert, ["late", *EAST_POINT])
        idle.execute(insert, ["never", *WEST_POINT])
        async with listening(commander, kinds="event") as heard:
            servers.execute(add, "soon")
            await heard.message("event", code="soon")
            before = heard.id
            early.commit()
            await heard.message("event", code="late")
            idle.rollback()
            servers.execute(add, "last")
            await heard.message("event", code="last")
            assert "never" not in [each.data.get("code") for each in heard.messages]
    async with listening(commander, after=before, kinds="event") as again:
        await again.message("event", code="late")
        await again.message("event", code="last")
        assert "soon" not in [each.data.get("code") for each in again.messages]


async def test_who_comes_back_goes_on_elsewhere(servers: Servers) -> None:
    one, two = [servers.client("commander", server=server) for server in (0, 1)]
    async with one, two:
        async with listening(one, kinds="event") as heard:
            servers.add_event("while here")
            await heard.message("event", code="while here")
            await heard.until(lambda: heard.comments)
            left_at = heard.id
        servers.add_event("while away")
        servers.execute("delete from event where code = 'while here'")
        async with listening(two, after=left_at, kinds="event") as heard:
            await heard.message("event", code="while away")
            assert "reset" not in heard.names()
        async with listening(two, after=left_at, kinds="grid") as heard:
            await asyncio.sleep(0.3)
            assert heard.names() == ["hello"]


async def test_who_is_away_too_long_begins_anew(
    servers: Servers, commander: httpx.AsyncClient
) -> None:
    async with listening(commander) as heard:
        left_at = heard.id
    servers.execute("update person set sex = sex")
    servers.execute("update change set made_at = made_at - interval '2 days'")
    await servers.read_all()
    assert servers.execute("select prune_changes(24) > 0") == [(True,)]
    async with listening(commander, after=left_at) as heard:
        await heard.message("reset")


async def test_too_much_at_once_is_a_reset(servers: Servers, commander: httpx.AsyncClient) -> None:
    async with listening(commander) as heard:
        with psycopg.connect(servers.url) as connection:
            for part in range(60):
                connection.execute(
                    "insert into event (code, reported_at) select 'x' || %s || '-' || n, now()"
                    " from generate_series(1, 100) as n",
                    [part],
                )
        await heard.message("reset")
        servers.execute("delete from event where code like 'x%'")


async def test_too_much_elsewhere_is_no_news(servers: Servers) -> None:
    far = servers.client("grid_worker", area=EAST)
    async with (
        far as client,
        servers.client("commander") as commander,
        listening(client) as other_place,
        listening(commander, kinds="event") as other_kind,
        listening(commander, kinds="person") as heard,
    ):
        with psycopg.connect(servers.url) as connection:
            for part in range(60):
                connection.execute(
                    "insert into person (code, name, person_class) select 'z' || %s || '-' || n,"
                    " 'x', 'control' from generate_series(1, 100) as n",
                    [part],
                )
        await heard.message("reset")
        servers.add_event("after much")
        for each in (other_place, other_kind):
            await each.until(lambda each=each: "event" in each.names())
            assert "reset" not in each.names()
        servers.execute("delete from person where code like 'z%'")


async def test_silence_is_told(commander: httpx.AsyncClient) -> None:
    async with listening(commander) as heard:
        await heard.until(lambda: heard.comments >= 2)


async def test_only_the_head(commander: httpx.AsyncClient) -> None:
    answer = await commander.head("/live")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert not answer.content


async def test_it_is_not_compressed(commander: httpx.AsyncClient) -> None:
    async with commander.stream("GET", "/live", headers={"accept-encoding": "gzip"}) as answer:
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"kinds": "nonsense"}, 400),
        ({"kinds": "event,"}, 400),
        ({"bbox": "1,2"}, 400),
        ({"within": "nowhere"}, 404),
        ({"follow": "event"}, 400),
    ],
)
async def test_what_can_not_be_followed(
    commander: httpx.AsyncClient, params: dict[str, str], status: int
) -> None:
    assert (await commander.get("/live", params=params)).status_code == status


async def test_a_slow_client_begins_anew(servers: Servers) -> None:
    """It reads nothing while more is written than waits for it, and then all of the rest."""
    key_client = servers.client("commander")
    async with key_client as client, listening(client, kinds="resource") as quick:
        timeout = httpx.Timeout(30)
        async with client.stream(
            "GET", "/live", params={"kinds": "event"}, timeout=timeout
        ) as slow:
            with psycopg.connect(servers.url, autocommit=True) as connection:
                # More than the sockets' buffers take.
                for part in range(30):
                    connection.execute(
                        "insert into event (code, title, reported_at) select 's' || %s || '-' || n,"
                        " repeat('长', 5000), now() from generate_series(1, %s) as n",
                        [part, WAITING_MAX // 3],
                    )
                    await asyncio.sleep(0.01)
            servers.add_event("the last")
            heard = Listening()
            reading = asyncio.create_task(heard.read(slow))
            await heard.message("reset")
            servers.add_event("news")
            await heard.message("event", code="news")
            reading.cancel()
        assert not quick.ended
        servers.execute("delete from event where code like 's%'")

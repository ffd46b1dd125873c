"""Processes are killed while positions come: none that was acknowledged is lost, none doubled."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from gis_gov.db.cluster import Cluster
from gis_gov.db.migrate import migrate
from gis_gov.gateway.jt809.vehicles import Vehicle
from gis_gov.gateway.server809 import device_of
from tests.gateway.talking809 import PLATFORM
from tests.live.listening import client_at, listening
from tests.patrols.following import Follower
from tests.patrols.killing import (
    Site,
    kill_a_backend,
    kill_a_process,
    kill_postgresql,
    kill_the_gateway,
    kill_the_postmaster,
    kill_the_server,
    run_gateway,
    serve,
)
from tests.patrols.streaming import Acknowledged, Key, phone, platform, terminal
from tests.ports import unused_port
from tests.registry.conftest import PLACES
from tests.signed_in import make_key
from tests.waiting import until, wait_until

pytestmark = pytest.mark.anyio

PHONES, TERMINALS, VEHICLES = 6, 3, 2
WALKERS = PHONES + TERMINALS + VEHICLES
FIXES = 160
WORKERS: LiteralString = """
    insert into worker (id, code, name, area_id)
    select n, 'W' || n, '员' || n, 2 from generate_series(1, 11) as n;
    insert into grid_worker (grid_id, worker_id, role, valid_from)
    select 1, n, 'worker', '2020-01-01' from generate_series(1, 11) as n;
    insert into device (code, kind, mode, worker_id, terminal)
    select 'B' || n, 'vehicle', 'car', n, '01380013800' || n from generate_series(7, 9) as n;
    insert into fence (code, name, tells, valid_from, geom) values
    ('F1', 'on the way', '{enter,exit,inside}', '2020-01-01',
     st_makeenvelope(113.115, 22.04, 113.12, 22.06, 4490));
"""
DRIVE = "insert into device (code, kind, mode, worker_id) values (%s, 'vehicle', 'car', %s)"
CROSSINGS: LiteralString = """
    select c.id, w.code, c.kind, c.at
    from crossing as c inner join worker as w on w.id = c.worker_id
    where c.withdrawn_at is null
"""
ALARMS: LiteralString = """
    select a.id, w.code, a.since, a.last_at
    from alarm as a inner join worker as w on w.id = a.worker_id
    where a.withdrawn_at is null and a.closed_at is not null
"""
FIGURES = """
    select
        code, worker_id, begins_at, ends_at, fixes, rejected, mileage_m, valid_mileage_m,
        duration_s, stay_s, gap_s, own_grid_share, st_asewkb(geom)
    from patrol order by code
"""
LAST = """
    select distinct on (p.worker_id) p.worker_id, p.device, p.time, st_asewkb(p.geom)
    from position as p where p.rejected_for is null order by p.worker_id, p.time desc, p.device
"""
DRIVEN = [Vehicle(f"浙A1234{n}", 2) for n in range(VEHICLES)]
KEPT_LAST = "select worker_id, device, time, st_asewkb(geom) from last_position order by worker_id"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostGIS of one's own, as it is restarted; its commits are flushed as a user's are."""
    made = Cluster(tmp_path_factory.mktemp("killed") / "home", {"shared_buffers": "64MB"})
    made.init()
    made.start()
    made.ensure_database("template")
    migrate(made.url("template"))
    with psycopg.connect(made.url("template")) as conn:
        conn.execute(PLACES)
        conn.execute(WORKERS)
        for n, vehicle in zip(range(PHONES + TERMINALS + 1, WALKERS + 1), DRIVEN, strict=True):
            conn.execute(DRIVE, [device_of(PLATFORM.platform_id, vehicle), n])
    yield made
    made.stop()


@pytest.fixture
def site(cluster: Cluster, tmp_path: Path) -> Iterator[Site]:
    name = f"stream_{unused_port()}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as conn:
        conn.execute(f"create database {name} template template strategy file_copy")  # type: ignore[arg-type]
    url = cluster.url(name)
    port, port_808, port_809 = unused_port(), unused_port(), unused_port()
    made = Site(
        *(cluster, url, port, port_808, port_809, tmp_path),
        serve(url, port, tmp_path),
        run_gateway(url, port_808, port_809),
    )
    yield made
    for process in (made.gateway, made.server.process):
        process.terminate()
        process.wait(60)
        assert process.stdout
        process.stdout.close()


async def stream(site: Site, known: Acknowledged) -> None:
    """Let all of them tell their way until each fix was acknowledged."""
    key = make_key(site.url, "gateway")
    async with asyncio.TaskGroup() as group:
        for n in range(1, PHONES + 1):
            group.create_task(phone(site.address, key, f"W{n}", FIXES, known))
        for n in range(PHONES + 1, PHONES + TERMINALS + 1):
            at = ("127.0.0.1", site.port_808)
            group.create_task(terminal(at, f"1380013800{n}", f"B{n}", FIXES, known))
        for vehicle in DRIVEN:
            group.create_task(platform(("127.0.0.1", site.port_809), vehicle, FIXES, known))


def stored(site: Site) -> list[Key]:
    return site.query("select device, time from position order by device, time")  # type: ignore[return-value]


def until_nothing_is_due(site: Site) -> None:
    for due in (
        "select from patrol_due limit 1",
        "select from crossing_due limit 1",
        "select from alarm_due limit 1",
    ):
        wait_until(lambda due=due: site.query(due) == [])


async def told_live(site: Site) -> set[tuple[str, str]]:
    """Where the workers are as a stream tells who opens it."""
    client = client_at(site.address, make_key(site.url, "commander"))
    async with client, listening(client, kinds="position") as heard:
        message = await heard.message("positions")
    return {(each["worker"], each["time"]) for each in message.data["positions"]}


async def told_all(site: Site, follower: Follower, following: "asyncio.Task[None]") -> None:
    """Wait until a client that came back by its last id knows all crossings and alarms, no others.

    There is one of each stay, from when somebody came in until he left.
    """
    there = {(row[0], *row[1:3], row[3]) for row in site.query(CROSSINGS)}
    assert sorted(row[1:3] for row in there) == sorted(
        (f"W{n}", kind) for n in range(1, WALKERS + 1) for kind in ("enter", "exit")
    )
    await until(
        lambda: {(*row[:3], datetime.fromisoformat(row[3])) for row in follower.standing()} == there
    )
    times = {(worker, kind): at for _, worker, kind, at in there}
    stays = {
        (worker, at, times[worker, "exit"]) for _, worker, kind, at in there if kind == "enter"
    }
    await until(lambda: {row[1:] for row in site.query(ALARMS)} == stays)
    alarms = {tuple(row) for row in site.query(ALARMS)}
    assert len(alarms) == len(stays)
    await until(
        lambda: (
            {
                (number, worker, *map(datetime.fromisoformat, since_to))
                for number, worker, *since_to in follower.warnings()
            }
            == alarms
        )
    )
    assert follower.resets == 0
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following


@pytest.mark.parametrize(
    "kill",
    [
        kill_a_process,
        kill_the_server,
        kill_the_gateway,
        kill_postgresql,
        kill_the_postmaster,
        kill_a_backend,
    ],
)
async def test_what_was_acknowledged_is_there_once(site: Site, kill: Any) -> None:
    known = Acknowledged()
    follower = Follower(site.address, make_key(site.url, "commander"))
    following = asyncio.create_task(follower.follow())
    await follower.begun.wait()
    streaming = asyncio.create_task(stream(site, known))
    try:
        for share in (0.2, 0.5):
            await until(
                lambda share=share: streaming.done() or len(known.keys) > share * FIXES * WALKERS
            )
            assert not streaming.done(), await streaming
            before = set(known.keys)
            await kill(site)
            if kill in {kill_postgresql, kill_the_postmaster, kill_a_backend}:
                # What was committed survived, before anybody sends it again.
                assert before <= set(stored(site))
        await streaming
    finally:
        streaming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await streaming
    assert known.failed > 0
    there = stored(site)
    assert len(there) == len(set(there))
    assert set(there) == known.keys
    assert len(there) == FIXES * WALKERS
    until_nothing_is_due(site)
    assert site.query(KEPT_LAST) == site.query(LAST)
    last = {(f"W{row[0]}", row[2]) for row in site.query(LAST)}
    told = {(code, datetime.fromisoformat(time)) for code, time in await told_live(site)}
    assert told == last
    await told_all(site, follower, following)
    figures = site.query(FIGURES)
    assert sum(row[4] + row[5] for row in figures) == len(there)
    with psycopg.connect(site.url) as conn:
        conn.execute("delete from patrol")
        conn.execute(
            "insert into patrol_due (worker_id, day)"
            " select distinct worker_id, (time at time zone 'Asia/Shanghai')::date from position"
        )
    until_nothing_is_due(site)
    assert site.query(FIGURES) == figures

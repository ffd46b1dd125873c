"""Processes are killed while positions come: none that was acknowledged is lost, none doubled."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from gis_gov.db.cluster import Cluster
from gis_gov.db.migrate import migrate
from tests.cli.process import Up
from tests.live.listening import client_at, listening
from tests.patrols.streaming import Acknowledged, Key, phone, terminal
from tests.ports import unused_port
from tests.registry.conftest import PLACES
from tests.signed_in import NO_RATES, make_key
from tests.waiting import until, wait_until

pytestmark = pytest.mark.anyio

PHONES, TERMINALS = 6, 3
FIXES = 160
WORKERS: LiteralString = """
    insert into worker (id, code, name, area_id)
    select n, 'W' || n, '员' || n, 2 from generate_series(1, 9) as n;
    insert into grid_worker (grid_id, worker_id, role, valid_from)
    select 1, n, 'worker', '2020-01-01' from generate_series(1, 9) as n;
    insert into device (code, kind, mode, worker_id, terminal)
    select 'B' || n, 'vehicle', 'car', n, '01380013800' || n from generate_series(7, 9) as n;
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
    yield made
    made.stop()


@dataclass
class Site:
    """A server of two processes and a gateway over one database."""

    cluster: Cluster
    url: str
    port: int
    port_808: int
    home: Path
    server: Up
    gateway: "subprocess.Popen[str]"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def query(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as conn:
            return conn.execute(statement).fetchall()

    def processes(self) -> list[int]:
        """The processes that serve."""
        pid = self.server.process.pid
        command = ["pgrep", "-P", str(pid), "-f", "spawn_main"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False)
        return [int(word) for word in listed.stdout.split()]


def serve(url: str, port: int, home: Path) -> Up:
    settings = {"GIS_GOV_DATABASE_URL": url, "GIS_GOV_PATROLS_AFTER_S": "0.5", **NO_RATES}
    up = Up("serve", "--home", home, "--port", port, "--workers", 2, **settings)
    up.address()
    return up


def run_gateway(url: str, port: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "gis_gov", "gateway", "--port-808", str(port)],
        env={**os.environ, "GIS_GOV_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert f"127.0.0.1:{port}" in process.stdout.readline()
    return process


@pytest.fixture
def site(cluster: Cluster, tmp_path: Path) -> Iterator[Site]:
    name = f"stream_{unused_port()}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as conn:
        conn.execute(f"create database {name} template template strategy file_copy")  # type: ignore[arg-type]
    url = cluster.url(name)
    port, port_808 = unused_port(), unused_port()
    made = Site(
        *(cluster, url, port, port_808, tmp_path),
        serve(url, port, tmp_path),
        run_gateway(url, port_808),
    )
    yield made
    for process in (made.gateway, made.server.process):
        process.terminate()
        process.wait(60)
        assert process.stdout
        process.stdout.close()


async def kill_a_process(site: Site) -> None:
    """One of the server's own; another takes its place."""
    before = site.processes()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    await until(lambda: len(set(site.processes()) - {before[0]}) == 2)


async def kill_the_server(site: Site) -> None:
    """All of it, and it is started anew."""
    processes = [site.server.process.pid, *site.processes()]
    for pid in processes:
        os.kill(pid, signal.SIGKILL)
    site.server.process.communicate()
    site.server = await asyncio.to_thread(serve, site.url, site.port, site.home)


async def kill_the_gateway(site: Site) -> None:
    site.gateway.kill()
    site.gateway.communicate()
    site.gateway = await asyncio.to_thread(run_gateway, site.url, site.port_808)


async def kill_postgresql(site: Site) -> None:
    """At once, without writing anything down; it recovers from its log as it starts."""
    pid = site.cluster.status().pid
    assert pid
    os.kill(pid, signal.SIGQUIT)
    await until(lambda: not site.cluster.running)
    await asyncio.to_thread(site.cluster.start)


async def kill_a_backend(site: Site) -> None:
    """One that serves somebody; PostgreSQL ends all others, too, and comes back by itself."""
    with psycopg.connect(site.cluster.url("postgres"), autocommit=True) as conn:
        began = conn.execute("select pg_postmaster_start_time()").fetchone()
        (pid,) = conn.execute(
            "select pid from pg_stat_activity"
            " where datname = %s and backend_type = 'client backend'"
            " order by state = 'idle', pid limit 1",
            [site.url.rsplit("/", 1)[1].partition("?")[0]],
        ).fetchone() or (0,)
    assert pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: has_recovered(site.cluster, pid))
    with psycopg.connect(site.cluster.url("postgres"), autocommit=True) as conn:
        assert conn.execute("select pg_postmaster_start_time()").fetchone() == began


def has_recovered(cluster: Cluster, killed: int) -> bool:
    """Whether PostgreSQL has noticed that a backend is gone, and answers again."""
    try:
        with psycopg.connect(cluster.url("postgres"), connect_timeout=5) as conn:
            left = conn.execute("select from pg_stat_activity where pid = %s", [killed])
            return left.rowcount == 0
    except psycopg.OperationalError:
        return False


async def stream(site: Site, known: Acknowledged) -> None:
    """Let all of them tell their way until each fix was acknowledged."""
    key = make_key(site.url, "gateway")
    async with asyncio.TaskGroup() as group:
        for n in range(1, PHONES + 1):
            group.create_task(phone(site.address, key, f"W{n}", FIXES, known))
        for n in range(PHONES + 1, PHONES + TERMINALS + 1):
            at = ("127.0.0.1", site.port_808)
            group.create_task(terminal(at, f"1380013800{n}", f"B{n}", FIXES, known))


def stored(site: Site) -> list[Key]:
    return site.query("select device, time from position order by device, time")  # type: ignore[return-value]


def until_nothing_is_due(site: Site) -> None:
    wait_until(lambda: site.query("select from patrol_due limit 1") == [])


async def told_live(site: Site) -> set[tuple[str, str]]:
    """Where the workers are as a stream tells who opens it."""
    client = client_at(site.address, make_key(site.url, "commander"))
    async with client, listening(client, kinds="position") as heard:
        message = await heard.message("positions")
    return {(each["worker"], each["time"]) for each in message.data["positions"]}


@pytest.mark.parametrize(
    "kill",
    [kill_a_process, kill_the_server, kill_the_gateway, kill_postgresql, kill_a_backend],
)
async def test_what_was_acknowledged_is_there_once(site: Site, kill: Any) -> None:
    known = Acknowledged()
    streaming = asyncio.create_task(stream(site, known))
    try:
        for share in (0.2, 0.5):
            await until(
                lambda share=share: (
                    streaming.done() or len(known.keys) > share * FIXES * (PHONES + TERMINALS)
                )
            )
            assert not streaming.done(), await streaming
            before = set(known.keys)
            await kill(site)
            if kill in {kill_postgresql, kill_a_backend}:
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
    assert len(there) == FIXES * (PHONES + TERMINALS)
    until_nothing_is_due(site)
    assert site.query(KEPT_LAST) == site.query(LAST)
    last = {(f"W{row[0]}", row[2]) for row in site.query(LAST)}
    told = {(code, datetime.fromisoformat(time)) for code, time in await told_live(site)}
    assert told == last
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

"""A server and a gateway over a database of their own, and what may be killed of them."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from gis_gov.db.cluster import Cluster
from tests.cli.process import Up
from tests.gateway.talking809 import PLATFORM
from tests.signed_in import NO_RATES
from tests.waiting import until


@dataclass
class Site:
    """A server of two processes and a gateway over one database."""

    cluster: Cluster
    url: str
    port: int
    port_808: int
    port_809: int
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


def run_gateway(url: str, port_808: int, port_809: int) -> "subprocess.Popen[str]":
    ports = "--port-808", str(port_808), "--port-809", str(port_809)
    platforms = f"{PLATFORM.platform_id}:{PLATFORM.user_id}:{PLATFORM.password}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gis_gov", "gateway", *ports],
        env={
            **os.environ,
            "GIS_GOV_DATABASE_URL": url,
            "GIS_GOV_GATEWAY_809_PLATFORMS": platforms,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for port in (port_808, port_809):
        assert f"127.0.0.1:{port}" in process.stdout.readline()
    return process


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
    site.gateway = await asyncio.to_thread(run_gateway, site.url, site.port_808, site.port_809)


async def start_again(site: Site) -> None:
    await until(lambda: not site.cluster.running)
    # Not in another thread: it ends with the one that started it.
    site.cluster.start()


async def kill_postgresql(site: Site) -> None:
    """At once, without writing anything down; it recovers from its log as it starts."""
    pid = site.cluster.status().pid
    assert pid
    os.kill(pid, signal.SIGQUIT)
    await start_again(site)


async def kill_the_postmaster(site: Site) -> None:
    """The process that has started all others of PostgreSQL: they see it gone, and end."""
    pid = site.cluster.status().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    await start_again(site)


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

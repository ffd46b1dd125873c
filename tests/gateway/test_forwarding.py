"""Forwarding as a process: each committed position gets to the superior, whatever is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from gis_gov.gateway.forwarding import superior_of
from gis_gov.gateway.jt809.vehicles import Vehicle
from gis_gov.gateway.server809 import Server809, device_of
from gis_gov.patrols.fix import Fix
from gis_gov.settings import Settings
from tests.gateway.talking809 import PLATFORM
from tests.waiting import until

pytestmark = pytest.mark.anyio

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
DEVICES = """
    insert into device (code, name, kind, mode, is_forwarded, plate_color) values
    ('B7', '粤A12345', 'vehicle', 'car', true, 1), ('粤B99999', null, 'vehicle', 'car', true, null),
    ('P1', null, 'phone', 'walk', false, null);
"""
ADD = """
    insert into position (device, time, geom, speed_mps, rejected_for)
    select
        %s::text, %s::timestamptz + n * interval '1 s', st_point(113 + n / 1e5, 22, 4490), 10,
        %s::text
    from generate_series(%s::integer, %s::integer) as n
"""
TOLD = """
    insert into position (device, time, worker_id, geom)
    values (%s, %s, %s, st_point(113, 22, 4490))
"""
B7 = device_of(PLATFORM.platform_id, Vehicle("粤A12345", 1))
B9 = device_of(PLATFORM.platform_id, Vehicle("粤B99999", 2))


@dataclass
class Superior:
    """Keep what is forwarded, slowly, and say when there is enough."""

    by_device: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    wait_s: float = 0.0

    async def __call__(self, device: str, fixes: Sequence[Fix], /) -> None:
        await asyncio.sleep(self.wait_s)
        told = [round((fix.time - START).total_seconds()) for fix in fixes]
        self.by_device.setdefault(device, []).extend(told)


@pytest.fixture
def url(own_database_url: str) -> str:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(DEVICES)
    return own_database_url


def add(url: str, device: str, first: int, last: int, rejected_for: str | None = None) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(ADD, [device, START, rejected_for, first, last])


def waiting(url: str) -> int:
    with psycopg.connect(url) as conn:
        return conn.execute("select from forward_due").rowcount


@contextmanager
def forwarding(url: str, address: tuple[str, int], *more: str) -> Iterator[subprocess.Popen[str]]:
    """Run `gis-gov forward` to a superior."""
    platform = f"{PLATFORM.platform_id}:{PLATFORM.user_id}:{PLATFORM.password}"
    environment = {
        **os.environ,
        "GIS_GOV_DATABASE_URL": url,
        "GIS_GOV_GATEWAY_809_SUPERIOR": f"{platform}@{address[0]}:{address[1]}",
    }
    command = [sys.executable, "-m", "gis_gov", "forward", *more]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("edition", ["2011", "2019"])
async def test_what_is_committed_is_forwarded_and_then_forgotten(url: str, edition: str) -> None:
    add(url, "B7", 0, 9)
    add(url, "P1", 0, 9)
    add(url, "粤B99999", 0, 4, "mock")
    assert waiting(url) == 10
    superior = Superior()
    async with Server809([PLATFORM], superior).listening("127.0.0.1", 0) as address:
        with forwarding(url, address, "--edition", edition) as process:
            await until(lambda: waiting(url) == 0)
            add(url, "粤B99999", 5, 9)
            await until(lambda: waiting(url) == 0)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 20) == 0
    assert superior.by_device == {B7: list(range(10)), B9: list(range(5, 10))}


async def test_killed_again_and_again_it_loses_nothing(url: str) -> None:
    add(url, "B7", 0, 1499)
    superior = Superior(wait_s=0.0005)
    async with Server809([PLATFORM], superior).listening("127.0.0.1", 0) as address:
        for _ in range(3):
            got = len(superior.by_device.get(B7, []))
            with forwarding(url, address):
                await until(
                    lambda got=got: len(superior.by_device.get(B7, [])) > min(got + 137, 1499)
                )
        with forwarding(url, address):
            await until(lambda: len(set(superior.by_device[B7])) == 1500)
            await until(lambda: not waiting(url))
    told = superior.by_device[B7]
    # Some come twice: JT/T 809 answers no position, so what was not confirmed is sent again.
    assert list(dict.fromkeys(told)) == list(range(1500))
    assert len(told) <= 1500 + 3 * 500


async def test_what_a_worker_tells_of_a_vehicle_goes_under_its_plate(url: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute("insert into worker (id, code, name) values (1, 'W1', '陈一')")
        conn.execute("insert into worker (id, code, name) values (2, 'W2', '林二')")
        conn.execute("update device set worker_id = 1 where code = 'B7'")
    superior = Superior()
    with psycopg.connect(url) as conn:
        for worker_id, number in ((1, 0), (2, 1)):
            conn.execute(TOLD, [f"B7@W{worker_id}", START + timedelta(seconds=number), worker_id])
    assert waiting(url) == 1
    async with Server809([PLATFORM], superior).listening("127.0.0.1", 0) as address:
        with forwarding(url, address):
            await until(lambda: waiting(url) == 0)
    assert superior.by_device == {B7: [0]}


async def test_a_deleted_position_stops_nothing(url: str) -> None:
    add(url, "B7", 0, 9)
    with psycopg.connect(url) as conn:
        conn.execute("delete from position where time = %s", [START])
    superior = Superior()
    async with Server809([PLATFORM], superior).listening("127.0.0.1", 0) as address:
        with forwarding(url, address):
            await until(lambda: waiting(url) == 0)
    assert superior.by_device == {B7: list(range(1, 10))}


async def test_what_was_rejected_since_is_not_forwarded(url: str) -> None:
    add(url, "B7", 0, 9)
    with psycopg.connect(url) as conn:
        conn.execute("update position set rejected_for = 'jump' where time = %s", [START])
    superior = Superior()
    async with Server809([PLATFORM], superior).listening("127.0.0.1", 0) as address:
        with forwarding(url, address):
            await until(lambda: waiting(url) == 0)
    assert superior.by_device == {B7: list(range(1, 10))}


async def test_who_can_no_longer_keep_others_off_ends(url: str) -> None:
    async with Server809([PLATFORM], Superior()).listening("127.0.0.1", 0) as address:
        with forwarding(url, address) as process:
            assert process.stdout
            await asyncio.to_thread(process.stdout.readline)
            with psycopg.connect(url) as conn:
                ended = conn.execute(
                    "select pg_terminate_backend(l.pid) from pg_locks as l"
                    " inner join pg_database as d on d.oid = l.database"
                    " where l.locktype = 'advisory' and d.datname = current_database()"
                ).fetchall()
            assert ended == [(True,)]
            _, said = await asyncio.to_thread(process.communicate, None, 60)
    assert (process.returncode, "no longer knows" in said) == (1, True), said


async def test_two_processes_do_not_forward_the_same(url: str) -> None:
    async with Server809([PLATFORM], Superior()).listening("127.0.0.1", 0) as address:
        with forwarding(url, address) as first:
            assert first.stdout
            assert "forwarded to" in await asyncio.to_thread(first.stdout.readline)
            with forwarding(url, address) as second:
                _, said = await asyncio.to_thread(second.communicate, None, 60)
            assert (second.returncode, "another process" in said) == (1, True), said


def test_the_superior_is_read_of_the_settings() -> None:
    told = Settings(gateway_809_superior="7:1001:p@ss:w@h.example:7000")  # type: ignore[arg-type]
    superior = superior_of(told, 2019)
    assert (superior.platform_id, superior.user_id, superior.password) == (7, 1001, "p@ss:w")
    assert (superior.host, superior.port, superior.edition) == ("h.example", 7000, 2019)
    for wrong in ("7:x:c@h:1", "7:1:c@h", ""):
        with pytest.raises(ValueError, match="platform:user:password@host:port"):
            superior_of(Settings(gateway_809_superior=wrong), 2011)  # type: ignore[arg-type]

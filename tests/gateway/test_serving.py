"""The gateway as a process: what it has answered is in the database, whatever ends it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from gis_gov.days import LOCAL, utc_now
from gis_gov.gateway.jt808.answers import Enrolment, Result
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.jt808.positions import POSITIONED, Position, encode_position
from gis_gov.gateway.serving import platforms_of
from gis_gov.settings import Settings
from tests.gateway.talking808 import PlayedTerminal
from tests.ports import unused_port

pytestmark = pytest.mark.anyio

PHONE = "13800138000"
DEVICES = """
    insert into area (id, code, name, level) values (1, '440199001001', '社区', 'community');
    insert into worker (id, code, name, area_id) values (1, 'W1', '陈', 1);
    insert into device (code, kind, mode, worker_id, terminal)
    values ('B7', 'vehicle', 'car', 1, '0' || %s), ('B8', 'vehicle', 'car', null, '13900139000');
"""


@contextmanager
def gateway(url: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], tuple[str, int]]]:
    """Run `gis-gov gateway`; give the process and where it listens."""
    port = unused_port()
    command = [sys.executable, "-m", "gis_gov", "gateway", "--port-808", str(port)]
    environment = {**os.environ, "GIS_GOV_DATABASE_URL": url, **more}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert f"127.0.0.1:{port}" in process.stdout.readline()
            yield process, ("127.0.0.1", port)
        finally:
            process.kill()


@pytest.fixture
def url(own_database_url: str) -> str:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(DEVICES.replace("%s", f"'{PHONE}'"))
    return own_database_url


def position_body(number: int = 0) -> bytes:
    """A position of some second of yesterday."""
    yesterday = utc_now().astimezone(LOCAL).replace(microsecond=0) - timedelta(days=1)
    time = yesterday + timedelta(seconds=number)
    return encode_position(Position(0, POSITIONED, 22_050_000, 113_150_000, 4, 100, 90, time))


def stored(url: str) -> list[tuple[str, int | None, int]]:
    with psycopg.connect(url) as conn:
        return conn.execute(
            "select device, worker_id, count(*) from position group by 1, 2 order by 1"
        ).fetchall()


async def test_a_terminal_registers_and_its_positions_are_a_worker_s(url: str) -> None:
    with gateway(url) as (process, address):
        terminal = await PlayedTerminal.connected(address, PHONE)
        enrolment, code = await terminal.register()
        assert (enrolment, bool(code)) == (Enrolment.DONE, True)
        assert await terminal.authenticate(code or "") == Result.DONE
        assert await terminal.ask(Type.POSITION, position_body()) == Result.DONE
        assert stored(url) == [("B7", 1, 1)]
        # Another device that says to be this one has not its id, nor one nobody entered.
        other = await PlayedTerminal.connected(address, PHONE)
        assert (await other.register(terminal_id="id2"))[0] != Enrolment.DONE
        unknown = await PlayedTerminal.connected(address, "13700137000")
        assert (await unknown.register())[0] != Enrolment.DONE
        for each in (terminal, other, unknown):
            each.leave()
        await asyncio.sleep(0)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0


async def test_killed_it_has_lost_nothing_that_it_answered(url: str) -> None:
    answered, enough = 0, asyncio.Event()
    with gateway(url) as (process, address):
        terminal = await PlayedTerminal.connected(address, PHONE)
        _, code = await terminal.register()
        await terminal.authenticate(code or "")

        async def tell() -> None:
            nonlocal answered
            for number in range(10_000):
                if await terminal.ask(Type.POSITION, position_body(number)) == Result.DONE:
                    answered += 1
                if answered == 20:
                    enough.set()

        telling = asyncio.create_task(tell())
        async with asyncio.timeout(30):
            await enough.wait()
        process.kill()
        with pytest.raises((EOFError, ConnectionError)):
            await telling
        terminal.leave()
        await asyncio.sleep(0)  # the transport is closed in the next turn
    ((device, _, count),) = stored(url)
    # One more may be there: it was committed, and its answer was on the way.
    assert (device, count in (answered, answered + 1)) == ("B7", True)


def test_lower_platforms_are_read_of_the_settings() -> None:
    platforms = platforms_of(Settings(gateway_809_platforms="7:1001:a:b, 8:1002:c"))  # type: ignore[arg-type]
    assert [(p.platform_id, p.user_id, p.password) for p in platforms] == [
        (7, 1001, "a:b"),
        (8, 1002, "c"),
    ]
    with pytest.raises(ValueError, match="id:user:password"):
        platforms_of(Settings(gateway_809_platforms="7:x:c"))  # type: ignore[arg-type]

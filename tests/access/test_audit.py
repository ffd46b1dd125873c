"""The record of what is done: committed before the answer, many at once, none lost."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from gis_gov.access.anchor import Anchors, anchors_of
from gis_gov.access.audit import AuditLog, Entry
from gis_gov.access.keyring import load_sealer
from gis_gov.auditing.verify import verify
from gis_gov.problems import Unavailable
from gis_gov.settings import Settings

pytestmark = pytest.mark.anyio


def audit_of(url: str) -> AuditLog:
    settings = Settings()
    return AuditLog(url, settings, anchors_of(settings, load_sealer(settings)))


@pytest.fixture
async def audit(own_database_url: str) -> AsyncIterator[AuditLog]:
    async with audit_of(own_database_url) as opened:
        yield opened


def codes(url: str) -> list[str]:
    """The objects of the entries that others see committed, in the order of writing."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("select object_code from audit order by at").fetchall()
    return [code for (code,) in rows]


async def write(audit: AuditLog, code: str) -> None:
    entry = Entry("person.read", "ok", "person", code)
    await audit.write(entry, actor="account:wang", client="10.0.0.1")


async def test_an_entry_is_committed_when_write_returns(
    audit: AuditLog, own_database_url: str
) -> None:
    for n in range(3):
        await write(audit, str(n))
        assert codes(own_database_url)[-1] == str(n)


async def test_entries_of_many_requests_share_transactions(
    audit: AuditLog, own_database_url: str
) -> None:
    await asyncio.gather(*(write(audit, str(n)) for n in range(1000)))
    with psycopg.connect(own_database_url) as connection:
        row = connection.execute(
            "select count(*), count(distinct xmin::text) from audit"
        ).fetchone()
    assert row
    assert row[0] == 1000
    assert row[1] < 20


async def test_what_waits_is_written_at_the_end(own_database_url: str) -> None:
    async with audit_of(own_database_url) as audit:
        writing = [asyncio.create_task(write(audit, str(n))) for n in range(100)]
        await asyncio.sleep(0)
    await asyncio.gather(*writing)
    assert len(codes(own_database_url)) == 100


async def test_after_the_end_nothing_is_taken(own_database_url: str) -> None:
    async with audit_of(own_database_url) as audit:
        pass
    with pytest.raises(Unavailable):
        await write(audit, "late")


async def test_one_bad_entry_fails_alone(audit: AuditLog, own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(
            "create function refuse_bad() returns trigger language plpgsql as"
            " $$ begin if new.object_code = 'bad' then raise data_exception; end if;"
            " return new; end $$"
        )
        connection.execute(
            "create trigger refuse_bad before insert on audit"
            " for each row execute function refuse_bad()"
        )
    done = await asyncio.gather(
        *(write(audit, code) for code in ("a", "bad", "b")), return_exceptions=True
    )
    assert [type(each) for each in done] == [type(None), Unavailable, type(None)]
    assert codes(own_database_url) == ["a", "b"]


async def test_a_database_that_refuses_fails_the_request(
    audit: AuditLog, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute("revoke insert on audit from gis_gov_app")
    with pytest.raises(Unavailable):
        await write(audit, "lost")
    with psycopg.connect(own_database_url) as connection:
        connection.execute("grant insert on audit to gis_gov_app")
    await write(audit, "kept")
    assert codes(own_database_url) == ["kept"]


async def test_write_waits_for_the_commit(audit: AuditLog, own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as other:
        other.execute("select from audit_head for update")
        writing = asyncio.create_task(write(audit, "a"))
        done, _ = await asyncio.wait([writing], timeout=0.5)
        assert not done
    await writing
    assert codes(own_database_url) == ["a"]


async def test_a_caller_that_leaves_takes_nothing_along(
    audit: AuditLog, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url) as other:
        other.execute("select from audit_head for update")
        leaving, staying = (asyncio.create_task(write(audit, code)) for code in ("a", "b"))
        await asyncio.sleep(0.1)
        leaving.cancel()
    await staying
    assert codes(own_database_url) == ["a", "b"]


WRITER = """
import asyncio, sys
from pathlib import Path
from gis_gov.access.anchor import Anchors, anchors_of
from gis_gov.access.audit import AuditLog, Entry
from gis_gov.access.keyring import load_sealer
from gis_gov.settings import Settings

async def main():
    settings = Settings()
    async with AuditLog(sys.argv[1], settings, anchors_of(settings, load_sealer(settings))) as log:
        async def write(worker):
            for n in range(10**6):
                code = f"{worker}-{n}"
                await log.write(Entry("a", "ok", "b", code), actor="c", client=None)
                print(code, flush=True)
        await asyncio.gather(*map(write, range(8)))

asyncio.run(main())
"""


def test_a_killed_server_has_lost_no_entry_that_it_answered_for(
    own_database_url: str, tmp_path: Path
) -> None:
    anchor = tmp_path / "audit.anchor"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, own_database_url],
        stdout=subprocess.PIPE,
        env={**os.environ, "GIS_GOV_AUDIT_ANCHOR_FILE": str(anchor)},
        text=True,
    )
    assert process.stdout
    told: list[str] = []
    while len(told) < 200 or not anchor.exists():
        assert process.poll() is None
        told.append(process.stdout.readline().strip())
    process.send_signal(signal.SIGKILL)
    told += process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    # The last line may be cut off in the middle.
    assert set(told[:-1]) <= set(codes(own_database_url))
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        assert verify(connection, Anchors(anchor, load_sealer(Settings()))).entries >= 200

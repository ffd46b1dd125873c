"""What is written beside a measurement is really written, and gone when that ends in any way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_gov.bench.edits import NOTES, PREFIX, WritesFailed, writing
from tests.bench.unchanged import assert_same, everything

WRITES = """
import signal, sys, time
from pathlib import Path
from gis_gov.bench.edits import writing
# A shell's job in the background is started without it.
signal.signal(signal.SIGINT, signal.default_int_handler)
with writing(sys.argv[1], Path(sys.argv[2])) as written:
    print("begun", flush=True)
    time.sleep(120)
"""


def await_seen(url: str, query: str, seconds: float = 20) -> None:
    """Ask again and again until there is a row."""
    deadline = time.monotonic() + seconds
    with psycopg.connect(url, autocommit=True) as conn:
        while not conn.execute(query.encode()).fetchone():
            assert time.monotonic() < deadline, query
            time.sleep(0.005)


def test_edits_and_loads_are_committed_and_gone_at_the_end(sample_url: str, tmp_path: Path) -> None:
    before = everything(sample_url)
    with psycopg.connect(sample_url, autocommit=True) as conn:
        conn.execute("create table before_person as select id, address_id from person")
        conn.execute("create table before_event as select id, geom from event")
        conn.execute("create table before_address as select id, geom from address")
    try:
        with writing(sample_url, tmp_path) as written:
            for table, column in (("person", "address_id"), ("event", "geom"), ("address", "geom")):
                await_seen(
                    sample_url,
                    f"select 1 from {table} as t inner join before_{table} as b on t.id = b.id"  # noqa: S608
                    f" where t.{column} is distinct from b.{column} limit 1",
                )
            await_seen(sample_url, "select 1 from resource where name like '%（测）' limit 1")
            loaded = f"code like '{PREFIX}%'"
            await_seen(sample_url, f"select 1 from address where {loaded}")  # noqa: S608
            assert written.edits >= 4
    finally:
        with psycopg.connect(sample_url, autocommit=True) as conn:
            conn.execute("drop table before_person, before_event, before_address")
    assert written.loads >= 1
    assert written.loaded_rows > 100
    assert_same(everything(sample_url), before)
    assert list((tmp_path / "bench").iterdir()) == []


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_to_end_undoes_all_before(
    sample_url: str, tmp_path: Path, told: signal.Signals
) -> None:
    before = everything(sample_url)
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, sample_url, str(tmp_path)],
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        await_seen(sample_url, "select 1 from resource where name like '%（测）' limit 1")
        process.send_signal(told)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert_same(everything(sample_url), before)
    assert list((tmp_path / "bench").iterdir()) == []


def edited(conn: psycopg.Connection, name: Callable[[str], str]) -> dict[str, object]:
    """Rename the first resource that is not, and return the note of it."""
    row = conn.execute(
        "select id, name from resource where name not like '%（测）%' order by id limit 1"
    ).fetchone()
    assert row
    conn.execute("update resource set name = %s where id = %s", [name(row[1]), row[0]])
    return {"kind": "resource", "id": row[0], "was": row[1], "becomes": f"{row[1]}（测）"}


def test_what_a_killed_one_left_is_mended_and_what_others_wrote_stays(
    sample_url: str, tmp_path: Path
) -> None:
    before = everything(sample_url)
    notes = tmp_path / "bench" / NOTES
    notes.parent.mkdir()
    with psycopg.connect(sample_url, autocommit=True) as conn:
        left = edited(conn, lambda name: f"{name}（测）")
        written_since = edited(conn, lambda name: f"{name}（测）之后")
        notes.write_text(json.dumps([left, written_since]))
        conn.execute(
            "insert into address (code, full_text, level) select %s, full_text, level"
            " from address order by id limit 1",
            [f"{PREFIX}1"],
        )
        with writing(sample_url, tmp_path):
            names = dict(conn.execute("select id, name from resource").fetchall())
        assert names[written_since["id"]] == f"{written_since['was']}（测）之后"
        conn.execute(
            "update resource set name = %(was)s where id = %(id)s",
            {key: written_since[key] for key in ("was", "id")},
        )
    assert_same(everything(sample_url), before)


def test_a_measurement_beside_which_nothing_is_loaded_is_none(
    own_database_url: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(WritesFailed, match="while it was measured: a load"),
        writing(own_database_url, tmp_path),
    ):
        time.sleep(8)

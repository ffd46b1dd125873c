"""`gis-gov audit` as its users meet it, and what other commands leave in the audit."""

import csv
import json
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gis_gov.db.cluster import Cluster
from tests.access.chain import fill, outsiders_hash
from tests.cli.process import gis_gov, refusal
from tests.conftest import FAST, SECRETS

OPERATOR = f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A home of its own with its PostGIS, and the URL."""
    home = tmp_path_factory.mktemp("audit") / "home"
    cluster = Cluster(home, FAST)
    cluster.init()
    cluster.start()
    cluster.ensure_database()
    try:
        done = gis_gov("migrate", "--home", home, GIS_GOV_SECRETS=SECRETS)
        assert done.returncode == 0, done.stderr
        yield home, cluster.url()
    finally:
        cluster.stop()


def run(home: Path, *arguments: object) -> str:
    done = gis_gov(*arguments, "--home", home, GIS_GOV_SECRETS=SECRETS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def actions(url: str) -> list[tuple[str, str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select actor, action, result from audit order by number"
        ).fetchall()


def test_commands_leave_entries_and_the_audit_is_whole(
    served: tuple[Path, str], tmp_path: Path
) -> None:
    home, url = served
    start = len(actions(url))
    table = tmp_path / "areas.csv"
    table.write_text("code,name,level\n44,广东省,province\n")
    run(home, "load", "areas", table)
    gis_gov("load", "areas", tmp_path / "none.csv", "--home", home, GIS_GOV_SECRETS=SECRETS)
    file = tmp_path / "a.backup"
    run(home, "db", "backup", file)
    found = actions(url)[start:]
    assert {actor for actor, _, _ in found} == {OPERATOR}
    assert [(action, result) for _, action, result in found] == [
        ("load", "ok"),
        ("load", "failed"),
        ("db.backup", "ok"),
    ]
    count = start + 3
    told = f"{count} entries, 1 to {count}: the audit is whole\n"
    assert run(home, "audit", "verify") == told
    fill(url, 5)
    run(home, "audit", "search")
    run(home, "db", "restore", file)
    assert [action for _, action, _ in actions(url)][-2:] == ["db.backup", "db.restore"]
    assert "the audit is whole" in run(home, "audit", "verify")


def test_a_migration_is_the_first_entry(served: tuple[Path, str]) -> None:
    assert actions(served[1])[0] == (OPERATOR, "schema.migrate", "ok")


def test_a_cut_tail_is_one_line_and_exit_1(served: tuple[Path, str]) -> None:
    home, url = served
    fill(url, 3)
    run(home, "audit", "search", "--limit", "1")
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        row = connection.execute("select max(number) from audit").fetchone()
        assert row
        connection.execute("delete from audit where number = %s", [row[0]])
    done = gis_gov("audit", "verify", "--home", home, GIS_GOV_SECRETS=SECRETS)
    assert f"the audit is broken at entry {row[0]}: the end is cut off" in refusal(done)
    purged = gis_gov(
        "audit", "purge", "--before", "2020-01-01", "--home", home, GIS_GOV_SECRETS=SECRETS
    )
    assert "is broken at entry" in refusal(purged)
    run(home, "audit", "anchor")
    assert "the audit is whole" in run(home, "audit", "verify")


def test_search_and_export(served: tuple[Path, str], tmp_path: Path) -> None:
    home, url = served
    fill(url, 30)
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into audit (actor, action, object_code, result)"
            " values ('=1+1', 'tile.read', '甲', 'refused')"
        )
    found = [
        json.loads(line)
        for line in run(
            home, "audit", "search", "--object", "person/p-7", "--json", "--since", "2026-01-01"
        ).splitlines()
    ]
    assert [entry["object_code"] for entry in found] == ["p-7"] * len(found)
    assert found
    assert "p-29" in run(home, "audit", "search", "--actor", "account:王", "--limit", "1")
    lines = tmp_path / "all.jsonl"
    run(home, "audit", "export", lines)
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    assert lines.stat().st_mode & 0o077 == 0
    assert [outsiders_hash(entry) for entry in told] == [entry["hash"] for entry in told]
    assert told[-1]["action"] == "audit.export"
    table = tmp_path / "some.csv"
    run(home, "audit", "export", table, "--result", "refused")
    with table.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["actor"], row["object_code"]) == ("'=1+1", "甲")


@pytest.mark.parametrize("left", ["a link", "a file that all may read"])
def test_what_lies_in_an_export_s_way_is_neither_followed_nor_kept(
    served: tuple[Path, str], tmp_path: Path, left: str
) -> None:
    others = tmp_path / "others"
    others.write_text("theirs")
    unfinished = tmp_path / "all.jsonl.unfinished"
    if left == "a link":
        unfinished.symlink_to(others)
    else:
        unfinished.touch(mode=0o666)
        unfinished.chmod(0o666)
    run(served[0], "audit", "export", tmp_path / "all.jsonl")
    assert others.read_text() == "theirs"
    written = (tmp_path / "all.jsonl").lstat()
    assert stat.S_ISREG(written.st_mode)
    assert stat.S_IMODE(written.st_mode) == 0o600
    assert not unfinished.is_symlink()
    assert not unfinished.exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("export", "audit.txt"), "ends in .csv or .jsonl"),
        (("search", "--since", "yesterday"), "--since and --until"),
        (("purge", "--before", "2999-01-01"), "kept for 6 months"),
    ],
)
def test_refusals(served: tuple[Path, str], arguments: tuple[str, ...], why: str) -> None:
    home, _ = served
    done = gis_gov("audit", *arguments, "--home", home, GIS_GOV_SECRETS=SECRETS)
    assert why in refusal(done)


def test_a_purge_of_nothing_says_so(served: tuple[Path, str]) -> None:
    home, _ = served
    done = gis_gov(
        "audit", "purge", "--before", "2020-01-01", "--home", home, GIS_GOV_SECRETS=SECRETS
    )
    assert done.returncode == 0
    assert "dropped nothing" in done.stderr

"""The keys of sealed data at the command line: shown by their ids, changed, dropped, and missed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_gov.access.keyring import FILE, keys_of_text, load_sealer, read_keys
from gis_gov.settings import Settings
from tests.cli.process import gis_gov, refusal
from tests.conftest import TestServer

PHONE = "13800138000"


@pytest.fixture(scope="module")
def sealed(
    postgis: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """A database with a worker, whose phone a home's key has sealed; both are only copied."""
    folder = tmp_path_factory.mktemp("sealed")
    file = folder / "w.csv"
    file.write_text(f"工号,姓名,手机号\nW1,张三,{PHONE}\n", encoding="utf-8")
    with postgis.database() as url:
        told = {"GIS_GOV_DATABASE_URL": url, "GIS_GOV_HOME": folder / "home"}
        done = gis_gov("load", "workers", file, **told)
        assert done.returncode == 0, done.stderr
        yield told


@pytest.fixture
def outside(
    postgis: TestServer, sealed: dict[str, Any], tmp_path: Path
) -> Iterator[dict[str, Any]]:
    """A copy of the database and of the home."""
    home = shutil.copytree(sealed["GIS_GOV_HOME"], tmp_path / "home")
    with postgis.database(sealed["GIS_GOV_DATABASE_URL"]) as url:
        yield {"GIS_GOV_DATABASE_URL": url, "GIS_GOV_HOME": home}


def settings_of(outside: dict[str, Any]) -> Settings:
    return Settings(home=Path(str(outside["GIS_GOV_HOME"])), secrets=None)


def phone(outside: dict[str, Any]) -> str:
    with psycopg.connect(str(outside["GIS_GOV_DATABASE_URL"])) as conn:
        row = conn.execute("select phone_sealed from worker").fetchone()
    assert row
    return load_sealer(settings_of(outside)).open(row[0], "worker.phone")


def test_keys_are_changed_and_dropped(outside: dict[str, Any]) -> None:
    first = read_keys(settings_of(outside))[0].id.hex()
    shown = gis_gov("secret", "show", **outside)
    assert shown.stdout.splitlines()[1:] == [f"{first} seals"]
    rotated = gis_gov("secret", "rotate", **outside)
    assert rotated.returncode == 0, rotated.stderr
    newest = read_keys(settings_of(outside))[0]
    assert f"1 values are sealed by the new key {newest.id.hex()}" in rotated.stderr
    shown = gis_gov("secret", "show", **outside)
    assert shown.stdout.splitlines()[1:] == [
        f"{newest.id.hex()} seals",
        f"{first} is not needed",
    ]
    pruned = gis_gov("secret", "prune", **outside)
    assert pruned.stderr.strip() == f"gis-gov: keys dropped: {first}"
    assert read_keys(settings_of(outside)) == (newest,)
    assert phone(outside) == PHONE
    told = shown.stdout + rotated.stderr + pruned.stderr
    assert newest.secret.hex() not in told
    with psycopg.connect(str(outside["GIS_GOV_DATABASE_URL"])) as conn:
        done = conn.execute(
            "select action, detail from audit where action like 'secret.%' order by at"
        ).fetchall()
    assert done == [
        ("secret.rotate", {"keys": [newest.id.hex()]}),
        ("secret.prune", {"keys": [first]}),
    ]


def test_a_made_key_is_good_for_the_environment() -> None:
    made = gis_gov("secret", "make").stdout
    assert len(keys_of_text(made)) == 1
    assert made != gis_gov("secret", "make").stdout


@pytest.mark.parametrize(
    "command", [("serve",), ("up",), ("load", "workers", "x.csv"), ("secret", "rotate")]
)
def test_without_the_right_keys_nothing_starts(
    outside: dict[str, Any], tmp_path: Path, port: int, command: tuple[str, ...]
) -> None:
    (tmp_path / "x.csv").write_text("工号,姓名\nW1,张三\n", encoding="utf-8")
    needed = read_keys(settings_of(outside))[0].id.hex()
    (tmp_path / "home" / FILE).unlink()
    given = [tmp_path / part if part == "x.csv" else part for part in command]
    line = refusal(gis_gov(*given, **outside, GIS_GOV_PORT=port))
    assert f"sealed by the key {needed}" in line


def test_a_broken_file_of_keys_is_one_line(outside: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "home" / FILE).write_text("{", encoding="utf-8")
    assert "is not a file of keys" in refusal(gis_gov("secret", "rotate", **outside))
    assert "c2VjcmV0" not in refusal(
        gis_gov("secret", "rotate", **outside, GIS_GOV_SECRETS="c2VjcmV0")
    )


def test_a_backup_is_not_restored_where_its_keys_are_missing(
    outside: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "b.backup"
    assert gis_gov("db", "backup", file, **outside).returncode == 0
    assert PHONE.encode() not in file.read_bytes()
    elsewhere = {**outside, "GIS_GOV_HOME": tmp_path / "elsewhere"}
    needed = read_keys(settings_of(outside))[0].id.hex()
    with psycopg.connect(str(outside["GIS_GOV_DATABASE_URL"])) as conn:
        conn.execute("update worker set name = '李四'")
    line = refusal(gis_gov("db", "restore", file, **elsewhere))
    assert f"is not restored: the database holds data sealed by the key {needed}" in line
    with psycopg.connect(str(outside["GIS_GOV_DATABASE_URL"])) as conn:
        assert conn.execute("select name from worker").fetchone() == ("李四",)
    assert gis_gov("db", "restore", file, **outside).returncode == 0
    assert phone(outside) == PHONE

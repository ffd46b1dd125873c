"""`gis-gov db` and `gis-gov migrate`, on a home and on an outside database."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gis_gov.db.cluster import Cluster
from tests.cli.process import gis_gov, refusal

INSERT = "insert into area (code, name, level) values ('99', '测试省', 'province')"


@pytest.fixture(scope="module")
def running_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose migrated, empty database was started by `db start`."""
    home = tmp_path_factory.mktemp("running") / "home"
    assert gis_gov("migrate", "--home", home).returncode == 0
    assert gis_gov("db", "start", "--home", home).returncode == 0
    yield home
    assert gis_gov("db", "stop", "--home", home).returncode == 0


def test_migrate_makes_a_home_and_leaves_it_stopped(home: Path) -> None:
    done = gis_gov("migrate", "--home", home)
    assert refusal(done, 0) == "gis-gov: the schema is the newest"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert not Cluster(home).running


def test_status_tells_what_runs(running_home: Path, home: Path) -> None:
    running = gis_gov("db", "status", "--home", running_home)
    found = Cluster(running_home).status()
    assert running.returncode == 0
    assert f"running on 127.0.0.1:{found.port}, process {found.pid}" in running.stdout
    missing = gis_gov("db", "status", "--home", home)
    assert (missing.returncode, missing.stdout) == (3, f"PostGIS of {home}: not made yet\n")


def test_start_and_stop_can_be_said_twice(home: Path) -> None:
    for command in ("start", "start", "stop", "stop"):
        done = gis_gov("db", command, "--home", home)
        assert done.returncode == 0
        assert ("running" if command == "start" else "stopped") in done.stderr


def test_url_opens_the_database(running_home: Path) -> None:
    done = gis_gov("db", "url", "--home", running_home)
    with psycopg.connect(done.stdout.strip()) as connection:
        row = connection.execute("select postgis_lib_version()").fetchone()
    assert row
    assert row[0] >= "3.3"


def test_home_is_taken_from_the_environment(running_home: Path) -> None:
    done = gis_gov("db", "status", GIS_GOV_HOME=running_home)
    assert done.stdout.startswith(f"PostGIS of {running_home}: running")


@pytest.mark.parametrize(
    ("arguments", "code", "output"),
    [
        (["-Atc", "select 1 + 1"], 0, "2\n"),
        (["-Atc", "select 'a b; c'"], 0, "a b; c\n"),
        (["-c", "select nonsense"], 1, ""),
        (["-v", "ON_ERROR_STOP=1", "-f", "-"], 3, ""),
    ],
)
def test_psql_gets_its_arguments_and_gives_its_exit_code(
    running_home: Path, arguments: list[str], code: int, output: str
) -> None:
    done = gis_gov(
        "db", "psql", "--home", running_home, "--", *arguments, stdin="select nonsense;\n"
    )
    assert (done.returncode, done.stdout) == (code, output)


def test_psql_starts_a_stopped_database_for_its_time(home: Path) -> None:
    assert gis_gov("migrate", "--home", home).returncode == 0
    done = gis_gov("db", "psql", "--home", home, "--", "-Atc", "select count(*) from area")
    assert (done.returncode, done.stdout) == (0, "0\n")
    assert not Cluster(home).running


def test_passwords_are_not_on_command_lines(running_home: Path) -> None:
    secret = (running_home / "password").read_text()
    done = gis_gov(
        *("db", "psql", "--home", running_home, "--", "-At"),
        stdin="\\! ps -ww -eo args\n",
    )
    assert "psql" in done.stdout
    assert secret not in done.stdout


def test_backup_and_restore_on_a_running_database(running_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.backup"
    url = gis_gov("db", "url", "--home", running_home).stdout.strip()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(INSERT)
        assert gis_gov("db", "backup", file, "--home", running_home).returncode == 0
        connection.execute("delete from area")
    done = gis_gov("db", "restore", file, "--home", running_home)
    assert refusal(done, 0) == f"gis-gov: restored {file}"
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("select name from area").fetchall() == [("测试省",)]
        connection.execute("delete from area")


def test_restore_makes_an_empty_home(running_home: Path, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.backup"
    assert gis_gov("db", "backup", file, "--home", running_home).returncode == 0
    home.mkdir(exist_ok=True)
    for keys in running_home.glob("secrets.json"):  # there once something was sealed
        shutil.copy(keys, home)
    assert gis_gov("db", "restore", file, "--home", home).returncode == 0
    assert not Cluster(home).running
    done = gis_gov("db", "psql", "--home", home, "--", "-Atc", "select count(*) from area")
    assert done.stdout == "0\n"


def test_restore_of_no_file_makes_nothing(home: Path, tmp_path: Path) -> None:
    line = refusal(gis_gov("db", "restore", tmp_path / "no.backup", "--home", home))
    assert "no.backup: there is no such file" in line
    assert not home.exists()


def test_backup_to_a_folder_that_is_not_there(running_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "no" / "x.backup"
    line = refusal(gis_gov("db", "backup", file, "--home", running_home))
    assert "No such file or directory" in line


def test_a_home_without_a_database_is_refused(home: Path) -> None:
    for command in (["psql"], ["backup", "x.backup"]):
        line = refusal(gis_gov("db", *command, "--home", home))
        assert f"there is no database in {home}" in line
    assert "is not running" in refusal(gis_gov("db", "url", "--home", home))
    assert not home.exists()


def test_an_outside_database_is_used_and_not_started(
    own_database_url: str, home: Path, tmp_path: Path
) -> None:
    outside = {"GIS_GOV_DATABASE_URL": own_database_url, "GIS_GOV_HOME": home}
    assert gis_gov("db", "url", **outside).stdout.strip() == own_database_url
    assert gis_gov("db", "psql", "--", "-qc", INSERT, **outside).returncode == 0
    assert gis_gov("migrate", **outside).returncode == 0
    assert gis_gov("db", "backup", tmp_path / "x.backup", **outside).returncode == 0
    with psycopg.connect(own_database_url) as connection:
        assert connection.execute("select name from area").fetchall() == [("测试省",)]
    for command in ("start", "stop", "status"):
        assert "GIS_GOV_DATABASE_URL names an outside" in refusal(gis_gov("db", command, **outside))
    assert not home.exists()

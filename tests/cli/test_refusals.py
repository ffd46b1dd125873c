"""What a start refuses, in one line each: see also test_up.py for held homes and taken ports."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from gis_gov.db.cluster import Cluster, ClusterError
from tests.cli.process import Up, gis_gov, refusal
from tests.conftest import TestServer
from tests.small_disk import mounted

Start = Callable[..., Up]
FILL = "create table big as select repeat(md5(n::text), 60) from generate_series(1, 500000) n"

# PostgreSQL gives up where its log has no room, and refuses a statement whose rows have none.
LOG = (
    "select pg_logical_emit_message(true, 'full', repeat(md5(n::text), 40000))"
    " from generate_series(1, 400) as n"
)
WAL_SEGMENT = 16 * 2**20


@pytest.fixture
def bare_url(postgis: TestServer) -> Iterator[str]:
    """A database that was never migrated."""
    name = sql.Identifier("bare_database")
    with psycopg.connect(postgis.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
        yield postgis.url("bare_database")
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.mark.parametrize("command", ["serve", "up"])
def test_a_database_without_postgis(bare_url: str, port: int, command: str) -> None:
    done = gis_gov(command, "--port", port, GIS_GOV_DATABASE_URL=bare_url)
    assert "the database has no PostGIS; install PostGIS 3.3 or newer" in refusal(done)


def test_a_postgis_that_is_too_old(own_database_url: str, port: int) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute("update pg_extension set extversion = '3.2.1' where extname = 'postgis'")
    done = gis_gov("serve", "--port", port, GIS_GOV_DATABASE_URL=own_database_url)
    assert "the database has PostGIS 3.2.1; 3.3 or newer is needed" in refusal(done)


@pytest.mark.parametrize("command", ["serve", "up"])
def test_a_schema_that_is_not_migrated(bare_url: str, port: int, command: str) -> None:
    with psycopg.connect(bare_url) as connection:
        connection.execute("create extension postgis")
    line = refusal(gis_gov(command, "--port", port, GIS_GOV_DATABASE_URL=bare_url))
    assert "run `gis-gov migrate`" in line
    assert gis_gov("migrate", GIS_GOV_DATABASE_URL=bare_url).returncode == 0


def test_a_schema_that_is_older(own_database_url: str, port: int) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute("update alembic_version set version_num = '0000'")
    done = gis_gov("serve", "--port", port, GIS_GOV_DATABASE_URL=own_database_url)
    assert "0000" in refusal(done)


def test_a_database_that_does_not_answer(port: int) -> None:
    url = f"postgresql://gis:geheim@127.0.0.1:{port}/gis"
    line = refusal(gis_gov("serve", "--port", port, GIS_GOV_DATABASE_URL=url))
    assert "the database does not answer" in line
    assert "geheim" not in line


def test_a_home_without_a_database(home: Path, port: int) -> None:
    line = refusal(gis_gov("serve", "--home", home, "--port", port))
    assert f"there is no database in {home}" in line


@pytest.mark.parametrize("host", ["192.0.2.1", "not-a-host"])
def test_an_address_that_is_not_ours(home: Path, port: int, host: str) -> None:
    line = refusal(gis_gov("up", "--home", home, "--port", port, "--host", host))
    assert f"{host} port {port} is taken or not ours to take" in line


def test_fresh_never_empties_an_outside_database(own_database_url: str, port: int) -> None:
    arguments = ("up", "--port", port, "--fresh", "--yes")
    line = refusal(gis_gov(*arguments, GIS_GOV_DATABASE_URL=own_database_url))
    assert "--fresh deletes a home's data" in line


def test_serve_takes_an_outside_database(start: Start, own_database_url: str, port: int) -> None:
    up = start("serve", "--port", port, GIS_GOV_DATABASE_URL=own_database_url)
    assert up.address() == f"http://127.0.0.1:{port}"
    assert up.stop() == 0


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of so many megabytes."""
    with mounted(tmp_path / "disk", request.param) as folder:
        yield folder


@pytest.mark.parametrize("small_disk", [100], indirect=True)
def test_a_full_disk(small_disk: Path, port: int) -> None:
    line = refusal(gis_gov("up", "--home", small_disk / "home", "--port", port))
    assert "the disk is full" in line
    assert "256 MB needed" in line


@pytest.mark.parametrize("small_disk", [400], indirect=True)
def test_a_disk_that_fills_up_while_writing(small_disk: Path, port: int) -> None:
    home = small_disk / "home"
    assert gis_gov("migrate", "--home", home).returncode == 0
    done = gis_gov("up", "--home", home, "--port", port)
    assert "the disk is full" in refusal(done)
    filled = gis_gov("db", "psql", "--home", home, "--", "-c", FILL)
    assert filled.returncode != 0
    assert "No space left on device" in filled.stderr
    size = "remount,size=1g"
    subprocess.run(["mount", "-o", size, str(small_disk)], check=True)
    kept = gis_gov("db", "psql", "--home", home, "--", "-Atc", "select count(*) from area")
    assert (kept.returncode, kept.stdout) == (0, "0\n"), kept.stderr


@pytest.mark.parametrize("small_disk", [400], indirect=True)
def test_a_connection_lost_to_a_full_disk(small_disk: Path) -> None:
    cluster = Cluster(small_disk / "home")
    cluster.init()
    cluster.start()
    taken = shutil.disk_usage(small_disk).free - WAL_SEGMENT // 2
    try:
        with (small_disk / "filling").open("wb") as filling:
            os.posix_fallocate(filling.fileno(), 0, taken)
        with (
            pytest.raises(ClusterError, match="the disk is full"),
            cluster.blaming_full_disk(),
            psycopg.connect(cluster.url("postgres")) as connection,
        ):
            connection.execute(LOG)
    finally:
        cluster.stop()

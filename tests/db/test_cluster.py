"""The private PostGIS: made, started, stopped, killed, moved about, refused."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gis_gov.db.cluster import Cluster, ClusterError
from gis_gov.db.cluster_home import remove_folder
from gis_gov.db.cluster_lock import HomeHeldError, hold
from gis_gov.db.cluster_programs import ProgramsMissingError, find_server, postgis_version
from gis_gov.db.cluster_tuning import configuration
from tests.small_disk import mounted
from tests.waiting import wait_until

FAST = {"fsync": "off", "shared_buffers": "16MB"}
START_AND_WAIT = """
import sys, time
from pathlib import Path
from gis_gov.db.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]), {"fsync": "off"})
cluster.start()
print("ready", flush=True)
time.sleep(600)
"""

WRITE_FOR_A_MOMENT = """
import itertools, os, sys, time
until = time.monotonic() + 0.8
for n in itertools.count():
    try:
        os.mkdir(f"{sys.argv[1]}/{n}")
    except FileNotFoundError:
        break
    if time.monotonic() > until:
        break
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("private") / "a home of 李四", FAST)
    made.init()
    yield made
    made.stop()


@pytest.fixture
def running(cluster: Cluster) -> Cluster:
    cluster.start()
    return cluster


def server_setting(cluster: Cluster, name: str) -> str:
    with psycopg.connect(cluster.url("postgres")) as connection:
        row = connection.execute("select current_setting(%s)", [name]).fetchone()
    assert row
    return row[0]


def test_it_is_utf8_with_checksums_and_counts_chinese_trigrams(running: Cluster) -> None:
    running.ensure_database("trigrams")
    assert server_setting(running, "data_checksums") == "on"
    with psycopg.connect(running.url("trigrams")) as connection:
        connection.execute("create extension pg_trgm")
        row = connection.execute("select getdatabaseencoding(), show_trgm('学院路12号')").fetchone()
    assert row
    assert row[0] == "UTF8"
    assert len(row[1]) > 3


def test_it_listens_on_loopback_only(running: Cluster) -> None:
    assert server_setting(running, "listen_addresses") == "127.0.0.1"
    port = running.status().port
    assert port
    outward = socket.gethostbyname(socket.gethostname())
    if outward.startswith("127."):
        outward = "127.0.0.2"
    with socket.socket() as probe:
        assert probe.connect_ex((outward, port)) != 0


def test_it_asks_for_the_password(running: Cluster) -> None:
    url = running.url("postgres")
    secret = (running.home / "password").read_text()
    assert len(secret) >= 32
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(secret, "wrong"))


def test_its_files_are_its_owners(cluster: Cluster) -> None:
    assert stat.S_IMODE(cluster.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.home / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


def test_it_never_runs_as_root(running: Cluster) -> None:
    pid = running.status().pid
    assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_start_and_stop_are_idempotent_and_keep_port_and_data(cluster: Cluster) -> None:
    cluster.start()
    first = cluster.status()
    cluster.start()
    assert cluster.status() == first
    cluster.ensure_database("kept")
    cluster.ensure_database("kept")
    cluster.stop()
    cluster.stop()
    assert not cluster.status().running
    cluster.start()
    assert cluster.status().port == first.port
    psycopg.connect(cluster.url("kept")).close()


def test_another_port_is_taken_when_the_remembered_one_is_in_use(cluster: Cluster) -> None:
    cluster.stop()
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        (cluster.home / "port").write_text(str(port))
        cluster.start()
        assert cluster.status().port not in (None, port)


def test_a_killed_server_is_started_anew(cluster: Cluster) -> None:
    cluster.start()
    cluster.ensure_database("survivor")
    pid = cluster.status().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert cluster._process
    cluster._process.wait()
    fresh = Cluster(cluster.home, FAST)
    fresh.start()
    try:
        assert fresh.status().pid != pid
        psycopg.connect(fresh.url("survivor")).close()
    finally:
        fresh.stop()


def test_a_stale_pid_file_naming_a_living_process_does_no_harm(cluster: Cluster) -> None:
    cluster.start()
    content = (cluster.data / "postmaster.pid").read_text().splitlines()
    cluster.stop()
    content[0] = str(os.getpid())
    (cluster.data / "postmaster.pid").write_text("\n".join(content) + "\n")
    cluster.start()
    assert cluster.status().pid != os.getpid()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_its_starter(cluster: Cluster, end: signal.Signals) -> None:
    cluster.stop()
    command = [sys.executable, "-c", START_AND_WAIT, str(cluster.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        assert starter.stdout.readline() == "ready\n"
        assert cluster.running
        starter.send_signal(end)
    deadline = time.monotonic() + 20
    while cluster.running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not cluster.running


def test_one_that_outlives_its_starter_is_stopped_by_another(cluster: Cluster) -> None:
    cluster.stop()
    cluster.start(outlives=True)
    other = Cluster(cluster.home)
    assert other.status().port == cluster.status().port
    other.stop()
    assert not cluster.running


def test_an_init_that_fails_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    failing = Cluster(home, FAST)
    failing.prepare()
    (home / "data.unfinished").mkdir()
    (home / "data.unfinished" / "PG_VERSION").write_text("15\n")
    assert not failing.exists
    failing.init()
    assert failing.exists
    assert not (home / "data.unfinished").exists()
    failing.remove()
    assert not failing.exists


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    broken = Cluster(tmp_path / "home", {"fsync": "off", "shared_buffers": "nonsense"})
    broken.init()
    with pytest.raises(ClusterError, match=r"did not start: .*nonsense"):
        broken.start()
    assert not broken.running


def test_a_home_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClusterError, match="Not a directory"):
        Cluster(tmp_path / "file" / "home").init()


def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ProgramsMissingError, match="postgresql-9"):
        Cluster(home).start()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 MB; PostgreSQL needs more."""
    with mounted(tmp_path / "disk", 100) as folder:
        yield folder


def test_a_full_disk_is_refused(small_disk: Path) -> None:
    with pytest.raises(ClusterError, match=r"the disk is full: \d+ MB free .* 256 MB needed"):
        Cluster(small_disk / "home").init()


def test_a_held_home_is_refused_by_its_holders_name(tmp_path: Path) -> None:
    refusal = rf"held by gis-gov up \(process {os.getpid()}\)"
    with (
        hold(tmp_path, "up"),
        pytest.raises(HomeHeldError, match=refusal),
        hold(tmp_path, "db start"),
    ):
        pass
    with hold(tmp_path, "db start"):
        pass


def test_a_folder_goes_in_which_a_program_that_ends_writes_yet(tmp_path: Path) -> None:
    folder = tmp_path / "data.unfinished"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", WRITE_FOR_A_MOMENT, folder]):
        wait_until((folder / "100").exists)
        remove_folder(folder)
        assert not folder.exists()


def test_the_newest_server_with_postgis_is_found() -> None:
    programs = find_server()
    assert find_server(programs.major) == programs
    assert Path(programs.path("initdb")).is_file()
    assert postgis_version(Path("/usr/share/postgresql") / str(programs.major)) >= (3, 3)
    assert postgis_version(Path("/nonexistent")) == (0, 0)


@pytest.mark.parametrize(
    ("memory_mb", "shared", "work"), [(512, "85MB", "8MB"), (23000, "3833MB", "59MB")]
)
def test_the_configuration_fits_the_memory(memory_mb: int, shared: str, work: str) -> None:
    lines = configuration(memory_mb, 2).splitlines()
    assert f"shared_buffers = {shared}" in lines
    assert f"work_mem = {work}" in lines

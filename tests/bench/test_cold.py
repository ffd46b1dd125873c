"""An answer after a cold start finds nothing in memory, and nobody else loses the database."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from gis_gov.bench import cold_home
from gis_gov.bench.cold_home import STAYS_MAX, ColdHome, NotCold, Occupied
from gis_gov.bench.disk_cache import Kept, forget, kept
from gis_gov.bench.key import bench_key
from gis_gov.bench.peer import LOCK, NoPeer, install
from gis_gov.cli.first_data import FirstData, load_sample
from gis_gov.db.cluster import Cluster
from gis_gov.db.cluster_lock import hold
from gis_gov.db.migrate import migrate
from tests.cli.process import refusal
from tests.sealed import SEALER
from tests.waiting import WITHIN_S, wait_until

LOCATE = "locate: the grid of a point"
READY = "database system is ready to accept connections"
ON_DISK, IN_MEMORY = Path("/var/tmp"), Path("/dev/shm")  # noqa: S108 - what is made has its name


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A folder on a disk: those of tests are in memory, where nothing is cold."""
    with tempfile.TemporaryDirectory(dir=ON_DISK, prefix="gis_gov_test_") as name:
        (Path(name) / "probe").write_bytes(b"x" * 100_000)
        forget(Path(name))
        if kept(Path(name)).in_memory:
            pytest.skip(f"{ON_DISK} is in memory, too")
        yield Path(name)


@pytest.fixture(scope="module")
def home(disk: Path) -> Path:
    """A home with the small sample, stopped."""
    cluster = Cluster(disk / "home", {"fsync": "off", "full_page_writes": "off"})
    cluster.init()
    cluster.start()
    try:
        cluster.ensure_database()
        migrate(cluster.url())
        load_sample(cluster.url(), FirstData.SMALL, SEALER)
    finally:
        cluster.stop()
    return cluster.home


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    """The PostGIS of that home, running."""
    cluster = Cluster(home)
    cluster.start()
    yield cluster
    cluster.stop()


def bench(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gis_gov", "bench", "--cold", "--home", str(home), *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_the_system_forgets_what_it_kept_of_a_file(disk: Path) -> None:
    folder = disk / "files"
    (folder / "below").mkdir(parents=True)
    (folder / "empty").touch()
    text = os.urandom(5_000_001)
    file = folder / "below" / "file"
    file.write_bytes(text)  # not written down yet
    assert kept(folder) == Kept(len(text), len(text))
    forget(folder)
    assert kept(folder) == Kept(len(text), 0)
    with file.open("rb") as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        opened.seek(4_000_000)
        assert opened.read(100) == text[4_000_000:4_000_100]
    assert 0 < kept(folder).in_memory < len(text) / 2
    assert file.read_bytes() == text
    assert kept(folder).share == 1


def test_what_lies_in_memory_alone_is_not_called_cold() -> None:
    if not IN_MEMORY.is_dir():
        pytest.skip(f"there is no {IN_MEMORY}")
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        cluster = Cluster(Path(name))
        cluster.data.mkdir()
        (cluster.data / "file").write_bytes(b"x" * 2_000_000)
        with pytest.raises(NotCold, match=r"2 of 2 MB of \S+/data stay in memory"):
            ColdHome(cluster, "").forget()


def test_a_database_is_not_taken_away_from_who_is_connected(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cold_home, "_ENDS_S", 0.2)
    cold = ColdHome(cluster, cluster.url())
    started = "select pg_postmaster_start_time()"
    with psycopg.connect(cold.url, application_name="QGIS") as conn:
        before = conn.execute(started).fetchone()
        with pytest.raises(Occupied, match=r"not restarted: QGIS \(gis_gov\)$"):
            cold.restart()
        assert conn.execute(started).fetchone() == before
    cold.restart()
    assert kept(cluster.data).share < STAYS_MAX
    with psycopg.connect(cold.url) as conn:
        assert conn.execute(started).fetchone() != before


def test_each_contender_is_asked_after_a_cold_start(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = {"ours", "sql", "tipg"}
    packages = tmp_path_factory.getbasetemp() / "bench-home" / "bench" / "tipg"
    try:
        install(packages, LOCK)
    except NoPeer:
        names -= {"tipg"}
    else:
        (home / "bench").mkdir(exist_ok=True)
        here = home / "bench" / "tipg"
        if not here.is_symlink():
            # Another test may have left what it began without the index of packages.
            shutil.rmtree(here, ignore_errors=True)
            here.symlink_to(packages)
    before = (home / "postgres.log").read_text().count(READY)
    asked = ("--only", "locate:", "--cold-starts", "2", "--seconds", "0.02", "--json")
    done = bench(home, *asked)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [each["subject"] for each in found["subjects"]] == [LOCATE]
    assert found["cold"]["starts"] == 2
    (told,) = found["cold"]["subjects"]
    assert told["subject"] == LOCATE
    assert told["failures"] == {}
    assert names == {"ours", "sql", "tipg"} & told.keys()
    for name in names:
        figures = told[name]
        assert figures["starts"] == len(figures["cold_ms"]) == len(figures["again_ms"]) == 2
        assert (figures["ready_p50_s"] is None) is (name == "sql")
        assert 0 < min(figures["again_ms"]) < max(figures["cold_ms"])
        # A server may have read all that it needs while it started.
        assert figures["read_p50_mb"] > 0 if name == "sql" else figures["read_p50_mb"] >= 0
    # Once for the bench, and once for each answer.
    restarts = (home / "postgres.log").read_text().count(READY) - before
    assert restarts == 1 + 2 * len(names)
    (record,) = (home / "bench").glob("*-bench.json")
    assert json.loads(record.read_bytes()) == found
    assert not Cluster(home).running


def test_no_key_is_left(cluster: Cluster) -> None:
    cold = ColdHome(cluster, cluster.url())
    with bench_key(cold.url) as key:
        cold.restart()
        assert key
        assert names_of_keys(cold.url) == ["bench"]
    assert names_of_keys(cold.url) == []


def names_of_keys(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [name for (name,) in conn.execute("select name from api_key")]


def test_interrupted_it_leaves_no_key_and_stops_what_it_started(home: Path) -> None:
    log = home / "postgres.log"
    before = log.read_text().count(READY)
    command = [sys.executable, "-m", "gis_gov", "bench", "--cold", "--home", str(home)]
    alone = {**os.environ, "PIP_NO_INDEX": "1"}  # the peer would take longer than all else
    with subprocess.Popen(command, env=alone, stderr=subprocess.DEVNULL) as process:
        # Once for the bench, and once for the first answer.
        wait_until(lambda: log.read_text().count(READY) > before + 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S)
    cluster = Cluster(home)
    assert not cluster.running
    cluster.start()
    try:
        assert names_of_keys(cluster.url()) == []
    finally:
        cluster.stop()


def test_an_outside_database_is_not_restarted(database_url: str, tmp_path: Path) -> None:
    done = bench(tmp_path, GIS_GOV_DATABASE_URL=database_url)
    assert "GIS_GOV_DATABASE_URL names an outside one" in refusal(done)


def test_a_home_without_a_database_is_told(tmp_path: Path) -> None:
    assert f"there is no database in {tmp_path}" in refusal(bench(tmp_path))


@pytest.mark.parametrize("is_served", [False, True])
def test_a_database_that_runs_for_others_is_not_restarted(
    cluster: Cluster, is_served: bool
) -> None:
    with ExitStack() as stack:
        conn = stack.enter_context(psycopg.connect(cluster.url()))
        if is_served:
            stack.enter_context(hold(cluster.home, "up"))
        done = bench(cluster.home)
        assert f"that of {cluster.home} runs for others; stop it first" in refusal(done)
        assert conn.execute("select 1").fetchone() == (1,)


def test_a_question_that_is_not_there_is_told(home: Path) -> None:
    assert "no question has 'weather' in its name" in refusal(bench(home, "--only", "weather"))
    assert not Cluster(home).running

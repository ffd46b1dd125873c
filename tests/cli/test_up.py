"""`gis-gov up`: from an empty home to the map, and what is left when it ends."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis_gov.db.cluster import Cluster
from tests.cli.process import (
    START_S,
    STOP_S,
    Up,
    clean_environment,
    get,
    gis_gov,
    key_header,
    refusal,
)
from tests.ports import unused_port
from tests.waiting import wait_until

SECOND_START_S = 5
TRIES = 3
Start = Callable[..., Up]


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that holds a migrated, empty database, and does not run."""
    home = tmp_path_factory.mktemp("empty") / "home"
    done = gis_gov("migrate", "--home", home)
    assert done.returncode == 0, done.stderr
    (home / "sample").write_text("none\n")
    yield home
    Cluster(home).stop()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def descendants(pid: int) -> list[int]:
    """The processes that a process, and those that it has started, have started."""
    found = children(pid)
    return found + [each for one in found for each in descendants(one)]


def is_spawned(pid: int) -> bool:
    """Whether Python started it to do a part of its work."""
    return "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()


def lives(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def loads_packages(pid: int) -> bool:
    """Whether it has come so far as to load compiled packages; before, Python alone answers."""
    return "site-packages" in Path(f"/proc/{pid}/maps").read_text()


def query(home: Path, statement: str) -> str:
    done = gis_gov("db", "psql", "--home", home, "--", "-qAtc", statement)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_first_start_serves_the_sample_and_the_second_keeps_what_became_of_it(
    start: Start, home: Path, port: int
) -> None:
    first = start("up", "--home", home, "--port", port)
    address = first.address()
    assert address == f"http://127.0.0.1:{port}"
    assert get(f"{address}/readyz").json() == {"status": "ok"}
    page = get(address, headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    shown = key_header("--home", home)
    alike = get(f"{address}/statistics/autocorrelation", shown, measure="persons").json()
    assert alike["moran"]["i"] > alike["moran"]["expected"]
    persons = int(query(home, "select count(*) from person"))
    assert persons > 5000
    query(home, "delete from event")
    assert first.stop() == 0
    assert not Cluster(home).running

    second = start("up", "--home", home, "--port", port)
    second.address()
    assert not any("sample" in line for line in second.said)
    counts = query(home, "select (select count(*) from person), (select count(*) from event)")
    assert counts == f"{persons}|0"


def processor_s(pids: list[int]) -> float:
    """The processor time that processes, and the children that they waited for, have taken."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(tick) for each in fields for tick in each[11:15]) / os.sysconf("SC_CLK_TCK")


def test_a_second_start_is_quick(start: Start, empty_home: Path, port: int) -> None:
    seconds = []
    while len(seconds) < TRIES and min(seconds, default=SECOND_START_S) >= SECOND_START_S:
        up = start("up", "--home", empty_home, "--port", port)
        up.address()
        waited_s = time.monotonic() - up.started
        # Other tests share the processors: what the start itself took is not more than this.
        took_s = processor_s([up.process.pid, *children(up.process.pid)])
        seconds.append(min(waited_s, took_s))
        up.stop()
    assert min(seconds) < SECOND_START_S


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it(
    start: Start, empty_home: Path, port: int, order: signal.Signals
) -> None:
    up = start("up", "--home", empty_home, "--port", port)
    up.address()
    started = children(up.process.pid)
    assert len(started) >= 2
    assert up.stop(order) == 0
    wait_until(lambda: not any(map(lives, started)))
    assert not Cluster(empty_home).running
    assert up.said[-1] == ""


def test_nothing_outlives_a_killed_up(start: Start, empty_home: Path, port: int) -> None:
    up = start("up", "--home", empty_home, "--port", port)
    up.address()
    started = children(up.process.pid)
    assert up.stop(signal.SIGKILL) == -signal.SIGKILL
    wait_until(lambda: not any(map(lives, started)))
    wait_until(lambda: not Cluster(empty_home).running)


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGKILL])
def test_nor_does_the_process_apart_of_a_server(
    start: Start, empty_home: Path, port: int, order: signal.Signals
) -> None:
    up = start("up", "--home", empty_home, "--port", port)
    address = up.address()
    before = set(descendants(up.process.pid))
    shown = key_header("--home", empty_home, "--name", f"test {order}")
    found = get(f"{address}/statistics/autocorrelation", shown, measure="events")
    assert (found.status_code, found.json()["rows"]) == (200, [])
    apart = [pid for pid in descendants(up.process.pid) if pid not in before and is_spawned(pid)]
    assert len(apart) == 1
    assert up.stop(order) == (0 if order == signal.SIGTERM else -order)
    # Of a server whose database was killed with it, something else may be heard.
    assert not any("Traceback" in line for line in up.said)
    assert order != signal.SIGTERM or up.said[-1] == ""
    wait_until(lambda: not any(map(lives, apart)))


def test_an_interrupted_first_start_leaves_nothing_that_runs_or_hinders(
    start: Start, home: Path, port: int
) -> None:
    up = start("up", "--home", home, "--port", port)
    up.wait_for(re.compile("making the database"))
    time.sleep(0.5)
    assert up.stop() == 128 + signal.SIGINT
    assert "Traceback" not in "".join(up.said)
    assert not Cluster(home).running
    assert not (home / "data.unfinished").exists()
    start("up", "--home", home, "--port", port).address()
    assert int(query(home, "select count(*) from person")) > 5000


def test_an_interruption_in_the_first_moment_is_quiet(start: Start, home: Path, port: int) -> None:
    up = start("up", "--home", home, "--port", port)
    wait_until(lambda: loads_packages(up.process.pid))
    # Before anything of it is loaded, Python itself ends by the signal.
    assert up.stop() in (0, 128 + signal.SIGINT, -signal.SIGINT)
    assert "Traceback" not in "".join(up.said)
    assert not Cluster(home).running


def test_a_home_that_up_holds_is_refused_to_another_but_not_to_commands(
    start: Start, empty_home: Path, port: int
) -> None:
    up = start("up", "--home", empty_home, "--port", port)
    up.address()
    line = refusal(gis_gov("up", "--home", empty_home, "--port", unused_port()))
    assert f"{empty_home} is held by gis-gov up (process {up.process.pid})" in line
    line = refusal(gis_gov("db", "stop", "--home", empty_home))
    assert f"held by gis-gov up (process {up.process.pid})" in line
    assert "running on 127.0.0.1:" in gis_gov("db", "start", "--home", empty_home).stderr
    assert query(empty_home, "select 1") == "1"
    assert up.process.poll() is None


def test_two_homes_run_side_by_side(start: Start, empty_home: Path, home: Path, port: int) -> None:
    one = start("up", "--home", empty_home, "--port", port)
    other = start("up", "--home", home, "--port", unused_port(), "--sample", "none")
    for up in (one, other):
        assert get(f"{up.address()}/readyz").status_code == 200
    query(home, "insert into area (code, name, level) values ('990101000000', 'a', 'district')")
    assert query(empty_home, "select count(*) from area") == "0"


def test_a_taken_port_is_refused_before_anything_is_made(
    start: Start, empty_home: Path, home: Path, port: int
) -> None:
    start("up", "--home", empty_home, "--port", port).address()
    line = refusal(gis_gov("up", "--home", home, "--port", port))
    assert f"127.0.0.1 port {port} is taken" in line
    assert not home.exists()


def test_a_database_that_was_started_before_is_left_running(
    start: Start, empty_home: Path, port: int
) -> None:
    assert gis_gov("db", "start", "--home", empty_home).returncode == 0
    up = start("up", "--home", empty_home, "--port", port)
    up.address()
    assert up.stop() == 0
    assert Cluster(empty_home).running
    assert gis_gov("db", "stop", "--home", empty_home).returncode == 0
    assert not Cluster(empty_home).running


def test_up_ends_when_its_database_does(start: Start, empty_home: Path, port: int) -> None:
    up = start("up", "--home", empty_home, "--port", port)
    up.address()
    pid = Cluster(empty_home).status().pid
    assert pid
    subprocess.run(["kill", "-9", str(pid)], check=True)
    up.wait_for(re.compile("gis-gov: PostgreSQL ended by itself"))
    assert up.process.wait(STOP_S) == 1


def test_fresh_asks_and_yes_answers(start: Start, home: Path, port: int) -> None:
    assert gis_gov("migrate", "--home", home).returncode == 0
    assert gis_gov("db", "start", "--home", home).returncode == 0
    query(home, "insert into area (code, name, level) values ('990101000000', 'a', 'district')")
    arguments = ("up", "--home", home, "--port", port, "--sample", "none", "--fresh")

    assert "say --yes" in refusal(gis_gov(*arguments))
    assert answered(b"n\n", *arguments) == 1
    assert query(home, "select count(*) from area") == "1"

    start(*arguments, "--yes").address()
    assert query(home, "select count(*) from area") == "0"


def answered(answer: bytes, *arguments: object) -> int:
    """Run a command on a terminal, answer it, and return its exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gis_gov", *map(str, arguments)]
    with (
        open(ours, "r+b", buffering=0) as terminal,  # noqa: PTH123 - a descriptor
        subprocess.Popen(
            command, env=clean_environment(), stdin=theirs, stdout=theirs, stderr=theirs
        ) as process,
    ):
        terminal.write(answer)
        return process.wait(START_S)

"""What goes wrong in the world: killed half-way, the disk full, files too large or cut off."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest

from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from tests.ingest.conftest import Loader, rows
from tests.sealed import SEALER

Write = Callable[..., Path]
COUNTS = "select (select count(*) from address), (select count(*) from tally), (select count(*) from load_run)"  # noqa: E501
MANY = 60_000


@pytest.fixture
def many_addresses(tmp_path: Path) -> Path:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("code,full_text,lon,lat\n")
        file.writelines(
            f"A{n},大北路{n}号,{113 + n % 1000 / 5000:.6f},{22 + n % 997 / 9970:.6f}\n"
            for n in range(MANY)
        )
    return path


def command(url: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    environment = {**os.environ, "GIS_GOV_DATABASE_URL": url}
    return [sys.executable, "-m", "gis_gov", "load", *arguments], environment


def test_loader_killed_half_way_leaves_the_database_unchanged(
    own_database_url: str, many_addresses: Path, write: Write, tmp_path: Path
) -> None:
    home = ["--home", str(tmp_path / "home")]
    few = write("few.csv", "code,full_text,lon,lat\nA1,原来,113.1,22.05\n")
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        load("addresses", [few], LoadOptions.told(crs="wgs84"), connection, SEALER)
        before = rows(connection, COUNTS), rows(connection, "select xmin, * from address")
        line, environment = command(
            own_database_url, "addresses", str(many_addresses), "--crs", "gcj02", *home
        )
        process = subprocess.Popen(line, env=environment, stderr=subprocess.DEVNULL)
        wait_until_writing(connection)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        wait_until_gone(connection)
        assert (rows(connection, COUNTS), rows(connection, "select xmin, * from address")) == before
        report = load(
            "addresses", [many_addresses], LoadOptions.told(crs="gcj02"), connection, SEALER
        )
        assert (report.inserted, report.updated) == (MANY - 1, 1)


def wait_until_writing(connection: psycopg.Connection) -> None:
    """Wait until the other process is inserting into the table itself."""
    writing = "select 1 from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and query ilike '%insert into \"address\"%' and state = 'active'"  # noqa: E501
    for _ in range(3000):
        if rows(connection, writing):
            return
        time.sleep(0.02)
    raise AssertionError("the load did not come to writing")


def wait_until_gone(connection: psycopg.Connection) -> None:
    others = "select 1 from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"  # noqa: E501
    for _ in range(3000):
        if not rows(connection, others):
            return
        time.sleep(0.02)
    raise AssertionError("the server still runs the killed load")


def test_rejects_on_a_full_disk_leave_the_database_unchanged(
    own_database_url: str, write: Write, tmp_path: Path, full_disk: Path
) -> None:
    path = write("a.csv", "code,full_text\nA,甲\nB,\n" + "C,\n" * 200_000)
    line, environment = command(
        own_database_url, "addresses", str(path), "--rejects", str(full_disk / "r.csv"),
        "--home", str(tmp_path / "home"),
    )  # fmt: skip
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "disk is full" in done.stderr
    assert not list(full_disk.glob("*.csv"))
    with psycopg.connect(own_database_url) as connection:
        assert rows(connection, "select count(*) from address") == [(0,)]


def test_database_on_a_full_disk_is_left_unchanged(
    own_database_url: str, many_addresses: Path, tmp_path: Path, full_disk: Path
) -> None:
    """Stage and sort in a tablespace that is too small: the server's own error comes through."""
    room = full_disk / "space"
    room.mkdir()
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        owner = Path(f"/proc/{connection.info.backend_pid}").stat()
        os.chown(full_disk, owner.st_uid, owner.st_gid)
        os.chown(room, owner.st_uid, owner.st_gid)
        name = rows(connection, "select current_database()")[0][0]
        connection.execute(f"create tablespace full_{name} location '{room}'")  # type: ignore[arg-type]
        try:
            connection.execute(f"alter database {name} set temp_tablespaces = full_{name}")  # type: ignore[arg-type]
            line, environment = command(
                own_database_url, "addresses", str(many_addresses), "--crs", "gcj02",
                "--home", str(tmp_path / "home"),
            )  # fmt: skip
            done = subprocess.run(
                line, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 1
            assert len(done.stderr.strip().splitlines()) == 1
            assert "disk is full, nothing was changed" in done.stderr
            assert rows(connection, "select count(*) from address") == [(0,)]
        finally:
            wait_until_gone(connection)
            connection.execute(f"drop tablespace full_{name}")  # type: ignore[arg-type]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    for parent in (folder, *folder.parents):
        if parent == Path(tempfile.gettempdir()):
            break
        parent.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs the rights of root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_file_of_100_mb_streams_in_bounded_memory(own_database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "large.geojson"
    turns = np.linspace(0, 2 * np.pi, 1500, endpoint=False)
    ring = np.column_stack([113 + 0.01 * np.cos(turns), 22 + 0.01 * np.sin(turns)]).tolist()
    ring.append(ring[0])
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for n in range(1900):
            feature = f'{{"type":"Feature","properties":{{"code":"H{n}"}},"geometry":{shape}}}'
            file.write(("," if n else "") + feature)
        file.write("]}")
    assert path.stat().st_size > 100_000_000
    measured = (
        # Not by getrusage, which tells the memory of who started it, if that is more.
        "import re, sys; from gis_gov.cli.commands import run; "
        "code = run(sys.argv[1:]); "
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read()); "
        "print(int(peak[1]) // 1024, file=sys.stderr); "
        "sys.exit(code)"
    )
    line, environment = command(
        own_database_url, "houses", str(path), "--json", "--home", str(tmp_path / "home")
    )
    line[1:3] = ["-c", measured]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["inserted"] == 1900
    assert int(done.stderr.split()[-1]) < 1500


@pytest.mark.usefixtures("district")
def test_file_cut_off_in_the_middle_changes_nothing(
    connection: psycopg.Connection, load_file: Loader, many_addresses: Path
) -> None:
    text = many_addresses.read_text(encoding="utf-8")
    left = text[: text.index(",", len(text) // 2)]
    many_addresses.write_text(left, encoding="utf-8")
    last = len(left.splitlines())
    with pytest.raises(Exception, match=f"many.csv: cut off in the middle of row {last}"):
        load_file("addresses", many_addresses, crs="gcj02")
    assert rows(connection, "select count(*) from address") == [(0,)]

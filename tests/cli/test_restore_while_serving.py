"""A restore under a server that runs: it answers from what was restored, memory included."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.cli.process import Up, get, gis_gov, key_header

WITHIN_S = 60
PLACE = """
    select grid.code, grid.name, st_x(p), st_y(p)
    from grid, st_pointonsurface(geom) as p where layer = 'base' order by code limit 1
"""
CHANGE = "update grid set name = 'renamed'; delete from resource"


def psql(home: Path, statement: str) -> str:
    done = gis_gov("db", "psql", "--home", home, "--", "-qAtc", statement)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_server_answers_from_the_restored_data(
    start: Callable[..., Up], home: Path, port: int, tmp_path: Path
) -> None:
    file = tmp_path / "x.backup"
    address = start("up", "--home", home, "--port", port).address()
    shown = key_header("--home", home)
    code, name, lon, lat = psql(home, PLACE).split("|")
    place = {"lon": lon, "lat": lat}

    def ask(path: str, **more: str | int) -> Any:
        answer = get(f"{address}{path}", shown, **place, **more)
        return answer.json() if answer.status_code == httpx.codes.OK else {}

    def located() -> Any:
        return ask("/locate").get("grid")

    def resources() -> Any:
        counts = ask("/nearby", radius=2000, kinds="camera,centre,poi").get("counts", {})
        return sum(counts.values()) if counts else None

    def becomes(question: Callable[[], Any], wanted: Any) -> None:
        deadline = time.monotonic() + WITHIN_S
        while question() != wanted:
            assert time.monotonic() < deadline, question()
            time.sleep(0.05)

    before = resources()
    assert located() == {"code": code, "name": name}
    assert before > 0
    assert gis_gov("db", "backup", file, "--home", home).returncode == 0

    psql(home, CHANGE)
    becomes(located, {"code": code, "name": "renamed"})
    becomes(resources, 0)

    assert gis_gov("db", "restore", file, "--home", home).returncode == 0
    becomes(located, {"code": code, "name": name})
    becomes(resources, before)
    assert get(f"{address}/readyz").status_code == httpx.codes.OK

"""How soon a write is shown is measured by each way of writing, and all is as it was then."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from gis_gov.bench.visible import QUESTIONS, WAIT_S
from gis_gov.bench.visible_things import CODE, ZOOM, NoPlace, visible_things
from gis_gov.geo.tile import tile_at
from tests.bench.unchanged import assert_same, everything

WAYS = ("psql", "API", "loader")
POINTS = """
    select st_x(geom), st_y(geom) from resource where kind = 'poi'
    union all
    select st_x(geom), st_y(geom) from address where valid_to is null and geom is not null
"""
MADE = """
    select code from resource where code = %(code)s union all
    select code from grid where code = %(code)s
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gis_gov", "bench", "writes", *arguments]


def environment(url: str, home: Path) -> dict[str, str]:
    return {**os.environ, "GIS_GOV_DATABASE_URL": url, "GIS_GOV_HOME": str(home)}


def made(url: str) -> list[str]:
    """Return what was made for the measurement, and is there."""
    with psycopg.connect(url) as conn:
        return [code for (code,) in conn.execute(MADE, {"code": CODE})]


@pytest.mark.parametrize("more", [(), ("--concurrency", "3", "--with-writes")])
def test_each_way_of_writing_is_measured_and_nothing_stays(
    sample_url: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    before = everything(sample_url)
    done = subprocess.run(
        command("--times", "2", "--json", *more),
        env=environment(sample_url, tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {(each["question"], each["by"]) for each in told["shown"]} == {
        (question, way) for question in QUESTIONS for way in WAYS
    }
    for each in told["shown"]:
        assert each["writes"] == 2
        assert 0 < each["p50_ms"] <= each["p95_ms"] <= each["p99_ms"] < WAIT_S * 1000
        assert [wanted["wanted"] for wanted in each["wanted"]] == ["p95 ≤ 200 ms"]
    assert told["meanwhile"]["concurrency"] == (3 if more else 0)
    assert (told["meanwhile"]["answers"] > 100) == bool(more)
    assert bool(told["written"] and told["written"]["edits"]) == bool(more)
    assert_same(everything(sample_url), before)
    (kept,) = (tmp_path / "bench").glob("*.json")
    assert json.loads(kept.read_bytes()) == told


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_to_end_puts_all_back(
    sample_url: str, tmp_path: Path, told: signal.Signals
) -> None:
    before = everything(sample_url)
    with subprocess.Popen(
        command("--times", "10000"),
        env=environment(sample_url, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 120
        with psycopg.connect(sample_url, autocommit=True) as conn:
            edited = "select from grid where code = %s and name >= '2'"
            while not conn.execute(edited, [CODE]).rowcount:
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.01)
        process.send_signal(told)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert_same(everything(sample_url), before)


def test_the_things_lie_in_the_fullest_tile_and_a_killed_one_is_taken_away(
    sample_url: str,
) -> None:
    before = everything(sample_url)
    with psycopg.connect(sample_url) as conn:
        counted = Counter(tile_at(lon, lat, ZOOM) for lon, lat in conn.execute(POINTS))
    with visible_things(sample_url) as places:
        first, second = (tile_at(each.lon, each.lat, ZOOM) for each in places)
        assert counted[first] == max(counted.values())
        assert first != second
        assert made(sample_url) == [CODE, CODE]
        with visible_things(sample_url) as again:  # as if that one had been killed
            assert again == places
            assert made(sample_url) == [CODE, CODE]
    assert made(sample_url) == []
    assert_same(everything(sample_url), before)


def test_where_nothing_has_a_place_nothing_is_measured(own_database_url: str) -> None:
    with pytest.raises(NoPlace), visible_things(own_database_url):
        pass

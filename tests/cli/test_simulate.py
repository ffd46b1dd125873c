"""`gis-gov simulate` as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from gis_gov.bench.servers import our_server
from tests.signed_in import make_key
from tests.simulation.test_sending import people_url

__all__ = ["people_url"]


def run(url: str, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gis_gov", "simulate", *map(str, arguments)],
        env={**os.environ, "GIS_GOV_DATABASE_URL": url, **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_day_is_sent_to_a_server(people_url: str, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    asked = ("--workers", 6, "--hours", 0.5, "--every", 30, "--speed-up", 0, "--truth", truth)
    key = make_key(people_url, "gateway")
    with our_server(people_url, tmp_path, tmp_path / "log") as port:
        address = f"http://127.0.0.1:{port}"
        done = run(people_url, "--server", address, *asked, GIS_GOV_SIMULATE_KEY=key)
    assert done.returncode == 0, done.stderr
    assert "0 refused" in done.stderr
    told = [json.loads(line) for line in truth.read_text().splitlines()]
    assert len(told) == 6
    with psycopg.connect(people_url) as conn:
        stored = conn.execute(
            "select count(*), count(distinct worker_id), min(source), max(source) from position"
        ).fetchone()
    assert stored
    assert stored[0] >= 6 * 50
    assert stored[1:] == (6, "simulated", "simulated")


def test_a_day_is_written_to_a_file_the_same_each_time(people_url: str, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "two")]
    for file in files:
        done = run(people_url, "--to", file, "--workers", 3, "--hours", 0.2, "--date", "2026-03-02")
        assert done.returncode == 0, done.stderr
    first, second = (file.read_bytes() for file in files)
    assert first == second
    line = json.loads(first.splitlines()[0])
    assert set(line) == {"at", "body"}
    assert line["body"]["worker"].startswith("S")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "one of both"),
        (("--to", "x", "--server", "http://x"), "one of both"),
        (("--server", "http://127.0.0.1:9", "--workers", "1"), "--key is missing"),
        (("--to", "x", "--date", "2999-01-01"), "is not over"),
    ],
)
def test_what_can_not_be_is_refused(people_url: str, arguments: tuple[str, ...], said: str) -> None:
    done = run(people_url, *arguments, GIS_GOV_SIMULATE_KEY="")
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr

"""`gis-gov bench patrols` as a user runs it."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.bench.test_bench import alone, run

__all__ = ["alone"]


@pytest.mark.usefixtures("alone")
def test_fixes_are_taken_and_watched_and_it_is_told_as_a_table_and_kept(
    sample_url: str, tmp_path: Path
) -> None:
    asked = ("--seconds", "2", "--streams", "20", "--connections", "4", "--rate", "1000")
    asked += ("--points", "20000")
    done = run(sample_url, tmp_path, "patrols", *asked)
    assert done.returncode == 0, done.stderr
    assert "each phone every ten seconds" in done.stdout
    assert "watched meanwhile" in done.stdout
    assert "Reports of one day of 30, over" in done.stdout
    assert "fixes that pour in" in done.stdout
    (kept,) = (tmp_path / "bench").glob("*-bench-patrols.json")
    told = json.loads(kept.read_bytes())
    assert told["workers"] > 10
    assert_taken(told)
    assert_reported(told)
    wanted = {each["wanted"]: each for each in told["wanted"]}
    assert wanted["lost fixes ≤ 0"] == {
        "wanted": "lost fixes ≤ 0",
        "limit": 0,
        "measured": 0,
        "met": True,
    }
    # It was asked for less than is wanted, and says so.
    assert not wanted["for how long ≥ 60 s"]["met"]
    assert not wanted["streams ≥ 5,000"]["met"]
    assert wanted["report of a day: worker, p95 ≤ 2,000 ms"]["measured"] > 0
    for fence, number in zip(told["fences"], (23_000, 400) * 2, strict=True):
        assert fence["fences"] == number
        assert fence["fixes_per_second"] > 0
    alarms = told["alarms"]
    assert (alarms["fences"], alarms["workers"]) == (23_000, 2_343)
    assert 0 < alarms["p50_ms"] <= alarms["p99_ms"]
    with psycopg.connect(sample_url) as conn:
        scratch = conn.execute("select from pg_database where datname = 'gis_gov_bench'").rowcount
    assert scratch == 0


def assert_taken(told: dict[str, Any]) -> None:
    """None was lost, and all were seen."""
    live, batches = told["taken"]
    assert live["fixes"] == round(told["workers"] * 2 / 10)
    assert batches["fixes"] > 100
    assert (live["lost"], batches["lost"]) == (0, 0)
    assert told["simulated"]["phones"] >= told["workers"]
    assert {"lying_still", "mock_provider", "frozen"} <= set(told["simulated"]["faults"])
    watched = told["watched"]
    assert (watched["streams"], watched["fixes"]) == (20, live["fixes"])
    assert watched["frames"] > 0
    assert 0 < watched["p50_ms"] <= watched["p99_ms"]
    poured = told["poured"]
    # With the rest of the last batch.
    assert 2000 <= poured["fixes"] < 2100
    assert poured["lost"] == 0
    # No faster than was asked for.
    assert poured["seconds"] >= 1.9
    assert poured["watched"]["frames"] > 0


def assert_reported(told: dict[str, Any]) -> None:
    """Each report is of all workers, or of where they were."""
    filled = told["filled"]
    assert filled["points"] >= filled["points_asked"] == 20000
    assert filled["patrols"] == 2 * told["workers"] * filled["days"]
    reports = {each["report"]: each for each in told["reports"]}
    sums = {"worker", "grid", "community", "street"}
    assert set(reports) == sums | {"ranking", "trend", "coverage", "fixes"}
    assert reports["ranking"]["rows"] == told["workers"]
    assert reports["coverage"]["rows"] > 0
    assert reports["trend"]["rows"] == 1
    assert reports["worker"]["rows"] == reports["fixes"]["rows"] == told["workers"]
    assert reports["worker"]["ratio"] > 0

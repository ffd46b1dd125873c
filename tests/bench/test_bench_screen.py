"""`gis-gov bench screen` as a user runs it, with a real browser."""

import json
from pathlib import Path

import pytest

from tests.bench.test_bench import alone, run

__all__ = ["alone"]


@pytest.mark.usefixtures("alone")
def test_what_is_told_is_drawn(sample_url: str, tmp_path: Path) -> None:
    done = run(sample_url, tmp_path, "screen", "--seconds", "12", "--streams", "20")
    assert done.returncode == 0, done.stderr
    assert "drawn on the map" in done.stdout
    (kept,) = (tmp_path / "bench").glob("*-bench-screen.json")
    told = json.loads(kept.read_bytes())
    watched = told["watched"]
    assert watched["fixes"] == round(told["workers"] * 12 / 10)
    # All but those whose worker was told of anew before a picture was drawn.
    assert 0.8 * watched["fixes"] <= watched["drawn"]["seen"] <= watched["fixes"]
    assert 0 < watched["p50_ms"] < watched["drawn"]["p50_ms"] <= watched["drawn"]["p95_ms"]
    wanted = {each["wanted"]: each for each in told["wanted"]}
    p95 = wanted["drawn on the map, p95 ≤ 1,000 ms"]["measured"]
    assert p95 == pytest.approx(watched["drawn"]["p95_ms"], abs=0.1)
    assert not wanted["streams ≥ 5,000"]["met"]


def test_without_a_browser_it_says_what_is_missing(
    sample_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    done = run(sample_url, tmp_path, "screen")
    assert done.returncode == 1
    assert done.stderr == "gis-gov: there is no Chromium: apt-get install chromium\n"

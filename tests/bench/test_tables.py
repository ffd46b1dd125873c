"""What is printed tells each contender's times, what is wanted, and whether it is met."""

import io
import json
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from gis_gov.bench.alarms import AlarmsMeasured
from gis_gov.bench.bulk_locate import Located, bulk_wanted
from gis_gov.bench.cold import ColdAnswer, ColdMeasured, ColdResult
from gis_gov.bench.cold_table import print_cold
from gis_gov.bench.contenders import EMPTY, OURS, PEER, SQL
from gis_gov.bench.exports import Exported, exports_wanted
from gis_gov.bench.measure import Speed
from gis_gov.bench.patrol_filling import Filled
from gis_gov.bench.patrol_table import PatrolsMeasured, patrols_wanted
from gis_gov.bench.pouring import Poured
from gis_gov.bench.record import write_record
from gis_gov.bench.speed import Result
from gis_gov.bench.speed_table import print_speed
from gis_gov.bench.table import print_about, print_exports, print_tiles, print_visible
from gis_gov.bench.tiles import TileBuilt, tiles_wanted
from gis_gov.bench.visible import Shown
from gis_gov.bench.wanted import Want, Wanted
from gis_gov.bench.watching import Watched
from gis_gov.geo.tile import Tile

LOCATE = Result(
    "locate",
    4,
    {OURS: Speed([3000.0], [0.3]), SQL: Speed([1500.0], [0.6]), EMPTY: Speed([6000.0], [0.1])},
    {OURS: 12.3, SQL: 4.5},
    wants=[Want("rate", 0.6, EMPTY), Want("rate", 1.9, SQL), Want("p95", 0.2)],
)
ITEMS = Result(
    "items",
    4,
    {PEER: Speed([7.5], [130.0])},
    failures={OURS: "status 500"},
    wants=[Want("rate", 3, PEER)],
)


def printed(*results: Result) -> list[list[str]]:
    """Print results, and return the cells of each line."""
    output = io.StringIO()
    console = Console(width=140, file=output)
    print_about(console, {"processor": "Abacus, 2 cores"})
    print_speed(console, "4 at a time", results)
    told = output.getvalue()
    assert "processor: Abacus, 2 cores" in told
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in told.splitlines()]


def test_the_table_tells_times_ratios_and_what_is_wanted() -> None:
    lines = printed(LOCATE, ITEMS)
    ours = ["3,000", "0.3", "0.3", "(0.3)", "12", "–", "p95 ≤ 0.2 ms", "no"]
    assert ["locate", "gis_gov", *ours] in lines
    bare = ["1,500", "0.6", "0.6", "(0.6)", "4", "2.00", "rate ≥ 1.9 ×", "yes"]
    assert ["", "bare SQL", *bare] in lines
    empty = ["6,000", "0.1", "0.1", "(0.1)", "–", "0.50", "rate ≥ 0.6 ×", "no"]
    assert ["", "empty", *empty] in lines
    # What has no figure is not met.
    assert ["items", "gis_gov", *["–"] * 6, "", ""] in lines
    peer = ["7.5", "130.0", "130.0", "(130.0)", "–", "–", "rate ≥ 3 ×", "no"]
    assert ["", "tipg", *peer] in lines
    assert ["items: gis_gov failed: status 500"] in lines


@pytest.mark.parametrize(("answers", "told"), [(99, "(2.0)"), (100, "2.0")])
def test_the_99th_of_few_answers_stands_in_brackets(answers: int, told: str) -> None:
    result = Result("tile", 1, {OURS: Speed([10.0], [2.0] * answers)})
    assert ["tile", "gis_gov", "10", "2.0", "2.0", told, *["–"] * 2, "", ""] in printed(result)


def test_a_contender_that_is_left_out_keeps_the_line_of_what_is_wanted() -> None:
    alone = Result("tile", 1, {OURS: Speed([10.0], [1.0])}, wants=[Want("rate", 20, PEER)])
    assert ["", "tipg", *["–"] * 6, "rate ≥ 20 ×", "no"] in printed(alone)


def test_cold_answers_are_told_beside_the_same_again() -> None:
    ours = [ColdAnswer(2.5, cold_ms, 1.0, 4.0) for cold_ms in (20.0, 900.0, 10.0)]
    bare = [ColdAnswer(None, 50.0, 5.0, 8.25)]
    result = ColdResult("locate", {OURS: ours, SQL: bare}, {PEER: "status 500"})
    output = io.StringIO()
    print_cold(Console(width=140, file=output), ColdMeasured(3, [result]))
    lines = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in output.getvalue().splitlines()
    ]
    assert ["locate", "gis_gov", "20.0", "1.0", "4.0 MB", "2.5 s", "–"] in lines
    assert ["", "bare SQL", "50.0", "5.0", "8.2 MB", "–", "2.50"] in lines
    assert ["", "tipg", *["–"] * 5] in lines
    assert ["locate: tipg failed: status 500"] in lines
    assert result.as_json() == {
        "subject": "locate",
        "ours": {
            "starts": 3,
            "ready_p50_s": 2.5,
            "cold_p50_ms": 20.0,
            "again_p50_ms": 1.0,
            "read_p50_mb": 4.0,
            "cold_ms": [20.0, 900.0, 10.0],
            "again_ms": [1.0, 1.0, 1.0],
        },
        "sql": {
            "starts": 1,
            "ready_p50_s": None,
            "cold_p50_ms": 50.0,
            "again_p50_ms": 5.0,
            "read_p50_mb": 8.25,
            "cold_ms": [50.0],
            "again_ms": [5.0],
        },
        "ratios": {"sql": 2.5},
        "failures": {"tipg": "status 500"},
    }


def test_a_limit_of_time_is_of_the_medians() -> None:
    speeds = {OURS: Speed([1.0], [1.0, 3.5, 99.0]), SQL: Speed([9.0], [2.0, 3.0, 4.0])}
    result = Result("tile", 1, speeds, wants=[Want("time", 1.2, SQL)])
    assert result.as_json()["wanted"] == [
        {"beside": SQL, "wanted": "time ≤ 1.2 ×", "limit": 1.2, "measured": 1.167, "met": True}
    ]


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        (Wanted("x", "≤", 2, 2.0), True),
        (Wanted("x", "≤", 2, 2.001), False),
        (Wanted("x", "≥", 2, 2.0), True),
        (Wanted("x", "≥", 2, 1.999), False),
        (Wanted("x", "≥", 2, None), False),
    ],
)
def test_a_limit_itself_is_met(wanted: Wanted, met: bool) -> None:
    assert wanted.is_met is met


def test_writes_and_tiles_tell_what_is_wanted_of_them() -> None:
    output = io.StringIO()
    console = Console(width=140, file=output)
    print_visible(console, {}, [Shown("nearby", "psql", Speed(times_ms=[40.0] * 9 + [900.0]))])
    print_tiles(console, {}, [TileBuilt("grids", Tile(11, 1, 2), 498_000, Speed([], [51.0]))])
    told = output.getvalue()
    assert "p95 ≤ 200 ms │  no" in told
    built = [
        TileBuilt("a", Tile(1, 0, 0), 7, Speed([], [51.0])),
        TileBuilt("b", Tile(1, 0, 0), 900_000, Speed([], [3.0])),
        TileBuilt("a", Tile(1, 0, 0), 8000, Speed([], [50.0]), "a street"),
        TileBuilt("a?x=1", Tile(1, 0, 0), 9000, Speed([], [60.0]), "a street", is_filtered=True),
    ]
    assert [(each.what, each.measured, each.is_met) for each in tiles_wanted(built)] == [
        ("the slowest tile's median, everything", 51.0, False),
        ("the heaviest tile, everything", 900.0, False),
        ("the slowest tile's median, a street", 50.0, True),
        ("the heaviest tile, a street", 8.0, True),
        ("the slowest tile's median, a street, filtered", 60.0, False),
        ("the heaviest tile, a street, filtered", 9.0, True),
    ]
    assert "≤ 50 ms" in told
    assert "≤ 500 kB" in told


def test_a_million_points_are_wanted_in_three_seconds() -> None:
    ways = [Located("gis_gov", [2.9, 3.0, 9.0]), Located("bare SQL", [0.1])]
    (wanted,) = bulk_wanted(1_000_000, ways)
    assert wanted.is_met
    assert not bulk_wanted(900_000, ways)[0].is_met


def test_a_million_rows_are_wanted_in_flat_memory() -> None:
    def judged(rows: int, peak_mb: float | None) -> list[bool]:
        before_mb = None if peak_mb is None else 400.0
        file = Exported("csv", rows, 17.2, 0.2, 198.0, before_mb, peak_mb)
        copied = Exported("copy, bare SQL", rows, 1.9, 0.0, 100.0)
        output = io.StringIO()
        print_exports(Console(width=140, file=output), {}, [copied, file])
        assert "memory that csv takes more" in output.getvalue()
        return [each.is_met for each in exports_wanted([copied, file])]

    assert judged(1_000_000, 550.0) == [True, True]
    assert judged(999_999, 550.0) == [False, True]
    assert judged(1_000_000, 550.1) == [True, False]
    assert judged(1_000_000, None) == [True, False]


def test_fixes_that_came_late_or_were_lost_miss_what_is_wanted() -> None:
    def judged(seconds: float, lost: int, seen_ms: float) -> dict[str, bool]:
        watched = Watched(5000, 600_000, 1, Speed(times_ms=[seen_ms]))
        poured = Poured(10_000, 600_000, seconds, lost, 0, Speed(times_ms=[1.0]), watched)
        filled = Filled(100_000_000, 100_000_000, 1, 30, date(2026, 3, 4))
        looked = AlarmsMeasured(23_000, 2_343, Speed(times_ms=[1.0]), 1)
        measured = PatrolsMeasured([], watched, poured, filled, [], [], looked)
        return {each.what: each.is_met for each in patrols_wanted(measured)}

    assert set(judged(60.9, 0, 900).values()) == {True}
    assert not judged(61.5, 0, 900)["fixes that pour in"]
    assert not judged(60, 1, 900)["lost fixes"]
    assert not judged(60, 0, 1100)["out of a stream meanwhile, p95"]


def test_a_record_is_new_and_for_its_owner_alone(tmp_path: Path) -> None:
    at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    paths = [write_record(tmp_path / "x", "bench tiles", b'{"n": %d}' % n, at) for n in range(3)]
    names = [path.name for path in paths]
    assert names == [f"20260304T050607Z-bench-tiles{more}.json" for more in ("", "-2", "-3")]
    assert [json.loads(path.read_bytes())["n"] for path in paths] == [0, 1, 2]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}

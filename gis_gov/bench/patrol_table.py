"""The figures of `gis-gov bench patrols` as tables, and as a JSON object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from gis_gov.bench.alarms import AlarmsMeasured
from gis_gov.bench.geofences import FencesMeasured
from gis_gov.bench.measure import Speed
from gis_gov.bench.patrol_filling import Filled
from gis_gov.bench.pouring import LATE_S, Poured
from gis_gov.bench.reporting import Report
from gis_gov.bench.table import NONE, print_about
from gis_gov.bench.taking import Told
from gis_gov.bench.wanted import Wanted, print_wanted
from gis_gov.bench.watching import Watched

POURED_PER_S, POURED_S, STREAMS = 10_000, 60, 5_000
SEEN_MS = 1_000
MESH, FENCED_PER_S, COMPLEX_PER_S = 23_000, 6_000, 3_400
SHARES = 0.5, 0.95, 0.99
REPORTED, REPORT_MS = 100_000_000, 2_000


@dataclass(frozen=True, slots=True)
class PatrolsMeasured:
    """All that was measured."""

    taken: Sequence[Told]
    watched: Watched
    poured: Poured
    filled: Filled
    reports: Sequence[Report]
    fences: Sequence[FencesMeasured]
    alarms: AlarmsMeasured

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "taken": [each.as_json() for each in self.taken],
            "watched": self.watched.as_json(),
            "poured": self.poured.as_json(),
            "filled": self.filled.as_json(),
            "reports": [each.as_json() for each in self.reports],
            "fences": [each.as_json() for each in self.fences],
            "alarms": self.alarms.as_json(),
            "wanted": [each.as_json() for each in patrols_wanted(self)],
        }


def patrols_wanted(measured: PatrolsMeasured) -> list[Wanted]:
    """Tell what is wanted of what was measured."""
    poured = measured.poured
    # The last batch is answered after it was due: that does not make the rate lower.
    due_s = poured.fixes / poured.rate
    rate = poured.fixes / max(due_s, poured.seconds - LATE_S)
    lost = sum(each.lost for each in (*measured.taken, poured))
    watched = (("", measured.watched), (" meanwhile", poured.watched))
    return [
        Wanted("fixes that pour in", "≥", POURED_PER_S, rate, "/s"),
        Wanted("for how long", "≥", POURED_S, due_s, " s"),
        Wanted("lost fixes", "≤", 0, lost),
        Wanted("streams", "≥", STREAMS, measured.watched.streams),
        *(
            Wanted(f"out of a stream{when}, p95", "≤", SEEN_MS, _p95_ms(each.delay), " ms")
            for when, each in watched
        ),
        *(
            Wanted(f"{each.fences:,} geofences: {each.subject}", "≥", limit, each.rate, "/s")
            for each in measured.fences
            for limit in [FENCED_PER_S if each.fences >= MESH else COMPLEX_PER_S]
        ),
        Wanted("positions under the reports", "≥", REPORTED, measured.filled.points),
        *(
            Wanted(f"report of a day: {each.name}, p95", "≤", REPORT_MS, _p95_ms(each.asked), " ms")
            for each in measured.reports
            if each.asked is not None
        ),
    ]


def _p95_ms(speed: Speed) -> float | None:
    return speed.percentile_ms(0.95) if speed.times_ms else None


def print_patrols(console: Console, about: Mapping[str, str], measured: PatrolsMeasured) -> None:
    """Print what was measured on, how fixes were taken and told, and how long reports took."""
    print_about(console, about)
    table = Table(title="gis-gov bench patrols", title_justify="left", caption_justify="left")
    streams = measured.watched.streams
    table.caption = (
        "Fixes by POST /positions, and how long each answer took; of those that pour in, from when"
        f" they were due. Positions, from the time they were sent until they came out of one of"
        f" {streams:,} streams. In ms."
    )
    for heading in ("", "fixes", "a second", "lost", "late", "p50", "p95", "p99"):
        table.add_column(heading, justify="right" if heading else "left")
    for each in measured.taken:
        rate = f"{each.fixes / each.seconds:,.0f}"
        table.add_row(each.way, f"{each.fixes:,}", rate, str(each.lost), "", *_times(each.answers))
    _add_watched(table, "watched", measured.watched)
    poured = measured.poured
    rate = f"{poured.fixes / poured.seconds:,.0f}"
    name, lost, late = f"{poured.rate:,.0f} a second", str(poured.lost), str(poured.late)
    table.add_row(name, f"{poured.fixes:,}", rate, lost, late, *_times(poured.answers))
    _add_watched(table, "watched meanwhile", poured.watched)
    for fence in measured.fences:
        name = f"{fence.fences:,} geofences: {fence.subject}"
        table.add_row(name, f"{fence.fixes:,}", f"{fence.rate:,.0f}", "", "", "", "", "")
    alarms = measured.alarms
    name = f"look for alarms of {alarms.workers:,} workers, {alarms.fences:,} geofences"
    table.add_row(name, "", "", "", "", *_times(alarms.looks))
    console.print(table)
    _print_reports(console, measured.filled, measured.reports)
    print_wanted(console, patrols_wanted(measured))


def _print_reports(console: Console, filled: Filled, reports: Sequence[Report]) -> None:
    title = f"Reports of one day of {filled.days}, over {filled.points:,} positions"
    table = Table(title=title, title_justify="left", caption_justify="left")
    table.caption = f"{filled.patrols:,} patrols. By HTTP, and by bare SQL. In ms."
    if filled.points < 0.9 * filled.points_asked:
        table.caption += f" {filled.points_asked:,} positions were asked for, and have no room."
    for heading in ("", "rows", "p50", "p95", "p99", "SQL p50", "p95", "p99", "ratio"):
        table.add_column(heading, justify="right" if heading else "left")
    for each in reports:
        ratio = NONE if each.ratio is None else f"{each.ratio:.2f}"
        table.add_row(
            each.name,
            f"{each.rows:,}",
            *(_time(speed, share) for speed in (each.asked, each.bare) for share in SHARES),
            ratio,
        )
    console.print(table)


def _add_watched(table: Table, name: str, watched: Watched) -> None:
    table.add_row(name, f"{watched.fixes:,}", "", "", "", *_times(watched.delay))


def _times(speed: Speed) -> list[str]:
    return [_time(speed, share) for share in SHARES]


def _time(speed: Speed | None, share: float) -> str:
    return NONE if speed is None else f"{speed.percentile_ms(share):.1f}"

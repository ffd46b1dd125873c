"""The figures of `gis-gov bench screen` as a table."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from gis_gov.bench.measure import Speed
from gis_gov.bench.table import NONE, print_about
from gis_gov.bench.wanted import Wanted, print_wanted
from gis_gov.bench.watching import Watched

SEEN_MS, STREAMS = 1_000, 5_000


def screen_wanted(watched: Watched) -> list[Wanted]:
    """Tell what is wanted of what was measured."""
    drawn = watched.drawn
    p95_ms = drawn.percentile_ms(0.95) if drawn and drawn.times_ms else None
    return [
        Wanted("streams", "≥", STREAMS, watched.streams),
        Wanted("drawn on the map, p95", "≤", SEEN_MS, p95_ms, " ms"),
    ]


def print_screen(console: Console, about: Mapping[str, str], watched: Watched) -> None:
    """Print what was measured on, and how soon positions were told and drawn."""
    print_about(console, about)
    table = Table(title="gis-gov bench screen", title_justify="left", caption_justify="left")
    table.caption = (
        f"Of {watched.fixes:,} positions, from the time they were sent: until they came out of one"
        f" of {watched.streams:,} streams, and until a browser had drawn them. In ms."
    )
    for heading in ("", "seen", "p50", "p95", "p99"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, speed in (("told", watched.delay), ("drawn on the map", watched.drawn)):
        seen = len(speed.times_ms) if speed else 0
        table.add_row(name, f"{seen:,}", *(_time(speed, share) for share in (0.5, 0.95, 0.99)))
    console.print(table)
    print_wanted(console, screen_wanted(watched))


def _time(speed: Speed | None, share: float) -> str:
    return f"{speed.percentile_ms(share):.1f}" if speed and speed.times_ms else NONE

"""Print the figures as tables."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from gis_gov.bench.access import EVERYWHERE, STREET, Costs
from gis_gov.bench.bulk_locate import Located, bulk_wanted, ratios
from gis_gov.bench.exports import COLLECTION, Exported, exports_wanted
from gis_gov.bench.guards import Added
from gis_gov.bench.loading import Loaded
from gis_gov.bench.tiles import TileBuilt, tiles_wanted
from gis_gov.bench.visible import Shown
from gis_gov.bench.wanted import cells, print_wanted

NONE = "–"


def print_loading(console: Console, about: Mapping[str, str], loads: Sequence[Loaded]) -> None:
    """Print what was measured on, and a row for each load."""
    print_about(console, about)
    table = Table(title="gis-gov load", title_justify="left", caption_justify="left")
    table.caption = "The whole command, from its start to indexed rows with their grid and H3 cell."
    for heading in ("rows", "", "file", "time", "rows/s", "peak memory", "indexes"):
        table.add_column(heading, justify="left" if not heading else "right")
    for load in loads:
        table.add_row(
            f"{load.rows:,}",
            load.kind,
            f"{load.file_mb:.0f} MB",
            f"{load.seconds:.1f} s",
            f"{load.rows / load.seconds:,.0f}",
            f"{load.peak_mb:,.0f} MB",
            str(load.indexes),
        )
    console.print(table)


def print_access(console: Console, about: Mapping[str, str], costs: Sequence[Costs]) -> None:
    """Print what was measured on, and a row for each question."""
    print_about(console, about)
    table = Table(title="gis-gov bench access", title_justify="left", caption_justify="left")
    table.caption = (
        "Median time of an answer in ms, one at a time, SQL alone: of one whose right holds"
        " everywhere and of one in the largest street, each without row policies and under them."
        " A ratio of 1.15 is 15 % slower than without."
    )
    table.add_column("")
    for name in (EVERYWHERE, STREET):
        for heading in (f"{name}: without", "under", "ratio"):
            table.add_column(heading, justify="right")
    for each in costs:
        made = [each.by_actor[name] for name in (EVERYWHERE, STREET)]
        figures = [figure for cost in made for figure in (*cost.times_ms, cost.ratio)]
        table.add_row(each.question, *(f"{figure:.2f}" for figure in figures))
    console.print(table)


def print_guards(console: Console, about: Mapping[str, str], added: Sequence[Added]) -> None:
    """Print what was measured on, and a row for each set of parts."""
    print_about(console, about)
    table = Table(title="gis-gov bench guards", title_justify="left", caption_justify="left")
    table.caption = (
        "Median time of an empty answer to who is signed in, one at a time over HTTP; answers a"
        " second. A ratio of 1.15 is 15 % slower than with neither."
    )
    table.add_column("with")
    for heading in ("ms", "/s", ": neither"):
        table.add_column(heading, justify="right")
    for each in added:
        p50_ms, rate = each.speed.percentile_ms(0.5), each.speed.rate
        table.add_row(each.parts, f"{p50_ms:.2f}", f"{rate:,.0f}", f"{each.ratio:.2f}")
    console.print(table)


def print_bulk_locate(
    console: Console, about: Mapping[str, str], points: int, found: Sequence[Located]
) -> None:
    """Print what was measured on, and a row for each way."""
    print_about(console, about)
    table = Table(title=f"gis-gov bench locate: {points:,} points", title_justify="left")
    table.caption_justify = "left"
    table.caption = (
        "From an Arrow table to a column of the grids' codes, median of the rounds in turns: by our"
        " server over HTTP (one process); by PostgreSQL, the points copied into a table and joined;"
        " by a join in memory. A ratio of 4 is four times as long as ours."
    )
    for heading in ("", "time", "points/s", "ratio"):
        table.add_column(heading, justify="right" if heading else "left")
    for each, ratio in zip(found, ratios(found), strict=True):
        rate = f"{points / each.median_s:,.0f}"
        table.add_row(each.way, f"{each.median_s:.2f} s", rate, f"{ratio:.1f}")
    console.print(table)
    print_wanted(console, bulk_wanted(points, found))


def print_exports(console: Console, about: Mapping[str, str], exports: Sequence[Exported]) -> None:
    """Print what was measured on, and a row for each format."""
    print_about(console, about)
    table = Table(title=f"gis-gov bench exports: all {COLLECTION}", title_justify="left")
    table.caption_justify = "left"
    table.caption = (
        "From the question to the first and the last byte, one after the other, by one server"
        " process; its resident memory before, and the most that was seen meanwhile. The ratio is"
        " to the time of copy, which encodes nothing but text."
    )
    for heading in ("", "rows", "file", "first", "time", "rows/s", "before", "at most", ": copy"):
        table.add_column(heading, justify="right" if heading else "left")
    for each in exports:
        memory = [each.memory_mb, each.peak_mb]
        table.add_row(
            each.way,
            f"{each.rows:,}",
            f"{each.file_mb:,.0f} MB",
            f"{each.first_s:.1f} s",
            f"{each.seconds:.1f} s",
            f"{each.rows / each.seconds:,.0f}",
            *(NONE if size is None else f"{size:,.0f} MB" for size in memory),
            f"{each.seconds / exports[0].seconds:.1f}",
        )
    console.print(table)
    print_wanted(console, exports_wanted(exports))


def print_visible(console: Console, about: Mapping[str, str], shown: Sequence[Shown]) -> None:
    """Print what was measured on, and a row for each question."""
    print_about(console, about)
    table = Table(title="gis-gov bench writes", title_justify="left", caption_justify="left")
    table.caption = "Time after a commit until each of two server processes shows it, in ms."
    for heading in ("", "written by", "writes", "p50", "p95", "p99", "wanted", "met"):
        table.add_column(heading, justify="right" if heading else "left")
    for each in shown:
        times = [f"{each.delay.percentile_ms(share):.1f}" for share in (0.5, 0.95, 0.99)]
        wanted = cells(each.wanted())
        table.add_row(each.question, each.way, str(len(each.delay.times_ms)), *times, *wanted)
    console.print(table)


def print_tiles(console: Console, about: Mapping[str, str], built: Sequence[TileBuilt]) -> None:
    """Print what was measured on, and a row for each layer and zoom."""
    print_about(console, about)
    table = Table(title="gis-gov bench tiles", title_justify="left", caption_justify="left")
    table.caption = (
        "The slowest of the three fullest tiles of a zoom, of filtered layers the fullest one,"
        " built by SQL alone, one at a time, for who sees so much."
    )
    table.add_column("")
    table.add_column("who sees")
    for heading in ("tile", "kB", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(heading, justify="right")
    for each in built:
        times = [f"{each.speed.percentile_ms(share):.1f}" for share in (0.5, 0.95, 0.99)]
        place = f"{each.tile.z}/{each.tile.x}/{each.tile.y}"
        table.add_row(each.layer, each.viewer, place, f"{each.size_bytes / 1000:.1f}", *times)
    console.print(table)
    print_wanted(console, tiles_wanted(built))


def print_about(console: Console, about: Mapping[str, str]) -> None:
    """Print a line for each thing that the figures depend on."""
    for name, value in about.items():
        console.print(f"{name}: {value}", markup=False, highlight=False)

"""The speed of each contender as a table: a line for each who was asked a question."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from gis_gov.bench.contenders import CONTENDERS, EMPTY, OTHERS, OURS, PEER, SQL
from gis_gov.bench.measure import Speed
from gis_gov.bench.speed import Result
from gis_gov.bench.table import NONE
from gis_gov.bench.wanted import cells

HEADINGS = {OURS: "gis_gov", SQL: "bare SQL", PEER: "tipg", EMPTY: "empty"}
FEW = 100
"""With fewer answers, p99 is about the slowest one, and the next run's is another."""
LEGEND = """\
Answers a second (median of the rounds), the times within which 50, 95 and 99 of 100 answers came
(p99 in brackets: of fewer than 100), and that of the very first, in ms. gis_gov and tipg: HTTP,
without compression, one server process each if nothing else is said. Bare SQL: the same question
put to PostgreSQL by pgbench (by psycopg where that is missing). Empty: gis_gov, asked for nothing,
beside the question. "gis_gov : it" above 1 means that gis_gov is faster. Servers, PostgreSQL and
the one that asks share the processors."""


def print_speed(console: Console, title: str, results: Sequence[Result]) -> None:
    """Print the lines of each subject, and what could not be measured."""
    table = Table(title=title, title_justify="left", caption=LEGEND, caption_justify="left")
    table.add_column("")
    table.add_column("")
    for heading in ("/s", "p50", "p95", "p99", "first", "gis_gov : it", "wanted", "met"):
        table.add_column(heading, justify="right")
    for result in results:
        asked = [name for name in (*CONTENDERS, EMPTY) if _is_told(result, name)]
        for number, name in enumerate(asked):
            subject = "" if number else result.subject
            last = number == len(asked) - 1
            table.add_row(subject, HEADINGS[name], *_figures(result, name), end_section=last)
    console.print(table)
    for result in results:
        for name, reason in result.failures.items():
            console.print(
                f"{result.subject}: {HEADINGS[name]} failed: {reason}",
                markup=False,
                highlight=False,
            )


def _is_told(result: Result, name: str) -> bool:
    return name in result.speeds or name in result.failures or bool(result.wanted(name))


def _figures(result: Result, name: str) -> list[str]:
    wanted = cells(result.wanted(name))
    speed = result.speeds.get(name)
    if speed is None:
        return [*[NONE] * 6, *wanted]
    first_ms = result.first_ms.get(name)
    ratio = result.ratio(name) if name in OTHERS else None
    return [
        f"{speed.rate:,.0f}" if speed.rate >= 10 else f"{speed.rate:.1f}",
        *(f"{speed.percentile_ms(share):,.1f}" for share in (0.5, 0.95)),
        _p99(speed),
        NONE if first_ms is None else f"{first_ms:,.0f}",
        NONE if ratio is None else f"{ratio:.2f}",
        *wanted,
    ]


def _p99(speed: Speed) -> str:
    told = f"{speed.percentile_ms(0.99):,.1f}"
    return told if len(speed.times_ms) >= FEW else f"({told})"

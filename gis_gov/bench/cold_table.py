"""The answers after cold starts as a table: a line for each who was asked a question."""

from rich.console import Console
from rich.table import Table

from gis_gov.bench.cold import ColdMeasured, ColdResult
from gis_gov.bench.contenders import CONTENDERS, OTHERS
from gis_gov.bench.speed_table import HEADINGS
from gis_gov.bench.table import NONE

LEGEND = """\
Cold: the first answer, in ms, after PostgreSQL and the server were started anew and the system had
forgotten all files of the database. Again: the same question once more. Read: what of the files was
in memory then. Ready: how long the server took to start on that database, which is part of no
answer. "gis_gov : it" above 1 means that the cold answer of gis_gov is faster."""


def print_cold(console: Console, measured: ColdMeasured) -> None:
    """Print the lines of each question, and what could not be measured."""
    title = f"one at a time after a cold start, median of {measured.starts} starts"
    table = Table(title=title, title_justify="left", caption=LEGEND, caption_justify="left")
    table.add_column("")
    table.add_column("")
    for heading in ("cold", "again", "read", "ready", "gis_gov : it"):
        table.add_column(heading, justify="right")
    for result in measured.results:
        asked = [each for each in CONTENDERS if each in result.answers or each in result.failures]
        for number, name in enumerate(asked):
            subject = "" if number else result.subject
            last = number == len(asked) - 1
            table.add_row(subject, HEADINGS[name], *_figures(result, name), end_section=last)
    console.print(table)
    for result in measured.results:
        for name, reason in result.failures.items():
            told = f"{result.subject}: {HEADINGS[name]} failed: {reason}"
            console.print(told, markup=False, highlight=False)


def _figures(result: ColdResult, name: str) -> list[str]:
    ratio = result.ratio(name) if name in OTHERS else None
    return [
        _told(result.median(name, lambda each: each.cold_ms), "{:,.1f}"),
        _told(result.median(name, lambda each: each.again_ms), "{:,.1f}"),
        _told(result.median(name, lambda each: each.read_mb), "{:,.1f} MB"),
        _told(result.median(name, lambda each: each.ready_s), "{:.1f} s"),
        _told(ratio, "{:.2f}"),
    ]


def _told(figure: float | None, form: str) -> str:
    return NONE if figure is None else form.format(figure)

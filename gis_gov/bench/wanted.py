"""What is wanted of a figure, and whether it is met."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

AT_LEAST, AT_MOST = "≥", "≤"
MET = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanted of ours beside another contender, or of its p95 in ms.

    `rate`: so many answers of ours at least for one of the other's. `time`: so many times the
    other's median time at most.
    """

    figure: Literal["rate", "time", "p95"]
    limit: float
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A limit beside what was measured, which is None where nothing could be."""

    what: str
    sign: Literal["≥", "≤"]
    limit: float
    measured: float | None
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Say whether the figure is there, and within the limit."""
        if self.measured is None:
            return False
        return self.measured <= self.limit if self.sign == AT_MOST else self.measured >= self.limit

    def text(self) -> str:
        """Return the limit as it is printed."""
        return f"{self.what} {self.sign} {self.limit:,g}{self.unit}"

    def as_json(self) -> dict[str, Any]:
        """Return limit and figure as a JSON object."""
        return {
            "wanted": self.text(),
            "limit": self.limit,
            "measured": None if self.measured is None else round(self.measured, 3),
            "met": self.is_met,
        }


def cells(wanted: Sequence[Wanted]) -> tuple[str, str]:
    """Return what is printed in the columns `wanted` and `met` of a row."""
    return "; ".join(each.text() for each in wanted), "; ".join(MET[each.is_met] for each in wanted)


def print_wanted(console: Console, wanted: Sequence[Wanted]) -> None:
    """Print a row for each limit."""
    table = Table(title="Wanted", title_justify="left")
    for heading in ("", "limit", "measured", "met"):
        table.add_column(heading, justify="right" if heading else "left")
    for each in wanted:
        limit = f"{each.sign} {each.limit:,g}{each.unit}"
        measured = "–" if each.measured is None else f"{each.measured:,.2f}{each.unit}"
        table.add_row(each.what, limit, measured, MET[each.is_met])
    console.print(table)

"""All that `gis-gov bench` measured in one run: as one object, and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from gis_gov.bench.cold import ColdMeasured
from gis_gov.bench.cold_table import print_cold
from gis_gov.bench.edits import Written
from gis_gov.bench.measure import ROUNDS
from gis_gov.bench.speed import Result
from gis_gov.bench.speed_table import print_speed
from gis_gov.bench.table import print_about


@dataclass(frozen=True, slots=True)
class Measured:
    """What was asked for and found; `written` beside it, and after cold starts, where asked for.

    `skipped` is who was left out, and why.
    """

    concurrency: Sequence[int]
    seconds: float
    processes: int
    results: Sequence[Result]
    written: Written | None
    cold: ColdMeasured | None
    bare_sql_by: str
    skipped: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "concurrency": self.concurrency,
            "processes": self.processes,
            "with_writes": self.written is not None,
            "written": self.written.as_json() if self.written else None,
            "seconds": self.seconds,
            "rounds": ROUNDS,
            "subjects": [result.as_json() for result in self.results],
            "cold": self.cold.as_json() if self.cold else None,
            "bare_sql_by": self.bare_sql_by,
            "skipped": self.skipped,
        }

    def print(self, console: Console, about: Mapping[str, str]) -> None:
        """Print what was measured on, and a table for each number of questions at once."""
        print_about(console, about)
        for at_once in self.concurrency:
            title = f"{at_once} at a time, {self.seconds:g} s each in {ROUNDS} rounds in turns"
            title += "" if self.processes == 1 else f", {self.processes} processes of each server"
            if self.written:
                edits, loads = self.written.edits, self.written.loads
                title += f", beside {edits:,} edits and {loads:,} loads in all"
            print_speed(console, title, [r for r in self.results if r.concurrency == at_once])
        if self.cold is not None:
            print_cold(console, self.cold)

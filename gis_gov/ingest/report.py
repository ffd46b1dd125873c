"""What became of a file's rows, and what was found out about them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS_NAMED = 10


@dataclass
class Finding:
    """One kind of oddity: how often, what it means, and in which rows first."""

    count: int = 0
    detail: str = ""
    rows: list[int] = field(default_factory=list)


class Findings:
    """Gathers what is odd about rows that are loaded all the same, and notes for the reader."""

    def __init__(self) -> None:
        self.found: dict[str, Finding] = {}
        self.notes: list[str] = []

    def add(
        self,
        name: str,
        where: NDArray[np.bool_],
        numbers: NDArray[np.int64],
        detail: str = "",
    ) -> None:
        """Count the rows where the mask is true."""
        count = int(where.sum())
        if count:
            self.count(name, count, detail, numbers[where][:_ROWS_NAMED].tolist())

    def count(self, name: str, count: int, detail: str = "", rows: list[int] | None = None) -> None:
        """Count `count` more of an oddity."""
        if count == 0:
            return
        known = self.found.setdefault(name, Finding())
        known.count += count
        known.detail = detail or known.detail
        known.rows = (known.rows + (rows or []))[:_ROWS_NAMED]

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass
class Report:
    """The summary of a load. Always: read = inserted + updated + unchanged + rejected."""

    kind: str
    files: list[str]
    dry_run: bool = False
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejects_file: Path | None = None
    faults_file: Path | None = None
    findings: Findings = field(default_factory=Findings)
    mapping: dict[str, str] = field(default_factory=dict)
    datum: str | None = None
    seconds: float = 0.0

    @property
    def rejected(self) -> int:
        """Count the rows that were not loaded."""
        return self.reasons.total()

    @property
    def balanced(self) -> bool:
        """Tell whether every row that was read is accounted for."""
        return self.read == self.inserted + self.updated + self.unchanged + self.rejected

    def as_json(self) -> Mapping[str, Any]:
        """Give the report as one JSON object."""
        return {
            "kind": self.kind,
            "files": self.files,
            "dry_run": self.dry_run,
            "read": self.read,
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "reasons": dict(self.reasons.most_common()),
            "rejects_file": str(self.rejects_file) if self.rejects_file else None,
            "faults_file": str(self.faults_file) if self.faults_file else None,
            "datum": self.datum,
            "mapping": self.mapping,
            "findings": {
                name: {"count": found.count, "detail": found.detail, "rows": found.rows}
                for name, found in self.findings.found.items()
            },
            "notes": self.findings.notes,
            "seconds": round(self.seconds, 2),
        }


def together(reports: Sequence[Report]) -> Mapping[str, Any]:
    """Give the reports of several loads as one JSON object: their sums, and each in `loads`.

    `rejects_file` is there if there is but one; else each load tells its own.
    """
    reasons = sum((report.reasons for report in reports), Counter[str]())
    files = [str(report.rejects_file) for report in reports if report.rejects_file]
    counts = ("read", "inserted", "updated", "unchanged", "rejected")
    return {
        "kind": "auto",
        "files": [name for report in reports for name in report.files],
        "dry_run": any(report.dry_run for report in reports),
        **{name: sum(getattr(report, name) for report in reports) for name in counts},
        "reasons": dict(reasons.most_common()),
        "rejects_file": files[0] if len(files) == 1 else None,
        "seconds": round(sum(report.seconds for report in reports), 2),
        "loads": [report.as_json() for report in reports],
    }

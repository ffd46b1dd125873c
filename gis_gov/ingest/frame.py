"""Rows on their way from a file to the database: values by field, and what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from gis_gov.ingest.arrow import pc

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is not loaded, and why: a reason to count by, and a detail for people."""

    row: int
    reason: str
    detail: str


class Faults:
    """Which rows are refused. A row counts by its first fault; its detail lists all."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self._numbers = numbers
        self._found: dict[int, Reject] = {}

    def add(self, where: ArrayLike, reason: str, detail: str | Sequence[str] = "") -> None:
        """Refuse the rows where the mask is true; a detail for all, or one for each of them."""
        positions = np.flatnonzero(np.asarray(where))
        details = [detail] * positions.size if isinstance(detail, str) else detail
        for position, text in zip(positions.tolist(), details, strict=True):
            known = self._found.get(position)
            if known is None:
                self._found[position] = Reject(int(self._numbers[position]), reason, text)
            else:
                joined = f"{known.detail}; {text or reason}"
                self._found[position] = Reject(known.row, known.reason, joined)

    @property
    def mask(self) -> Bools:
        """Tell which rows are refused."""
        refused = np.zeros(len(self._numbers), dtype=bool)
        refused[list(self._found)] = True
        return refused

    def rejects(self) -> list[Reject]:
        """List the refused rows in order."""
        return [self._found[position] for position in sorted(self._found)]


@dataclass
class Frame:
    """The values of some rows by field (and later by column), and which of them the file gave."""

    numbers: NDArray[np.int64]
    values: dict[str, pa.Array]
    faults: Faults
    given: set[str] = field(default_factory=set)
    only_new: set[str] = field(default_factory=set)
    """Columns that are filled in for new rows, and left alone in rows that exist."""

    def __len__(self) -> int:
        return len(self.numbers)

    def array(self, name: str) -> pa.Array:
        """Give a field's values; all null, if the file has none."""
        found = self.values.get(name)
        return pa.nulls(len(self), pa.string()) if found is None else found

    def has(self, name: str) -> Bools:
        """Tell which rows have a value of a field."""
        return np.asarray(self.array(name).is_valid())

    def set(self, name: str, values: pa.Array) -> None:
        """Put a field's values in."""
        self.values[name] = values

    def fill(self, name: str, values: pa.Array, *, only_new: bool = False) -> None:
        """Fill a field where the file gives nothing; `only_new` if it may not change a row."""
        if name not in self.values:
            (self.only_new if only_new else self.given).add(name)
        known = self.values.get(name)
        self.values[name] = values if known is None else pc.coalesce(known, values)

    def texts(self, name: str) -> list[str | None]:
        """List a field's values as Python texts."""
        return self.array(name).cast(pa.string()).to_pylist()

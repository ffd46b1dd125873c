"""Counts of many times of which each thing is read once.

The bounds of all the times cut time into parts; what was counted of each part is added up for each
of the times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
    Text,
    and_,
    cast,
    func,
    literal,
)

from gis_gov.interval import Interval

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Times:
    """Some intervals, and the moments at which one of them begins or ends, in order."""

    intervals: Sequence[Interval]
    bounds: Sequence[datetime]

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> Self:
        """Take intervals, each once."""
        each_once = list(dict.fromkeys(intervals))
        ends = {end for each in each_once for end in (each.since, each.until) if end is not None}
        return cls(each_once, sorted(ends))

    def part(self, time: ColumnElement[Any]) -> ColumnElement[int]:
        """Return in which part of time a moment lies; 0 is before the first bound."""
        # Not as text: that would be read anew for each thing.
        return func.width_bucket(time, literal(self.bounds, ARRAY(DateTime(timezone=True))))

    def parts_of(self, interval: Interval) -> tuple[int, int]:
        """Return the first part of one of the intervals, and the one after its last."""
        bounds = self.bounds
        first = 0 if interval.since is None else bounds.index(interval.since) + 1
        end = len(bounds) if interval.until is None else bounds.index(interval.until)
        return first, end + 1

    def holding(self, things: FromClause, time: ColumnElement[Any]) -> FromClause:
        """Join to things the time in which each lies; others are left out."""
        joined = merged(self.intervals)
        begins = _moments(each.since.isoformat() if each.since else "-infinity" for each in joined)
        ends = _moments(each.until.isoformat() if each.until else "infinity" for each in joined)
        span = func.unnest(begins, ends).table_valued("since", "until").render_derived(name="span")
        return span.join(things, and_(time >= span.c.since, time < span.c.until))


@dataclass(frozen=True, slots=True)
class ByTime:
    """How many things there are by part of time and key, in the order of the parts.

    A key is one of `keys`, by its number in there.
    """

    times: Times
    keys: Integers
    parts: Integers
    numbers: Integers
    counts: Integers

    @classmethod
    def of(
        cls, times: Times, parts: Sequence[int], keys: Sequence[int], counts: Sequence[int]
    ) -> Self:
        """Take what was counted of each part and key."""
        order = np.argsort(np.array(parts, dtype=np.int64), kind="stable")
        known, numbers = np.unique(np.array(keys, dtype=np.int64), return_inverse=True)
        in_order = [np.array(each, dtype=np.int64)[order] for each in (parts, numbers, counts)]
        return cls(times, known, *in_order)

    def within(self, interval: Interval) -> dict[int, int]:
        """Return how many there are in one of the times, by key, where there are any."""
        begin, stop = np.searchsorted(self.parts, self.times.parts_of(interval))
        counts = np.bincount(
            self.numbers[begin:stop], self.counts[begin:stop], minlength=self.keys.size
        )
        found = np.flatnonzero(counts)
        told = counts[found].astype(np.int64).tolist()
        return dict(zip(self.keys[found].tolist(), told, strict=True))


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Join intervals that overlap or touch, so that no moment lies in two."""
    joined: list[Interval] = []
    for each in sorted(intervals, key=lambda each: (each.since is not None, each.since)):
        last = joined[-1] if joined else None
        if last is None or not _reaches(last, each.since):
            joined.append(each)
        elif last.until is not None and (each.until is None or each.until > last.until):
            joined[-1] = Interval(last.since, each.until)
    return joined


def _reaches(interval: Interval, moment: datetime | None) -> bool:
    return moment is None or interval.until is None or interval.until >= moment


def _moments(written: Iterable[str]) -> ColumnElement[Any]:
    return cast(literal(list(written), ARRAY(Text)), ARRAY(DateTime(timezone=True)))

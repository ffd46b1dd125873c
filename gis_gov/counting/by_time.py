"""Counts of many times of which each thing is read once.

The bounds of all the times cut time into parts; what was counted of each part is added up for each
of the times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    func,
    literal,
)

from gis_gov.interval import Interval

Integers = NDArray[np.int64]
SPANS_MAX: Final = 8


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
        """Return in which part of time a moment in one of the spans lies; see `parts_of`."""
        if len(self.intervals) == 1:
            return literal(self.parts_of(self.intervals[0])[0], Integer)
        # Not as text: that would be read anew for each thing.
        return func.width_bucket(time, literal(self.bounds, ARRAY(DateTime(timezone=True))))

    def parts_of(self, interval: Interval) -> tuple[int, int]:
        """Return the first part of one of the intervals, and the one after its last.

        Part 0 is before the first bound.
        """
        bounds = self.bounds
        first = 0 if interval.since is None else bounds.index(interval.since) + 1
        end = len(bounds) if interval.until is None else bounds.index(interval.until)
        return first, end + 1

    @property
    def spans(self) -> list[Interval]:
        """The time that is to be read: a few spans apart that hold all intervals.

        Each is for a query of its own, as the planner knows then how much it reads.
        """
        return joined(self.intervals, SPANS_MAX)


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


def joined(intervals: Iterable[Interval], most: int) -> list[Interval]:
    """Join intervals that overlap or touch, and the nearest ones if there are more than `most`."""
    spans: list[Interval] = []
    for each in sorted(intervals, key=lambda each: (each.since is not None, each.since)):
        last = spans[-1] if spans else None
        if last is None or not _reaches(last, each.since):
            spans.append(each)
        elif last.until is not None and (each.until is None or each.until > last.until):
            spans[-1] = Interval(last.since, each.until)
    while len(spans) > most:
        nearest = min(range(1, len(spans)), key=lambda n: _gap(spans[n - 1], spans[n]))
        spans[nearest - 1 : nearest + 1] = [
            Interval(spans[nearest - 1].since, spans[nearest].until)
        ]
    return spans


def _reaches(interval: Interval, moment: datetime | None) -> bool:
    return moment is None or interval.until is None or interval.until >= moment


def _gap(earlier: Interval, later: Interval) -> timedelta:
    """Return how far two spans lie apart, that both end on the sides of each other."""
    if earlier.until is None or later.since is None:
        return timedelta(0)
    return later.since - earlier.until

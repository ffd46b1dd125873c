"""What is told of movers and fences: enter, exit, cross, as columns and as rows."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.arrays import Floats, Positions


class Kind(IntEnum):
    """What happened: who came in, went out, or passed through without a stay."""

    ENTER = 1
    EXIT = 2
    CROSS = 3


class Crossing(NamedTuple):
    """One event: who, which fence (its id), what, when, and by which fix it is known.

    Times are in seconds since 1970. A cross begins at `time_s` and ends at `until_s`, which is NaN
    for the others.
    """

    mover: int
    fence: int
    kind: Kind
    time_s: float
    until_s: float
    known_s: float


@dataclass(frozen=True, slots=True)
class Crossings:
    """Events as columns of one length, in the meaning of `Crossing`."""

    mover: Positions
    fence: Positions
    kind: NDArray[np.int8]
    time_s: Floats
    until_s: Floats
    known_s: Floats

    def __len__(self) -> int:
        return len(self.mover)

    def __iter__(self) -> Iterator[Crossing]:
        columns = [getattr(self, each.name).tolist() for each in fields(self)]
        for mover, fence, kind, *times in zip(*columns, strict=True):
            yield Crossing(mover, fence, Kind(kind), *times)

    @classmethod
    def none(cls) -> Self:
        """Return no event."""
        whole, times = np.empty(0, dtype=np.int64), np.empty(0)
        return cls(whole, whole, np.empty(0, dtype=np.int8), times, times, times)

    @classmethod
    def joined(cls, *parts: Self) -> Self:
        """Put the events of all parts together, in order."""
        columns = [[getattr(part, each.name) for part in parts] for each in fields(cls)]
        return cls(*map(np.concatenate, columns)).in_order()

    def only(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Self:
        """Return some of the events: those that a mask marks, or that are numbered."""
        return type(self)(*(getattr(self, each.name)[rows] for each in fields(self)))

    def in_order(self) -> Self:
        """Sort events by mover, then by the fix that shows them, then by their own moment.

        Where all these are equal (two fixes may have one time) the order of the rows stays.
        """
        columns = (self.fence, self.time_s, self.known_s, self.mover)
        return self.only(np.lexsort(columns))

    def inside_at(self, mover: int, fence: int, time_s: float) -> bool:
        """Tell whether a mover was inside a fence at a moment, as far as these events say.

        Both the moment of an enter and that of an exit count as inside. A pass that was told as a
        cross does, too.
        """
        rows = np.flatnonzero((self.mover == mover) & (self.fence == fence))
        kind, begin_s = self.kind[rows], self.time_s[rows]
        passing = (kind == Kind.CROSS) & (begin_s <= time_s) & (time_s <= self.until_s[rows])
        entered = np.count_nonzero((kind == Kind.ENTER) & (begin_s <= time_s))
        left = np.count_nonzero((kind == Kind.EXIT) & (begin_s < time_s))
        return bool(passing.any() or entered > left)


@dataclass(frozen=True, slots=True)
class Stays:
    """Who was in which fence from when until when: columns; `end_s` is inf while it lasts."""

    mover: Positions
    fence: Positions
    begin_s: Floats
    end_s: Floats

    def __len__(self) -> int:
        return len(self.mover)


def stays(events: Crossings) -> Stays:
    """Make stays of enters and their exits, sorted by fence, then begin.

    An exit whose enter is not among the events (it was told before them) belongs to a stay since
    -inf.
    """
    events = events.only(events.kind != Kind.CROSS)
    order = np.lexsort((events.known_s, events.time_s, events.fence, events.mover))
    found: list[tuple[int, int, float, float]] = []
    entered: dict[tuple[int, int], float] = {}
    for event in events.only(order):
        pair = event.mover, event.fence
        if event.kind == Kind.ENTER:
            entered[pair] = event.time_s
        else:
            found.append((*pair, entered.pop(pair, -np.inf), event.time_s))
    found += [(*pair, begin_s, np.inf) for pair, begin_s in entered.items()]
    found.sort(key=lambda stay: (stay[1], stay[2], stay[0]))
    table = np.array(found, dtype=np.float64).reshape(-1, 4)
    return Stays(
        np.array([stay[0] for stay in found], dtype=np.int64),
        np.array([stay[1] for stay in found], dtype=np.int64),
        table[:, 2],
        table[:, 3],
    )

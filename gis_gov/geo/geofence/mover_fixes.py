"""Fixes of many movers as columns, and the legs between them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes

GAP_S: Final = 300.0
GAP_M: Final = 300.0
"""A leg that is longer than both is a gap: nobody knows where the mover was meanwhile."""
ACCURACY_MAX_M: Final = 1_000.0
"""A fix that is less accurate says of no fence on which side of the edge the mover was."""


@dataclass(frozen=True, slots=True)
class MoverFixes:
    """Where movers were: columns of one length, as in `Fixes`, and whose fix each row is."""

    mover: Positions
    time_s: Floats
    lon: Floats
    lat: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.mover)

    @classmethod
    def of(cls, mover: int, fixes: Fixes) -> Self:
        """Take the fixes of one mover."""
        whose = np.full(len(fixes), mover, dtype=np.int64)
        return cls(whose, fixes.time_s, fixes.lon, fixes.lat, fixes.accuracy_m)

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Put the rows of all parts one after the other."""
        listed = list(parts)
        if not listed:
            none = np.empty(0)
            return cls(np.empty(0, dtype=np.int64), none, none, none, none)
        columns = [[getattr(part, each.name) for part in listed] for each in fields(cls)]
        return cls(*map(np.concatenate, columns))

    def only(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Self:
        """Return some of the rows: those that a mask marks, or that are numbered."""
        return type(self)(
            self.mover[rows],
            self.time_s[rows],
            self.lon[rows],
            self.lat[rows],
            self.accuracy_m[rows],
        )

    def in_order(self) -> Self:
        """Return what tells a place and a time, sorted by mover and time, nothing twice.

        Left out are rows with NaN or a place that is not on the globe, those less accurate than
        ACCURACY_MAX_M, and repetitions. Accuracy that was not told (NaN) becomes 0. Of one time,
        rows are sorted by place, so that the same set always gives the same order.
        """
        accuracy_m = np.where(self.accuracy_m > 0, self.accuracy_m, 0.0)
        usable = (
            np.isfinite(self.time_s)
            & (np.abs(self.lon) <= 180)
            & (np.abs(self.lat) <= 90)
            & (accuracy_m <= ACCURACY_MAX_M)
        )
        # Adding 0 makes one zero of the two, which compare as equal and sort apart.
        cleaned = type(self)(
            self.mover, self.time_s + 0.0, self.lon + 0.0, self.lat + 0.0, accuracy_m
        ).only(usable)
        columns = (cleaned.accuracy_m, cleaned.lat, cleaned.lon, cleaned.time_s, cleaned.mover)
        kept = cleaned.only(np.lexsort(columns))
        return kept.only(~_repeats(kept))


def _repeats(fixes: MoverFixes) -> Mask:
    """Mark sorted rows that are equal to the row before."""
    equal = np.ones(len(fixes), dtype=np.bool_)
    equal[:1] = False
    for each in fields(MoverFixes):
        column = getattr(fixes, each.name)
        equal[1:] &= column[1:] == column[:-1]
    return equal


class Legs:
    """The legs that lead to each of sorted fixes from the same mover's one before.

    `joined` marks the rows to which one leads, and `straight` those to which it is no gap.
    """

    def __init__(self, fixes: MoverFixes) -> None:
        self.fixes = fixes
        self.joined: Mask = np.zeros(len(fixes), dtype=np.bool_)
        self.joined[1:] = fixes.mover[1:] == fixes.mover[:-1]
        self.straight = self.joined.copy()
        long = np.flatnonzero(self.joined)
        long = long[fixes.time_s[long] - fixes.time_s[long - 1] > GAP_S]
        if long.size:
            far_m = distance_m(
                fixes.lon[long - 1], fixes.lat[long - 1], fixes.lon[long], fixes.lat[long]
            )
            self.straight[long[far_m > GAP_M]] = False

    def moment_s(self, rows: Positions, share: Floats) -> Floats:
        """Return when so much of the legs that lead to rows was covered."""
        begin_s, end_s = self.fixes.time_s[rows - 1], self.fixes.time_s[rows]
        # Written so that a share of 1 is the end exactly, and nothing is later.
        return np.minimum(begin_s + (end_s - begin_s) * share, end_s)

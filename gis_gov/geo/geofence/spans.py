"""Spans of time, and what is left of them: sorted, apart from each other, as rows (from, to)."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import Floats

NO_SPANS: Final[Floats] = np.empty((0, 2))
"""No time at all."""


def merged(spans: ArrayLike) -> Floats:
    """Join spans that overlap or touch; those that end before they begin are left out."""
    rows = np.asarray(spans, dtype=np.float64).reshape(-1, 2)
    rows = rows[rows[:, 0] <= rows[:, 1]]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    if not len(rows):
        return NO_SPANS
    reach = np.maximum.accumulate(rows[:, 1])
    starts = np.flatnonzero(np.append(True, rows[1:, 0] > reach[:-1]))
    ends = np.append(starts[1:] - 1, len(rows) - 1)
    return np.column_stack([rows[starts, 0], reach[ends]])


def common(spans: Floats, others: Floats) -> Floats:
    """Return the time that is in both; what they merely touch in is left out."""
    begins = np.maximum(spans[:, None, 0], others[None, :, 0])
    ends = np.minimum(spans[:, None, 1], others[None, :, 1])
    kept = begins < ends
    return np.column_stack([begins[kept], ends[kept]])


def without(spans: Floats, holes: ArrayLike) -> Floats:
    """Return the time that is in spans and in none of the holes."""
    gone = merged(holes)
    if not len(gone):
        return spans
    outside = np.column_stack([np.append(-np.inf, gone[:, 1]), np.append(gone[:, 0], np.inf)])
    return common(spans, outside)

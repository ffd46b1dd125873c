"""Clocks that went backward."""

from bisect import bisect_right

import numpy as np

from gis_gov.geo.arrays import Floats, Mask
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find fixes whose times fall while the device counts on, or which were sent before taken.

    Of a device's fixes in the order of its count, as many as can be are kept with rising times: so
    a single wrong time does not take those after it along.
    """
    backward = trail.device_time_s < trail.fixes.time_s - limits.early_s
    for device in trail.rows_by_device():
        rows = device[(trail.sequence[device] >= 0) & ~backward[device]]
        counted = np.column_stack([trail.fixes.time_s[rows], trail.sequence[rows].astype(float)])
        # In the order of time, and what was sent twice has no more weight.
        told, row_of = np.unique(counted, axis=0, return_inverse=True)
        kept = [_believed(part) for part in np.split(told, _restarts(told[:, 1], limits))]
        backward[rows] = ~np.concatenate(kept)[row_of.reshape(-1)]
    return backward


def _restarts(sequence: Floats, limits: Limits) -> list[int]:
    """List the rows, in the order of time, at which the count begins anew and goes on from there.

    A clock that was set back mixes two times of the count, so that it falls again and again.
    """
    below = limits.sequence_restart
    fallen = np.flatnonzero((np.diff(sequence) < 0) & (sequence[1:] < below)) + 1
    return [
        row
        for row in fallen.tolist()
        if sequence[row : row + below].max() < sequence[row - 1]
        and (np.diff(sequence[max(0, row - below) : row]) >= 0).all()
    ]


def _believed(told: Floats) -> Mask:
    """Mark, of times with their counts, as many as can be of which both rise together."""
    order = np.lexsort((told[:, 0], told[:, 1]))
    believed = np.zeros(len(told), dtype=np.bool_)
    believed[order] = _longest_rise(told[order, 0])
    return believed


def _longest_rise(time_s: Floats) -> Mask:
    """Mark the longest subsequence that never falls; of several, that with the earliest times."""
    tails: list[float] = []
    at: list[int] = []
    before = np.full(len(time_s), -1)
    for row, moment in enumerate(time_s.tolist()):
        length = bisect_right(tails, moment)
        before[row] = at[length - 1] if length else -1
        tails[length : length + 1] = [moment]
        at[length : length + 1] = [row]
    marked = np.zeros(len(time_s), dtype=np.bool_)
    row = at[-1] if at else -1
    while row >= 0:
        marked[row] = True
        row = int(before[row])
    return marked

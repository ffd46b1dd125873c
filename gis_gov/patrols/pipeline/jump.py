"""Fixes to which nobody can have jumped."""

import numpy as np

from gis_gov.geo.arrays import Floats, Mask
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.pipeline.limits import Limits
from gis_gov.patrols.pipeline.reachable import in_chain, is_reachable
from gis_gov.patrols.pipeline.trail import Trail


def find(trail: Trail, limits: Limits) -> Mask:
    """Find fixes out of reach by any means, and single ones aside of a way that goes on without."""
    jumped = np.zeros(len(trail), dtype=np.bool_)
    for rows in trail.rows_by_device():
        fixes = trail.fixes.only(rows)
        chained = in_chain(fixes, np.full(len(rows), limits.jump_mps), limits)
        jumped[rows[~chained]] = True
        left = rows[chained]
        mps = limits.mode_mps(trail.mode[left])
        jumped[left[_spikes(trail.fixes.only(left), mps, limits)]] = True
    return jumped


def _spikes(fixes: Fixes, mps: Floats, limits: Limits) -> Mask:
    """Mark fixes that are out of reach from both neighbours, which reach each other."""
    spiked = np.zeros(len(fixes), dtype=np.bool_)
    if len(fixes) < 3:
        return spiked
    rows = np.arange(1, len(fixes) - 1)
    before, here, after = fixes.only(rows - 1), fixes.only(rows), fixes.only(rows + 1)
    fastest = np.maximum(np.maximum(mps[:-2], mps[1:-1]), mps[2:])
    spiked[rows] = (
        ~is_reachable(before, here, fastest, limits)
        & ~is_reachable(here, after, fastest, limits)
        & is_reachable(before, after, fastest, limits)
    )
    # Beside another one it is not to be told which of them is aside.
    alone = np.ones(len(fixes), dtype=np.bool_)
    alone[1:] &= ~spiked[:-1]
    alone[:-1] &= ~spiked[1:]
    return spiked & alone

"""Rows in a row: the runs of a mask."""

import numpy as np

from gis_gov.geo.arrays import Mask


def runs(mask: Mask) -> list[tuple[int, int]]:
    """List the first and the last row of each run of marked rows."""
    edges = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    first, end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return list(zip(first.tolist(), (end - 1).tolist(), strict=True))

"""How many of many tests find something by chance, and what is left when that is allowed for."""

import numpy as np

from gis_gov.geo.arrays import Floats


def adjusted(p: Floats) -> Floats:
    """Adjust p by Benjamini and Hochberg: the least rate of false discoveries that takes each in.

    It holds where what is near each other errs alike, as here, and is NaN where p is.
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known])[::-1]]
    ranks = np.arange(order.size, 0, -1)
    result = np.full(p.size, np.nan)
    if order.size:
        result[order] = np.minimum.accumulate(np.minimum(p[order] * order.size / ranks, 1.0))
    return result

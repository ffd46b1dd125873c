"""Moran's I and the local ones by esda (PySAL), of values and of who is next to whom.

For a process apart (`gis_gov.apart`): to import it takes 1.7 s and 120 MB, and esda draws from the
source of NumPy that is one for all threads.
"""

import os
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.arrays import Floats

PERMUTATIONS: Final = 999
_SEED: Final = 20_240_229
# By esda's numbers of the quadrants of a Moran scatter plot.
_KINDS: Final = np.array(["", "high-high", "low-high", "low-low", "high-low"])
# Sums of the same values in another order, or of them in another unit, differ by less.
_TIED: Final = 1e-9
_NONE: Final = 1e-12


@contextmanager
def _quietly() -> Generator[None]:
    """Let PySAL make its folder for examples elsewhere than in the home of who runs the server."""
    former = os.environ.get("XDG_DATA_HOME")
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what would speed it up and is not there
        os.environ["XDG_DATA_HOME"] = folder
        try:
            yield
        finally:
            del os.environ["XDG_DATA_HOME"]
            if former is not None:
                os.environ["XDG_DATA_HOME"] = former


with _quietly():
    from esda.moran import Moran, Moran_Local
    from esda.significance import calculate_significance
    from libpysal.graph import Graph


class Overall(NamedTuple):
    """Moran's I, and what the randomisation says of it."""

    i: float
    expected: float
    z: float
    p: float


class Each(NamedTuple):
    """The local I of each unit, its pseudo p, and what it is with its neighbours."""

    i: Floats
    p: Floats
    kinds: NDArray[np.str_]


def weighed(one: NDArray[np.int64], other: NDArray[np.int64]) -> Graph:
    """Weigh the neighbours of a unit alike; `one` is sorted, and has each unit."""
    return Graph.from_arrays(one, other, np.ones(one.size)).transform("r")


def overall(values: Floats, weights: Graph) -> Overall | None:
    """Compute Moran's I; None where all are neighbours of all, and nothing could be otherwise."""
    with np.errstate(all="ignore"):
        found = Moran(values, weights, permutations=0)
    if not found.VI_rand > _NONE:
        return None
    return Overall(*map(float, (found.I, found.EI, found.z_rand, found.p_rand)))


def each(values: Floats, weights: Graph) -> Each:
    """Compute the local I of each unit, and how often chance brings as much to that side.

    esda's own `p_sim` lets the last digit decide which of the draws with the observed sum count,
    and counts none of them where that is the least. So its draws are compared anew, with such
    ties on both sides.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what its `p_sim` will be
        found = Moran_Local(values, weights, permutations=PERMUTATIONS, n_jobs=1, seed=_SEED)
    deviations = np.abs(found.z)
    most = deviations.max()
    tied = _TIED * deviations * most * (values.size - 1) / found.den
    tied[deviations <= _TIED * most] = np.inf  # of just the mean: any neighbours make it 0
    above = calculate_significance(found.Is - tied, found.rlisas, "greater")
    below = calculate_significance(found.Is + tied, found.rlisas, "lesser")
    return Each(found.Is, np.minimum(above, below), _KINDS[found.q])

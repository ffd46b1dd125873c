"""Fixes of one mover as columns: what everything about tracks is computed from."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.arrays import Floats


@dataclass(frozen=True, slots=True)
class Fixes:
    """Where a mover was, in the order of time: columns of one length.

    `time_s` is in seconds since 1970 (UTC), `lon` and `lat` in degrees (EPSG:4490), `accuracy_m`
    is NaN where it was not told. Of equal times there is no order but that of the rows, so whoever
    makes them sorts them by what is theirs (`device`), too.
    """

    time_s: Floats
    lon: Floats
    lat: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.time_s)

    def only(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        """Return some of the fixes: those that a mask marks, or that are numbered."""
        return type(self)(self.time_s[rows], self.lon[rows], self.lat[rows], self.accuracy_m[rows])

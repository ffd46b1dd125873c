"""What is implausible about incoming coordinates, how many, and the likely cause."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Cause(StrEnum):
    """The likely cause of implausible coordinates."""

    UNPLACED = "unplaced"
    DUMMY = "dummy"
    SWAPPED = "swapped"
    SIGN_LOST = "sign_lost"
    SCALED = "scaled"
    OUTSIDE = "outside"
    ZONE_PREFIX = "zone_prefix"
    METRES_AS_DEGREES = "metres_as_degrees"
    DEGREES_AS_METRES = "degrees_as_metres"
    IS_GCJ02 = "is_gcj02"
    IS_BD09 = "is_bd09"
    NOT_GCJ02 = "not_gcj02"
    NOT_BD09 = "not_bd09"
    BD09_AS_GCJ02 = "bd09_as_gcj02"
    GCJ02_AS_BD09 = "gcj02_as_bd09"
    CONSTANT_OFFSET = "constant_offset"


_EXPLANATIONS: Final = {
    Cause.UNPLACED: "have no usable coordinates, or none that the declared CRS can place",
    Cause.DUMMY: "are at whole degrees (0, 0) or share one far point: placeholders for no place",
    Cause.SWAPPED: "lie in the district with longitude and latitude swapped: swap the columns",
    Cause.SIGN_LOST: "lie in the district with a sign changed: give west and south a minus",
    Cause.SCALED: "lie in the district when divided by a power of ten: whole numbers of 1e-5, "
    "1e-6 or 1e-7 degrees, as devices send them",
    Cause.OUTSIDE: "lie outside the district",
    Cause.ZONE_PREFIX: "have an easting whose zone prefix the declared CRS does not expect (or "
    "lacks the one it does): use the EPSG code with or without zone",
    Cause.METRES_AS_DEGREES: "are metres under a CRS of degrees: declare the projected CRS",
    Cause.DEGREES_AS_METRES: "are degrees under a CRS of metres: declare the geographic CRS",
    Cause.IS_GCJ02: "look like GCJ-02: load with --crs gcj02",
    Cause.IS_BD09: "look like BD-09: load with --crs bd09",
    Cause.NOT_GCJ02: "are shifted as if GCJ-02 had been inverted once too often: load with "
    "--crs wgs84, or what is loaded already is in GCJ-02",
    Cause.NOT_BD09: "are shifted as if BD-09 had been inverted once too often: load with "
    "--crs wgs84, or what is loaded already is in BD-09",
    Cause.BD09_AS_GCJ02: "look like BD-09 declared as GCJ-02: load with --crs bd09",
    Cause.GCJ02_AS_BD09: "look like GCJ-02 declared as BD-09: load with --crs gcj02",
    Cause.CONSTANT_OFFSET: "are off by a constant that is no GCJ-02 or BD-09 shift: ask the source "
    "for the datum",
}


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Points that are implausible for one cause.

    `rows` are their positions in the arrays given, `compared` the number of points looked at;
    `east_m` and `north_m` the median offset from where they should be, NaN where there is none.
    """

    cause: Cause
    rows: NDArray[np.int64]
    compared: int
    east_m: float = np.nan
    north_m: float = np.nan

    @property
    def message(self) -> str:
        """One line: how many, what, the likely cause, how to mend it."""
        offset = ""
        if np.isfinite(self.east_m):
            offset = f" ({self.east_m:+.0f} m east, {self.north_m:+.0f} m north)"
        explanation = _EXPLANATIONS[self.cause]
        return f"{self.rows.size} of {self.compared} points {explanation}{offset}"

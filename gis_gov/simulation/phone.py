"""What a phone tells, as columns."""

from dataclasses import dataclass, replace

import numpy as np

from gis_gov.geo.arrays import Floats, Mask, Positions


@dataclass(frozen=True, slots=True)
class Phone:
    """The fixes that a phone tells: places in degrees (EPSG:4490), times in seconds since 1970.

    `time_s` is what the phone says of a fix, `told_s` when it is sent, really; `clock_s` is by how
    much the phone's clock was ahead then. What is sent at one time is one message.
    """

    worker: str
    device: str
    mode: str
    time_s: Floats
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    sequence: Positions
    is_mock: Mask
    told_s: Floats
    clock_s: Floats

    def __len__(self) -> int:
        return len(self.time_s)

    def only(self, rows: Mask | Positions) -> "Phone":
        """Return some of the fixes, in the order asked for."""
        return replace(
            self,
            time_s=self.time_s[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
            accuracy_m=self.accuracy_m[rows],
            sequence=self.sequence[rows],
            is_mock=self.is_mock[rows],
            told_s=self.told_s[rows],
            clock_s=self.clock_s[rows],
        )

    def joined(self, other: "Phone") -> "Phone":
        """Return the fixes of both, as this phone's."""

        def both(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
            return np.concatenate([mine, theirs])

        return replace(
            self,
            time_s=both(self.time_s, other.time_s),
            lon=both(self.lon, other.lon),
            lat=both(self.lat, other.lat),
            accuracy_m=both(self.accuracy_m, other.accuracy_m),
            sequence=both(self.sequence, other.sequence),
            is_mock=both(self.is_mock, other.is_mock),
            told_s=both(self.told_s, other.told_s),
            clock_s=both(self.clock_s, other.clock_s),
        )

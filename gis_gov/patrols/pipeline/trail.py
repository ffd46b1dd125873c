"""All fixes of a worker, as columns, with what their devices said of them."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.track.fixes import Fixes


@dataclass(frozen=True, slots=True)
class Trail:
    """Fixes of one worker, in any order, in columns of one length.

    `device` numbers the worker's devices; times are in seconds since 1970, `device_time_s` is NaN
    where it was not told, `sequence` -1; `mode` is a `Mode`. `is_replayed` marks what was told
    before, as it was compared with other tracks.
    """

    fixes: Fixes
    device: Positions
    received_s: Floats
    device_time_s: Floats
    sequence: Positions
    is_mock: Mask
    mode: Positions
    is_replayed: Mask

    def __len__(self) -> int:
        return len(self.fixes)

    def only(self, rows: Mask | Positions) -> Self:
        """Return some of the fixes: those that a mask marks, or that are numbered."""
        columns = [getattr(self, field.name)[rows] for field in fields(self)[1:]]
        return type(self)(self.fixes.only(rows), *columns)

    def order(self) -> Positions:
        """List the rows in the order of time, device, sequence and place, then of all else.

        Rows that are equal in all columns are the only ones whose order is that of the rows.
        """
        fixes = self.fixes
        lesser = (
            self.is_replayed,
            self.is_mock,
            self.mode,
            self.device_time_s,
            self.received_s,
            fixes.accuracy_m,
        )
        return np.lexsort((*lesser, fixes.lat, fixes.lon, self.sequence, self.device, fixes.time_s))

    def rows_by_device(self) -> list[Positions]:
        """List the rows of each device, in their order."""
        return [np.flatnonzero(self.device == device) for device in np.unique(self.device)]

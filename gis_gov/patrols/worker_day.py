"""The fixes of a worker in a time, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from gis_gov.db.run import sql_file, tuples
from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.cover import NOWHERE
from gis_gov.geo.track.fixes import Fixes

NO_GRID: Final = NOWHERE
NO_SEQUENCE: Final = -1


@dataclass(frozen=True, slots=True)
class WorkerFixes:
    """All that is stored of a worker in a time, rejected or not, in the order of time and device.

    `grid_id` is NO_GRID outside of all grids; `sequence` NO_SEQUENCE, times and accuracies NaN
    where they were not told; `rejected_for` is empty for what counts.
    """

    fixes: Fixes
    device: NDArray[np.str_]
    mode: NDArray[np.str_]
    grid_id: Positions
    received_s: Floats
    device_time_s: Floats
    sequence: Positions
    is_mock: Mask
    rejected_for: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.fixes)

    @property
    def counts(self) -> Mask:
        """Mark the fixes that are not rejected."""
        return self.rejected_for == ""

    def only(self, rows: Mask) -> "WorkerFixes":
        """Return some of the fixes."""
        return WorkerFixes(
            self.fixes.only(rows),
            self.device[rows],
            self.mode[rows],
            self.grid_id[rows],
            self.received_s[rows],
            self.device_time_s[rows],
            self.sequence[rows],
            self.is_mock[rows],
            self.rejected_for[rows],
        )


async def read_worker_fixes(
    conn: AsyncConnection[Any], worker_id: int, since: datetime, until: datetime
) -> WorkerFixes:
    """Read what is stored of a worker from `since` up to, and without, `until`."""
    asked = {"worker_id": worker_id, "since": since, "until": until}
    rows = await tuples(conn, sql_file(__package__ or "", "fixes_between"), asked, binary=True)
    return _columns(rows)


def _columns(rows: Sequence[tuple[Any, ...]]) -> WorkerFixes:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 13
    device, grid, sequence, is_mock, rejected_for, accuracy, mode, time, lon, lat = columns[1:11]
    received, device_time = columns[11:]
    return WorkerFixes(
        Fixes(_floats(time), _floats(lon), _floats(lat), _floats(accuracy)),
        np.array(device, dtype=np.str_),
        np.array(mode, dtype=np.str_),
        _numbers(grid, NO_GRID),
        _floats(received),
        _floats(device_time),
        _numbers(sequence, NO_SEQUENCE),
        np.array(is_mock, dtype=np.bool_),
        np.array([reason or "" for reason in rejected_for], dtype=np.str_),
    )


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array(values, dtype=np.float64)


def _numbers(values: Sequence[int | None], missing: int) -> Positions:
    return np.array([missing if each is None else each for each in values], dtype=np.int64)

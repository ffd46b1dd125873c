"""The fixes of those who were somewhere, and who they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.geo.bbox import BBox
from gis_gov.geo.track.fixes import Fixes

_PACKAGE: Final = __package__ or ""

Row = tuple[int | None, str, float, float, float, bool]


@dataclass(frozen=True, slots=True)
class WorkerTold:
    """A worker as he is told of."""

    id: int
    code: str
    name: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class MoverFixes:
    """The fixes of a worker, or of a device that nobody carries, in pieces; and their devices.

    Between two pieces there are others, which are far away.
    """

    worker_id: int | None
    pieces: tuple[tuple[Fixes, tuple[str, ...]], ...]


async def read_near(
    conn: AsyncConnection[Any], box: BBox, since: datetime, until: datetime, most: int
) -> list[Row]:
    """Read the fixes of whoever was in a box in a time, and those around them; so many at most.

    Only what whoever asks may know, and what counts.
    """
    asked = {
        "west": box.west,
        "south": box.south,
        "east": box.east,
        "north": box.north,
        "since": since,
        "until": until,
        "most": most,
    }
    rows = await tuples(conn, sql_file(_PACKAGE, "fixes_near"), asked, binary=True)
    return [(worker, device, at, lon, lat, joins) for worker, device, at, lon, lat, joins in rows]


def by_mover(rows: Iterable[Row]) -> Iterator[MoverFixes]:
    """Gather fixes, in the order in which they are read, by who they are of."""
    for (worker_id, _), of_mover in groupby(rows, _mover):
        told: list[list[Row]] = []
        for row in of_mover:
            if not told or not row[5]:
                told.append([])
            told[-1].append(row)
        yield MoverFixes(worker_id, tuple(map(_piece, told)))


def _mover(row: Row) -> tuple[int | None, str | None]:
    return row[0], None if row[0] is not None else row[1]


async def read_workers(conn: AsyncConnection[Any], ids: Iterable[int]) -> dict[int, WorkerTold]:
    """Read who some workers are of whom one may know."""
    asked = {"ids": sorted(ids)}
    found = await rows_of(conn, WorkerTold, sql_file(_PACKAGE, "workers_told"), asked)
    return {each.id: each for each in found}


def _piece(rows: list[Row]) -> tuple[Fixes, tuple[str, ...]]:
    _, device, time_s, lon, lat, _ = zip(*rows, strict=True)
    lons, lats = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    nothing = np.full(len(rows), np.nan)
    return Fixes(np.array(time_s, dtype=np.float64), lons, lats, nothing), tuple(device)

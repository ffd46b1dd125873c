"""The way of a worker: the fixes that count, of those that whoever asks may know."""

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection
from sqlalchemy import select

from gis_gov.db.run import sql_file, tuples
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.tables import patrol

_MOMENT: Final = timedelta(microseconds=1)


async def read_span(conn: AsyncConnection[Any], code: str) -> tuple[int, datetime, datetime] | None:
    """Return the worker of a patrol, when it began, and the first moment after it."""
    query = select(patrol.c.worker_id, patrol.c.begins_at, patrol.c.ends_at)
    for worker_id, begins_at, ends_at in await tuples(conn, query.where(patrol.c.code == code)):
        return worker_id, begins_at, (ends_at or begins_at) + _MOMENT
    return None


async def read_way(
    conn: AsyncConnection[Any], worker_id: int, since: datetime, until: datetime
) -> Fixes:
    """Read the fixes of a worker from `since` up to, and without, `until`."""
    asked = {"worker_id": worker_id, "since": since, "until": until}
    rows = await tuples(conn, sql_file(__package__ or "", "way"), asked, binary=True)
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3)
    time_s, lon, lat = columns.T
    return Fixes(time_s, lon, lat, np.full(len(columns), np.nan))

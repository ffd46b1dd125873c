"""Every statement that takes fixes in."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

import numpy as np
import orjson
from psycopg import AsyncConnection

from gis_gov.db.array_text import numbers, texts
from gis_gov.db.run import scalar, sql_file, tuples
from gis_gov.geo.arrays import Floats, Positions
from gis_gov.geo.cells import cells_of
from gis_gov.patrols.told import Told

_PACKAGE: Final = __package__ or ""
_BY_TRIGGER: Final = "select set_config('gis_gov.placed', '', true)"


class Places(Protocol):
    """Where points lie, as long as the boundaries have a number."""

    number: int

    def place(self, lon: Floats, lat: Floats) -> tuple[Positions, Positions]:
        """Give the ids of each point's grid and area, 0 for none."""
        ...


async def make_days_ready(conn: AsyncConnection[Any], days: Iterable[date]) -> None:
    """Make the partitions of some days (UTC+8) where they are missing."""
    await conn.execute(sql_file(_PACKAGE, "ready_days"), {"days": sorted(days)})


async def put_fixes(
    conn: AsyncConnection[Any], told: Sequence[Told], places: Places | None
) -> set[tuple[str, datetime]]:
    """Insert fixes; return the device and the time of those that were not there.

    Where they lie is told by `places`, if these are of the boundaries as they are; else by the
    database, which takes twice as long for everything.
    """
    await conn.execute(sql_file(_PACKAGE, "hold_boundaries"))
    columns = _columns(told)
    # In a statement of its own, which sees what was committed while the lock was waited for.
    if places is not None and await scalar(
        conn, sql_file(_PACKAGE, "use_places"), {"number": places.number}
    ):
        lon = np.array([each.fix.lon for each in told])
        lat = np.array([each.fix.lat for each in told])
        grid_id, area_id = await asyncio.to_thread(places.place, lon, lat)
        columns |= {"grid_id": numbers(grid_id.tolist()), "area_id": numbers(area_id.tolist())}
    rows = await tuples(conn, sql_file(_PACKAGE, "take"), columns)
    await conn.execute(_BY_TRIGGER)
    if len(rows) == len(told):
        return {each.key for each in told}
    by_key = {(each.device, each.fix.time.timestamp()): each.key for each in told}
    return {by_key[device, time_s] for device, time_s in rows}


async def settle_fixes(conn: AsyncConnection[Any], told: Sequence[Told]) -> None:
    """Replace those fixes that are there already, where the ones told are the better ones."""
    await conn.execute(sql_file(_PACKAGE, "settle"), _columns(told))


def _columns(told: Sequence[Told]) -> dict[str, str]:
    fixes = [each.fix for each in told]
    cells = cells_of(np.array([fix.lon for fix in fixes]), np.array([fix.lat for fix in fixes]))
    return {
        "device": texts([each.device for each in told]),
        "time_s": numbers([fix.time.timestamp() for fix in fixes]),
        "worker_id": numbers([each.worker_id for each in told]),
        "lon": numbers([fix.lon for fix in fixes]),
        "lat": numbers([fix.lat for fix in fixes]),
        "grid_id": numbers([0] * len(fixes)),
        "area_id": numbers([0] * len(fixes)),
        "cell": numbers(cells.tolist()),
        "accuracy_m": numbers([fix.accuracy_m for fix in fixes]),
        "speed_mps": numbers([fix.speed_mps for fix in fixes]),
        "bearing_deg": numbers([fix.bearing_deg for fix in fixes]),
        "altitude_m": numbers([fix.altitude_m for fix in fixes]),
        "source": texts([fix.source for fix in fixes]),
        "source_datum": texts([each.datum for each in told]),
        "device_time_s": numbers(
            [fix.device_time and fix.device_time.timestamp() for fix in fixes]
        ),
        "sequence": numbers([fix.sequence for fix in fixes]),
        "is_mock": numbers([fix.is_mock for fix in fixes]),
        "rejected_for": texts([each.rejected_for for each in told]),
        "received_s": numbers([each.received_at.timestamp() for each in told]),
        "attrs": texts([orjson.dumps(dict(fix.attrs)).decode() for fix in fixes]),
    }

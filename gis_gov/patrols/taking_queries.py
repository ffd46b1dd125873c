"""Every statement that takes fixes in."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol

import numpy as np
import orjson
from psycopg import AsyncConnection

from gis_gov.db.run import scalar, sql_file, tuples
from gis_gov.geo.arrays import Floats, Positions
from gis_gov.geo.cells import cells_of
from gis_gov.patrols.told import Told

_PACKAGE: Final = __package__ or ""
_BY_TRIGGER: Final = "select set_config('gis_gov.placed', '', true)"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
        lon, lat = np.array(columns["lon"]), np.array(columns["lat"])
        grid_id, area_id = await asyncio.to_thread(places.place, lon, lat)
        columns |= {"grid_id": grid_id.tolist(), "area_id": area_id.tolist()}
    rows = await tuples(conn, sql_file(_PACKAGE, "take"), columns)
    await conn.execute(_BY_TRIGGER)
    by_key = {(each.device, _seconds(each.fix.time)): each.key for each in told}
    return {by_key[device, time_s] for device, time_s in rows}


async def settle_fixes(conn: AsyncConnection[Any], told: Sequence[Told]) -> None:
    """Replace those fixes that are there already, where the ones told are the better ones."""
    await conn.execute(sql_file(_PACKAGE, "settle"), _columns(told))


def _columns(told: Sequence[Told]) -> dict[str, list[Any]]:
    fixes = [each.fix for each in told]
    cells = cells_of(np.array([fix.lon for fix in fixes]), np.array([fix.lat for fix in fixes]))
    return {
        "device": [each.device for each in told],
        "time_s": [_seconds(fix.time) for fix in fixes],
        "worker_id": [each.worker_id for each in told],
        "lon": [fix.lon for fix in fixes],
        "lat": [fix.lat for fix in fixes],
        "grid_id": [0] * len(fixes),
        "area_id": [0] * len(fixes),
        "cell": cells.tolist(),
        "accuracy_m": [fix.accuracy_m for fix in fixes],
        "speed_mps": [fix.speed_mps for fix in fixes],
        "bearing_deg": [fix.bearing_deg for fix in fixes],
        "altitude_m": [fix.altitude_m for fix in fixes],
        "source": [fix.source for fix in fixes],
        "source_datum": [each.datum for each in told],
        "device_time_s": [fix.device_time and _seconds(fix.device_time) for fix in fixes],
        "sequence": [fix.sequence for fix in fixes],
        "is_mock": [fix.is_mock for fix in fixes],
        "rejected_for": [each.rejected_for for each in told],
        "received_s": [_seconds(each.received_at) for each in told],
        "attrs": [orjson.dumps(dict(fix.attrs)).decode() for fix in fixes],
    }


def _seconds(moment: datetime) -> float:
    """Return seconds since 1970, the same float for the same moment as PostgreSQL makes of it."""
    return (moment - _EPOCH) / timedelta(seconds=1)

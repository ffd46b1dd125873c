"""Calls for help (SOS): an alarm is opened with what tells of them, in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from gis_gov.db.run import sql_file
from gis_gov.patrols.told import Told


@dataclass(frozen=True, slots=True)
class Call:
    """Who called for help and when; where, in degrees of EPSG:4490, if that is known."""

    worker_id: int
    at: datetime
    lon: float | None = None
    lat: float | None = None


def calls_of(told: Iterable[Told]) -> list[Call]:
    """Return the calls among fixes of workers, whether a fix counts or not."""
    return [
        Call(each.worker_id, each.fix.time, each.fix.lon, each.fix.lat)
        for each in told
        if each.worker_id is not None and each.fix.attrs.get("sos") is True
    ]


async def raise_sos(conn: AsyncConnection[Any], calls: Sequence[Call]) -> None:
    """Open alarms. What comes within ten minutes of a call of the same worker belongs to that."""
    columns = {
        "worker_id": [call.worker_id for call in calls],
        "at": [call.at for call in calls],
        "lon": [call.lon for call in calls],
        "lat": [call.lat for call in calls],
    }
    await conn.execute(sql_file(__package__ or "", "raise_sos"), columns)

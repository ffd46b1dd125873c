"""By which name the fixes of a device are stored: never by whether it is registered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import AsyncConnection

from gis_gov.db.array_text import numbers, texts
from gis_gov.db.run import sql_file, tuples
from gis_gov.patrols.told import Told


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The name by which fixes of a device are stored, and one by which they may be, too."""

    name: str
    other: str | None = None


def key_of_worker(worker: str, named: str | None) -> DeviceKey:
    """Return the key of a device that somebody names as a worker's; without a name, his own.

    It is a function of both codes alone, so that what is sent again after the device was registered
    is known. What the same device told by another way in has its bare code.
    """
    of_worker = f"{named or worker}@{worker}"
    if named is None or named == worker:
        return DeviceKey(worker, of_worker)
    return DeviceKey(of_worker, named)


def key_of_registered(device: str, worker: str | None) -> DeviceKey:
    """Return the key of a device that has shown itself to be the one that is registered."""
    return DeviceKey(device, worker and f"{device}@{worker}")


async def under_known_keys(conn: AsyncConnection[Any], told: Sequence[Told]) -> list[Told]:
    """Give fixes that are stored by the other name of their device that one, so that none doubles.

    They come back in the order that all writers lock rows in.
    """
    asked = [each for each in told if each.other_device is not None]
    if not asked:
        return list(told)
    values = {
        "device": texts([each.other_device for each in asked]),
        "time_s": numbers([each.fix.time.timestamp() for each in asked]),
        "worker_id": numbers([each.worker_id for each in asked]),
        "since": min(each.fix.time for each in asked),
        "until": max(each.fix.time for each in asked),
    }
    rows = await tuples(conn, sql_file(__package__ or "", "known_keys"), values)
    if not rows:
        return list(told)
    known = set(rows)
    renamed = [
        replace(each, device=each.other_device, other_device=None)
        if each.other_device is not None and (each.other_device, each.fix.time) in known
        else each
        for each in told
    ]
    return sorted(renamed, key=lambda each: each.key)

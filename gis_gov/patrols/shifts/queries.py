"""Every statement about shifts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import dicts, sql_file
from gis_gov.patrols.shifts.roster import Shift

_PACKAGE: Final = __package__ or ""


async def read_shifts(
    conn: AsyncConnection[Any], ids: Collection[int] | None
) -> Mapping[int, list[Shift]]:
    """Read the shifts of some workers, or of all, by worker; who has none is left out."""
    asked = {"ids": None if ids is None else sorted(ids)}
    rows = await dicts(conn, sql_file(_PACKAGE, "shifts"), asked)
    found: defaultdict[int, list[Shift]] = defaultdict(list)
    for row in rows:
        found[row.pop("worker_id")].append(Shift(**row))
    return dict(found)


async def replace_shifts(
    conn: AsyncConnection[Any], worker_id: int, shifts: Sequence[Shift]
) -> None:
    """Write a worker's shifts in the place of all that he has.

    A weekly one without a first day holds from today on.

    Raises:
        InsufficientPrivilege: they are not for who asks to write.

    """
    rows = [asdict(each) for each in shifts]
    values = {each.name: [row[each.name] for row in rows] for each in fields(Shift)}
    # An array of arrays would need all of them to be of one length.
    values["weekdays"] = [_array(days) for days in values["weekdays"]]
    await conn.execute(sql_file(_PACKAGE, "drop_shifts"), {"worker_id": worker_id})
    await conn.execute(sql_file(_PACKAGE, "put_shifts"), {"worker_id": worker_id, **values})


async def hold_off_shift(conn: AsyncConnection[Any]) -> frozenset[int]:
    """Keep others from writing who is off shift until the transaction ends; return who is."""
    await conn.execute(sql_file(_PACKAGE, "hold_off_shift"))
    return frozenset(row["worker_id"] for row in await dicts(conn, sql_file(_PACKAGE, "off_shift")))


async def change_off_shift(
    conn: AsyncConnection[Any], begun: Collection[int], ended: Collection[int]
) -> None:
    """Write who is off shift from now on, and who no more."""
    await conn.execute(sql_file(_PACKAGE, "end_off_shift"), {"ids": sorted(ended)})
    await conn.execute(sql_file(_PACKAGE, "begin_off_shift"), {"ids": sorted(begun)})


def _array(days: frozenset[int] | None) -> str | None:
    return None if days is None else "{" + ",".join(map(str, sorted(days))) + "}"

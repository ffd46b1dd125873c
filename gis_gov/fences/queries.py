"""Every statement that looks for crossings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import orjson
from psycopg import AsyncConnection

from gis_gov.db.array_text import numbers, texts
from gis_gov.db.run import rows_of, scalar, sql_file, tuples
from gis_gov.fences.found import Found, Key
from gis_gov.fences.settling_queries import STAY_S
from gis_gov.fences.states import WorkerState
from gis_gov.geo.geofence.mover_fixes import MoverFixes

_PACKAGE: Final = __package__ or ""

WorkerHour = tuple[int, float]
"""A worker, and an hour by its first moment (s since 1970)."""


@dataclass(frozen=True, slots=True)
class StateRow:
    """What is known of a worker after an hour, and after the one before, as it was read."""

    worker_id: int
    employed_in: Sequence[int]
    pairs_now: list[Any] | None
    pairs_before: list[Any] | None
    last_now: list[float | None]
    last_before: list[float | None]
    next_s: float | None


async def is_alone(conn: AsyncConnection[Any]) -> bool:
    """Say whether no other process looks for crossings, until the transaction ends."""
    return bool(await scalar(conn, sql_file(_PACKAGE, "try_crossings")))


async def take_due(
    conn: AsyncConnection[Any], most: int, days: int, but: Collection[WorkerHour]
) -> dict[WorkerHour, float]:
    """Take the hours of workers that are due, but for some, and since when each is.

    Those of more than so many days ago are not to be looked at any more.
    """
    asked = {"most": most, "days": days, **_columns(but)}
    rows = await tuples(conn, sql_file(_PACKAGE, "take_due"), asked)
    return {(worker, hour_s): since_s for worker, hour_s, since_s in rows}


async def put_due(conn: AsyncConnection[Any], due: Mapping[WorkerHour, float]) -> None:
    """Let hours of workers stay due since a moment of theirs."""
    asked = {**_columns(due), "since_s": numbers(list(due.values()))}
    await conn.execute(sql_file(_PACKAGE, "put_due"), asked)


async def put_company_due(conn: AsyncConnection[Any], hours: Mapping[WorkerHour, float]) -> None:
    """Note of fences who was alone in them, as somebody was heard of who was there, since when."""
    asked = {**_columns(hours), "since_s": numbers(list(hours.values())), "stay_s": STAY_S}
    await conn.execute(sql_file(_PACKAGE, "put_company_due"), asked)


async def read_states(
    conn: AsyncConnection[Any], hours: Collection[WorkerHour]
) -> dict[int, StateRow]:
    """Read what is known of workers at an hour of each; who is no more is left out."""
    rows = await rows_of(conn, StateRow, sql_file(_PACKAGE, "states"), _columns(hours))
    return {row.worker_id: row for row in rows}


async def read_fixes(
    conn: AsyncConnection[Any], spans: Sequence[tuple[int, float, float]]
) -> MoverFixes:
    """Read the fixes of workers that count, each one's after a moment and before another."""
    worker_id, after_s, before_s = map(numbers, zip(*spans, strict=True))
    asked = {"worker_id": worker_id, "after_s": after_s, "before_s": before_s}
    rows = await tuples(conn, sql_file(_PACKAGE, "fixes"), asked, binary=True)
    if not rows:
        return MoverFixes.joined([])
    mover, *columns = zip(*rows, strict=True)
    return MoverFixes(
        np.array(mover, dtype=np.int64),
        *(np.array(column, dtype=np.float64) for column in columns),
    )


async def put_states(
    conn: AsyncConnection[Any], states: Mapping[WorkerHour, WorkerState | None]
) -> None:
    """Keep what is known of workers after hours; of None, that there is nothing."""
    put = {hour: state for hour, state in states.items() if state is not None}
    if put:
        columns = _columns(put)
        for place, name in enumerate(("last_s", "lon", "lat", "accuracy_m")):
            columns[name] = numbers([state.last[place] for state in put.values()])
        columns["pairs"] = texts([orjson.dumps(state.pairs).decode() for state in put.values()])
        await conn.execute(sql_file(_PACKAGE, "put_states"), columns)
    gone = states.keys() - put.keys()
    if gone:
        await conn.execute(sql_file(_PACKAGE, "drop_states"), _columns(gone))


async def read_told(
    conn: AsyncConnection[Any], hours: Collection[WorkerHour]
) -> list[tuple[int, Key]]:
    """Read the ids of what was told of hours of workers, and what it was."""
    rows = await tuples(conn, sql_file(_PACKAGE, "told"), _columns(hours))
    return [(number, tuple(key)) for number, *key in rows]


async def withdraw(conn: AsyncConnection[Any], ids: Collection[int]) -> None:
    """Withdraw crossings that were not so."""
    await conn.execute(sql_file(_PACKAGE, "withdraw"), {"ids": sorted(ids)})


async def know_otherwise(conn: AsyncConnection[Any], shown: Mapping[int, Found]) -> None:
    """Note of crossings by which fix they are known now, and where they were by it."""
    columns = {
        "id": list(shown),
        "hour_s": [each.hour_s for each in shown.values()],
        "known_us": [each.known_us for each in shown.values()],
        "lon": [each.lon for each in shown.values()],
        "lat": [each.lat for each in shown.values()],
    }
    await conn.execute(sql_file(_PACKAGE, "known_later"), columns)


async def put_crossings(conn: AsyncConnection[Any], found: Sequence[Found]) -> None:
    """Tell crossings."""
    columns: dict[str, str] = {}
    for each in fields(Found):
        column = [getattr(crossing, each.name) for crossing in found]
        columns[each.name] = (texts if each.name == "kind" else numbers)(column)
    await conn.execute(sql_file(_PACKAGE, "put_crossings"), columns)


async def drop_old_states(conn: AsyncConnection[Any], days: int) -> None:
    """Drop what was known after hours of which nothing is looked at anew."""
    await conn.execute(sql_file(_PACKAGE, "old_states"), {"days": days})


def _columns(hours: Collection[WorkerHour]) -> dict[str, str]:
    return {
        "worker_id": numbers([worker for worker, _ in hours]),
        "hour_s": numbers([hour_s for _, hour_s in hours]),
    }

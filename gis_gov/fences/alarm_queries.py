"""Every statement that opens, closes and acknowledges alarms."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.filters import extent_parameters
from gis_gov.access.permissions import Permission
from gis_gov.db.run import rows_of, scalar, sql_file, tuples
from gis_gov.fences.alarming import Cause, Lasting, Left, Watched
from gis_gov.fences.known_now import KEPT_S, Here
from gis_gov.fences.states import WorkerState

_PACKAGE: Final = __package__ or ""


async def acknowledge(
    conn: AsyncConnection[Any], number: int, actor: Actor, note: str | None
) -> bool | None:
    """Note that somebody sees to an alarm; False if somebody did, None if it is not his to do."""
    asked = {
        "id": number,
        "own": actor.worker_id,
        "name": actor.name,
        "note": note,
        **extent_parameters(actor.reach(Permission.TRACK_READ).any),
    }
    return await scalar(conn, sql_file(_PACKAGE, "acknowledge"), asked)


async def is_alone(conn: AsyncConnection[Any]) -> bool:
    """Say whether no other process looks for alarms, until the transaction ends."""
    return bool(await scalar(conn, sql_file(_PACKAGE, "try_alarms")))


async def read_watched(conn: AsyncConnection[Any]) -> list[Watched]:
    """Read the fences that raise alarms."""
    return await rows_of(conn, Watched, sql_file(_PACKAGE, "watched"))


async def read_heard(conn: AsyncConnection[Any]) -> dict[int, Here]:
    """Read where workers are by the fences, as far as they were heard of."""
    rows = await tuples(conn, sql_file(_PACKAGE, "newest_states"), {"kept_s": KEPT_S})
    found = {}
    for worker_id, pairs, employed_in, last, is_off_shift in rows:
        state = WorkerState.of_row(last, pairs)
        if state is not None:
            found[worker_id] = Here(worker_id, employed_in, state, is_off_shift)
    return found


async def read_left(conn: AsyncConnection[Any], watched: Sequence[Watched]) -> Left:
    """Read when workers left those fences for the last time of which that is asked."""
    asking = (each for each in watched if "outside" in each.tells or each.alone_s is not None)
    asked = {"versions": [each.version_id for each in asking], "kept_s": KEPT_S}
    left: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for worker_id, version_id, left_s in await tuples(conn, sql_file(_PACKAGE, "left_last"), asked):
        left[version_id][worker_id] = left_s
    return left


async def read_open(conn: AsyncConnection[Any]) -> dict[Cause, Lasting]:
    """Read the alarms that last, but for calls for help."""
    rows = await tuples(conn, sql_file(_PACKAGE, "open_alarms"))
    return {Cause(*cause): Lasting(number, off) for number, *cause, off in rows}


async def open_alarms(
    conn: AsyncConnection[Any],
    at_s: float,
    causes: Mapping[Cause, float],
    heard: Mapping[int, Here],
) -> None:
    """Open alarms, each where its worker was heard of last."""
    places = [heard[cause.worker_id].state.last for cause in causes]
    columns = {each.name: [getattr(cause, each.name) for cause in causes] for each in fields(Cause)}
    values = {
        **columns,
        "at_s": at_s,
        "since_s": list(causes.values()),
        "lon": [lon for _, lon, _, _ in places],
        "lat": [lat for _, _, lat, _ in places],
    }
    await conn.execute(sql_file(_PACKAGE, "open_alarm"), values)

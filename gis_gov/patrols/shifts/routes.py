"""When a worker is on shift is told, and written."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from psycopg import AsyncConnection, errors

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.api import AppState, Conn
from gis_gov.days import utc_now
from gis_gov.natural_key import WithSlashes
from gis_gov.openapi import problems
from gis_gov.patrols.movers import Mover
from gis_gov.patrols.service import is_known
from gis_gov.patrols.shifts.queries import read_shifts, replace_shifts
from gis_gov.patrols.shifts.roster import Roster, Shift
from gis_gov.patrols.shifts.schemas import ShiftSent, ShiftsSent, ShiftsTold
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.state import State

router = APIRouter(tags=["patrols"])

WorkerCode = Annotated[
    str,
    Path(max_length=255, description="Code of the worker", examples=["W0012"]),
    WithSlashes,
]


@router.get(
    "/workers/{code}/shifts",
    summary="When a worker is on shift",
    response_model=ShiftsTold,
    responses=problems(NotFound, NotAllowed),
)
async def shifts_of_worker(
    state: AppState,
    conn: Conn,
    record: Recorder,
    actor: Annotated[Actor, may(Permission.MAP_READ)],
    code: WorkerCode,
) -> ShiftsTold:
    """Tell the shifts of a worker of whom you may know, or your own.

    At other times nothing is stored of where he is.
    """
    mover = await _known_mover(state, conn, actor, code)
    found = await read_shifts(conn, [mover.id])
    await record(Entry("shift.read", "ok", "worker", code))
    return _told(state, code, found.get(mover.id, []))


@router.put(
    "/workers/{code}/shifts",
    summary="Say when a worker is on shift",
    response_model=ShiftsTold,
    responses=problems(InvalidRequest, NotFound, NotAllowed),
)
async def put_shifts(
    state: AppState,
    conn: Conn,
    record: Recorder,
    actor: Annotated[Actor, may(Permission.SHIFT_WRITE)],
    code: WorkerCode,
    sent: ShiftsSent,
) -> ShiftsTold:
    """Write all shifts of a worker, in the place of those that he has.

    It holds for what comes from now on, for late fixes too; what was stored rightly stays.
    """
    mover = await _known_mover(state, conn, actor, code)
    if not actor.reach(Permission.SHIFT_WRITE).holds(mover.area_id, None):
        raise NotAllowed(
            f"This needs the right {Permission.SHIFT_WRITE} where the worker is employed.",
            right=str(Permission.SHIFT_WRITE),
        )
    try:
        async with conn.transaction():
            await replace_shifts(conn, mover.id, [_shift(each) for each in sent.shifts])
            found = await read_shifts(conn, [mover.id])
    except errors.InsufficientPrivilege:
        raise NotAllowed("The worker is no more in your areas.") from None
    # What this process takes in from now on is judged by them, even if it has not heard of it yet.
    await state.shifts.hear(str(mover.id))
    await record(Entry("shift.write", "ok", "worker", code, detail={"rows": len(sent.shifts)}))
    return _told(state, code, found.get(mover.id, []))


async def _known_mover(state: State, conn: AsyncConnection[Any], actor: Actor, code: str) -> Mover:
    mover = await state.movers.worker(code)
    if mover is not None and (mover.id == actor.worker_id or await is_known(conn, actor, mover.id)):
        return mover
    raise NotFound("There is no such worker, or he is not yours to know of.")


def _shift(sent: ShiftSent) -> Shift:
    days = None if sent.weekdays is None else frozenset(sent.weekdays)
    return Shift(**sent.model_dump(exclude={"weekdays"}), weekdays=days)


def _told(state: State, code: str, shifts: Sequence[Shift]) -> ShiftsTold:
    roster = Roster(shifts, unless_told=state.settings.on_shift_unless_told)
    now = utc_now()
    return ShiftsTold(
        worker=code,
        is_on_shift=roster.is_on(now),
        changes_at=roster.changes_after(now),
        shifts=[
            ShiftSent(
                kind=each.kind,
                weekdays=None if each.weekdays is None else sorted(each.weekdays),
                day=each.day,
                begins=each.begins,
                ends=each.ends,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
            )
            for each in shifts
        ],
    )

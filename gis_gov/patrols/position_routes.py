"""Positions come in."""

from typing import Annotated

from fastapi import APIRouter

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.api import AppState, GeographicDatum
from gis_gov.days import utc_now
from gis_gov.openapi import problems
from gis_gov.patrols.arrival import told_of
from gis_gov.patrols.device_keys import DeviceKey, key_of_worker
from gis_gov.patrols.forms.faults import BadTrack
from gis_gov.patrols.movers import Mover, Movers, check_may_tell
from gis_gov.patrols.position_schemas import SENT_MAX, PositionsSent, PositionsTaken
from gis_gov.patrols.sent import BODY, Sent
from gis_gov.patrols.told import Taken
from gis_gov.problems import InvalidRequest, TooLarge, Unavailable, UnsupportedMedia

router = APIRouter(tags=["patrols"])


@router.post(
    "/positions",
    summary="Tell where a worker was",
    response_model=PositionsTaken,
    responses=problems(
        InvalidRequest, BadTrack, NotAllowed, TooLarge, UnsupportedMedia, Unavailable
    ),
    openapi_extra={"requestBody": BODY},
)
async def tell_positions(
    state: AppState,
    record: Recorder,
    actor: Annotated[Actor, may(Permission.MAP_READ)],
    datum: GeographicDatum,
    sent: Sent,
) -> PositionsTaken:
    """Store fixes of a worker; what is answered is committed.

    What was sent before may be sent again: a fix is known by its device and its time. Fixes may
    come late and in any order. Those that are no position at all are named in `refused`; of the
    others, those that don't count are kept with the reason. Those of times at which the worker was
    off shift are counted in `off_shift`, and forgotten. Files (GPX, GeoJSON, FIT) are of one
    worker, who is told in the query.
    """
    mover = await _mover(state.movers, actor, sent)
    device = await _device(state.movers, actor, mover, sent.device)
    received_at = utc_now()
    kept_days = state.settings.positions_kept_days
    told, refused = told_of(sent.positions, device, mover.id, datum, received_at, kept_days)
    whole = Taken(0, 0)
    for begin in range(0, len(told), SENT_MAX):
        whole += await state.intake.take(told[begin : begin + SENT_MAX])
    await record.repeated(Entry("position.write", "ok", "worker", mover.code))
    return PositionsTaken(
        stored=whole.stored,
        repeated=whole.repeated,
        off_shift=whole.off_shift,
        refused=refused,
    )


async def _device(movers: Movers, actor: Actor, mover: Mover, named: str | None) -> DeviceKey:
    """Return by which name fixes of a device are known: nobody can take those of another one."""
    known = await movers.device(named or mover.code)
    may_tell_of_all = actor.reach(Permission.TRACK_WRITE).everywhere
    if (
        known is None
        or known.worker_id == mover.id
        or (known.worker_id is None and may_tell_of_all)
    ):
        key = key_of_worker(mover.code, named)
        # Only what is registered can have told anything by another name: to look costs much.
        return key if known is not None else DeviceKey(key.name)
    raise InvalidRequest.at("body.device", "is registered with somebody else")


async def _mover(movers: Movers, actor: Actor, sent: PositionsSent) -> Mover:
    if sent.worker is not None:
        return check_may_tell(actor, await movers.worker(sent.worker))
    device = sent.device and await movers.device(sent.device)
    if device and device.worker_id is not None:
        return check_may_tell(actor, await movers.worker_by_id(device.worker_id))
    if actor.worker_id is None:
        raise InvalidRequest.at(
            "body.worker", "is not told, and neither you nor the device are of a worker"
        )
    return check_may_tell(actor, await movers.worker_by_id(actor.worker_id))

"""Positions of phones with OsmAnd or Traccar Client, which know no header and no key.

All that these apps know is whether the answer was a 2xx: then they forget the fix, else they send
it again before any other, for ever. So what can never be stored is answered by 200, and says why.
"""

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, cast
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Depends, Request

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permit import anyone
from gis_gov.api import AppState
from gis_gov.body import received
from gis_gov.days import utc_now
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.keeping import DATUM
from gis_gov.gateway.osmand import fix_of_form, fix_of_json, id_of
from gis_gov.gateway.osmand_schemas import BODY, QUERY, PhoneTaken
from gis_gov.gateway.terminals import is_of
from gis_gov.guards.problems import TooManyRequests
from gis_gov.guards.rates import WAIT_S
from gis_gov.openapi import problems
from gis_gov.patrols.arrival import NEWEST, oldest_of
from gis_gov.patrols.device_keys import key_of_registered
from gis_gov.patrols.movers import Device
from gis_gov.patrols.told import Told
from gis_gov.problems import Problem, TooLarge, Unavailable
from gis_gov.state import State

router = APIRouter(tags=["patrols"])

MAX_BYTES: Final = 16_000


class DeviceNotKnown(Problem):
    """The device is not registered, or shows another secret than its own."""

    slug, title, status = "device-not-known", "The device is not known", 401
    headers: ClassVar[dict[str, str]] = {"www-authenticate": 'Device realm="gis_gov"'}

    def __init__(self) -> None:
        super().__init__(
            "The id has to be code.secret, as `gis-gov device add CODE --secret` printed it."
        )


async def _told(request: Request) -> tuple[object, bool]:
    """Read what a phone tells, in the body or in the query, and whether it is JSON."""
    async with received(request, MAX_BYTES) as file:
        body = file.read()
    if not body.strip():
        return dict(request.query_params), False
    if body.lstrip()[:1] == b"{":
        try:
            return orjson.loads(body), True
        except orjson.JSONDecodeError:
            return {}, True
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)), False


ToldByPhone = Annotated[tuple[object, bool], Depends(_told)]
_PROBLEMS: Final = problems(DeviceNotKnown, TooLarge, TooManyRequests, Unavailable)


@router.get(
    "/osmand",
    summary="Tell where a phone is, as OsmAnd does",
    dependencies=[anyone],
    responses=_PROBLEMS,
    openapi_extra=QUERY,
)
async def tell_by_query(
    request: Request, state: AppState, record: Recorder, told: ToldByPhone
) -> PhoneTaken:
    """Store a fix; see `POST /osmand`, which keeps the secret out of addresses."""
    return await _taken(request, state, record, *told)


@router.post(
    "/osmand",
    summary="Tell where a phone is, as Traccar Client does",
    dependencies=[anyone],
    responses=_PROBLEMS,
    openapi_extra=BODY,
)
async def tell_by_form(
    request: Request, state: AppState, record: Recorder, told: ToldByPhone
) -> PhoneTaken:
    """Store a fix of a form, of the query or of JSON, and answer 200 once it is committed.

    The phone shows itself by its id, `code.secret`. What can never be stored is answered by 200,
    too, with the reason: these apps send again before all others what is answered otherwise.
    """
    return await _taken(request, state, record, *told)


# Apps add parameters of their own, and a fix is not to be lost of one.
tell_by_query.ignores_unknown_parameters = True  # type: ignore[attr-defined]
tell_by_form.ignores_unknown_parameters = True  # type: ignore[attr-defined]


async def _taken(
    request: Request, state: State, record: Recorder, told: object, is_json: bool
) -> PhoneTaken:
    device = await _device(request, state, told)
    now = utc_now()
    try:
        _, fix = fix_of_json(told) if is_json else fix_of_form(cast("Mapping[str, str]", told))
    except MessageFault:
        return PhoneTaken(stored=0, repeated=0, refused="unreadable")
    if fix.lon == 0 and fix.lat == 0:
        return PhoneTaken(stored=0, repeated=0, refused="zero_coordinates")
    oldest = oldest_of(now, state.settings.positions_kept_days)
    if not oldest <= fix.time <= now + NEWEST:
        refused = "too_old" if fix.time < now else "too_new"
        return PhoneTaken(stored=0, repeated=0, refused=refused)
    worker_id = device.worker_id
    mover = None if worker_id is None else await state.movers.worker_by_id(worker_id)
    other = key_of_registered(device.code, mover and mover.code).other
    kept = Told(device.code, worker_id, fix, DATUM, now, other_device=other)
    taken = await state.intake.take([kept])
    await record.repeated(Entry("position.write", "ok", "device", device.code))
    refused = "off_shift" if taken.off_shift else None
    return PhoneTaken(stored=taken.stored, repeated=taken.repeated, refused=refused)


async def _device(request: Request, state: State, told: object) -> Device:
    """Find the device that shows its secret.

    Raises:
        DeviceNotKnown: it does not; which part is wrong is not told.
        TooManyRequests: nor did others of its address, too often.

    """
    try:
        code, _, secret = id_of(told).rpartition(".")
    except MessageFault:
        code = secret = ""
    device = await state.movers.device(code)
    if is_of(device.secret_digest if device else None, secret) and device is not None:
        return device
    wait_s = getattr(request.state, WAIT_S, 0.0)
    if wait_s:
        after_s = math.ceil(wait_s)
        raise TooManyRequests(f"Ask again in {after_s} s.", retry_after=after_s)
    raise DeviceNotKnown

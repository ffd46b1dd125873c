"""Patrols are told."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query
from psycopg import AsyncConnection
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState, BBox, Interval
from gis_gov.areas.service import place_of_code
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.bbox import BBox as Box
from gis_gov.interval import Interval as Span
from gis_gov.media import JSON
from gis_gov.natural_key import WithSlashes
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged, moment_key
from gis_gov.patrols import patrol_reading as reading
from gis_gov.patrols.patrol_reading import Wanted
from gis_gov.patrols.patrol_schemas import Patrols, PatrolWhole
from gis_gov.patrols.patrol_telling import patrol_told, patrol_whole
from gis_gov.patrols.refreshing import refresh_due
from gis_gov.patrols.service import require_following
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.state import State

router = APIRouter(tags=["patrols"])

MapReader = Annotated[Actor, may(Permission.MAP_READ)]
PatrolCode = Annotated[
    str,
    Path(max_length=300, description="Code of the patrol", examples=["W0012-20260105-1"]),
    WithSlashes,
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the parameters of a list of patrols say."""

    interval: Span | None
    worker: str | None
    within: str | None
    kind: str | None
    box: Box | None


async def asked_of(
    interval: Interval,
    box: BBox,
    worker: Annotated[
        str | None, Query(max_length=255, description="Code of the worker", examples=["W0012"])
    ] = None,
    within: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of the area that employs the worker, or of a grid that was entered",
            examples=["990101001001"],
        ),
    ] = None,
    kind: Annotated[
        str | None, Query(max_length=32, description="Kind", examples=["river"])
    ] = None,
) -> Asked:
    """Take the parameters."""
    return Asked(interval, worker, within, kind, box)


@router.get(
    "/patrols",
    summary="What workers went",
    response_class=JSONResponse,
    response_model=Patrols,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken, PurposeNeeded),
)
async def patrols(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    page: Paged,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_of)],
) -> Response:
    """Tell the patrols that began in the time, the newest first.

    Those of workers where you may follow them, and your own. If a worker is named, fixes of his
    that came late are worked in first.
    """
    require_following(actor)
    before = page.before()
    await purpose.require_of_named(actor, asked.worker)
    mover = asked.worker and await state.movers.worker(asked.worker)
    detail = {"parameters": sorted({name for name, _ in page.filters})}
    await record(Entry("patrol.read", "ok", "patrols", asked.worker, detail=detail))
    if mover:
        await _work_in(state, mover.id)
    # Not before: whoever held a connection while he waits for another one could wait for ever.
    async with state.pool.connection(actor.scope) as conn:
        wanted = await wanted_of(conn, asked)
        found = await reading.read_patrols(conn, actor, wanted, before, page.limit + 1)
    shown, following = page.cut(found, lambda row: moment_key(row["begins_at"], row["id"]))
    told = {"patrols": [patrol_told(row) for row in shown], "next": following}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.get(
    "/patrols/{code}",
    summary="One patrol",
    response_class=JSONResponse,
    response_model=PatrolWhole,
    responses=problems(InvalidRequest, NotFound, NotAllowed, PurposeNeeded),
)
async def patrol(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    code: PatrolCode,
) -> Response:
    """Tell a patrol with its stays, gaps, grids, earlier figures and the line of its way."""
    async with state.pool.connection(actor.scope) as conn:
        row = await reading.existing(conn, actor, code)
    purpose.require_of(actor, row["worker_id"])
    await _work_in(state, row["worker_id"])
    async with state.pool.connection(actor.scope) as conn:
        row = await reading.existing(conn, actor, code)
        grids = await reading.read_grids(conn, row["id"])
        versions = await reading.read_versions(conn, row["id"])
    await record(Entry("patrol.read", "ok", "patrol", code))
    told = patrol_whole(row, grids, versions)
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


async def wanted_of(conn: AsyncConnection[Any], asked: Asked) -> Wanted:
    """Find the places that are asked for.

    Raises:
        NotFound: there is none of that code.

    """
    span = asked.interval or Span(None, None)
    wanted = Wanted(asked.worker, asked.kind, span.since, span.until, box=asked.box)
    if asked.within is None:
        return wanted
    place = await place_of_code(conn, asked.within)
    if place is None:
        raise NotFound("query.within: there is no area and no grid of that code")
    if place.path is None:
        return replace(wanted, grid_id=place.grid_id)
    return replace(wanted, area_ids=place.areas)


async def _work_in(state: State, worker_id: int) -> None:
    """Make a worker's patrols anew of whom fixes came since."""
    async with state.pool.connection(SYSTEM) as conn:
        await refresh_due(conn, worker_id)

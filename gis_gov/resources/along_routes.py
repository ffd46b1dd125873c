"""It is told which cameras lie along a way."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import orjson
import shapely
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import Purpose, PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState, DeclaredDatum, Interval, UnusableDatum, bounded
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.geo.datum import Datum
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.way import as_way
from gis_gov.interval import Interval as Span
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.patrols.service import read_way, span_of_patrol, way_of_worker
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.resources.along import cameras_along
from gis_gov.resources.along_schemas import CamerasAlong, WayAsked
from gis_gov.resources.selecting import MapReader
from gis_gov.state import State

router = APIRouter(tags=["resources"])

LONGEST: Final = timedelta(days=1)


@router.post(
    "/cameras/along",
    summary="Cameras along a way",
    response_class=JSONResponse,
    response_model=CamerasAlong,
    response_model_exclude_unset=True,
    responses=problems(
        InvalidRequest, BadShape, UnusableDatum, NotFound, NotAllowed, PurposeNeeded
    ),
)
async def along(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    datum: DeclaredDatum,
    interval: Interval,
    asked: WayAsked,
) -> Response:
    """Tell the cameras within `radius_m` of a patrol, of a worker's way in a time, or of a line.

    With the times at which each was passed and had the way in view; along a line with the metres
    from its begin instead. The way leads from fix to fix that counts, but not over gaps (300 s and
    300 m) and legs over 1 km; of fixes that you may know.
    """
    actor.require(Permission.RESOURCE_READ)
    way = await _way(state, actor, purpose, datum, interval, asked)
    cameras = await cameras_along(
        way,
        asked.radius_m,
        asked.classes,
        actor,
        state.resources,
        state.pool,
        is_timed=asked.geometry is None,
    )
    if asked.geometry is None:
        kind, code = ("patrol", asked.patrol) if asked.patrol else ("worker", asked.worker)
        detail = {"radius": asked.radius_m, "cameras": len(cameras)}
        await record(Entry("track.cameras", "ok", kind, code, detail=detail))
    return Response(orjson.dumps({"cameras": cameras}), media_type=JSON, headers=PRIVATE)


async def _way(
    state: State,
    actor: Actor,
    purpose: Purpose,
    datum: Datum | None,
    interval: Span | None,
    asked: WayAsked,
) -> Fixes:
    if asked.geometry is not None:
        return await asyncio.to_thread(_line, asked.geometry, datum)
    if actor.worker_id is None:
        actor.require(Permission.TRACK_READ)
    if "\0" in f"{asked.patrol}{asked.worker}":
        raise NotFound("There is no patrol and no worker of that code.")
    await purpose.require_of_named(actor, asked.worker)
    async with state.pool.connection(actor.scope) as conn:
        if asked.patrol is not None:
            span = await span_of_patrol(conn, asked.patrol)
            purpose.require_of(actor, span[0])
            return await read_way(conn, *span)
        since, until = bounded(interval, LONGEST)
        return await way_of_worker(conn, actor, asked.worker or "", since, until)


def _line(geometry: Mapping[str, Any], datum: Datum | None) -> Fixes:
    shape = shape_of(geometry, datum)
    if not isinstance(shape, shapely.LineString):
        raise BadShape.at("body.geometry", "a way is a LineString")
    return as_way(shape)

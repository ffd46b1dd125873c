"""It is told who passed a place."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import orjson
from fastapi import APIRouter
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry
from starlette.responses import JSONResponse, Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, Conn, DeclaredDatum, Interval, UnusableDatum, bounded
from gis_gov.areas.service import ground_of_code
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.days import utc_now
from gis_gov.geo.datum import Datum
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.patrols.passing import who_passed
from gis_gov.patrols.passing_schemas import PassedTold, PlaceAsked
from gis_gov.patrols.patrol_routes import MapReader
from gis_gov.patrols.service import require_following
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["patrols"])

LONGEST: Final = timedelta(days=31)


@router.post(
    "/passing",
    summary="Who passed here",
    response_class=JSONResponse,
    response_model=PassedTold,
    responses=problems(
        InvalidRequest, BadShape, UnusableDatum, NotFound, NotAllowed, PurposeNeeded
    ),
)
async def passing(
    conn: Conn,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    datum: DeclaredDatum,
    interval: Interval,
    asked: PlaceAsked,
) -> Response:
    """Tell who was in a polygon, circle, area or grid in a time, or crossed a line, and when.

    The way between two fixes counts, but for gaps (over 300 s and 300 m) and legs over 1 km; fixes
    that don't count have no part in it. Of the fixes those count that you may know by where they
    are. `datetime` has both ends, at most 31 days apart.
    """
    require_following(actor)
    purpose.require_of_all(actor)
    since, until = bounded(interval, LONGEST)
    shape = await _shape_of(conn, datum, asked)
    movers = await who_passed(conn, shape, asked.radius_m, since, until)
    box = [round(degrees, 5) for degrees in shape.bounds]
    detail = {
        "bbox": box,
        "radius": asked.radius_m,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "rows": len(movers),
    }
    await record(Entry("passing.read", "ok", "positions", asked.within, detail=detail))
    told = {"movers": movers, "as_of": utc_now()}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


async def _shape_of(
    conn: AsyncConnection[Any], datum: Datum | None, asked: PlaceAsked
) -> BaseGeometry:
    if asked.geometry is not None:
        return await asyncio.to_thread(shape_of, asked.geometry, datum)
    code = asked.within or ""
    shape = None if "\0" in code else await ground_of_code(conn, code)
    if shape is None:
        raise NotFound("body.within: there is no area and no grid of that code that has a ground")
    return shape

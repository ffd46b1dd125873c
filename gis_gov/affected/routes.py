"""Which households an outage or a closure affects, and who answers for them."""

import asyncio

import orjson
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.affected.schemas import Affected, Outage
from gis_gov.affected.service import find_affected, tells_of_persons
from gis_gov.api import AppState, Conn, DeclaredDatum, UnusableDatum
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.counting.asking import Counter
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest

router = APIRouter(tags=["analysis"])


@router.post(
    "/affected",
    summary="Which households a polygon affects, by grid",
    response_model=Affected,
    response_class=JSONResponse,
    responses=problems(InvalidRequest, BadShape, UnusableDatum),
)
async def affected(
    record: Recorder,
    state: AppState,
    conn: Conn,
    actor: Counter,
    datum: DeclaredDatum,
    asked: Outage,
) -> Response:
    """Count addresses, buildings, dwellings, persons and enterprises in a polygon, by grid.

    With `radius_m` those that are so near count, too, also of points and lines: persons around an
    event, or along a road. Each grid of which the shape has a part, or in which something counts,
    is a row, with who works there today; names and phones as your rights reach. What lies in no
    grid is the last row, so that the rows add up.

    Of a free shape, numbers are told of what you may read one by one, each with its place: two
    polygons may differ by one house. What you may not is null, and named in `withheld`; `GET
    /statistics` and `GET /heatmap` tell counts of larger units. The answer is recorded.
    """
    shape = await asyncio.to_thread(shape_of, asked.geometry, datum)
    if not asked.radius_m and shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise BadShape.at("body.geometry", "without radius_m a Polygon or MultiPolygon is needed")
    answer = await find_affected(conn, actor, state.sealer, shape, asked.radius_m)
    if tells_of_persons(answer):
        box = [round(degrees, 5) for degrees in shape.bounds]
        where = {"bbox": box, "radius": asked.radius_m}
        await record(Entry("affected.read", "ok", "persons", detail=where))
    return Response(orjson.dumps(answer), media_type=JSON)

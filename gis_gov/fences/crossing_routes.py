"""Crossings are told."""

from dataclasses import replace
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState
from gis_gov.fences.asked import Asked, asked_of, wanted_of
from gis_gov.fences.fence_routes import MapReader
from gis_gov.fences.passing_queries import read_crossings
from gis_gov.fences.passing_schemas import CrossingsTold
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged, moment_key
from gis_gov.patrols.service import require_following
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["fences"])


@router.get(
    "/crossings",
    summary="Who came into which fence, and left it",
    response_class=JSONResponse,
    response_model=CrossingsTold,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken, PurposeNeeded),
)
async def crossings(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    page: Paged,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_of)],
    kind: Annotated[
        Literal["enter", "exit", "cross"] | None, Query(description="Of which kind")
    ] = None,
    withdrawn: Annotated[
        bool, Query(description="Those, too, that late fixes show not to have been")
    ] = False,
) -> Response:
    """Tell the crossings in the time, the newest first.

    Those that were, or whose whole fence is, where you may follow workers, and your own.
    """
    require_following(actor)
    before = page.before()
    await purpose.require_of_named(actor, asked.wanted.worker)
    async with state.pool.connection(actor.scope) as conn:
        wanted = replace(await wanted_of(conn, asked), kind=kind)
        found = await read_crossings(
            conn, actor, wanted, withdrawn=withdrawn, before=before, limit=page.limit + 1
        )
    shown, following = page.cut(found, lambda row: moment_key(row["at"], row["id"]))
    detail = {"parameters": sorted({name for name, _ in page.filters})}
    await record(Entry("crossing.read", "ok", "crossings", asked.wanted.worker, detail=detail))
    told = {"crossings": shown, "next": following}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)

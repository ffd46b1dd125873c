"""Patrols are added up."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState
from gis_gov.days import utc_now
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.patrols.patrol_routes import Asked, MapReader, asked_of, wanted_of
from gis_gov.patrols.service import require_following
from gis_gov.patrols.summary_files import CSV_EXAMPLE, Form, csv_answer, require_export
from gis_gov.patrols.summary_queries import By, Period, require_few
from gis_gov.patrols.summary_schemas import PatrolSum, PatrolSummary
from gis_gov.patrols.summed_coverage import Shares, shares_of
from gis_gov.patrols.task_sums import read_with_tasks
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.state import State

router = APIRouter(tags=["patrols"])


@router.get(
    "/patrols/statistics",
    summary="How much was patrolled",
    response_class=JSONResponse,
    response_model=PatrolSummary,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": CSV_EXAMPLE}}},
        **problems(InvalidRequest, NotFound, NotAllowed, PurposeNeeded),
    },
)
async def patrol_statistics(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_of)],
    by: Annotated[By, Query(description="For whom, or for the areas of which level")] = "worker",
    period: Annotated[Period, Query(description="For how long each")] = "day",
    f: Form = "json",
) -> Response:
    """Add up the patrols that began in the time, of those whom you may follow, and your own.

    Areas are those that employ the workers. What is told is true for the figures as they were
    computed last: fixes of the last minutes may be missing.
    """
    require_following(actor)
    require_export(actor, f)
    await purpose.require_of_named(actor, asked.worker)
    # Not for as long as the coverage takes, which has one of its own.
    async with state.pool.connection(actor.scope) as conn:
        wanted = await wanted_of(conn, asked)
        rows = await read_with_tasks(conn, actor, wanted, by, period, state.sum_tasks)
    require_few(rows)
    shares = await _shares(state, actor, by, period, rows)
    rows = [{**row, "coverage": shares.get((row["code"], row["begins"]))} for row in rows]
    verb = "read" if f == "json" else "export"
    detail = {"by": by, "period": period, "rows": len(rows), "format": f}
    await record(Entry(f"patrol.{verb}", "ok", "patrols", asked.worker, detail=detail))
    if f == "csv":
        return csv_answer("patrols", list(PatrolSum.model_fields), rows)
    told = {"by": by, "period": period, "rows": rows, "as_of": utc_now()}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


async def _shares(
    state: State, actor: Actor, by: By, period: Period, rows: Sequence[Mapping[str, Any]]
) -> Shares:
    """Tell how much of the rows' ground was walked; nothing while the boundaries are read."""
    places = state.places.newest()
    if places is None:
        return {}
    return await shares_of(state.pool, state.grounds, actor, places, by, period, rows)

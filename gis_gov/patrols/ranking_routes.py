"""Patrols are compared: who did most, and how it went on from day to day."""

import asyncio
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState
from gis_gov.days import day_of, end_of, start_of, utc_now
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.patrols.patrol_routes import Asked, MapReader, asked_of, wanted_of
from gis_gov.patrols.ranking import MEASURES, Ranking, parse_weights, ranked
from gis_gov.patrols.ranking_schemas import PatrolRanking, PatrolTrend, Ranked
from gis_gov.patrols.service import require_following
from gis_gov.patrols.summary_files import CSV_EXAMPLE, Form, csv_answer, require_export
from gis_gov.patrols.summary_queries import By, require_few
from gis_gov.patrols.task_sums import read_with_tasks
from gis_gov.patrols.trend import DAYS, days_until, trends_of
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["patrols"])

_WEIGHTS = ",".join(f"{each.name}:{each.weight:g}" for each in MEASURES)


@router.get(
    "/patrols/ranking",
    summary="Who patrolled most",
    response_class=JSONResponse,
    response_model=PatrolRanking,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": CSV_EXAMPLE}}},
        **problems(InvalidRequest, NotFound, NotAllowed, PurposeNeeded),
    },
)
async def patrol_ranking(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_of)],
    by: Annotated[By, Query(description="Who, or the areas of which level")] = "worker",
    weights: Annotated[
        str | None,
        Query(
            max_length=300,
            description=f"How much each figure counts; without it {_WEIGHTS}",
            examples=["valid_mileage_m:1,duration_s:1"],
        ),
    ] = None,
    f: Form = "json",
) -> Response:
    """Rank by points: each figure as a part of the best one, weighed, and added up.

    Of the patrols and tasks that `GET /patrols/statistics` adds up. The answer has the formula and
    each term of it for everybody.
    """
    require_following(actor)
    require_export(actor, f)
    try:
        weighed = parse_weights(weights)
    except ValueError as error:
        raise InvalidRequest.at("query.weights", str(error)) from None
    await purpose.require_of_named(actor, asked.worker)
    async with state.pool.connection(actor.scope) as conn:
        wanted = await wanted_of(conn, asked)
        rows = await read_with_tasks(conn, actor, wanted, by, "all", state.sum_tasks)
    require_few(rows)
    made = await asyncio.to_thread(ranked, rows, weighed)
    verb = "read" if f == "json" else "export"
    detail = {"by": by, "ranking": True, "rows": len(rows), "format": f}
    await record(Entry(f"patrol.{verb}", "ok", "patrols", asked.worker, detail=detail))
    if f == "csv":
        return csv_answer("ranking", *_table(made))
    told = {
        "by": by,
        "formula": made.formula,
        "terms": [asdict(each) for each in made.terms],
        "left_out": made.left_out,
        "rows": made.rows,
        "as_of": utc_now(),
    }
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


@router.get(
    "/patrols/trend",
    summary="How patrols went on from day to day",
    response_class=JSONResponse,
    response_model=PatrolTrend,
    responses=problems(InvalidRequest, NotFound, NotAllowed, PurposeNeeded),
)
async def patrol_trend(
    state: AppState,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_of)],
    by: Annotated[By, Query(description="For whom, or for the areas of which level")] = "all",
) -> Response:
    """Tell the figures of the 30 days that end with the last one of `datetime`, or today.

    With them comes how much they changed against the 30 days before.
    """
    require_following(actor)
    await purpose.require_of_named(actor, asked.worker)
    last = _last_day(asked.interval and asked.interval.until)
    days = days_until(last)
    async with state.pool.connection(actor.scope) as conn:
        wanted = replace(await wanted_of(conn, asked), since=start_of(days[0]), until=end_of(last))
        rows = await read_with_tasks(conn, actor, wanted, by, "day", state.sum_tasks)
    require_few(rows)
    detail = {"by": by, "trend": True, "rows": len(rows)}
    await record(Entry("patrol.read", "ok", "patrols", asked.worker, detail=detail))
    told = {"by": by, "days": days[DAYS:], "rows": trends_of(rows, last), "as_of": utc_now()}
    return Response(orjson.dumps(told), media_type=JSON, headers=PRIVATE)


def _last_day(until: datetime | None) -> date:
    """Return the day of the last moment before the end of an interval."""
    if until is None:
        return day_of(utc_now())
    return day_of(until - datetime.resolution)


def _table(made: Ranking) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the columns and rows of a ranking as a table."""
    columns = [name for name in Ranked.model_fields if name != "terms"]
    columns += [name for term in made.terms for name in (term.name, f"{term.name}_points")]
    rows = [dict(row) for row in made.rows]
    for row in rows:
        for name, of_row in row["terms"].items():
            row |= {name: of_row["value"], f"{name}_points": of_row["points"]}
    return columns, rows

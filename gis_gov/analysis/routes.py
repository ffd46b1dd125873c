"""Heat maps and statistics."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder, Recording
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.analysis import (
    fences,
    heatmap_queries,
    service,
    statistics_queries,
    whole_cell_queries,
)
from gis_gov.analysis.layers import AUDITED, TIMED, UNTALLIED, Layer
from gis_gov.analysis.schemas import (
    CSV_EXAMPLE,
    HEATMAP_CELLS_EXAMPLE,
    Heatmap,
    HeatmapCells,
    Level,
    StatisticsTable,
)
from gis_gov.analysis.statistics_parts import MEASURES, Question, Scope
from gis_gov.analysis.threshold import Threshold, noise_key
from gis_gov.api import AppState, BBox, Conn, GeoJsonResponse, Interval
from gis_gov.areas.tables import AREA_LEVELS
from gis_gov.media import preferred
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["analysis"])

Counter = Annotated[Actor, may(Permission.MAP_READ, Permission.COUNT)]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for counts, the threshold that may hold for him, and where it is recorded."""

    actor: Actor
    threshold: Threshold
    record: Recording


async def _asker(actor: Counter, state: AppState, record: Recorder) -> Asker:
    threshold = Threshold(noise_key(state.sealer), state.settings.k_threshold)
    return Asker(actor, threshold, record)


Asking = Annotated[Asker, Depends(_asker)]

JSON, CSV = "application/json", "text/csv"
GEOJSON = GeoJsonResponse.media_type
# A hexagon is some 300 bytes of GeoJSON, and 20 of JSON.
CELLS_MAX = {"geojson": 20_000, "json": 200_000}


class NoTime(InvalidRequest):
    """A time was asked for, but the things have none."""

    slug, title, status = "no-time", "These things have no time", 400


class TooManyCells(InvalidRequest):
    """The heat map would have more hexagons than are answered at once."""

    slug, title, status = "too-many-cells", "Too many hexagons", 400


class UnknownMeasure(InvalidRequest):
    """A measure was asked for that does not exist."""

    slug, title, status = "unknown-measure", "Unknown measure", 400


class UnknownCode(NotFound):
    """There is no area and no grid of that code."""

    slug, title, status = "unknown-code", "Unknown code of an area or grid", 404


class LevelAbove(InvalidRequest):
    """The rows asked for are larger than the place that they should lie within."""

    slug, title, status = "level-above", "The level is above the place", 400


@router.get(
    "/heatmap",
    summary="How many things there are by hexagon",
    response_class=GeoJsonResponse,
    responses={
        200: {
            "description": "Hexagons as GeoJSON, or with `f=json` the counts alone",
            "model": Heatmap,
            "content": {
                JSON: {
                    "schema": HeatmapCells.model_json_schema(),
                    "example": HEATMAP_CELLS_EXAMPLE,
                }
            },
        },
        **problems(InvalidRequest, NoTime, TooManyCells),
    },
)
async def heatmap(
    asker: Asking,
    conn: Conn,
    bbox: BBox,
    interval: Interval,
    layer: Annotated[
        Layer, Query(description="What to count; houses are buildings and dwellings together")
    ],
    resolution: Annotated[
        int | None,
        Query(
            ge=service.COARSEST,
            le=service.FINEST,
            description="H3 resolution; without it, what fits the bbox or the district",
            examples=[8],
        ),
    ] = None,
    f: Annotated[
        Literal["geojson", "json"], Query(description="GeoJSON, or the counts by cell alone")
    ] = "geojson",
) -> Response:
    """Count the things whose point lies in the bbox or on its edge, without a bbox all of them.

    The counts of all hexagons add up to exactly those things. Persons, houses and enterprises count
    at their address. `datetime` is for events (when reported) and positions.

    Who may read persons but not where each lives gets them in hexagons of resolution 9 at the
    finest. Who may not know the exact numbers of people is told persons, houses, dwellings and
    addresses by the threshold: a hexagon with fewer has the count null and is `withheld`, the other
    counts are a little off. Then, and for whom the single things are closed, a bbox takes whole
    hexagons: those with their centre in it.
    """
    fences.require(asker.actor, [layer], timed=interval is not None)
    if interval is not None and layer not in TIMED:
        raise NoTime(f"query.datetime: {layer} have no time; {' and '.join(TIMED)} have")
    if layer in AUDITED:
        await asker.record.repeated(Entry("heatmap.read", "ok", layer))
    picked = resolution
    if picked is None:
        extent = bbox or await heatmap_queries.read_extent(conn, asker.actor, layer)
        picked = service.fitting_resolution(extent)
    if layer == "persons":
        picked = min(picked, fences.finest_of_persons(asker.actor))
    asked = heatmap_queries.Question(asker.actor, layer, picked, bbox, interval, CELLS_MAX[f])
    coarsest = service.COARSEST if resolution is None else picked
    picked, cells = await _cells_that_fit(conn, asked, asker.threshold, coarsest)
    write = service.hexagons_geojson if f == "geojson" else service.hexagons_json
    k = None if fences.counts_exactly(asker.actor, layer) else asker.threshold.k
    body = await asyncio.to_thread(write, cells, picked, k)
    media_type = GEOJSON if f == "geojson" else JSON
    return Response(body, media_type=media_type)


async def _cells_that_fit(
    conn: Conn, asked: heatmap_queries.Question, threshold: Threshold, coarsest: int
) -> tuple[int, service.Cells]:
    """Read the cells at the resolution asked for, or at the finest one at which they are not many.

    Raises:
        TooManyCells: they are too many even at the coarsest that may be.

    """
    for resolution in range(asked.resolution, coarsest - 1, -1):
        cells = await _cells(conn, replace(asked, resolution=resolution), threshold)
        if cells is not None:
            return resolution, cells
    raise TooManyCells(
        f"more than {asked.limit} hexagons at resolution {coarsest};"
        " ask for a lower one, or for a smaller bbox"
    )


async def _cells(
    conn: Conn, asked: heatmap_queries.Question, threshold: Threshold
) -> service.Cells | None:
    actor, layer = asked.actor, asked.layer
    single = asked.interval is not None or layer in UNTALLIED
    if single or (fences.counts_exactly(actor, layer) and fences.reads_things(actor, layer)):
        counts = await heatmap_queries.read_heatmap(conn, asked)
        cells = counts and service.gather(counts, asked.resolution)
    else:
        sums = await whole_cell_queries.read_whole_cells(conn, asked)
        cells = None
        if sums is not None:
            cells = await asyncio.to_thread(service.tell_cells, sums, layer, asked.bbox, threshold)
    return None if cells is None or len(cells) > asked.limit else cells


async def _measures(
    measures: Annotated[
        str,
        Query(
            description=f"What to count, with commas between: {', '.join(MEASURES)}",
            examples=["persons,houses,enterprises"],
        ),
    ] = "persons,houses,enterprises,events",
) -> list[str]:
    picked = list(dict.fromkeys(measures.split(",")))
    for measure in picked:
        if measure not in MEASURES:
            raise UnknownMeasure(
                f"query.measures: {measure!r} is not known; known: {', '.join(MEASURES)}"
            )
    return picked


async def _as_csv(
    f: Annotated[
        Literal["json", "csv"] | None, Query(description="Without it, what `Accept` prefers")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = JSON,
) -> bool:
    return f == "csv" or (f is None and preferred(accept, JSON, CSV) == CSV)


@router.get(
    "/statistics",
    summary="How many things there are by grid or area",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "The rows by code and their total; as CSV the rows alone",
            "model": StatisticsTable,
            "content": {CSV: {"schema": {"type": "string"}, "example": CSV_EXAMPLE}},
        },
        **problems(InvalidRequest, UnknownMeasure, NoTime, LevelAbove, UnknownCode),
    },
)
async def statistics(
    asker: Asking,
    conn: Conn,
    interval: Interval,
    measures: Annotated[list[str], Depends(_measures)],
    as_csv: Annotated[bool, Depends(_as_csv)],
    level: Annotated[Level, Query(description="What a row is")] = "grid",
    within: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Code of an area or grid: only what lies in it",
            examples=["440113001"],
        ),
    ] = None,
) -> Response:
    """Count by grid, or by the areas of a level, what lies in each and in all below it.

    What lies in no such grid or area is the last row, with the code null, so that the rows always
    add up to the whole. Sums follow the assignment of things to grids and areas, not the areas'
    outlines. Rows are the current grids or areas, empty ones too, and retired ones that events
    still count to. `datetime` limits the events, by when they were reported. The CSV is UTF-8 with
    a byte-order mark, for spreadsheets.

    Whose rights end at some areas or grids sees the rows that lie in those or around them, and
    everywhere, in the total too, counts what he may see.

    Who may not know the exact numbers of people is told persons, houses, dwellings, addresses and
    households by the threshold: fewer are null and named in `withheld` (in the CSV empty), the
    other counts are a little off, each for itself, so that rows and total do not add up.
    """
    fences.require(asker.actor, measures, timed=interval is not None)
    if interval is not None and "events" not in measures:
        raise NoTime("query.datetime: only events have a time, and they are not among the measures")
    scope = await _scope(conn, within, level)
    told = {"measures": measures, "level": level, "within": within}
    if as_csv:
        await asker.record(Entry("statistics.export", "ok", detail=told))
    elif AUDITED & set(measures):
        await asker.record.repeated(Entry("statistics.read", "ok", "persons", within, detail=told))
    asked = Question(asker.actor, measures, level, scope, interval)
    found = await statistics_queries.read_statistics(conn, asked)
    table = service.tabulate(found, measures, asker.threshold)
    headers = {"vary": "accept"}
    if as_csv:
        body = service.table_csv(table, measures)
        return Response(body, media_type=f"{CSV}; charset=utf-8; header=present", headers=headers)
    exact = all(fences.counts_exactly(asker.actor, measure) for measure in measures)
    body = service.table_json(table, None if exact else asker.threshold.k)
    return Response(body, media_type=JSON, headers=headers)


async def _scope(conn: Conn, within: str | None, level: str) -> Scope:
    if within is None:
        return Scope()
    scope = await statistics_queries.read_scope(conn, within)
    if scope is None:
        raise UnknownCode(f"query.within: no area or grid has the code {within!r}")
    rank = (*AREA_LEVELS, "grid").index(level) + 1
    if rank < (scope.level_rank or len(AREA_LEVELS) + 1):
        raise LevelAbove(
            f"query.level: a {level} does not lie within {within}; ask for a lower level"
        )
    return scope

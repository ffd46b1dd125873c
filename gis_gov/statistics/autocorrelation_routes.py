"""Where the values of grids or areas are like those next door."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import orjson
import shapely
from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from gis_gov.api import Conn, Interval
from gis_gov.counting import fences
from gis_gov.counting.asking import Asking, NoTime
from gis_gov.cql.kinds import Kind
from gis_gov.formats.writer import Column
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.statistics import queries, rates, service
from gis_gov.statistics.asked import (
    VARY,
    ChartedFormat,
    LevelAbove,
    TooManyRows,
    UnknownCode,
    Within,
    answer_of,
    chart_contents,
    file_answer,
    file_contents,
    record,
    scope_within,
    written_chart,
)
from gis_gov.statistics.autocorrelation import Found, Local, autocorrelation
from gis_gov.statistics.autocorrelation_schemas import EXAMPLE_CSV, Autocorrelation, Counted
from gis_gov.statistics.charts import NoFont
from gis_gov.statistics.files import PARQUET, outlines_at, rows_parquet
from gis_gov.statistics.moran_chart import moran_chart
from gis_gov.statistics.parts import Question
from gis_gov.statistics.queries import Statistics
from gis_gov.statistics.rates import Per
from gis_gov.statistics.schemas import Level
from gis_gov.statistics.service import Row

router = APIRouter(tags=["analysis"])

COLUMNS: Final = (
    "code",
    "name",
    "numerator",
    "denominator",
    "value",
    "local_i",
    "p",
    "kind",
    "fdr",
    "neighbours",
    "lag",
)
OF_ALL: Final = ("moran_i", "moran_expected", "moran_z", "moran_p")
"""Moran's I of all, as each row of a file without a second sheet tells it."""
_KINDS: Final = {
    **dict.fromkeys(("code", "name", "kind"), Kind.TEXT),
    "fdr": Kind.BOOLEAN,
    "neighbours": Kind.INTEGER,
}
_TYPED: Final = [Column(name, _KINDS.get(name, Kind.NUMBER)) for name in (*COLUMNS, *OF_ALL)]
_DIGITS: Final = 6


@router.get(
    "/statistics/autocorrelation",
    summary="Where much is next to much, and little next to little (Moran's I, LISA)",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "Moran's I of all, and a row with the local one of each",
            "model": Autocorrelation,
            "content": {**file_contents(EXAMPLE_CSV), **chart_contents()},
        },
        **problems(InvalidRequest, NoTime, LevelAbove, UnknownCode, TooManyRows, NoFont),
    },
)
async def lisa(
    asker: Asking,
    conn: Conn,
    interval: Interval,
    f: ChartedFormat,
    measure: Annotated[Counted, Query(description="What to count")],
    level: Annotated[Level, Query(description="What a row is")] = "grid",
    within: Within = None,
    per: Annotated[Per | None, Query(description="Compare by so much of the unit")] = "km2",
) -> Response:
    """Compare each current grid or area with those that touch it, by what `/statistics` tells.

    `kind` is high-high or low-low where one is like its neighbours, high-low or low-high where not,
    `none` where chance would bring as much (p over 0.05; 999 permutations, the same each time).
    `fdr` is true where that holds among all rows too (Benjamini-Hochberg). Units without a value,
    as where it is withheld, or without a neighbour that has one are left out: their `kind` is null.
    Exclusive grids that lie upon base grids are left out, too.
    GeoParquet has the outlines of the grids or areas; as CSV has, each of its rows tells Moran's I
    of all (`moran_i`), too. A chart is Moran's scatter plot: each value, and the mean of its
    neighbours' values (`lag`). Moran's I is null where fewer than four are left, or all have the
    same value. Who sees but a part of the district compares within that part.
    """
    if per is not None and not rates.divided([measure], per):
        raise InvalidRequest.at("query.per", f"{measure} are not told by {per}")
    counted = rates.counted_for([measure], per)
    fences.require(asker.actor, counted, timed=interval is not None)
    if interval is not None and measure != "events":
        raise NoTime(f"query.datetime: {measure} have no time; events have")
    scope = await scope_within(conn, within, level)
    told = {"measure": measure, "level": level, "within": within, "per": per}
    await record(asker, counted, within, told, as_file=f != "json")
    asked = Question(asker.actor, counted, level, scope, interval)
    found = await queries.read_statistics(conn, asked, outlined=True)
    table = rates.with_rates(service.tabulate(found, counted, asker.threshold), [measure], per)
    kept, figures, shapes = await asyncio.to_thread(_compared, found, table.rows, measure)
    values = [each["value"] for each in figures]
    result = await asker.state.apart.run(autocorrelation, shapes, values)
    rows = await asyncio.to_thread(_told, kept, figures, result)
    exact = all(fences.counts_exactly(asker.actor, each) for each in counted)
    k = None if exact else asker.threshold.k
    overall = result.overall
    moran = overall and {
        "i": overall.i, "expected": overall.expected, "z": overall.z, "p": overall.p
    }  # fmt: skip
    if f in {"svg", "png"}:
        title = measure if per is None else f"{measure} / {per}"
        svg = await asyncio.to_thread(moran_chart, title, rows, overall, found.at)
        return answer_of(*await asyncio.to_thread(written_chart, f, svg))
    if f != "json":
        about = {**told, "at": found.at.isoformat(), "threshold": k}
        of_all = {f"moran_{name}": value for name, value in (moran or {}).items()}
        return await asyncio.to_thread(_file, f, found, rows, about, of_all)
    body = {"measure": measure, "per": per, "at": found.at, "moran": moran, "rows": rows}
    if k is not None:
        body["threshold"] = k
    return Response(orjson.dumps(body), media_type=JSON, headers=VARY)


def _file(f: str, found: Statistics, rows: Sequence[Row], about: Row, of_all: Row) -> Response:
    """Answer the rows as a file; a workbook tells on its second sheet what is of all."""
    if f == "xlsx":
        return file_answer(f, COLUMNS, rows, {**about, **of_all})
    full = [{**row, **of_all} for row in rows]
    if f == "parquet":
        shapes = outlines_at(found.outlines, rows)
        return answer_of(rows_parquet(_TYPED, full, found.at, shapes), PARQUET)
    return file_answer(f, (*COLUMNS, *OF_ALL), full, about)


def _compared(
    found: Statistics, rows: Sequence[Row], measure: str
) -> tuple[list[Row], list[dict[str, Any]], list[Any]]:
    """List what is compared: the rows of current units, their figures and shapes."""
    current = {unit.code for unit in found.units if unit.current}
    kept = [row for row in rows if row["code"] in current]
    shapes = shapely.from_geojson([found.outlines.get(row["code"]) for row in kept])
    return kept, [_figure(row, measure) for row in kept], list(shapes)


def _told(
    rows: Sequence[Row], figures: Sequence[dict[str, Any]], result: Found
) -> list[dict[str, Any]]:
    return [
        {"code": row["code"], "name": row["name"], **figure, **_local(local)}
        for row, figure, local in zip(rows, figures, result.units, strict=True)
    ]


def _figure(row: Row, measure: str) -> dict[str, Any]:
    if "rates" in row:
        return dict(row["rates"][measure])
    return {"numerator": row[measure], "denominator": None, "value": row[measure]}


def _local(local: Local | None) -> dict[str, Any]:
    if local is None:
        return dict.fromkeys(COLUMNS[5:])
    return {
        "local_i": round(local.i, _DIGITS),
        "p": local.p,
        "kind": local.kind,
        "fdr": local.fdr,
        "neighbours": local.neighbours,
        "lag": round(local.lag, _DIGITS),
    }

"""Statistics by category, and time series."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from psycopg import AsyncConnection
from starlette.responses import JSONResponse, Response

from gis_gov.api import Interval
from gis_gov.counting import fences
from gis_gov.counting.answers import Answer, asked_of
from gis_gov.counting.asking import Asker, Asking, NoTime
from gis_gov.counting.layers import TIMED
from gis_gov.days import day_of, today
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.statistics import breakdown, breakdown_charts, breakdown_queries
from gis_gov.statistics.asked import (
    KNOWN_CATEGORIES,
    ChartedFormat,
    LevelAbove,
    TooManyRows,
    UnknownCategory,
    UnknownCode,
    Within,
    answer_of,
    categories_named,
    chart_contents,
    file_contents,
    record,
    scope_of,
    written_chart,
    written_file,
)
from gis_gov.statistics.breakdown import Row
from gis_gov.statistics.breakdown_files import OUTLINED_MAX, breakdown_parquet
from gis_gov.statistics.breakdown_queries import ROWS_MAX, Breakdown, Question
from gis_gov.statistics.breakdown_schemas import (
    CATEGORIES_CSV,
    SERIES_CSV,
    Categories,
    Measure,
    Series,
)
from gis_gov.statistics.categories import CATEGORIES
from gis_gov.statistics.charts import BARS_MAX, LINES_MAX, NoFont, bar_chart, line_chart, true_at
from gis_gov.statistics.files import PARQUET
from gis_gov.statistics.periods import Every, at_most, before, period_of, periods
from gis_gov.statistics.schemas import Level

router = APIRouter(tags=["analysis"])

PERIODS_MAX = 10_000
PERIODS_UNASKED = 12
EARLIEST = date(1900, 1, 1)
_CHARTS = ("svg", "png")


ByLevel = Annotated[Level | None, Query(description="What a row is; without it, all together")]
By = Annotated[
    str,
    Query(
        max_length=100,
        description=f"Categories, with commas between. {KNOWN_CATEGORIES}",
        examples=["age_band,sex"],
    ),
]
ByOfEvents = Annotated[
    str | None,
    Query(
        max_length=100,
        description=f"Categories, with commas between: {', '.join(CATEGORIES['events'])}",
        examples=["state"],
    ),
]


def _chart(
    f: str, drawn: Mapping[str, Any], most: int, draw: Callable[[Mapping[str, Any]], bytes]
) -> Answer:
    if len(drawn) > most:
        raise TooManyRows(f"a chart shows {most} at most, of {len(drawn)}; ask for fewer, or f=csv")
    return Answer(*written_chart(f, draw(drawn)))


def _file(
    f: str, found: Breakdown, names: Sequence[str], rows: Sequence[Row], about: Row
) -> Answer:
    if f != "parquet":
        return Answer(*written_file(f, names, rows, about))
    if len(rows) > OUTLINED_MAX:
        raise TooManyRows(f"more than {OUTLINED_MAX} rows with an outline each; ask for f=csv")
    return Answer(breakdown_parquet(found, names, rows), PARQUET)


async def _answered(
    asker: Asker, asked: Question, form: Hashable, f: str, write: Callable[[Breakdown], Answer]
) -> Response:
    """Answer anew, or what is kept: the day tells ages, and which periods are over."""
    followed = all(CATEGORIES[asked.layer][name].followed for name in asked.by)

    async def read(conn: AsyncConnection[Any]) -> Breakdown:
        return await _read(conn, asked, f)

    key = ("breakdown", asked_of(asked), form, f, today())
    answer = await asker.answered([asked.layer if followed else "listed"], key, read, write)
    return answer_of(answer.body, answer.media_type)


async def _read(conn: AsyncConnection[Any], asked: Question, f: str) -> Breakdown:
    found = await breakdown_queries.read_breakdown(conn, asked, outlined=f == "parquet")
    if found is None:
        raise TooManyRows(f"more than {ROWS_MAX} rows; ask for fewer categories or a higher level")
    return found


@router.get(
    "/statistics/categories",
    summary="How many things there are by category",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "A row for each category and unit that anything is of",
            "model": Categories,
            "content": {**file_contents(CATEGORIES_CSV), **chart_contents()},
        },
        **problems(
            InvalidRequest, UnknownCategory, NoTime, LevelAbove, UnknownCode, TooManyRows, NoFont
        ),
    },
)
async def categories(
    asker: Asking,
    interval: Interval,
    f: ChartedFormat,
    measure: Annotated[Measure, Query(description="What to count")],
    by: By,
    level: ByLevel = None,
    within: Within = None,
) -> Response:
    """Count by category, and by grid or area where a `level` is named.

    Counted is what you may read one by one, exactly: it takes the right to read the things, and
    there is no threshold. A category that is masked for you is null, as what is not known is; to
    ask by one that is masked for you everywhere is refused. An age is the one that somebody reaches
    this year. `datetime` limits events, by when they were reported. A `share` is of all that you
    may read in the unit; without a level, of all.
    """
    fences.require_reading(asker.actor, measure)
    if interval is not None and measure not in TIMED:
        raise NoTime(f"query.datetime: {measure} have no time; events have")
    picked = categories_named(asker.actor, measure, by)
    scope = await scope_of(asker, within, level)
    told = {"measure": measure, "by": picked, "level": level, "within": within}
    await record(asker, [measure], within, told, as_file=f != "json")
    intervals = [] if interval is None else [interval]
    asked = Question(asker.actor, measure, picked, level, scope, intervals)

    def write(found: Breakdown) -> Answer:
        rows = breakdown.category_rows(found, picked, level)
        about = {**told, "at": found.at.isoformat()}
        total = sum(row["count"] for row in rows)
        if f in _CHARTS:
            note = f"of {total:,} {true_at(found.at)}"
            draw = partial(bar_chart, measure, note=note)
            return _chart(f, breakdown_charts.bars(rows, picked), BARS_MAX, draw)
        if f != "json":
            names = [*breakdown.columns(picked, level), *breakdown.SHARE_COLUMNS]
            return _file(f, found, names, breakdown.flat_shares(rows), about)
        told_all = {"measure": measure, "at": found.at, "rows": rows, "total": total}
        return Answer(orjson.dumps(told_all), JSON)

    return await _answered(asker, asked, within, f, write)


async def _days(
    interval: Interval,
    every: Annotated[Every, Query(description="How long a period is")] = "month",
) -> tuple[Every, date, date]:
    """Return the first and the last day of which periods are told."""
    now = today()
    if interval is None:
        first = period_of(every, now)
        for _ in range(PERIODS_UNASKED - 1):
            first = before(every, first)
        return every, first, now
    if interval.since is None:
        raise InvalidRequest.at("query.datetime", "a time series needs a beginning")
    first = day_of(interval.since)
    moment = timedelta(microseconds=1)
    last = now if interval.until is None else min(day_of(interval.until - moment), now)
    if first < EARLIEST:
        raise InvalidRequest.at("query.datetime", f"begins before {EARLIEST}")
    if at_most(every, first, last) > PERIODS_MAX:
        raise TooManyRows(f"more than {PERIODS_MAX} periods; ask for longer ones or a shorter time")
    return every, first, last


@router.get(
    "/statistics/series",
    summary="How many events there were by day, week or month",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "A row for each period, with the one before and that of a year ago",
            "model": Series,
            "content": {**file_contents(SERIES_CSV), **chart_contents()},
        },
        **problems(InvalidRequest, UnknownCategory, LevelAbove, UnknownCode, TooManyRows, NoFont),
    },
)
async def series(
    asker: Asking,
    f: ChartedFormat,
    days: Annotated[tuple[Every, date, date], Depends(_days)],
    by: ByOfEvents = None,
    level: ByLevel = None,
    within: Within = None,
) -> Response:
    """Count events by when they were reported: whole periods of UTC+8, all that `datetime` touches.

    Without `datetime` these are the last twelve. Each is compared with the one before (环比) and
    with the same a year ago (同比): a week with that of the same number. A change is
    (count - base) / base, null where the base is 0 or not known. A period before the first event
    that you may read is null, one after it without any is 0; one that is not over yet is not
    compared. Units and categories without any event in all that time have no rows.
    """
    every, first, last = days
    fences.require_reading(asker.actor, "events")
    picked = categories_named(asker.actor, "events", by)
    scope = await scope_of(asker, within, level)
    told = {"measure": "events", "every": every, "by": picked, "level": level, "within": within}
    await record(asker, ["events"], within, told, as_file=f != "json")
    starts = list(periods(every, first, last))
    spans = breakdown.spans(every, first, last) if starts else []
    asked = Question(asker.actor, "events", picked, level, scope, spans, every)

    def write(found: Breakdown) -> Answer:
        if len(starts) * len({(part.unit_id, part.categories) for part in found.parts}) > ROWS_MAX:
            raise TooManyRows(
                f"more than {ROWS_MAX} rows; ask for longer periods or a higher level"
            )
        rows = breakdown.series_rows(found, every, starts, picked, level)
        if f in _CHARTS:
            labels = [start.isoformat() for start in starts]
            draw = partial(line_chart, "events", labels, note=true_at(found.at))
            return _chart(f, breakdown_charts.lines(rows, picked), LINES_MAX, draw)
        since = found.since and found.since.isoformat()
        if f != "json":
            names = [*breakdown.columns(picked, level), *breakdown.SERIES_COLUMNS]
            return _file(
                f, found, names, rows, {**told, "at": found.at.isoformat(), "since": since}
            )
        told_all = {"measure": "events", "every": every, "at": found.at, "since": found.since}
        return Answer(orjson.dumps({**told_all, "rows": rows}), JSON)

    return await _answered(asker, asked, (within, first, last), f, write)

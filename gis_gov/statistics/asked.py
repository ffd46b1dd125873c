"""What questions for statistics have in common: the place, the form of the answer, its audit."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Header, Query
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.entry import Entry
from gis_gov.api import Conn
from gis_gov.areas.tables import AREA_LEVELS
from gis_gov.counting.asking import Asker
from gis_gov.counting.layers import AUDITED
from gis_gov.media import JSON, PNG, preferred
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.statistics.categories import CATEGORIES
from gis_gov.statistics.charts import SVG, as_png
from gis_gov.statistics.files import PARQUET
from gis_gov.statistics.parts import Scope
from gis_gov.statistics.queries import read_scope
from gis_gov.statistics.table_files import CSV, CSV_UTF8, XLSX, Row, table_csv, table_xlsx

VARY: Final = {"vary": "accept"}
# A chart has its own styles in it, and nothing else.
_SVG_POLICY: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'"
}


class UnknownCode(NotFound):
    """There is no area and no grid of that code."""

    slug, title, status = "unknown-code", "Unknown code of an area or grid", 404


class LevelAbove(InvalidRequest):
    """The rows asked for are larger than the place that they should lie within."""

    slug, title, status = "level-above", "The level is above the place", 400


class UnknownMeasure(InvalidRequest):
    """A measure was asked for that does not exist."""

    slug, title, status = "unknown-measure", "Unknown measure", 400


class UnknownCategory(InvalidRequest):
    """The things are not told apart by that category."""

    slug, title, status = "unknown-category", "Unknown category", 400


class TooManyRows(InvalidRequest):
    """The answer would be made of more rows, or hexagons, than are read at once."""

    slug, title, status = "too-many-rows", "Too many rows", 400


def measures_named(text: str, known: Sequence[str]) -> list[str]:
    """Read names of measures with commas between, each once.

    Raises:
        UnknownMeasure: one of them is not among the known ones.

    """
    picked = list(dict.fromkeys(text.split(",")))
    for measure in picked:
        if measure not in known:
            raise UnknownMeasure(
                f"query.measures: {measure!r} is not known; known: {', '.join(known)}"
            )
    return picked


KNOWN_CATEGORIES: Final = "; ".join(
    f"{layer}: {', '.join(known)}" for layer, known in CATEGORIES.items()
)


def categories_named(actor: Actor, layer: str, by: str | None) -> list[str]:
    """Read names of categories of a layer with commas between, each once.

    Raises:
        UnknownCategory: the things of the layer are not told apart by one of them.
        NotAllowed: one of them is masked for who asks, everywhere.

    """
    picked = [] if by is None else list(dict.fromkeys(by.split(",")))
    known = CATEGORIES.get(layer, {})
    for name in picked:
        category = known.get(name)
        if category is None:
            names = ", ".join(known) or "none"
            raise UnknownCategory(f"query.by: {layer} are not told by {name!r}; known: {names}")
        if category.right is not None:
            actor.require(category.right)
    return picked


Within = Annotated[
    str | None,
    Query(
        max_length=64,
        description="Code of an area or grid: only what lies in it",
        examples=["440113001"],
    ),
]
TableFormat = Literal["json", "csv", "xlsx", "parquet"]
DrawnFormat = Literal["json", "csv", "xlsx", "parquet", "svg", "png"]


async def _table_format(
    f: Annotated[TableFormat | None, Query(description="Without it, what `Accept` prefers")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = JSON,
) -> TableFormat:
    offered: dict[str, TableFormat] = {
        JSON: "json",
        CSV: "csv",
        XLSX: "xlsx",
        PARQUET: "parquet",
    }
    return f or offered[preferred(accept, *offered)]


AnswerFormat = Annotated[TableFormat, Depends(_table_format)]


async def _drawn_format(
    f: Annotated[DrawnFormat | None, Query(description="Without it, what `Accept` prefers")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = JSON,
) -> DrawnFormat:
    offered: dict[str, DrawnFormat] = {
        JSON: "json",
        CSV: "csv",
        XLSX: "xlsx",
        PARQUET: "parquet",
        SVG: "svg",
        PNG: "png",
    }
    return f or offered[preferred(accept, *offered)]


ChartedFormat = Annotated[DrawnFormat, Depends(_drawn_format)]


async def scope_within(conn: Conn, within: str | None, level: str | None) -> Scope:
    """Find the place that a question is limited to.

    Raises:
        UnknownCode: there is none of that code.
        LevelAbove: units of the level do not lie within it.

    """
    if within is None:
        return Scope()
    scope = await read_scope(conn, within)
    if scope is None:
        raise UnknownCode(f"query.within: no area or grid has the code {within!r}")
    if level is None:
        return scope
    rank = (*AREA_LEVELS, "grid").index(level) + 1
    if rank < (scope.level_rank or len(AREA_LEVELS) + 1):
        raise LevelAbove(
            f"query.level: a {level} does not lie within {within}; ask for a lower level"
        )
    return scope


async def scope_of(asker: Asker, within: str | None, level: str | None) -> Scope:
    """Find the place for each request: who asks for one that is none reads nothing.

    Raises:
        UnknownCode, LevelAbove: see `scope_within`.

    """
    if within is None:
        return Scope()
    async with asker.state.pool.connection(asker.actor.scope) as conn:
        return await scope_within(conn, within, level)


async def record(
    asker: Asker, measures: Sequence[str], within: str | None, told: Row, *, as_file: bool
) -> None:
    """Record that a table is taken out, or that figures of people are read."""
    if as_file:
        await asker.record(Entry("statistics.export", "ok", detail=told))
    elif AUDITED & set(measures):
        await asker.record.repeated(Entry("statistics.read", "ok", "persons", within, detail=told))


def file_answer(f: str, columns: Sequence[str], rows: Sequence[Row], about: Row) -> Response:
    """Answer rows as CSV, or as a workbook that says what they are about, too."""
    return answer_of(*written_file(f, columns, rows, about))


def written_file(
    f: str, columns: Sequence[str], rows: Sequence[Row], about: Row
) -> tuple[bytes, str]:
    """Write rows as `file_answer` answers them; return the file and its type.

    A CSV has no second sheet, so each of its rows tells the moment that it is true for.
    """
    if f == "csv":
        dated = [{**row, "at": about["at"]} for row in rows]
        return table_csv([*columns, "at"], dated), CSV_UTF8
    return table_xlsx(columns, rows, about), XLSX


def written_chart(f: str, svg: bytes) -> tuple[bytes, str]:
    """Write a chart as SVG, or drawn as PNG; return it and its type."""
    return (as_png(svg), PNG) if f == "png" else (svg, SVG)


def answer_of(body: bytes, media_type: str) -> Response:
    """Answer a body of a type; a chart has a policy of its own."""
    policy = _SVG_POLICY if media_type == SVG else {}
    return Response(body, media_type=media_type, headers={**VARY, **policy})


def chart_contents() -> dict[str, Any]:
    """Describe the charts of an answer for the OpenAPI document."""
    return {
        SVG: {
            "schema": {"type": "string"},
            "example": '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="560">…</svg>',
        },
        PNG: {"schema": {"type": "string", "format": "binary"}},
    }


def file_contents(example: str) -> dict[str, Any]:
    """Describe the files of an answer for the OpenAPI document."""
    return {
        CSV: {"schema": {"type": "string"}, "example": example},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
        PARQUET: {"schema": {"type": "string", "format": "binary"}},
    }

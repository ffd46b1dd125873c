"""Counts by whole hexagon, for whom no part of one may be counted."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)

from gis_gov.counting import fences
from gis_gov.counting.kept import LIMITED, beyond_kept_rows, content_of, inexact_count
from gis_gov.counting.layers import tallies
from gis_gov.counting.question import Question, in_box
from gis_gov.counting.tables import COARSE_RESOLUTION, coarse_tally, tally
from gis_gov.db.run import rows_of
from gis_gov.geo.cell_ranges import around

ROWS_PER_CELL = 3
"""Rows read for each hexagon that may be answered: two layers, and cells around the bbox."""


@dataclass(frozen=True, slots=True)
class CellSum:
    """What the kept counts tell of one layer in one cell; see `threshold.Counted`."""

    cell: int
    layer: str
    value: int
    inexact: int
    content: int


async def read_whole_cells(conn: AsyncConnection[Any], asked: Question) -> list[CellSum] | None:
    """Count a layer by H3 cell, each whole; None for far over `limit` cells.

    With a bbox also cells around it are told: which of them count is for the caller. What has no
    cell yet (it gets one within a second) is left out.
    """
    parts = [_kept(asked)]
    if fences.reads_beyond_kept(asked.actor, asked.layer):
        parts.append(_beyond_kept(asked))
    row = union_all(*parts).subquery("counted")
    cell = func.cell_parent(row.c.cell, asked.resolution)
    limit = ROWS_PER_CELL * asked.limit
    query = (
        select(
            cell.label("cell"),
            row.c.layer,
            cast(func.sum(row.c.count), BigInteger).label("value"),
            cast(func.sum(row.c.inexact), BigInteger).label("inexact"),
            func.bit_xor(
                case((row.c.inexact > 0, row.c.content), else_=literal(0, BigInteger))
            ).label("content"),
        )
        .group_by(cell, row.c.layer)
        .limit(limit + 1)
    )
    rows = await rows_of(conn, CellSum, query)
    return rows if len(rows) <= limit else None


_NONE: Final = literal(0, Integer)
_NO_CONTENT: Final = literal(0, BigInteger)


def _kept(asked: Question) -> Select[*tuple[Any, ...]]:
    exact = fences.counts_exactly(asked.actor, asked.layer)
    counts = coarse_tally if asked.resolution <= COARSE_RESOLUTION else tally
    return select(
        counts.c.layer,
        counts.c.cell,
        counts.c.count,
        (_NONE if exact else inexact_count(asked.actor, counts)).label("inexact"),
        (_NO_CONTENT if exact else content_of(counts)).label("content"),
    ).where(
        counts.c.layer.in_(tallies(asked.layer)),
        counts.c.cell != 0,
        counts.c.count > 0,
        fences.kept(asked.actor, counts),
        _near(asked, counts),
    )


def _beyond_kept(asked: Question) -> Select[*tuple[Any, ...]]:
    _, place = LIMITED[asked.layer]
    near = around(asked.bbox, asked.resolution)
    counted = (
        beyond_kept_rows(asked.actor, asked.layer)
        .where(place.c.cell != 0, *in_box(place.c.geom, near))
        .subquery("beyond_kept")
    )
    return select(
        counted.c.layer,
        counted.c.cell,
        counted.c.count,
        _NONE.label("inexact"),
        _NO_CONTENT.label("content"),
    )


def _near(asked: Question, counts: Table) -> ColumnElement[bool]:
    near = around(asked.bbox, asked.resolution)
    if near is None:
        return true()
    return and_(
        counts.c.west.between(near.west, near.east),
        counts.c.south.between(near.south, near.north),
    )

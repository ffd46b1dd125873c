"""What lies in a drawn polygon: point by point, or in whole hexagons for whom points are closed.

The rule is that of heat maps. Who may read each thing, and knows where it is, has those in the
polygon or on its edge. Others are told what the heat map tells them of the hexagons with their
centre in it, each by itself: polygons that differ by a house differ by nothing, or by a hexagon
that the heat map tells, too.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import shapely
from h3.api import basic_int as h3
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, func, literal, select

from gis_gov.access.actor import Actor
from gis_gov.counting import fences
from gis_gov.counting.cells import tell_cells
from gis_gov.counting.layers import TIMED, placed
from gis_gov.counting.question import Question, within
from gis_gov.counting.tables import COARSE_RESOLUTION
from gis_gov.counting.threshold import Threshold
from gis_gov.counting.whole_cell_queries import read_whole_cells
from gis_gov.db.metadata import SRID
from gis_gov.db.run import scalar
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import outlines
from gis_gov.geo.measure import area_m2
from gis_gov.interval import Interval
from gis_gov.statistics.kept_in_polygon import count_in_polygon

RESOLUTION: Final = COARSE_RESOLUTION
CELLS_MAX: Final = 20_000
_BOX_OF_CELLS: Final = 10
"""So many times CELLS_MAX fit into the box around a polygon."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A polygon (EPSG:4490), who asks, and of which time the events are."""

    actor: Actor
    shape: BaseGeometry
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Figure:
    """How many there are, on how many square metres.

    Where whole hexagons were counted, `cells` is how many, and `withheld` how many of them hold
    some that are not in the count, since they are too few to tell.
    """

    measure: str
    count: int
    area_m2: float
    cells: int | None = None
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class _Cells:
    """Hexagons, and how large they are together."""

    ids: list[int]
    area_m2: float


async def read_figures(
    conn: AsyncConnection[Any], drawn: Drawn, measures: Sequence[str], threshold: Threshold
) -> tuple[list[Figure] | None, datetime]:
    """Count each measure, at one moment; None where there are over CELLS_MAX hexagons."""
    squared = float(area_m2(drawn.shape))
    figures: list[Figure] = []
    cells: _Cells | None = None
    async with snapshot(conn):
        at = await scalar(conn, select(func.now()))
        for measure in measures:
            if counted_by_point(drawn, measure):
                count = await scalar(conn, _things_in(drawn, measure))
                figures.append(Figure(measure, count, squared))
                continue
            cells = cells or await asyncio.to_thread(_cells_in, drawn.shape)
            found = cells and await _in_whole_cells(conn, drawn, measure, threshold, cells)
            if found is None:
                return None, at
            figures.append(found)
    return figures, at


def counted_by_point(drawn: Drawn, measure: str) -> bool:
    """Say whether a measure is counted point by point, as single things are for who asks."""
    if drawn.interval is not None and measure in TIMED:
        return True
    return fences.counts_exactly(drawn.actor, measure) and fences.reads_things(drawn.actor, measure)


def _kept_alone(drawn: Drawn, measure: str) -> bool:
    """Say whether the kept counts count for who asks just what he may read one by one."""
    timed = drawn.interval is not None and measure in TIMED
    return not timed and fences.reads_what_is_kept(drawn.actor, measure)


def _things_in(drawn: Drawn, measure: str) -> Select[*tuple[Any, ...]]:
    polygon = func.st_geomfromwkb(literal(shapely.to_wkb(drawn.shape)), SRID)
    if _kept_alone(drawn, measure):
        return count_in_polygon(drawn.actor, measure, polygon, BBox(*drawn.shape.bounds))
    things, place = placed(measure)
    return things.add_columns(func.count()).where(
        place.c.geom.op("&&")(polygon),
        func.st_intersects(place.c.geom, polygon),
        fences.readable(drawn.actor, measure),
        *(within(TIMED[measure], drawn.interval) if measure in TIMED else []),
    )


def _cells_in(shape: BaseGeometry) -> _Cells | None:
    """Return the hexagons with their centre in a polygon; None for too many.

    H3 looks for them in all of the box around it, which for a slanting sliver is large.
    """
    largest = CELLS_MAX * h3.average_hexagon_area(RESOLUTION, "m^2")
    box = shapely.box(*shape.bounds)
    if float(area_m2(shape)) > largest or float(area_m2(box)) > _BOX_OF_CELLS * largest:
        return None
    found = h3.geo_to_cells(shape, RESOLUTION)
    return _Cells(found, float(area_m2(outlines(found)).sum()))


async def _in_whole_cells(
    conn: AsyncConnection[Any], drawn: Drawn, measure: str, threshold: Threshold, cells: _Cells
) -> Figure | None:
    box = BBox(*shapely.bounds(drawn.shape).tolist())
    asked = Question(drawn.actor, measure, RESOLUTION, box, None, CELLS_MAX)
    sums = await read_whole_cells(conn, asked)
    if sums is None:
        return None
    told = await asyncio.to_thread(tell_cells, sums, measure, None, threshold)
    counts = [told[cell] for cell in cells.ids if cell in told]
    return Figure(
        measure,
        sum(count for count in counts if count is not None),
        cells.area_m2,
        len(cells.ids),
        counts.count(None),
    )

"""What lies in a drawn polygon, told apart by categories.

Counted is what somebody may read one by one, and where: what he could count himself by the lists.
So there is no threshold, and no polygon tells more of anybody than a list does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from psycopg import AsyncConnection
from sqlalchemy import Select, func, literal, select

from gis_gov.counting import fences
from gis_gov.counting.layers import TIMED, placed
from gis_gov.counting.question import within
from gis_gov.db.metadata import SRID
from gis_gov.db.run import scalar, tuples
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.measure import area_m2
from gis_gov.statistics.breakdown import Row, ordered
from gis_gov.statistics.breakdown_queries import ROWS_MAX
from gis_gov.statistics.categories import CATEGORIES
from gis_gov.statistics.polygon_queries import Drawn
from gis_gov.statistics.rates import DENOMINATOR_DIGITS, rate


@dataclass(frozen=True, slots=True)
class Apart:
    """A row for each of the categories that anything in the polygon is of, and how many it is."""

    rows: list[Row]
    total: int
    at: datetime


async def read_apart(
    conn: AsyncConnection[Any], drawn: Drawn, measure: str, by: Sequence[str]
) -> Apart | None:
    """Count by the categories, at one moment; None for over ROWS_MAX rows."""
    async with snapshot(conn):
        found = await tuples(conn, _counted(drawn, measure, by).limit(ROWS_MAX + 1))
        at = await scalar(conn, select(func.now()))
    if len(found) > ROWS_MAX:
        return None
    total = sum(count for count, *_ in found)
    km2 = round(float(area_m2(drawn.shape)) / 1e6, DENOMINATOR_DIGITS)
    rows = [
        {
            "measure": measure,
            **dict(zip(by, names, strict=True)),
            "count": count,
            "share": rate(count, total),
            "per_km2": rate(count, km2),
        }
        for count, *names in found
    ]
    return Apart(ordered(rows, by), total, at)


def _counted(drawn: Drawn, measure: str, by: Sequence[str]) -> Select[*tuple[Any, ...]]:
    polygon = func.st_geomfromwkb(literal(shapely.to_wkb(drawn.shape)), SRID)
    things, place = placed(measure)
    known = CATEGORIES[measure]
    inside = (
        things.add_columns(
            *(known[name].value(drawn.actor).label(f"category_{n}") for n, name in enumerate(by))
        )
        .where(
            place.c.geom.op("&&")(polygon),
            func.st_intersects(place.c.geom, polygon),
            fences.readable(drawn.actor, measure),
            *(within(TIMED[measure], drawn.interval) if measure in TIMED else []),
        )
        .subquery("inside")
    )
    return select(func.count(), *inside.c).group_by(*inside.c)

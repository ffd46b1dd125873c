"""Which cells were walked in a month, and the grids in which they lie."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.geo.cells import Cells

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class GridTold:
    """A grid as it is told of."""

    id: int
    code: str
    name: str
    area_code: str


async def read_walked(
    conn: AsyncConnection[Any], months: Iterable[date], cells: Cells
) -> Mapping[date, Mapping[int, int]]:
    """Read on how many days of workers cells were walked, by month, which its first day names.

    There may be others among them. It is the server's own to know.
    """
    found: defaultdict[date, dict[int, int]] = defaultdict(dict)
    if len(cells):
        asked = {
            "months": sorted(months),
            "least": int(cells.min()),
            "greatest": int(cells.max()),
        }
        rows = await tuples(conn, sql_file(_PACKAGE, "walked_cells"), asked, binary=True)
        for month, cell, days in rows:
            found[month][cell] = days
    return found


async def read_grids_told(conn: AsyncConnection[Any], ids: Iterable[int]) -> list[GridTold]:
    """Read how grids are called, by their codes."""
    return await rows_of(conn, GridTold, sql_file(_PACKAGE, "grids_told"), {"ids": sorted(ids)})


async def read_areas_below(conn: AsyncConnection[Any], codes: Iterable[str]) -> Mapping[int, str]:
    """Read which areas, by id, lie in those of some codes that have nothing in common."""
    asked = {"codes": sorted(codes)}
    return dict(await tuples(conn, sql_file(_PACKAGE, "areas_below"), asked))

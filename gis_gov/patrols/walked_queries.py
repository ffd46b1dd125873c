"""Which cells were walked in periods, by anybody or by whom: it is the server's own to know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.geo.cells import Cells
from gis_gov.patrols.period_days import Span

DAYS_MAX: Final = 30_000
"""Days of workers whose cells are looked at at once: two weeks of a district."""
_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class OwnGrid:
    """A grid that was, or is, a worker's; both days are part of the time."""

    worker: str
    grid_id: int
    valid_from: date
    valid_to: date | None

    def is_in(self, begins: date, ends: date) -> bool:
        """Say whether it was his on a day from `begins` to before `ends`."""
        return self.valid_from < ends and (self.valid_to is None or self.valid_to >= begins)


async def read_walked_in_months(conn: AsyncConnection[Any], span: Span) -> Mapping[date, Cells]:
    """Read which cells anybody walked in months or years, by the first day of each."""
    asked = {"period": span.period, "since": span.since, "until": span.until}
    rows = await tuples(conn, sql_file(_PACKAGE, "walked_in_months"), asked, binary=True)
    found: defaultdict[date, list[int]] = defaultdict(list)
    for cell, begins in rows:
        found[begins].append(cell)
    return {begins: np.array(cells, dtype=np.int64) for begins, cells in found.items()}


async def read_walked_in_days(
    conn: AsyncConnection[Any], span: Span, workers: Iterable[str] | None = None
) -> Mapping[tuple[str, date], Cells] | None:
    """Read which cells workers, or all of them, walked: by worker and the first day of each period.

    None if these are more than DAYS_MAX days of workers. A cell may be there more than once.
    """
    asked = {
        "period": span.period,
        "since": span.since,
        "until": span.until,
        "codes": None if workers is None else sorted(workers),
        "most": DAYS_MAX + 1,
    }
    rows = await tuples(conn, sql_file(_PACKAGE, "walked_in_days"), asked, binary=True)
    if len(rows) > DAYS_MAX:
        return None
    found: defaultdict[tuple[str, date], list[int]] = defaultdict(list)
    for code, cells, begins in rows:
        found[code, begins] += cells
    return {key: np.array(cells, dtype=np.int64) for key, cells in found.items()}


async def read_own_grids(conn: AsyncConnection[Any], workers: Iterable[str]) -> list[OwnGrid]:
    """Read which grids were whose, at any time."""
    asked = {"codes": sorted(workers)}
    return await rows_of(conn, OwnGrid, sql_file(_PACKAGE, "grids_of_workers"), asked)

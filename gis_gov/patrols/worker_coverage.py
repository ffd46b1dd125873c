"""How much of the grids that were his each worker walked himself, period by period."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.cells import Cells
from gis_gov.patrols.ground import Ground
from gis_gov.patrols.period_days import Span, end_of_period
from gis_gov.patrols.walked_queries import OwnGrid, read_own_grids, read_walked_in_days


async def shares_of_workers(
    pool: Pool, whole: Ground, span: Span, keys: Collection[tuple[str, date]]
) -> dict[tuple[str, date], float]:
    """Tell the share for workers, by code, and periods; of who had no grid then, none.

    Of nobody if the days of workers in the span are too many.
    """
    workers = {code for code, _ in keys}
    async with pool.connection(SYSTEM) as conn:
        walked = await read_walked_in_days(conn, span, workers)
        own = await read_own_grids(conn, workers)
    if walked is None:
        return {}
    return await asyncio.to_thread(_shares, whole, span, keys, walked, own)


def _shares(
    whole: Ground,
    span: Span,
    keys: Collection[tuple[str, date]],
    walked: Mapping[tuple[str, date], Cells],
    own: Sequence[OwnGrid],
) -> dict[tuple[str, date], float]:
    cells_of = whole.by_grid
    grids_of: defaultdict[str, list[OwnGrid]] = defaultdict(list)
    for each in own:
        if each.grid_id in cells_of:
            grids_of[each.worker].append(each)
    told: dict[tuple[str, date], float] = {}
    for code, begins in keys:
        ends = end_of_period(span.period, begins)
        grids = {each.grid_id for each in grids_of[code] if each.is_in(begins, ends)}
        if grids:
            ground = np.concatenate([cells_of[each] for each in sorted(grids)])
            there = np.isin(ground, walked.get((code, begins), []))
            told[code, begins] = round(float(there.mean()), 4)
    return told

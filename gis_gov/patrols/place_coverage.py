"""How much of the ground of many areas, or grids, was walked, period by period."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.arrays import Positions
from gis_gov.geo.cells import Cells
from gis_gov.patrols.coverage_queries import read_areas_below, read_grids_told
from gis_gov.patrols.ground import Ground
from gis_gov.patrols.period_days import Span
from gis_gov.patrols.summary_queries import By
from gis_gov.patrols.walked_queries import read_walked_in_days, read_walked_in_months

_NOTHING: Final = np.array([], dtype=np.int64)


async def shares_of_places(
    pool: Pool,
    actor: Actor,
    whole: Ground,
    by: By,
    span: Span,
    codes: Collection[str],
    begins: Collection[date],
) -> dict[tuple[str, date], float]:
    """Tell which share of grids, or areas of one level, anybody walked in periods of a span.

    Of those in all of which an actor may follow workers; of none if the days are too many.
    """
    async with pool.connection(SYSTEM) as conn:
        if by == "grid":
            told = await read_grids_told(conn, np.unique(whole.grid_id).tolist())
            names = {each.id: each.code for each in told if each.code in codes}
        else:
            names = await read_areas_below(conn, codes)
        walked = await _read_walked(conn, span)
    if walked is None:
        return {}
    days = {each: walked.get(each, _NOTHING) for each in begins}
    place_id = whole.grid_id if by == "grid" else whole.area_id
    return await asyncio.to_thread(_shares, whole, place_id, actor, names, days)


async def _read_walked(conn: AsyncConnection[Any], span: Span) -> Mapping[date, Cells] | None:
    if span.period in {"month", "year"}:
        return await read_walked_in_months(conn, span)
    by_worker = await read_walked_in_days(conn, span)
    if by_worker is None:
        return None
    found: defaultdict[date, list[Cells]] = defaultdict(list)
    for (_, begins), cells in by_worker.items():
        found[begins].append(cells)
    return {begins: np.concatenate(cells) for begins, cells in found.items()}


def _shares(
    whole: Ground,
    place_id: Positions,
    actor: Actor,
    names: Mapping[int, str],
    walked: Mapping[date, Cells],
) -> dict[tuple[str, date], float]:
    known = _known(whole, place_id, actor, names)
    ids, row = np.unique(place_id[known], return_inverse=True)
    codes, code_of_id = np.unique([names[each] for each in ids.tolist()], return_inverse=True)
    code = code_of_id[row] if len(ids) else row
    cells = np.bincount(code, minlength=len(codes))
    ground = whole.cells[known]
    told: dict[tuple[str, date], float] = {}
    for begins, there in walked.items():
        shares = np.bincount(code, np.isin(ground, there), minlength=len(codes)) / cells
        pairs = zip(codes.tolist(), shares.tolist(), strict=True)
        told |= {(each, begins): round(share, 4) for each, share in pairs}
    return told


def _known(whole: Ground, place_id: Positions, actor: Actor, names: Mapping[int, str]) -> Positions:
    """List the cells in those places every cell of which an actor may know of."""
    seen = whole.within(actor.reach(Permission.TRACK_READ).any)
    hidden = ~np.isin(whole.cells, seen.cells)
    partly = {names.get(each) for each in np.unique(place_id[hidden]).tolist()}
    kept = [each for each, code in names.items() if code not in partly]
    return np.flatnonzero(np.isin(place_id, kept))

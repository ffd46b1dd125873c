"""How much of the ground was walked, beside the sums of patrols: of places, and of workers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import shapely

from gis_gov.access.actor import Actor
from gis_gov.areas.service import district_extent
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.patrols.ground import Ground, Places, TooWide
from gis_gov.patrols.ground_memory import GroundMemory
from gis_gov.patrols.period_days import Span
from gis_gov.patrols.place_coverage import shares_of_places
from gis_gov.patrols.summary_queries import By, Period
from gis_gov.patrols.worker_coverage import shares_of_workers

Shares = Mapping[tuple[str, date], float]


async def shares_of(
    pool: Pool,
    grounds: GroundMemory,
    actor: Actor,
    places: Places,
    by: By,
    period: Period,
    rows: Sequence[Mapping[str, Any]],
) -> Shares:
    """Tell which share was walked for rows of sums, by code and first day.

    Of a grid or area: of its ground, by anybody, if an actor may follow workers in all of it. Of a
    worker: of the grids that were his in the period, by himself. Nothing is told of all together
    and of all times, nor if the grids, or the days of workers to be looked at, are too many.
    """
    codes = {row["code"] for row in rows} - {None}
    if by == "all" or period == "all" or not codes:
        return {}
    whole = await _whole(pool, grounds, places)
    if whole is None:
        return {}
    span = Span.of(period, {row["begins"] for row in rows})
    if by == "worker":
        keys = {(row["code"], row["begins"]) for row in rows if row["code"] is not None}
        return await shares_of_workers(pool, whole, span, keys)
    begins = {row["begins"] for row in rows}
    return await shares_of_places(pool, actor, whole, by, span, codes, begins)


async def _whole(pool: Pool, grounds: GroundMemory, places: Places) -> Ground | None:
    async with pool.connection(SYSTEM) as conn:
        box = await district_extent(conn)
    if box is None:
        return None
    shape = shapely.box(box.west, box.south, box.east, box.north)
    try:
        return await grounds.of(shape, places)
    except TooWide:
        return None

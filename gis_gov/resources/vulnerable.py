"""How many vulnerable persons live around a shape, for whoever may know each of them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np

from gis_gov.access.actor import Actor
from gis_gov.db.pool import Pool
from gis_gov.db.run import scalar
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.reach import inner_and_outer
from gis_gov.geo.surroundings import Surroundings
from gis_gov.problems import InvalidRequest
from gis_gov.registry.service import counts_vulnerable
from gis_gov.resources.near import MARGIN_M
from gis_gov.resources.near_queries import Home, read_vulnerable_in
from gis_gov.resources.service import ring_edges

HOMES_MAX: Final = 500_000
"""So many places are measured one by one."""


async def count_vulnerable(
    around: Surroundings, radius_m: float, actor: Actor, pool: Pool
) -> dict[str, Any] | None:
    """Count those who live within a radius of a shape, by ring; None: not to be told.

    Counted are those whom the actor may read. Who does not know where each of them lives, or of
    which class each is, is told no number: two shapes may differ by one home.

    Raises:
        InvalidRequest: they live at over HOMES_MAX places.

    """
    if not counts_vulnerable(actor):
        return None
    _, ground = inner_and_outer(around.shape, radius_m + MARGIN_M)
    async with pool.connection(actor.scope) as conn, snapshot(conn):
        homes = await read_vulnerable_in(conn, actor, ground, HOMES_MAX + 1)
        moment: datetime = await scalar(conn, "select transaction_timestamp()")
    if len(homes) > HOMES_MAX:
        raise InvalidRequest(
            f"Vulnerable persons live at over {HOMES_MAX:,} places there:"
            " take a smaller shape or radius."
        )
    edges_m = ring_edges(radius_m)
    counts = await asyncio.to_thread(_by_ring, around, homes, edges_m)
    rings = [
        {"from_m": inner_m, "to_m": outer_m, "count": count}
        for inner_m, outer_m, count in zip([0.0, *edges_m], edges_m, counts, strict=False)
    ]
    return {"count": sum(counts), "rings": rings, "as_of": moment}


def _by_ring(around: Surroundings, homes: Sequence[Home], edges_m: Sequence[float]) -> list[int]:
    lon = np.array([home.lon for home in homes], dtype=np.float64)
    lat = np.array([home.lat for home in homes], dtype=np.float64)
    persons = np.array([home.persons for home in homes], dtype=np.int64)
    distance_m = around.distance_m(lon, lat)
    inside = distance_m <= edges_m[-1]
    ring = np.searchsorted(np.asarray(edges_m, dtype=np.float64), distance_m[inside])
    counts = np.zeros(len(edges_m), dtype=np.int64)
    np.add.at(counts, ring, persons[inside])
    return counts.tolist()

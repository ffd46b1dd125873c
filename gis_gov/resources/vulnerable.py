"""How many vulnerable persons live around a shape, for whoever may know each of them."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis_gov.access.actor import Actor
from gis_gov.db.pool import Pool
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.boxed import bounds_m
from gis_gov.geo.surroundings import Surroundings
from gis_gov.problems import InvalidRequest
from gis_gov.registry.service import counts_vulnerable
from gis_gov.resources.near import MARGIN_M
from gis_gov.resources.service import ring_edges
from gis_gov.resources.vulnerable_queries import Home, read_homes, read_kept_counts

HOMES_MAX: Final = 500_000
"""So many places are measured one by one."""


class Sorted(NamedTuple):
    """Persons of hexagons by the ring that all of them live in, and the hexagons without one."""

    counts: NDArray[np.int64]
    cut: list[int]


async def count_vulnerable(
    around: Surroundings, radius_m: float, actor: Actor, pool: Pool
) -> dict[str, Any] | None:
    """Count those who live within a radius of a shape, by ring; None: not to be told.

    Counted are those whom the actor may read. Who does not know where each of them lives, or of
    which class each is, is told no number: two shapes may differ by one home.

    Most are counted by hexagon, as they are kept; one by one in those that the edge of a ring cuts.

    Raises:
        InvalidRequest: they live at over HOMES_MAX places that would have to be measured.

    """
    if not counts_vulnerable(actor):
        return None
    edges_m = ring_edges(radius_m)
    box = around.box(radius_m + MARGIN_M)
    async with pool.connection(actor.scope) as conn, snapshot(conn):
        kept = await read_kept_counts(conn, actor, box)
        whole = await asyncio.to_thread(sort_by_ring, around, kept.rows, edges_m)
        homes = await read_homes(conn, actor, whole.cut, box, HOMES_MAX + 1)
    if len(homes) > HOMES_MAX:
        raise InvalidRequest(
            f"Vulnerable persons live at over {HOMES_MAX:,} places there:"
            " take a smaller shape or radius."
        )
    counts = whole.counts + await asyncio.to_thread(_count_homes, around, homes, edges_m)
    rings = [
        {"from_m": inner_m, "to_m": outer_m, "count": count}
        for inner_m, outer_m, count in zip([0.0, *edges_m], edges_m, counts.tolist(), strict=False)
    ]
    return {"count": int(counts.sum()), "rings": rings, "as_of": kept.moment}


def sort_by_ring(around: Surroundings, rows: NDArray[Any], edges_m: Sequence[float]) -> Sorted:
    """Sort kept counts by ring.

    A hexagon of which some rows lie in a ring and others are cut is counted one by one as a whole.
    """
    west, south, east, north = (
        rows[side].astype(np.float64) for side in ("west", "south", "east", "north")
    )
    cells, persons = rows["cell"].astype(np.int64), rows["persons"].astype(np.int64)
    edges = np.asarray(edges_m, dtype=np.float64)
    least_m, most_m = bounds_m(around, west, south, east, north, edges_m[-1])
    first, last = np.searchsorted(edges, least_m), np.searchsorted(edges, most_m)
    cut = np.unique(cells[(first != last) | np.isnan(most_m)])
    whole = (last < len(edges)) & ~np.isin(cells, cut)
    counts = np.zeros(len(edges), dtype=np.int64)
    np.add.at(counts, last[whole], persons[whole])
    return Sorted(counts, cut.tolist())


def _count_homes(
    around: Surroundings, homes: Sequence[Home], edges_m: Sequence[float]
) -> NDArray[np.int64]:
    lon = np.array([home.lon for home in homes], dtype=np.float64)
    lat = np.array([home.lat for home in homes], dtype=np.float64)
    persons = np.array([home.persons for home in homes], dtype=np.int64)
    distance_m = around.distance_m(lon, lat)
    inside = distance_m <= edges_m[-1]
    ring = np.searchsorted(np.asarray(edges_m, dtype=np.float64), distance_m[inside])
    counts = np.zeros(len(edges_m), dtype=np.int64)
    np.add.at(counts, ring, persons[inside])
    return counts

"""What is around a shape: of each kind what one may see, measured, counted and put in order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from sqlalchemy import ColumnElement

from gis_gov.access.actor import Actor
from gis_gov.cql.faults import filter_faults
from gis_gov.cql.kinds import Condition
from gis_gov.db.pool import Pool
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.arrays import Floats, Positions
from gis_gov.geo.bbox import BBox
from gis_gov.registry.tables import enterprise
from gis_gov.resources.hits import Found, Hit, hit_of
from gis_gov.resources.memory import Kept, ResourceMemory
from gis_gov.resources.near_queries import (
    read_enterprises_in,
    read_looking_at,
    read_resources_in,
    read_workers_in,
)
from gis_gov.resources.picking import picked
from gis_gov.resources.seeing import SEEN_MAX_M, seeing
from gis_gov.resources.sets import ResourceSet
from gis_gov.resources.sought import Sought
from gis_gov.resources.tables import RESOURCE_KINDS, resource

REACHES_M: Final = (500.0, 3_000.0, 12_000.0, 50_000.0)
"""How far it is looked for the nearest, further each time that there were too few."""
MARGIN_M: Final = 0.02
"""It is looked so much farther than is measured, lest the last digit decide."""


@dataclass(frozen=True, slots=True)
class _Things:
    """Things of some kinds with their places; exactly one of `rows` and `resources` is set.

    If `anywhere` they count however far they are.
    """

    kind: NDArray[np.str_]
    code: NDArray[np.str_]
    lon: Floats
    lat: Floats
    rows: Sequence[dict[str, Any]] = ()
    resources: ResourceSet | None = None
    index: Positions | None = None
    anywhere: bool = False

    def hit(self, place: int, distance_m: float, bearing_deg: float | None) -> Hit:
        if self.resources is not None and self.index is not None:
            return self.resources.hit(int(self.index[place]), distance_m, bearing_deg)
        return hit_of(self.rows[place], distance_m, bearing_deg)


async def find_near(
    sought: Sought, actor: Actor, memory: ResourceMemory, pool: Pool, edges_m: Sequence[float]
) -> Found:
    """Find what an actor may see around a shape; counts are those within each of the edges.

    Hits come by distance, then kind, then code. Where only the nearest are looked for, the counts
    are those of the hits, within one edge.
    """
    if not sought.selection.kinds:
        return Found([], {})
    if sought.selection.radius_m is not None:
        sets, read = await _read(sought, sought.selection.radius_m, actor, memory, pool)
        return await asyncio.to_thread(
            _found, sought, actor, sets, read, sought.selection.radius_m, edges_m
        )
    found = Found([], {})
    for reach_m in REACHES_M:
        sets, read = await _read(sought, reach_m, actor, memory, pool)
        found = await asyncio.to_thread(_found, sought, actor, sets, read, reach_m, [reach_m])
        counts = [found.within_edges.get((0, kind), 0) for kind in sought.selection.kinds_within]
        if all(count >= (sought.selection.nearest or 0) for count in counts):
            break
    told: dict[tuple[int, str], int] = {}
    for hit in found.hits:
        told[0, hit.kind] = told.get((0, hit.kind), 0) + 1
    return Found(found.hits, told)


async def _read(
    sought: Sought, radius_m: float, actor: Actor, memory: ResourceMemory, pool: Pool
) -> tuple[list[Kept], list[_Things]]:
    """Return sets that hold the resources around, maybe all others too, and what is no resource."""
    box = sought.around.box(radius_m + MARGIN_M)
    if sought.selection.conditions:
        async with pool.connection(actor.scope) as conn, snapshot(conn):
            with filter_faults():
                return await _read_picked(sought, conn, actor, box)
    selection = sought.selection
    sets = memory.kept() if set(selection.kinds) & set(RESOURCE_KINDS) else []
    read: list[_Things] = []
    if sets is None or {"worker", "enterprise"} & set(selection.kinds):
        async with pool.connection(actor.scope) as conn:
            if sets is None:
                sets = [await _read_set(conn, actor, sought, box, RESOURCE_KINDS)]
            if "worker" in selection.kinds and selection.staff is not None:
                read.append(_rows(await read_workers_in(conn, actor, box, selection.staff)))
            if "enterprise" in selection.kinds:
                rows = await read_enterprises_in(conn, actor, box, selection.risk_classes)
                read.append(_rows(rows))
    return sets, read


async def _read_set(
    conn: AsyncConnection[Any],
    actor: Actor,
    sought: Sought,
    box: BBox,
    among: Sequence[str],
    *more: Condition,
) -> Kept:
    """Return the resources that are looked for, of some kinds: in a box, or that see into it."""
    kinds = [kind for kind in sought.selection.kinds_within if kind in among]
    found = await read_resources_in(conn, actor, box, kinds, *more) if kinds else []
    if sought.selection.covers and "camera" in sought.selection.kinds and "camera" in among:
        place = BBox(*sought.around.shape.bounds)
        found += await read_looking_at(conn, actor, place, *more)
    made = ResourceSet(found)
    return Kept(made, made.alive)


async def _read_picked(
    sought: Sought, conn: AsyncConnection[Any], actor: Actor, box: BBox
) -> tuple[list[Kept], list[_Things]]:
    """Return what a filter picks of each kind: memory does not know all that filters may name."""
    selection = sought.selection
    far = sought.around.box(SEEN_MAX_M) if selection.covers else box

    def met(kind: str, key: ColumnElement[str]) -> Condition:
        return picked(
            actor, kind, selection.conditions[kind], key, far if kind == "camera" else box
        )

    sets: list[Kept] = []
    read: list[_Things] = []
    for kind in selection.kinds:
        if kind == "worker":
            if selection.staff is not None:
                wanted = selection.conditions[kind]
                rows = await read_workers_in(conn, actor, box, selection.staff, wanted)
                read.append(_rows(rows))
        elif kind == "enterprise":
            of_firms, classes = met(kind, enterprise.c.code), selection.risk_classes
            read.append(_rows(await read_enterprises_in(conn, actor, box, classes, of_firms)))
        else:
            of_kind = met(kind, resource.c.code)
            sets.append(await _read_set(conn, actor, sought, box, [kind], of_kind))
    return sets, read


def _rows(rows: Sequence[dict[str, Any]]) -> _Things:
    return _Things(
        np.array([row["kind"] for row in rows], dtype=np.str_),
        np.array([row["code"] for row in rows], dtype=np.str_),
        np.array([row["lon"] for row in rows], dtype=np.float64),
        np.array([row["lat"] for row in rows], dtype=np.float64),
        rows,
    )


def _of_set(each: Kept, sought: Sought, box: BBox, radius_m: float, actor: Actor) -> _Things:
    resources = each.resources
    lon, lat = resources.points.lon, resources.points.lat
    wanted = np.array([kind in sought.selection.kinds_within for kind in RESOURCE_KINDS])
    kept = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
    kept &= each.alive & wanted[resources.kind]
    index = np.flatnonzero(kept)
    index = index[sought.around.may_reach(lon[index], lat[index], radius_m)]
    index = index[resources.visible(actor, index)]
    if sought.selection.classes is not None:
        index = index[
            [resources.resources[n].resource_class in sought.selection.classes for n in index]
        ]
    return _things(resources, index)


def _things(resources: ResourceSet, index: Positions, *, anywhere: bool = False) -> _Things:
    return _Things(
        np.array(RESOURCE_KINDS)[resources.kind[index]],
        np.array([resources.resources[n].code for n in index], dtype=np.str_),
        resources.points.lon[index],
        resources.points.lat[index],
        resources=resources,
        index=index,
        anywhere=anywhere,
    )


def _looking(sets: Sequence[Kept], sought: Sought, actor: Actor) -> list[_Things]:
    """Return the cameras that see the place, if those are looked for."""
    if not sought.selection.covers or "camera" not in sought.selection.kinds:
        return []
    return [
        _things(
            each.resources,
            seeing(each, sought.around, actor, sought.selection.classes),
            anywhere=True,
        )
        for each in sets
    ]


def _found(
    sought: Sought,
    actor: Actor,
    sets: Sequence[Kept],
    read: Sequence[_Things],
    radius_m: float,
    edges_m: Sequence[float],
) -> Found:
    """Measure, count and order what lies around; a district's takes too long for the event loop."""
    box = sought.around.box(radius_m + MARGIN_M)
    things = [
        *(_of_set(each, sought, box, radius_m, actor) for each in sets),
        *_looking(sets, sought, actor),
        *read,
    ]
    parts = np.repeat(np.arange(len(things)), [each.lon.size for each in things])
    places = np.concatenate([np.arange(each.lon.size) for each in things] or [parts])
    lon, lat, kind, code = (
        np.concatenate([getattr(each, name) for each in things] or [np.empty(0)])
        for name in ("lon", "lat", "kind", "code")
    )
    distance_m = sought.around.distance_m(lon, lat)
    anywhere = np.array([each.anywhere for each in things], dtype=np.bool_)[parts]
    inside = np.flatnonzero((distance_m <= radius_m) | anywhere)
    order = inside[np.lexsort((code[inside], kind[inside], distance_m[inside]))]
    ring = np.searchsorted(np.asarray(edges_m, dtype=np.float64), distance_m[order])
    counts = {
        (edge, name): number
        for edge in range(len(edges_m))
        for name in sought.selection.kinds
        if (number := int(np.count_nonzero((kind[order] == name) & (ring <= edge))))
    }
    page = order[: sought.selection.limit]
    if sought.selection.nearest is not None:
        first = [
            order[kind[order] == name][: sought.selection.nearest]
            for name in sought.selection.kinds
        ]
        among = np.isin(order, np.concatenate(first or [order[:0]]))
        page = order[among][: sought.selection.limit]
    bearing = sought.around.bearing_deg(lon[page], lat[page])
    hits = [
        things[part].hit(int(place), float(metres), None if np.isnan(degrees) else float(degrees))
        for part, place, metres, degrees in zip(
            parts[page].tolist(),
            places[page].tolist(),
            distance_m[page].tolist(),
            bearing.tolist(),
            strict=True,
        )
    ]
    outside = int(np.count_nonzero(distance_m[order] > radius_m))
    return Found(hits, counts, {"camera": outside} if outside else {})

"""What is around a shape: of each kind what one may see, measured, counted and put in order."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from gis_gov.geo.surroundings import Surroundings
from gis_gov.registry.tables import enterprise
from gis_gov.resources.hits import Found, Hit, hit_of
from gis_gov.resources.memory import Kept, ResourceMemory
from gis_gov.resources.near_queries import (
    read_enterprises_in,
    read_resources_in,
    read_workers_in,
)
from gis_gov.resources.picking import picked
from gis_gov.resources.sets import ResourceSet
from gis_gov.resources.tables import RESOURCE_KINDS, resource

REACHES_M: Final = (500.0, 3_000.0, 12_000.0, 50_000.0)
"""How far it is looked for the nearest, further each time that there were too few."""
MARGIN_M: Final = 0.02
"""It is looked so much farther than is measured, lest the last digit decide."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which things are looked for around something: of which kinds, how far, how many.

    Without `radius_m` it is so many of each kind, the `nearest`, up to the last of REACHES_M away.
    `classes` limit cameras, centres and POIs, `risk_classes` enterprises, `on_shift` workers.
    With `vulnerable` the vulnerable persons are counted, too; with `responsible` it is told who
    answers for the place. `conditions` limit each kind, where there are any.
    """

    kinds: Sequence[str]
    radius_m: float | None
    limit: int
    nearest: int | None = None
    classes: Sequence[str] | None = None
    risk_classes: Sequence[str] | None = None
    on_shift: bool = False
    vulnerable: bool = False
    responsible: bool = False
    conditions: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Say whether nothing is asked beyond what the shortest way answers."""
        limits = (self.nearest, self.classes, self.risk_classes)
        limited = self.on_shift or self.conditions or any(limit is not None for limit in limits)
        return not limited and "enterprise" not in self.kinds


@dataclass(frozen=True, slots=True)
class Sought:
    """A shape, and which things are looked for around it."""

    around: Surroundings
    selection: Selection


@dataclass(frozen=True, slots=True)
class _Things:
    """Things of some kinds with their places; exactly one of `rows` and `resources` is set."""

    kind: NDArray[np.str_]
    code: NDArray[np.str_]
    lon: Floats
    lat: Floats
    rows: Sequence[dict[str, Any]] = ()
    resources: ResourceSet | None = None
    index: Positions | None = None

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
        counts = [found.within_edges.get((0, kind), 0) for kind in sought.selection.kinds]
        if min(counts, default=0) >= (sought.selection.nearest or 0):
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
                return await _read_picked(sought.selection, conn, actor, box)
    kinds = [kind for kind in sought.selection.kinds if kind in RESOURCE_KINDS]
    sets = memory.kept() if kinds else []
    read: list[_Things] = []
    if sets is None or {"worker", "enterprise"} & set(sought.selection.kinds):
        async with pool.connection(actor.scope) as conn:
            if sets is None:
                made = ResourceSet(await read_resources_in(conn, actor, box, kinds))
                sets = [Kept(made, made.alive)]
            if "worker" in sought.selection.kinds:
                rows = await read_workers_in(conn, actor, box, on_shift=sought.selection.on_shift)
                read.append(_rows(rows))
            if "enterprise" in sought.selection.kinds:
                rows = await read_enterprises_in(conn, actor, box, sought.selection.risk_classes)
                read.append(_rows(rows))
    return sets, read


async def _read_picked(
    selection: Selection, conn: AsyncConnection[Any], actor: Actor, box: BBox
) -> tuple[list[Kept], list[_Things]]:
    """Return what a filter picks of each kind: memory does not know all that filters may name."""

    def met(kind: str, key: ColumnElement[str]) -> Condition:
        return picked(actor, kind, selection.conditions[kind], key, box)

    sets: list[Kept] = []
    read: list[_Things] = []
    for kind in selection.kinds:
        if kind == "worker":
            of_workers, on_shift = selection.conditions[kind], selection.on_shift
            rows = await read_workers_in(conn, actor, box, of_workers, on_shift=on_shift)
            read.append(_rows(rows))
        elif kind == "enterprise":
            of_firms, classes = met(kind, enterprise.c.code), selection.risk_classes
            read.append(_rows(await read_enterprises_in(conn, actor, box, classes, of_firms)))
        else:
            of_kind = met(kind, resource.c.code)
            made = ResourceSet(await read_resources_in(conn, actor, box, [kind], of_kind))
            sets.append(Kept(made, made.alive))
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
    wanted = np.array([kind in sought.selection.kinds for kind in RESOURCE_KINDS])
    kept = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
    kept &= each.alive & wanted[resources.kind]
    index = np.flatnonzero(kept)
    index = index[sought.around.may_reach(lon[index], lat[index], radius_m)]
    index = index[resources.visible(actor, index)]
    if sought.selection.classes is not None:
        index = index[
            [resources.resources[n].resource_class in sought.selection.classes for n in index]
        ]
    return _Things(
        np.array(RESOURCE_KINDS)[resources.kind[index]],
        np.array([resources.resources[n].code for n in index], dtype=np.str_),
        lon[index],
        lat[index],
        resources=resources,
        index=index,
    )


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
    things = [*(_of_set(each, sought, box, radius_m, actor) for each in sets), *read]
    parts = np.repeat(np.arange(len(things)), [each.lon.size for each in things])
    places = np.concatenate([np.arange(each.lon.size) for each in things] or [parts])
    lon, lat, kind, code = (
        np.concatenate([getattr(each, name) for each in things] or [np.empty(0)])
        for name in ("lon", "lat", "kind", "code")
    )
    distance_m = sought.around.distance_m(lon, lat)
    inside = np.flatnonzero(distance_m <= radius_m)
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
    return Found(hits, counts)

"""The queries of what a shape affects: how many things in each grid, and who works there."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    LargeBinary,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from gis_gov.access.actor import Actor
from gis_gov.access.filters import one_of, visible
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid, grid_worker
from gis_gov.counting import fences
from gis_gov.counting.layers import own_table
from gis_gov.days import today
from gis_gov.db.metadata import SRID
from gis_gov.db.run import rows_of, scalar
from gis_gov.db.snapshot import snapshot
from gis_gov.patrols.tables import worker
from gis_gov.problems import InvalidRequest
from gis_gov.registry.tables import VULNERABLE_CLASS, address, person

POINTS_MAX = 500_000
"""So many points are measured one by one, by kind."""
VULNERABLE_PERSONS = "vulnerable_persons"
"""What they are called among the layers."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many things of a layer lie in a grid (None: in none), at one point where that is told."""

    layer: str
    grid_id: int | None
    count: int
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Edge:
    """Where things have to be looked at by point: a polygon (WKB), and what picks those that count.

    Only what the `inner` polygon of a `Ground` does not hold is looked at.
    """

    outer: bytes
    near: Callable[[list[Sum]], list[Sum]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is affected: a shape, all that lies in a polygon (WKB, EPSG:4490), and some at its edge.

    Without an edge it is what lies in the polygon.
    """

    shape: bytes
    inner: bytes
    edge: Edge | None = None


@dataclass(frozen=True, slots=True)
class GridMet:
    """A grid that a shape meets, or in which it holds something."""

    id: int
    code: str
    name: str
    area_code: str
    area_name: str


@dataclass(frozen=True, slots=True)
class GridWorker:
    """Somebody who works in a grid, with the sealed phone."""

    grid_id: int
    code: str
    name: str
    role: str
    phone_sealed: bytes | None
    area_id: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """What was found in a polygon at one moment."""

    moment: datetime
    sums: list[Sum]
    grids: list[GridMet]
    workers: list[GridWorker]


async def read_affected(
    conn: AsyncConnection[Any],
    actor: Actor,
    ground: Ground,
    layers: Sequence[str],
    *,
    vulnerable: bool,
) -> Read:
    """Count by grid the things that somebody may read, and whose point lies on some ground.

    Of persons with `vulnerable` also those of the class VULNERABLE_CLASS, as VULNERABLE_PERSONS.
    All is as it is at one moment.
    """
    async with snapshot(conn):
        sums = await _read_sums(conn, actor, ground, layers, vulnerable=vulnerable)
        inside = sorted({each.grid_id for each in sums if each.grid_id is not None})
        grids = await _read_grids_met(conn, ground.shape, inside)
        workers = await _read_workers_of(conn, actor, [each.id for each in grids])
        moment = await scalar(conn, "select transaction_timestamp()")
    return Read(moment, sums, grids, workers)


async def _read_sums(
    conn: AsyncConnection[Any],
    actor: Actor,
    ground: Ground,
    layers: Sequence[str],
    *,
    vulnerable: bool,
) -> list[Sum]:
    asked = [(layer, layer) for layer in layers]
    asked += [("persons", VULNERABLE_PERSONS)] if vulnerable else []
    if not asked:
        return []
    places = _places(actor, ground)
    parts = [_counted(actor, places, *each) for each in asked]
    sums = await rows_of(conn, Sum, union_all(*parts).limit(POINTS_MAX + 1))
    if len(sums) > POINTS_MAX:
        raise InvalidRequest.at(
            "body.radius_m", f"over {POINTS_MAX:,} points lie near: take a smaller shape, or radius"
        )
    if ground.edge is None:
        return sums
    inside = [each for each in sums if each.lon is None]
    at_edge = [each for each in sums if each.lon is not None]
    return inside + await asyncio.to_thread(ground.edge.near, at_edge)


async def _read_grids_met(
    conn: AsyncConnection[Any], wkb: bytes, ids: Sequence[int]
) -> list[GridMet]:
    """Return the current base grids that share some ground with a shape, and those of the ids."""
    shape = _shape(wkb)
    met = and_(
        grid.c.valid_to.is_(None),
        grid.c.layer == "base",
        grid.c.geom.op("&&")(shape),
        func.st_intersects(grid.c.geom, shape),
        ~func.st_touches(grid.c.geom, shape),
    )
    query = (
        select(
            grid.c.id,
            grid.c.code,
            grid.c.name,
            area.c.code.label("area_code"),
            area.c.name.label("area_name"),
        )
        .select_from(grid.join(area, area.c.id == grid.c.area_id))
        .where(or_(met, one_of(grid.c.id, ids)))
        .order_by(grid.c.code)
    )
    return await rows_of(conn, GridMet, query)


async def _read_workers_of(
    conn: AsyncConnection[Any], actor: Actor, ids: Sequence[int]
) -> list[GridWorker]:
    """Return who works today in grids, as far as somebody may know of them."""
    own = false() if actor.worker_id is None else worker.c.id == actor.worker_id
    known = or_(
        visible(actor, Permission.WORKER_READ, worker, own_column=worker.c.id),
        one_of(grid_worker.c.grid_id, actor.reach(Permission.WORKER_READ).any.grids),
        own,
    )
    query = (
        select(
            grid_worker.c.grid_id,
            worker.c.code,
            worker.c.name,
            grid_worker.c.role,
            worker.c.phone_sealed,
            worker.c.area_id,
        )
        .distinct()  # somebody may end and begin again on one day
        .select_from(grid_worker.join(worker, worker.c.id == grid_worker.c.worker_id))
        .where(
            one_of(grid_worker.c.grid_id, ids),
            grid_worker.c.valid_from <= today(),
            or_(grid_worker.c.valid_to.is_(None), grid_worker.c.valid_to >= today()),
            known,
        )
        .order_by(grid_worker.c.role, worker.c.code)
    )
    return await rows_of(conn, GridWorker, query)


def _places(actor: Actor, ground: Ground) -> CTE:
    """Find the addresses on the ground that somebody may read; those at its edge have a point."""
    geom, inner = address.c.geom, _shape(ground.inner)
    outer = inner if ground.edge is None else _shape(ground.edge.outer)
    inside = func.st_intersects(inner, geom)
    nowhere = cast(null(), Double)
    return (
        select(
            address.c.id,
            address.c.grid_id,
            address.c.valid_to.is_(None).label("current"),
            case((inside, nowhere), else_=func.st_x(geom)).label("lon"),
            case((inside, nowhere), else_=func.st_y(geom)).label("lat"),
        )
        .where(
            geom.op("&&")(outer),
            func.st_intersects(outer, geom),
            visible(actor, Permission.ADDRESS_READ, address),
        )
        .cte("place")
    )


def _counted(actor: Actor, places: CTE, layer: str, name: str) -> Select[*tuple[Any, ...]]:
    """Count by grid, and by point at the edge, what of a layer is at places and may be read."""
    table, conditions = own_table(layer)
    source, held = places, [places.c.current]
    if table is not address:
        source = table.join(places, table.c.address_id == places.c.id)
        held = [*conditions, fences.listed(actor, layer)]
    query = (
        select(
            literal(name).label("layer"),
            places.c.grid_id,
            func.count().label("count"),
            places.c.lon,
            places.c.lat,
        )
        .select_from(source)
        .where(*held)
        .group_by(places.c.grid_id, places.c.lon, places.c.lat)
    )
    if name == VULNERABLE_PERSONS:
        query = query.where(person.c.person_class == VULNERABLE_CLASS)
    return query


def _shape(wkb: bytes) -> ColumnElement[Any]:
    return func.st_geomfromwkb(literal(wkb, LargeBinary), SRID)

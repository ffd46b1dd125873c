"""What is asked for around a place: kinds, rings, and how hits are told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.areas.service import assigned_grids
from gis_gov.db.pool import Pool
from gis_gov.geo.surroundings import Surroundings
from gis_gov.resources.hits import Found, Sees, feature_of
from gis_gov.resources.memory import ResourceMemory
from gis_gov.resources.near import REACHES_M, find_near
from gis_gov.resources.queries import read_nearby, read_responsible
from gis_gov.resources.seeing import sees_point, sees_shape
from gis_gov.resources.sought import Selection, Sought
from gis_gov.resources.tables import RESOURCE_KINDS

if TYPE_CHECKING:
    from gis_gov.areas.place_memory import PlaceMemory

LIMIT_MAX = 1000
RING_EDGES_M = (500.0, 1000.0, 2000.0)


async def find_around_point(
    lon: float,
    lat: float,
    selection: Selection,
    actor: Actor,
    memory: ResourceMemory,
    pool: Pool,
) -> dict[str, Any]:
    """Find what an actor may see around a point (EPSG:4490), and make its GeoJSON.

    Raises:
        UnfitShape: nothing can be looked for there beyond what is plainly asked.

    """
    if selection.is_of_each:
        told = await _find_of_each(lon, lat, selection, actor, memory, pool)
        if told is not None:
            return told
    if not selection.is_plain or selection.radius_m is None:
        sought = Sought(Surroundings(shapely.Point(lon, lat)), selection)
        return await find_sought(sought, actor, memory, pool)
    edges_m = ring_edges(selection.radius_m)
    where = (lon, lat, edges_m)
    kinds, most = selection.kinds, selection.limit
    found = memory.find(actor, *where, kinds, most)
    if found is None or "worker" in kinds:
        # Workers move all the time; nobody keeps where they are.
        left = kinds if found is None else ["worker"]
        async with pool.connection(actor.scope) as conn:
            read = await read_nearby(conn, actor, *where, left, most, selection.staff)
        found = read if found is None else joined(found, read, most)
    return tell(found, kinds, edges_m, sees_point(lon, lat))


async def _find_of_each(
    lon: float,
    lat: float,
    selection: Selection,
    actor: Actor,
    memory: ResourceMemory,
    pool: Pool,
) -> dict[str, Any] | None:
    """Find the nearest of each kind around a point, resources in memory; None if it knows not."""
    if selection.radius_m is None or selection.nearest is None:
        return None
    edges_m = ring_edges(selection.radius_m)
    still = [kind for kind in selection.kinds if kind in RESOURCE_KINDS]
    found = memory.find(actor, lon, lat, edges_m, still, selection.nearest, of_each=True)
    if found is None:
        return None
    others = [kind for kind in selection.kinds if kind not in still]
    around = Surroundings(shapely.Point(lon, lat))
    sought = Sought(around, replace(selection, kinds=others))
    beside = await find_near(sought, actor, memory, pool, edges_m)
    found = joined(found, beside, selection.limit)
    return tell(found, selection.kinds, edges_m, sees_point(lon, lat))


async def find_sought(
    sought: Sought, actor: Actor, memory: ResourceMemory, pool: Pool
) -> dict[str, Any]:
    """Find what an actor may see around a shape, and make its GeoJSON."""
    radius_m = sought.selection.radius_m
    edges_m = [REACHES_M[-1]] if radius_m is None else ring_edges(radius_m)
    found = await find_near(sought, actor, memory, pool, edges_m)
    sees = sees_shape(sought.around.shape)
    told = await asyncio.to_thread(tell, found, sought.selection.kinds, edges_m, sees)
    return told if radius_m is not None else {**told, "rings": []}


async def find_seeing(
    around: Surroundings, actor: Actor, memory: ResourceMemory, pool: Pool
) -> list[orjson.Fragment]:
    """Find the cameras that see a shape, the nearest LIMIT_MAX, and make their GeoJSON."""
    selection = Selection(("camera",), 0.0, LIMIT_MAX, covers=True)
    found = await find_near(Sought(around, selection), actor, memory, pool, [0.0])
    sees = sees_shape(around.shape)
    return [feature_of(hit, sees) for hit in found.hits]


async def find_responsible(
    shape: BaseGeometry, actor: Actor, places: "PlaceMemory", pool: Pool
) -> list[dict[str, Any]]:
    """Find who answers for a shape (EPSG:4490): of each grid that holds a part of it."""
    async with pool.connection(actor.scope) as conn:
        held = await assigned_grids(conn, shape, places.newest())
        ids = [(each.grid_id, each.area_id) for each in held]
        return [tell_responsible(each) for each in await read_responsible(conn, actor, ids)]


def tell_responsible(found: Mapping[str, Any]) -> dict[str, Any]:
    """Make the JSON object of who answers for a place."""
    grid = found["grid_code"] and {"code": found["grid_code"], "name": found["grid_name"]}
    areas = found["areas"] or {}
    above = {level: areas.get(level) for level in ("community", "street", "district")}
    return {"grid": grid, **above, "workers": found["workers"] or []}


def ring_edges(radius_m: float) -> list[float]:
    """Return the outer edges of the rings, in metres, cut at the radius, which is the last."""
    return [*(edge for edge in RING_EDGES_M if edge < radius_m), radius_m]


def joined(first: Found, second: Found, limit: int) -> Found:
    """Join what was found of some kinds and of others, by distance."""
    hits = sorted([*first.hits, *second.hits])
    return Found(hits[:limit], {**first.within_edges, **second.within_edges})


def tell(
    found: Found,
    kinds: Sequence[str],
    edges_m: Sequence[float],
    sees: Sees,
) -> dict[str, Any]:
    """Make the GeoJSON of what was found, with the counts of the kinds that were asked for."""
    told = found.within_edges
    rings: list[dict[str, Any]] = []
    before, inner_m = dict.fromkeys(kinds, 0), 0.0
    for edge, outer_m in enumerate(edges_m):
        within = {kind: told.get((edge, kind), 0) for kind in kinds}
        counts = {kind: within[kind] - before[kind] for kind in kinds}
        rings.append({"from_m": inner_m, "to_m": outer_m, "counts": counts})
        before, inner_m = within, outer_m
    counts = {kind: before[kind] + found.beyond.get(kind, 0) for kind in kinds}
    return {
        "type": "FeatureCollection",
        "features": [feature_of(hit, sees) for hit in found.hits],
        "counts": counts,
        "rings": rings,
    }

"""What is asked for around a place: kinds, rings, and how hits are told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.areas.service import assigned_grids
from gis_gov.db.pool import Pool
from gis_gov.geo.surroundings import Surroundings
from gis_gov.geo.view import view_sector
from gis_gov.resources.hits import Found, Hit, Sees, covers, feature_of
from gis_gov.resources.memory import ResourceMemory
from gis_gov.resources.near import REACHES_M, Selection, Sought, find_near
from gis_gov.resources.queries import Resource, read_nearby, read_responsible

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
            read = await read_nearby(conn, actor, *where, left, most)
        found = read if found is None else joined(found, read, most)
    return tell(found, kinds, edges_m)


async def find_sought(
    sought: Sought, actor: Actor, memory: ResourceMemory, pool: Pool
) -> dict[str, Any]:
    """Find what an actor may see around a shape, and make its GeoJSON."""
    radius_m = sought.selection.radius_m
    edges_m = [REACHES_M[-1]] if radius_m is None else ring_edges(radius_m)
    found = await find_near(sought, actor, memory, pool, edges_m)
    shape = sought.around.shape
    sees = covers if shape.geom_type == "Point" else _sees(shape)
    told = await asyncio.to_thread(tell, found, sought.selection.kinds, edges_m, sees)
    return told if radius_m is not None else {**told, "rings": []}


def view_of(camera: Resource) -> Surroundings | None:
    """Return what a camera sees, None where its range is not known.

    Raises:
        UnfitShape: it sees too far to be a shape on the ground.

    """
    sector = _sector(camera.lon, camera.lat, asdict(camera))
    return None if sector is None else Surroundings(sector)


def sector_of(hit: Hit) -> shapely.Polygon | None:
    """Return what a camera that was found sees, None where its range is not known."""
    return _sector(hit.told.lon, hit.told.lat, hit.told.properties)


def _sees(shape: shapely.Geometry) -> Sees:
    def sees(hit: Hit) -> bool | None:
        sector = sector_of(hit)
        return None if sector is None else bool(shapely.intersects(shape, sector))

    return sees


def _sector(lon: float, lat: float, camera: Mapping[str, Any]) -> shapely.Polygon | None:
    range_m = camera["range_m"]
    if range_m is None:
        return None
    return view_sector(lon, lat, camera["azimuth_deg"], camera["field_of_view_deg"], range_m)


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
    sees: Sees = covers,
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
    return {
        "type": "FeatureCollection",
        "features": [feature_of(hit, sees) for hit in found.hits],
        "counts": before,
        "rings": rings,
    }

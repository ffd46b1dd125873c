"""What is asked for around a place: kinds, rings, and how hits are told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from gis_gov.access.actor import Actor
from gis_gov.db.pool import Pool
from gis_gov.geo.surroundings import Surroundings
from gis_gov.geo.view import view_sector
from gis_gov.resources.memory import ResourceMemory
from gis_gov.resources.near import REACHES_M, Sought, find_near
from gis_gov.resources.queries import Found, Hit, Resource, read_nearby

LIMIT_MAX = 1000
RING_EDGES_M = (500.0, 1000.0, 2000.0)
DEGREE_DIGITS = 7
METRE_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What is asked for around a point (EPSG:4490): how far, of which kinds, how many."""

    lon: float
    lat: float
    radius_m: float
    kinds: Sequence[str]
    limit: int


async def find_around(
    asked: Around, actor: Actor, memory: ResourceMemory, pool: Pool
) -> dict[str, Any]:
    """Find what an actor may see around a point, and make its GeoJSON."""
    edges_m = ring_edges(asked.radius_m)
    where = (asked.lon, asked.lat, edges_m)
    most = min(asked.limit, LIMIT_MAX)
    found = memory.find(actor, *where, asked.kinds, most)
    if found is None or "worker" in asked.kinds:
        # Workers move all the time; nobody keeps where they are.
        left = asked.kinds if found is None else ["worker"]
        async with pool.connection(actor.scope) as conn:
            read = await read_nearby(conn, actor, *where, left, most)
        found = read if found is None else joined(found, read, most)
    return tell(found, asked.kinds, edges_m)


async def find_sought(
    sought: Sought, actor: Actor, memory: ResourceMemory, pool: Pool
) -> dict[str, Any]:
    """Find what an actor may see around a shape, and make its GeoJSON."""
    radius_m = sought.radius_m
    edges_m = [REACHES_M[-1]] if radius_m is None else ring_edges(radius_m)
    found = await find_near(sought, actor, memory, pool, edges_m)
    shape = sought.around.shape
    sees = covers if shape.geom_type == "Point" else _sees(shape)
    told = await asyncio.to_thread(tell, found, sought.kinds, edges_m, sees)
    return told if radius_m is not None else {**told, "rings": []}


def view_of(camera: Resource) -> Surroundings | None:
    """Return what a camera sees, None where its range is not known.

    Raises:
        UnfitShape: it sees too far to be a shape on the ground.

    """
    sector = _sector(camera)
    return None if sector is None else Surroundings(sector)


def _sees(shape: shapely.Geometry) -> Callable[[Hit], bool | None]:
    def sees(hit: Hit) -> bool | None:
        sector = _sector(hit)
        return None if sector is None else bool(shapely.intersects(shape, sector))

    return sees


def _sector(camera: Hit | Resource) -> shapely.Polygon | None:
    if camera.range_m is None:
        return None
    return view_sector(
        camera.lon, camera.lat, camera.azimuth_deg, camera.field_of_view_deg, camera.range_m
    )


def tell_responsible(found: Mapping[str, Any]) -> dict[str, Any]:
    """Make the JSON object of who answers for an event."""
    grid = found["grid_code"] and {"code": found["grid_code"], "name": found["grid_name"]}
    areas = found["areas"] or {}
    above = {level: areas.get(level) for level in ("community", "street", "district")}
    return {"grid": grid, **above, "workers": found["workers"] or []}


def ring_edges(radius_m: float) -> list[float]:
    """Return the outer edges of the rings, in metres, cut at the radius, which is the last."""
    return [*(edge for edge in RING_EDGES_M if edge < radius_m), radius_m]


def joined(first: Found, second: Found, limit: int) -> Found:
    """Join what was found of some kinds and of others, by distance."""
    hits = sorted([*first.hits, *second.hits], key=lambda hit: (hit.distance_m, hit.kind, hit.code))
    return Found(hits[:limit], {**first.within_edges, **second.within_edges})


def covers(hit: Hit) -> bool | None:
    """Say whether a camera's view holds the point asked for; None if its range is not known.

    A camera whose direction nobody told, or that looks all around, is taken for one that turns.
    """
    if hit.range_m is None:
        return None
    if hit.distance_m > hit.range_m:
        return False
    turns = hit.azimuth_deg is None or hit.field_of_view_deg is None
    if turns or hit.bearing_deg is None or (hit.field_of_view_deg or 0) >= 360:
        return True
    # From the camera to the point: the way back, which differs by less than a minute of arc here.
    off_deg = abs((hit.bearing_deg + 180 - (hit.azimuth_deg or 0) + 180) % 360 - 180)
    return off_deg <= (hit.field_of_view_deg or 0) / 2


def tell(
    found: Found,
    kinds: Sequence[str],
    edges_m: Sequence[float],
    sees: Callable[[Hit], bool | None] = covers,
) -> dict[str, Any]:
    """Make the GeoJSON of what was found, with the counts of the kinds that were asked for.

    `sees` says of a camera whether it covers what is asked for.
    """
    within = [
        {kind: found.within_edges.get((edge, kind), 0) for kind in kinds}
        for edge in range(len(edges_m))
    ]
    nothing = dict.fromkeys(kinds, 0)
    return {
        "type": "FeatureCollection",
        "features": [_feature(hit, sees) for hit in found.hits],
        "counts": within[-1],
        "rings": [
            {"from_m": inner_m, "to_m": outer_m, "counts": _less(outer, inner)}
            for inner_m, outer_m, inner, outer in zip(
                [0.0, *edges_m], edges_m, [nothing, *within], within, strict=False
            )
        ],
    }


def _less(outer: Mapping[str, int], inner: Mapping[str, int]) -> dict[str, int]:
    return {kind: outer[kind] - inner[kind] for kind in outer}


def _feature(hit: Hit, sees: Callable[[Hit], bool | None]) -> dict[str, Any]:
    made = f"{hit.kind}:{hit.code}"
    return {
        "type": "Feature",
        "id": made,
        "geometry": {
            "type": "Point",
            "coordinates": [round(hit.lon, DEGREE_DIGITS), round(hit.lat, DEGREE_DIGITS)],
        },
        "properties": {
            "id": made,
            "kind": hit.kind,
            "code": hit.code,
            "name": hit.name,
            "distance_m": round(hit.distance_m, METRE_DIGITS),
            "bearing_deg": _bearing(hit.bearing_deg),
            **_own(hit, sees),
        },
    }


def _bearing(degrees: float | None) -> float | None:
    # Just west of north would round to 360, which is north again.
    return None if degrees is None else round(degrees, 2) % 360


def _own(hit: Hit, sees: Callable[[Hit], bool | None]) -> dict[str, Any]:
    """Return what only this kind of thing has."""
    if hit.kind == "enterprise":
        return {"category": hit.category, "risk_class": hit.risk_class}
    if hit.kind == "worker":
        return {
            "worker_kind": hit.worker_kind,
            "organisation": hit.organisation,
            "time": hit.seen_at,
            "age_s": None if hit.age_s is None else round(hit.age_s),
            "accuracy_m": hit.accuracy_m,
            "speed_mps": hit.speed_mps,
            "heading_deg": hit.heading_deg,
        }
    told: dict[str, Any] = {"class": hit.resource_class, "owner": hit.resource_owner}
    if hit.kind == "camera":
        told["azimuth_deg"] = hit.azimuth_deg
        told["field_of_view_deg"] = hit.field_of_view_deg
        told["range_m"] = hit.range_m
        told["covers"] = sees(hit)
    return told

"""The cameras along a way, in the order in which they are passed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import shapely

from gis_gov.access.actor import Actor
from gis_gov.db.pool import Pool
from gis_gov.geo.surroundings import Surroundings, UnfitShape
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.passing import Ground, Passage
from gis_gov.geo.track.way import around, known_way
from gis_gov.problems import InvalidRequest
from gis_gov.resources.hits import Hit
from gis_gov.resources.memory import ResourceMemory
from gis_gov.resources.near import find_near
from gis_gov.resources.seeing import sector_of
from gis_gov.resources.sought import Selection, Sought

CAMERAS_MAX: Final = 500


async def cameras_along(
    way: Fixes,
    radius_m: float,
    classes: Sequence[str] | None,
    actor: Actor,
    memory: ResourceMemory,
    pool: Pool,
    *,
    is_timed: bool,
) -> list[dict[str, Any]]:
    """Find the cameras within a radius of a way that an actor may see, by when they are passed.

    Of a way that is not timed, seconds are metres from its begin (`as_way`).

    Raises:
        InvalidRequest: the way is too long, or too many cameras lie along it.

    """
    line = await asyncio.to_thread(known_way, way)
    if line.is_empty:
        return []
    try:
        surroundings = await asyncio.to_thread(Surroundings, line)
    except UnfitShape as error:
        raise InvalidRequest(f"Nothing can be looked for along the way: {error}.") from None
    selection = Selection(("camera",), radius_m, CAMERAS_MAX + 1, classes=classes)
    found = await find_near(Sought(surroundings, selection), actor, memory, pool, [radius_m])
    if len(found.hits) > CAMERAS_MAX:
        raise InvalidRequest.at("body.radius_m", f"reaches more than {CAMERAS_MAX} cameras")
    return await asyncio.to_thread(_told, found.hits, moments(way), radius_m, is_timed)


def _told(hits: Sequence[Hit], way: Fixes, radius_m: float, is_timed: bool) -> list[dict[str, Any]]:
    told: list[tuple[float, str, dict[str, Any]]] = []
    for hit in hits:
        place = shapely.Point(hit.told.lon, hit.told.lat)
        # As near as was found; the last digit may differ in a plane.
        passages = _passages(way, place, hit, max(radius_m, hit.distance_m + 0.01))
        first = passages[0].closest_s if passages else float("inf")
        told.append((first, hit.code, _camera(hit, way, passages, is_timed)))
    return [camera for *_, camera in sorted(told, key=lambda each: each[:2])]


def _passages(
    way: Fixes,
    shape: shapely.Point | shapely.Polygon,
    hit: Hit,
    radius_m: float,
    reach_m: float = 0,
) -> list[Passage]:
    ground = Ground(shape, radius_m)
    near = around(way, hit.told.lon, hit.told.lat, max(radius_m, reach_m))
    return [each for piece in near for each in ground.passages(piece)]


def _camera(hit: Hit, way: Fixes, passages: Sequence[Passage], is_timed: bool) -> dict[str, Any]:
    sector = sector_of(hit)
    seen: list[Passage] = []
    if sector is not None:
        seen = _passages(way, sector, hit, 0.0, hit.told.range_m or 0.0)
    tell = _timed if is_timed else _measured
    told = hit.told.properties
    return {
        **{name: told[name] for name in _SAME},
        "lon": round(hit.told.lon, 7),
        "lat": round(hit.told.lat, 7),
        "distance_m": round(hit.distance_m, 3),
        "sees": None if sector is None else bool(seen),
        "passages": [tell(each) for each in passages],
        "in_view": [tell(each) for each in seen],
    }


_SAME: Final = (
    "code",
    "name",
    "class",
    "owner",
    "azimuth_deg",
    "field_of_view_deg",
    "range_m",
)


def _timed(passage: Passage) -> dict[str, Any]:
    return {
        "begins_at": _moment(passage.begin_s),
        "ends_at": _moment(passage.end_s),
        "closest_at": _moment(passage.closest_s),
        "closest_m": round(passage.closest_m, 2),
    }


def _measured(passage: Passage) -> dict[str, Any]:
    return {
        "from_m": round(passage.begin_s, 2),
        "to_m": round(passage.end_s, 2),
        "at_m": round(passage.closest_s, 2),
        "closest_m": round(passage.closest_m, 2),
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds, 3), UTC)

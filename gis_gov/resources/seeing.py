"""Which cameras see a place, and what a camera sees."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, TypeGuard

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.geo.around import may_meet
from gis_gov.geo.bbox import BBox
from gis_gov.geo.measure import GEOD
from gis_gov.geo.point_set import Indices
from gis_gov.geo.surroundings import Surroundings
from gis_gov.geo.view import RANGE_MAX_M, looks_towards, turns, view_sector
from gis_gov.resources.hits import Hit, Sees
from gis_gov.resources.memory import Kept
from gis_gov.resources.queries import Resource

SEEN_MAX_M: Final = 50_000.0
"""Farther from a place it is not looked for cameras that see it."""


def sees_point(lon: float, lat: float) -> Sees:
    """Return what says of a camera whether its view holds a point (EPSG:4490)."""

    def sees(hit: Hit) -> bool | None:
        told = hit.told
        if not _is_known(told.range_m):
            return None
        if hit.distance_m > told.range_m:
            return False
        azimuth_deg = told.properties["azimuth_deg"]
        field_of_view_deg = told.properties["field_of_view_deg"]
        if hit.bearing_deg is None or turns(azimuth_deg, field_of_view_deg):
            return True
        # The way back from the point has another angle to the north.
        bearing_deg, _, _ = GEOD.inv(told.lon, told.lat, lon, lat)
        return looks_towards(azimuth_deg, field_of_view_deg, bearing_deg)

    return sees


def sees_shape(shape: BaseGeometry) -> Sees:
    """Return what says of a camera whether its view meets a shape (EPSG:4490)."""
    if isinstance(shape, shapely.Point):
        return sees_point(shape.x, shape.y)

    def sees(hit: Hit) -> bool | None:
        sector = sector_of(hit)
        return None if sector is None else bool(shapely.intersects(shape, sector))

    return sees


def seeing(
    each: Kept, around: Surroundings, actor: Actor, classes: Sequence[str] | None
) -> Indices:
    """Return which cameras of a set see a place, however far they are, that an actor may see."""
    resources = each.resources
    lon, lat = resources.points.lon, resources.points.lat
    index = resources.looking[each.alive[resources.looking]]
    # What is measured to a shape far away may be a little too long; its sector decides.
    reach_m = np.minimum(resources.range_m[index] * 1.001, SEEN_MAX_M)
    index = index[may_meet(lon[index], lat[index], reach_m, BBox(*around.shape.bounds))]
    index = index[resources.visible(actor, index)]
    if classes is not None:
        kept = [resources.resources[n].resource_class in classes for n in index.tolist()]
        index = index[np.array(kept, dtype=bool)]
    distance_m = around.distance_m(lon[index], lat[index])
    near = distance_m <= np.minimum(resources.range_m[index] * 1.001, SEEN_MAX_M)
    index, distance_m = index[near], distance_m[near]
    sees = sees_shape(around.shape)
    hits = resources.hits(index, distance_m, np.zeros(index.size))
    return index[np.array([bool(sees(hit)) for hit in hits], dtype=bool)]


def view_of(camera: Resource) -> Surroundings | None:
    """Return what a camera sees, None where its range is not known.

    Raises:
        UnfitShape: it sees too far to be a shape on the ground.

    """
    if not _is_known(camera.range_m):
        return None
    return Surroundings(_sector(camera.lon, camera.lat, asdict(camera), camera.range_m))


def sector_of(hit: Hit) -> shapely.Polygon | None:
    """Return what a camera that was found sees, None where its range is not known."""
    told = hit.told
    if not _is_known(told.range_m):
        return None
    return _sector(told.lon, told.lat, told.properties, told.range_m)


def _is_known(range_m: float | None) -> TypeGuard[float]:
    """Say whether it is known how far a camera sees; NaN can be written, too."""
    return range_m is not None and range_m <= RANGE_MAX_M


def _sector(lon: float, lat: float, camera: Mapping[str, Any], range_m: float) -> shapely.Polygon:
    return view_sector(lon, lat, camera["azimuth_deg"], camera["field_of_view_deg"], range_m)

"""Resources in memory: a set that does not change, and who may see which of them."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.reach import Extent
from gis_gov.geo.point_set import Flags, Floats, Indices, PointSet
from gis_gov.geo.view import RANGE_MAX_M
from gis_gov.resources.hits import Hit, Told, told_of
from gis_gov.resources.queries import Resource
from gis_gov.resources.tables import FACE_CLASSES, RESOURCE_KINDS

NOWHERE = -1
"""Stands for the area or grid of what lies in none."""
_SHOWN_MAX = 64
"""So many combinations of somebody's rights and kinds are kept, a byte for each resource."""


class ResourceSet:
    """Resources with their places; `alive` tells which of them still are as they were.

    `looking` are the cameras of which it is known how far they see.
    """

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = resources
        self.points = PointSet(
            np.array([each.lon for each in resources], dtype=np.float64),
            np.array([each.lat for each in resources], dtype=np.float64),
        )
        self.kind = np.array([RESOURCE_KINDS.index(each.kind) for each in resources], np.int8)
        # NaN for what does not look, or nobody knows how far.
        self.range_m = np.array([_range_m(each) for each in resources], dtype=np.float64)
        self.looking: Indices = np.flatnonzero(self.range_m <= RANGE_MAX_M)
        self._told: list[Told | None] = [None] * len(resources)
        self.alive = np.ones(len(resources), dtype=bool)
        self._shown: dict[tuple[str, ...], Flags] = {}
        self._area = _ids([each.area_id for each in resources])
        self._grid = _ids([each.grid_id for each in resources])
        self._knows_faces = np.array(
            [each.kind == "camera" and each.resource_class in FACE_CLASSES for each in resources],
            dtype=bool,
        )

    def hit(self, place: int, distance_m: float, bearing_deg: float | None) -> Hit:
        """Make a hit of one of them."""
        told = self._tell(place)
        bearing = bearing_deg if distance_m else None
        return Hit(distance_m, told.kind, told.code, bearing, told)

    def hits(self, places: Indices, distances_m: Floats, bearings_deg: Floats) -> list[Hit]:
        """Make hits of some of them, in the order given."""
        return [
            Hit(distance_m, each.kind, each.code, bearing_deg if distance_m else None, each)
            for each, distance_m, bearing_deg in zip(
                map(self._tell, places.tolist()),
                distances_m.tolist(),
                bearings_deg.tolist(),
                strict=True,
            )
        ]

    def _tell(self, place: int) -> Told:
        told = self._told[place]
        if told is None:
            told = self._told[place] = told_of(asdict(self.resources[place]))
        return told

    def end(self, place: int) -> None:
        """Take note that one of them is no more as it was."""
        self.alive[place] = False
        for shown in self._shown.values():
            shown[place] = False

    def shown(self, actor: Actor, kinds: Sequence[str]) -> Flags:
        """Say of each whether it is as it was, of one of the kinds, and an actor's to see."""
        key = actor.digest, *kinds
        found = self._shown.get(key)
        if found is None:
            wanted = np.array([kind in kinds for kind in RESOURCE_KINDS])
            found = wanted[self.kind] & self.alive & self.visible(actor, np.arange(len(self.kind)))
            if len(self._shown) >= _SHOWN_MAX:
                self._shown.clear()
            self._shown[key] = found
        return found

    def visible(self, actor: Actor, index: Indices) -> Flags:
        """Say which of some resources an actor may see: the rule of the policy `resource_reach`."""
        seen = self._inside(actor.reach(Permission.RESOURCE_READ).any, index)
        faces = self._knows_faces[index]
        if faces.any():
            seen &= ~faces | self._inside(actor.reach(Permission.FACE_CAMERA_READ).any, index)
        return seen

    def _inside(self, extent: Extent, index: Indices) -> Flags:
        if extent.everywhere:
            return np.ones(len(index), dtype=bool)
        areas, grids = _sorted(extent)
        return _among(areas, self._area[index]) | _among(grids, self._grid[index])


def _range_m(resource: Resource) -> float:
    return np.nan if resource.kind != "camera" or resource.range_m is None else resource.range_m


def _ids(ids: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([NOWHERE if each is None else each for each in ids], dtype=np.int64)


@lru_cache(maxsize=1024)
def _sorted(extent: Extent) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return (
        np.array(sorted(extent.areas), dtype=np.int64),
        np.array(sorted(extent.grids), dtype=np.int64),
    )


def _among(known: NDArray[np.int64], ids: NDArray[np.int64]) -> Flags:
    if not len(known):
        return np.zeros(len(ids), dtype=bool)
    place = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return known[place] == ids

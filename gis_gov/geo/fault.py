"""A faulty place in a mesh of grids, and a GeoJSON of many."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

SLIVER_WIDTH_M: Final = 1.0
"""Overlaps and gaps thinner than this come from digitising, not from two opinions."""


class FaultKind(StrEnum):
    """What is wrong with a mesh; the first three are errors, the others warnings."""

    OVERLAP = "overlap"
    GAP = "gap"
    OUTSIDE_PARENT = "outside_parent"
    THIN_GRID = "thin_grid"
    UNSHARED_VERTEX = "unshared_vertex"


_ERRORS = frozenset({FaultKind.OVERLAP, FaultKind.GAP, FaultKind.OUTSIDE_PARENT})


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty place: which grids, where (EPSG:4490), how large.

    `area_m2` is geodesic, `width_m` the mean width of a long thin shape (twice the area by the
    perimeter); both are 0 for unshared vertices.
    """

    kind: FaultKind
    codes: tuple[str, ...]
    geometry: BaseGeometry
    area_m2: float = 0.0
    width_m: float = 0.0

    @property
    def is_error(self) -> bool:
        """Whether the mesh must not be stored so, or may be with a warning."""
        return self.kind in _ERRORS

    @property
    def is_sliver(self) -> bool:
        """Whether an overlap or gap is so thin that snapping the vertices would mend it."""
        return self.is_error and self.width_m < SLIVER_WIDTH_M

    def feature(self) -> dict[str, Any]:
        """Give the place as a GeoJSON feature that says what is wrong."""
        return {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(self.geometry)),
            "properties": {
                "kind": self.kind.value,
                "severity": "error" if self.is_error else "warning",
                "codes": list(self.codes),
                "area_m2": round(self.area_m2, 3),
                "width_m": round(self.width_m, 4),
                "sliver": self.is_sliver,
            },
        }


def feature_collection(faults: Iterable[Fault]) -> dict[str, Any]:
    """Give all faulty places as a GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": [fault.feature() for fault in faults]}


def names_of(codes: Sequence[str], positions: ArrayLike) -> tuple[str, ...]:
    """Give the codes at some positions, sorted."""
    return tuple(sorted(codes[int(position)] for position in np.asarray(positions)))

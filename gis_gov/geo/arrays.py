"""The arrays that geometry functions take and give."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]
Geometries = NDArray[np.object_]
GeometryLike = ArrayLike | BaseGeometry | Sequence[BaseGeometry | None]
"""One shapely geometry, or many, with None for missing ones."""


def flat_points(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Take coordinates of any shape as flat float64 arrays."""
    return (
        np.asarray(lon, dtype=np.float64).reshape(-1),
        np.asarray(lat, dtype=np.float64).reshape(-1),
    )


def geometry_array(geometries: GeometryLike) -> Geometries:
    """Take geometries as an object array, whose shape is empty for a single one."""
    return np.asarray(geometries, dtype=np.object_)

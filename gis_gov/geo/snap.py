"""The precision of stored meshes, and rounding to it."""

from typing import Final

import numpy as np
import shapely

from gis_gov.geo.arrays import Geometries, GeometryLike, geometry_array

SNAP_DECIMALS: Final = 8
SNAP_DEG: Final = 10.0**-SNAP_DECIMALS
"""The precision of stored meshes in degrees: 1.1 mm of latitude."""


def snapped(polygons: GeometryLike) -> Geometries:
    """Round all vertices to 1e-8 degrees, so that shared edges are bit-identical.

    Vertices become the floats that eight decimals in a text are read as. A polygon that would not
    survive it valid is left as it is; Z is dropped.
    """
    array = geometry_array(polygons)
    rounded = np.asarray(
        shapely.transform(shapely.force_2d(array), lambda xy: np.round(xy, SNAP_DECIMALS)),
        dtype=np.object_,
    )
    return np.where(shapely.is_valid(rounded) | shapely.is_missing(array), rounded, array)

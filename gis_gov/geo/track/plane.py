"""A plane of metres around a place: azimuthal equidistant, true to 1:100,000 within 30 km."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from pyproj import Proj

from gis_gov.geo.arrays import Floats
from gis_gov.geo.measure import GEOD


class Plane:
    """Metres east and north of a middle given in degrees (EPSG:4490)."""

    def __init__(self, lon: float, lat: float) -> None:
        self._proj = Proj(proj="aeqd", lon_0=lon, lat_0=lat, a=GEOD.a, rf=1 / GEOD.f)

    def metres(self, lon: Floats, lat: Floats) -> Floats:
        """Give the places of degrees on the plane, n by 2."""
        return np.column_stack(self._proj(lon, lat))

    def degrees(self, metres: Floats) -> Floats:
        """Give longitude and latitude of places on the plane, n by 2."""
        return np.column_stack(self._proj(metres[:, 0], metres[:, 1], inverse=True))

    def laid(self, geometry: Any) -> Any:
        """Bring geometries, one or an array, from degrees onto the plane."""
        return _each(geometry, lambda xy: self.metres(xy[:, 0], xy[:, 1]))

    def lifted(self, geometry: Any) -> Any:
        """Bring geometries, one or an array, from the plane back to degrees."""
        return _each(geometry, self.degrees)


def _each(geometry: Any, move: Callable[[Floats], Floats]) -> Any:
    return shapely.transform(geometry, lambda xy: move(xy) if len(xy) else xy)

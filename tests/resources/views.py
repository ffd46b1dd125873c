"""What a camera sees, worked out apart from the server: in a plane around the camera.

In an azimuthal equidistant projection all directions and distances from its middle are true, so
that a view is a plain sector of a circle there.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

ELLIPSOID = Geod(ellps="GRS80")
_STEP_DEG = 0.05
_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class View:
    """A camera, as it was written; what is not known is None."""

    code: str
    lon: float
    lat: float
    azimuth_deg: float | None
    field_of_view_deg: float | None
    range_m: float | None
    resource_class: str | None = None

    def sees(self, lon: float, lat: float) -> bool | None:
        """Say whether it sees a point, by the direction from the camera and the way to there."""
        if self.range_m is None or self.range_m > 100_000:
            return None
        bearing, _, metres = ELLIPSOID.inv(self.lon, self.lat, lon, lat)
        if metres > self.range_m or metres == 0 or self._turns:
            return bool(metres <= self.range_m)
        return self._off_deg(bearing) <= (self.field_of_view_deg or 0) / 2

    def away_m(self, lon: float, lat: float) -> float:
        return float(ELLIPSOID.inv(self.lon, self.lat, lon, lat)[2])

    def is_near_an_edge(self, lon: float, lat: float) -> bool:
        """Say whether the last digits decide of a point."""
        bearing, _, metres = ELLIPSOID.inv(self.lon, self.lat, lon, lat)
        by_angle = self._off_deg(bearing) - (self.field_of_view_deg or 0) / 2
        return abs(metres - (self.range_m or 0)) < 1e-6 or abs(by_angle) < 1e-7

    def surely_sees(self, shape: BaseGeometry) -> bool:
        """Say whether it sees a part of a shape, and would if it saw a little less."""
        return self._meets(shape, -1)

    def may_see(self, shape: BaseGeometry) -> bool:
        """Say whether it would see a part of a shape if it saw a little more."""
        return self._meets(shape, 1)

    @property
    def _turns(self) -> bool:
        field = self.field_of_view_deg
        return self.azimuth_deg is None or field is None or field >= 360

    def _off_deg(self, bearing_deg: float) -> float:
        apart = abs(bearing_deg - (self.azimuth_deg or 0)) % 360
        return min(apart, 360 - apart)

    def _meets(self, shape: BaseGeometry, side: int) -> bool:
        if self.range_m is None or self.range_m > 100_000:
            return False
        plane = _plane_around(self.lon, self.lat)
        flat = shapely.transform(
            shapely.segmentize(shape, 0.0005),
            lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])),
        )
        if shapely.distance(flat, shapely.Point(0, 0)) > 2 * self.range_m:
            return False
        return bool(shapely.intersects(flat, self._sector(side)))

    def _sector(self, side: int) -> shapely.Polygon:
        metres = (self.range_m or 0) * (1 + side * _SHARE)
        half = (self.field_of_view_deg or 0) / 2 + side * _STEP_DEG
        if self._turns or half >= 180:
            return shapely.Point(0, 0).buffer(metres, quad_segs=500)
        offs = np.linspace(-half, half, max(int(2 * half / _STEP_DEG), 2))
        turned = np.radians((self.azimuth_deg or 0) + offs)
        arc = np.column_stack([np.sin(turned), np.cos(turned)]) * metres
        return shapely.Polygon([(0.0, 0.0), *arc])


@lru_cache(maxsize=1024)
def _plane_around(lon: float, lat: float) -> Transformer:
    return Transformer.from_crs(
        "+proj=longlat +ellps=GRS80",
        f"+proj=aeqd +ellps=GRS80 +lon_0={lon!r} +lat_0={lat!r}",
        always_xy=True,
    )

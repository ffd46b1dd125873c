"""A polygon of a mesh that is drawn anew: its corners, and the faults that it would bring in.

Polygons are valid, two-dimensional, EPSG:4490.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.arrays import Floats, Geometries, GeometryLike, geometry_array
from gis_gov.geo.fault import Fault, FaultKind
from gis_gov.geo.measure import area_m2
from gis_gov.geo.mesh import wide_places

ROUNDED_DEG: Final = 1e-7
"""A corner that is told with seven decimals comes back as near as this."""
_SAME_M2: Final = 1e-4


def with_known_corners(shape: BaseGeometry, known: GeometryLike) -> BaseGeometry:
    """Give corners that were told rounded their full coordinates back.

    A corner within 1e-7 degrees of one of the `known` polygons' becomes that; else one within
    that of an edge comes to lie on it.
    """
    polygons = geometry_array(known).reshape(-1)
    near = polygons[shapely.dwithin(polygons, shape, ROUNDED_DEG)]
    if not near.size:
        return shape
    corners = geometry_array(shapely.points(np.unique(shapely.get_coordinates(near), axis=0)))
    edges = geometry_array(shapely.get_rings(shapely.get_parts(near)))
    return shapely.transform(shape, lambda xy: _on_known(xy, corners, edges))


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A polygon with a code as it is to be, and as it was in the same mesh, None if it was not.

    A fault that was there before, and reaches no further, is none that it brings in.
    """

    code: str
    after: BaseGeometry
    before: BaseGeometry | None

    def overlaps(self, codes: Sequence[str], neighbours: GeometryLike) -> list[Fault]:
        """Find the places that it would share with its neighbours."""
        shapes = geometry_array(neighbours)
        common = geometry_array(shapely.intersection(self.after, shapes))
        was = None
        if self.before is not None:
            was = geometry_array(shapely.intersection(self.before, shapes))
        return [
            Fault(each.kind, (self.code, *each.codes), each.geometry, each.area_m2, each.width_m)
            for each in _grown(FaultKind.OVERLAP, codes, common, was)
        ]

    def outside(self, outlines: GeometryLike) -> list[Fault]:
        """Find the places where it would leave outlines in which it has to lie."""
        shapes = geometry_array(outlines)
        off = geometry_array(shapely.difference(self.after, shapes))
        was = None
        if self.before is not None:
            was = geometry_array(shapely.difference(self.before, shapes))
        return _grown(FaultKind.OUTSIDE_PARENT, [self.code] * shapes.size, off, was)

    def left_out(self, codes: Sequence[str], below: GeometryLike) -> list[Fault]:
        """Find the places of what lies in it that would lie outside of it."""
        shapes = geometry_array(below)
        off = geometry_array(shapely.difference(shapes, self.after))
        was = None
        if self.before is not None:
            was = geometry_array(shapely.difference(shapes, self.before))
        return _grown(FaultKind.OUTSIDE_PARENT, codes, off, was)


def _grown(
    kind: FaultKind, codes: Sequence[str], faulty: Geometries, was: Geometries | None
) -> list[Fault]:
    """Find the faulty places of those geometries that reach beyond what they were."""
    faulty = _faces(faulty)
    added = faulty if was is None else geometry_array(shapely.difference(faulty, _faces(was)))
    grown = np.flatnonzero(area_m2(added) > _SAME_M2)
    return list(wide_places(kind, [codes[int(n)] for n in grown], faulty[grown]))


def _faces(shapes: Geometries) -> Geometries:
    """Leave out the lines and points where polygons touch: GEOS takes no mixed collection."""
    made = shapes.copy()
    for n in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(shapes[n]))
        made[n] = shapely.MultiPolygon([each for each in parts if each.geom_type == "Polygon"])
    return made


def _on_known(xy: Floats, corners: Geometries, edges: Geometries) -> Floats:
    points = geometry_array(shapely.points(xy))
    made = xy.copy()
    moved, to = shapely.STRtree(corners).query_nearest(
        points, max_distance=ROUNDED_DEG, all_matches=False
    )
    made[moved] = shapely.get_coordinates(corners[to])
    rest = np.setdiff1d(np.arange(len(xy)), moved)
    at, edge = shapely.STRtree(edges).query_nearest(
        points[rest], max_distance=ROUNDED_DEG, all_matches=False
    )
    along = shapely.line_locate_point(edges[edge], points[rest[at]])
    made[rest[at]] = shapely.get_coordinates(shapely.line_interpolate_point(edges[edge], along))
    return made

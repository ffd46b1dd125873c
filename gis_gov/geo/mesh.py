"""Checks of a mesh: do grids tile their parent, without overlap, gap, or leaving it.

Polygons are valid, two-dimensional, EPSG:4490. A place counts as faulty where it is wider than
the tolerance of 2 mm, which is what rounding to 1e-8 degrees (`gis_gov.geo.snap`) can do.
Thousands of grids take about a second.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.arrays import Floats, Geometries, GeometryLike, geometry_array
from gis_gov.geo.fault import Fault, FaultKind, names_of
from gis_gov.geo.measure import area_m2, length_m
from gis_gov.geo.snap import SNAP_DEG
from gis_gov.geo.vertices import unshared_vertices

TOLERANCE_M: Final = 0.002
"""Overlaps and gaps with a mean width below this are the rounding of vertices."""
THIN_GRID_M: Final = 2.0
"""A grid with a mean width below this is taken for a digitising error."""

# In degrees, wide enough to hold THIN_GRID_M up to 78 degrees of latitude.
_THIN_GRID_DEG = 1e-4
# An edge of 40 km bends by as much; a piece of 100 m by 0.1 mm.
_BENT_M = 10.0
_PIECE_DEG = 1e-3
_POLYGON = 3
_INTERIORS_SHARE_AN_AREA = "2********"


class MeshError(ValueError):
    """Polygons that cannot be checked: invalid, missing, or no polygons at all."""


def check(
    codes: Sequence[str],
    polygons: GeometryLike,
    parent: BaseGeometry | None = None,
    fillers: GeometryLike = (),
) -> list[Fault]:
    """Find all faults of grids that should tile their parent; none means that they do.

    Without a parent, only holes between the grids count as gaps. `fillers` are polygons of another
    layer that may stand in gaps: exclusive grids cut out of the base mesh. Raises MeshError for
    polygons that are not valid.
    """
    mesh = _checked(codes, polygons)
    common = list(overlaps(codes, mesh))
    overlapping = {fault.codes for fault in common}
    # Where two grids overlap, their vertices cannot agree either.
    vertices = (fault for fault in unshared_vertices(codes, mesh) if fault.codes not in overlapping)
    return [
        *common,
        *gaps(codes, mesh, parent, fillers),
        *(outside_parent(codes, mesh, parent) if parent is not None else ()),
        *thin_grids(codes, mesh),
        *vertices,
    ]


def overlaps(codes: Sequence[str], polygons: Geometries) -> Iterator[Fault]:
    """Find every place that two grids both cover."""
    # Not by shapely's coverage checks: these miss a polygon that lies within another.
    first, second = shapely.STRtree(polygons).query(polygons)
    first, second = first[first < second], second[first < second]
    shapely.prepare(polygons)
    common = shapely.relate_pattern(polygons[first], polygons[second], _INTERIORS_SHARE_AN_AREA)
    first, second = first[common], second[common]
    for place in _wide_places(shapely.intersection(polygons[first], polygons[second])):
        pair = first[place.source], second[place.source]
        yield place.fault(FaultKind.OVERLAP, names_of(codes, pair))


def gaps(
    codes: Sequence[str],
    polygons: Geometries,
    parent: BaseGeometry | None = None,
    fillers: GeometryLike = (),
) -> Iterator[Fault]:
    """Find every place of the parent that neither a grid nor a filler covers.

    A gap's codes are those of the grids around it. Without a parent: the holes of all together.
    """
    covered = shapely.union_all(np.append(polygons, geometry_array(fillers)))
    if parent is None:
        outlines = shapely.get_exterior_ring(shapely.get_parts(covered))
        parent = shapely.union_all(shapely.polygons(outlines))
    tree = shapely.STRtree(polygons)
    for place in _wide_places(geometry_array([shapely.difference(parent, covered)])):
        around = tree.query(place.polygon, predicate="dwithin", distance=SNAP_DEG)
        yield place.fault(FaultKind.GAP, names_of(codes, around))


def outside_parent(
    codes: Sequence[str], polygons: Geometries, parent: BaseGeometry
) -> Iterator[Fault]:
    """Find every place of a grid that lies outside the parent."""
    shapely.prepare(parent)
    leaving = np.flatnonzero(~shapely.covers(parent, polygons))
    for place in _wide_places(shapely.difference(polygons[leaving], parent)):
        names = names_of(codes, [leaving[place.source]])
        yield place.fault(FaultKind.OUTSIDE_PARENT, names)


def thin_grids(codes: Sequence[str], polygons: Geometries) -> Iterator[Fault]:
    """Find grids that are nothing but a sliver."""
    width_deg = 2 * shapely.area(polygons) / shapely.length(polygons)
    suspects = np.flatnonzero(width_deg < _THIN_GRID_DEG)
    areas_m2, widths_m = _sizes(polygons[suspects])
    for grid, area, width in zip(suspects, areas_m2.tolist(), widths_m.tolist(), strict=True):
        if width < THIN_GRID_M:
            yield Fault(FaultKind.THIN_GRID, names_of(codes, [grid]), polygons[grid], area, width)


def wide_places(kind: FaultKind, codes: Sequence[str], geometries: GeometryLike) -> Iterator[Fault]:
    """Find every place in some geometries that counts as faulty, each with its geometry's code."""
    for place in _wide_places(geometry_array(geometries)):
        yield place.fault(kind, names_of(codes, [place.source]))


def _checked(codes: Sequence[str], polygons: GeometryLike) -> Geometries:
    mesh = geometry_array(polygons)
    if len(codes) != mesh.size:
        raise MeshError(f"one polygon for each code: {len(codes)} codes, {mesh.size} polygons")
    # A dimension of 2 tells polygons from what is missing and from points and lines.
    wrong = ~shapely.is_valid(mesh) | shapely.is_empty(mesh) | (shapely.get_dimensions(mesh) != 2)
    if wrong.any():
        names = ", ".join(names_of(codes, np.flatnonzero(wrong)[:5]))
        raise MeshError(f"{wrong.sum()} grids are no valid polygons, so repair them first: {names}")
    return mesh


class _Place(NamedTuple):
    """A polygon among the parts of some geometries, with the position of its geometry."""

    source: int
    polygon: BaseGeometry
    area_m2: float
    width_m: float

    def fault(self, kind: FaultKind, codes: tuple[str, ...]) -> Fault:
        return Fault(kind, codes, self.polygon, self.area_m2, self.width_m)


def _wide_places(geometries: Geometries) -> Iterator[_Place]:
    """Find the polygons among all parts that are wider than the tolerance."""
    parts, position = shapely.get_parts(geometries, return_index=True)
    # An overlay may give a collection of lines and a multi-polygon.
    parts, part = shapely.get_parts(parts, return_index=True)
    pieces = np.flatnonzero(shapely.get_type_id(parts) == _POLYGON)
    areas_m2, widths_m = _sizes(parts[pieces])
    wide = np.flatnonzero(widths_m > TOLERANCE_M)
    for n, piece in zip(wide, pieces[wide], strict=True):
        polygon: Any = parts[piece]
        yield _Place(int(position[part[piece]]), polygon, float(areas_m2[n]), float(widths_m[n]))


def _sizes(polygons: Geometries) -> tuple[Floats, Floats]:
    """Measure areas in square metres, and the mean width of long thin shapes in metres."""
    areas_m2, widths_m = _plain_sizes(polygons)
    # Edges are straight in degrees, and measured as geodesics, from which they bend: 8 mm in a
    # kilometre, which is all there is to a place between a long edge and several shorter ones.
    thin = np.flatnonzero(widths_m < _BENT_M)
    if thin.size:
        pieces = shapely.segmentize(polygons[thin], _PIECE_DEG)
        areas_m2[thin], widths_m[thin] = _plain_sizes(pieces)
    return areas_m2, widths_m


def _plain_sizes(polygons: Geometries) -> tuple[Floats, Floats]:
    areas_m2, perimeters_m = area_m2(polygons), length_m(polygons)
    # What overlays leave of two equal edges may be too small to have a length.
    return areas_m2, 2 * areas_m2 / np.maximum(perimeters_m, 1e-9)

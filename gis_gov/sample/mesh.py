"""The mesh of blocks: shared nodes, edges, rings, neighbours.

A block's ring takes every node that lies on its sides, those of its neighbours too, so that
neighbours share each edge to the last bit (a valid coverage).
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.sample.blocks import DECIMETRES, EAST, NORTH, SOUTH, WEST, Blocks, Lines
from gis_gov.sample.groups import counting, ragged
from gis_gov.sample.terrain import Terrain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

_LINE = 1 << 24
_NODE_SPACING_DM = 900


@dataclass(frozen=True)
class Mesh:
    """Nodes, edges and polygons of the blocks."""

    plan: Floats
    """(nodes, 2) plan metres."""
    plane: Floats
    """(nodes, 2) plane metres."""
    degrees: Floats
    """(nodes, 2) snapped longitude and latitude."""
    edge: Ints
    """(edges, 2) nodes of each edge, in the direction of its line."""
    edge_line: Ints
    edge_length_m: Floats
    beside: Ints
    """(edges, 2) block west of or below, and east of or above, the edge; -1 outside."""
    polygon: Geometries
    """Block polygons, EPSG:4490."""
    plane_polygon: Geometries
    """The same polygons in plane metres."""


def make_mesh(blocks: Blocks, lines: Lines, terrain: Terrain) -> Mesh:
    """Make the mesh of the blocks."""
    station = _stations(blocks)
    line, along = station // _LINE, station % _LINE
    upright = lines.axis[line] == 0
    x = np.where(upright, lines.at[line], along)
    y = np.where(upright, along, lines.at[line])
    place, node = np.unique(x * _LINE + y, return_inverse=True)
    plan = np.column_stack([place // _LINE, place % _LINE]) / DECIMETRES
    plane = terrain.plane(plan)
    degrees = terrain.degrees(plane)

    low, high = _side_spans(blocks, station)
    ring, owner = _rings(low, high)
    nodes = node[ring]
    edge_at = np.flatnonzero(line[:-1] == line[1:])
    edge = np.column_stack([node[edge_at], node[edge_at + 1]])
    return Mesh(
        plan=plan,
        plane=plane,
        degrees=degrees,
        edge=edge,
        edge_line=line[edge_at],
        edge_length_m=np.hypot(*(plane[edge[:, 1]] - plane[edge[:, 0]]).T),
        beside=_beside(low, high, len(station))[edge_at],
        polygon=_polygons(degrees[nodes], owner),
        plane_polygon=_polygons(plane[nodes], owner),
    )


def _ends(blocks: Blocks) -> tuple[Ints, Ints]:
    """Give the keys (line and place along it) at which each side of each block starts and stops."""
    across = np.array([SOUTH, WEST, SOUTH, WEST])
    key = blocks.side * _LINE
    return key + blocks.box[:, across], key + blocks.box[:, across + 2]


def _stations(blocks: Blocks) -> Ints:
    low, high = _ends(blocks)
    corner = np.unique(np.concatenate([low.ravel(), high.ravel()]))
    gap = np.diff(corner)
    gap[corner[:-1] // _LINE != corner[1:] // _LINE] = 0
    extra = gap // _NODE_SPACING_DM
    number = counting(extra) + 1
    between = np.repeat(corner[:-1], extra) + np.repeat(gap, extra) * number // np.repeat(
        extra + 1, extra
    )
    return np.union1d(corner, between)


def _side_spans(blocks: Blocks, station: Ints) -> tuple[Ints, Ints]:
    low, high = _ends(blocks)
    return np.searchsorted(station, low), np.searchsorted(station, high)


def _rings(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Walk each block counter-clockwise: south and east side forwards, north and west backwards."""
    order = [SOUTH, EAST, NORTH, WEST]
    forwards = np.array([True, True, False, False])
    start = np.where(forwards, low[:, order], high[:, order])
    count = (high - low)[:, order]
    step = np.broadcast_to(np.where(forwards, 1, -1), count.shape)
    ring = ragged(start.ravel(), step.ravel(), count.ravel())
    return ring, np.repeat(np.arange(len(low)), count.sum(axis=1))


def _polygons(point: Floats, owner: Ints) -> Geometries:
    return np.asarray(shapely.polygons(shapely.linearrings(point, indices=owner)))


def _beside(low: Ints, high: Ints, stations: int) -> Ints:
    beside = np.full((stations, 2), -1, dtype=np.int64)
    for side, slot in ((WEST, 1), (SOUTH, 1), (EAST, 0), (NORTH, 0)):
        count = high[:, side] - low[:, side]
        edges = ragged(low[:, side], np.ones_like(count), count)
        beside[edges, slot] = np.repeat(np.arange(len(low)), count)
    return beside

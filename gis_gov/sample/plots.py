"""Plots: where a building can stand. Rows of equal footprints in each block, clear of its roads."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.sample.blocks import DECIMETRES, EAST, NORTH, SOUTH, WEST, Blocks
from gis_gov.sample.groups import counting
from gis_gov.sample.land import Land, Use
from gis_gov.sample.mesh import Mesh
from gis_gov.sample.roads import HALF_WIDTH_M, Roads
from gis_gov.sample.streams import stream
from gis_gov.sample.terrain import Terrain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

SHAPES = {
    # use: length, depth, pitch along, pitch across (metres), most plots
    Use.TOWER: (33, 17, 50, 44, 12),
    Use.SLAB: (50, 12, 60, 25, 24),
    Use.OLD_TOWN: (22, 12, 27, 20, 24),
    Use.VILLAGE: (11, 10.5, 14.5, 14.5, 60),
    Use.DORMITORY: (56, 15, 66, 30, 8),
    Use.SHOPS: (44, 28, 60, 42, 6),
    Use.OFFICES: (36, 32, 58, 52, 4),
    Use.WORKS: (72, 34, 88, 48, 8),
    Use.SCHOOL: (54, 15, 66, 38, 5),
    Use.HOSPITAL: (58, 22, 72, 44, 4),
    Use.MARKET: (60, 40, 76, 54, 2),
}
_LEAST = 0.55
"""A footprint may shrink to this share of its usual length and depth in a narrow block."""
_CLEAR_M = 3.0
"""Least distance of a footprint from its block's edge."""
_SETBACK_M = 4.0
_APART_M = 1.5
"""Least distance between buildings."""
_CHUNK = 4000


@dataclass(frozen=True)
class Plots:
    """Plots on which a building fits, block by block."""

    block: Ints
    plan: Floats
    """(n, 2) middle, plan metres."""
    plane: Floats
    """(n, 2) middle, plane metres."""
    length_m: Floats
    depth_m: Floats
    heading: Floats
    """Direction of the long side, radians counter-clockwise from east."""

    def __len__(self) -> int:
        return len(self.block)

    def only(self, which: Ints) -> "Plots":
        """Take some of the plots."""
        return Plots(
            self.block[which],
            self.plan[which],
            self.plane[which],
            self.length_m[which],
            self.depth_m[which],
            self.heading[which],
        )


def corners(plots: Plots) -> Floats:
    """Give the corners of the footprints in plane metres: (n, 4, 2), counter-clockwise."""
    cos, sin = np.cos(plots.heading), np.sin(plots.heading)
    along = np.column_stack([cos, sin]) * plots.length_m[:, None] / 2
    across = np.column_stack([-sin, cos]) * plots.depth_m[:, None] / 2
    middle = plots.plane
    return np.stack(
        [
            middle - along - across,
            middle + along - across,
            middle + along + across,
            middle - along + across,
        ],
        axis=1,
    )


def lay_plots(
    blocks: Blocks, mesh: Mesh, land: Land, roads: Roads, terrain: Terrain, seed: int
) -> Plots:
    """Lay out the plots of all blocks and keep those that lie clear inside their block."""
    rng = stream(seed, "plots")
    built = np.flatnonzero(np.isin(land.use, list(SHAPES)))
    parts = [
        _fitting(_lattice(built[at : at + _CHUNK], blocks, land, roads, terrain, rng), mesh)
        for at in range(0, len(built), _CHUNK)
    ]
    names = ("block", "plan", "plane", "length_m", "depth_m", "heading")
    return Plots(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _lattice(
    which: Ints,
    blocks: Blocks,
    land: Land,
    roads: Roads,
    terrain: Terrain,
    rng: np.random.Generator,
) -> Plots:
    shape = np.array([SHAPES.get(Use(use), (1, 1, 1, 1, 0)) for use in range(len(Use))], float)
    box = blocks.box[which] / DECIMETRES
    setback = HALF_WIDTH_M[roads.rank[blocks.side[which]]] + _SETBACK_M
    heading, scale = terrain.frame((box[:, :2] + box[:, 2:]) / 2)
    origin = box[:, :2] + setback[:, [WEST, SOUTH]] / scale
    room = (box[:, 2:] - box[:, :2]) * scale
    room -= setback[:, [WEST, SOUTH]] + setback[:, [EAST, NORTH]]
    usual, pitch, most = (
        shape[land.use[which], :2],
        shape[land.use[which], 2:4],
        shape[land.use[which], 4],
    )
    size = usual * rng.uniform(0.9, 1.06, usual.shape)
    size = np.minimum(size, room)
    count = np.floor((room - size) / pitch).astype(np.int64) + 1
    count[(size < _LEAST * usual).any(axis=1)] = 0
    count = _capped(count, most)
    pitch = _spread(count, room, size, pitch, most)

    total = count.prod(axis=1)
    block = np.repeat(np.arange(len(which)), total)
    number = counting(total)
    step = np.column_stack([number % count[block, 0], number // count[block, 0]])
    corner_in = (rng.random((len(which), 2)) < 0.5) & (count.prod(axis=1) >= most)[:, None]
    offset = size[block] / 2 + step * pitch[block] + rng.normal(0, 0.35, step.shape)
    offset = np.where(corner_in[block], room[block] - offset, offset)
    plan = origin[block] + offset / scale[block]
    return Plots(
        which[block],
        plan,
        terrain.plane(plan),
        size[block, 0],
        size[block, 1],
        heading[block],
    )


def _capped(count: Ints, most: Floats) -> Ints:
    """Shrink both sides of a lattice that has more plots than its use allows."""
    count = np.maximum(count, 0)
    total = np.maximum(count.prod(axis=1), 1)
    shrink = np.sqrt(np.minimum(most / total, 1))
    count = np.where(count > 0, np.maximum(np.round(count * shrink[:, None]), 1), 0).astype(
        np.int64
    )
    wide = count[:, 0]
    count[:, 1] = np.minimum(count[:, 1], most // np.maximum(wide, 1))
    return count


def _spread(count: Ints, room: Floats, size: Floats, pitch: Floats, most: Floats) -> Floats:
    """Spread the rows of a block over its whole room, unless they fill only a corner of it."""
    gaps = np.maximum(count - 1, 1)
    wide = (room - size) / gaps
    full = (count.prod(axis=1) < most)[:, None] & (count > 1)
    return np.where(full, np.clip(wide, pitch, 1.35 * pitch), pitch)


def _fitting(plots: Plots, mesh: Mesh) -> Plots:
    block, which = np.unique(plots.block, return_inverse=True)
    clear = shapely.buffer(mesh.plane_polygon[block], -_CLEAR_M, join_style="mitre")
    shapely.prepare(clear)
    footprint = np.asarray(shapely.polygons(corners(plots)))
    kept = np.flatnonzero(shapely.contains_properly(clear[which], footprint))
    standing = footprint[kept]
    one, other = shapely.STRtree(standing).query(standing, "dwithin", distance=_APART_M)
    return plots.only(np.delete(kept, np.unique(other[other > one])))

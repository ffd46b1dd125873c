"""Cut the plan into street blocks: each cut is a road, and what no road cuts any more is a block.

A cut ends at the roads on both sides, so long early cuts become through roads and late ones become
lanes. Plan coordinates are whole decimetres, so that all that meets here meets exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample.streams import stream
from gis_gov.sample.terrain import Terrain

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WEST, SOUTH, EAST, NORTH = range(4)
DECIMETRES = 10
_LATTICE = 512
_SHORTEST_M = 62.0
_LONGEST_M = 620.0
_HEAVIEST = 1.42
"""A block is cut while it holds more of the density than this, in mean blocks."""


@dataclass(frozen=True)
class Blocks:
    """Street blocks, and pieces of water, as boxes of the plan."""

    box: Ints
    """(n, 4) west, south, east, north in decimetres."""
    side: Ints
    """(n, 4) the line along each side."""
    water: Flags
    mass: NDArray[np.float64]
    """Density held, in mean blocks."""

    def __len__(self) -> int:
        return len(self.box)


@dataclass(frozen=True)
class Lines:
    """Straight lines of the plan: the four rims, river banks, bridges, and every cut."""

    axis: Ints
    """0: x is constant (a road north-south); 1: y is constant."""
    at: Ints
    start: Ints
    stop: Ints
    ends: Ints
    """(n, 2) the lines on which it starts and stops; -1 for the rim."""
    bank: Ints
    """Index of the river whose bank it is, or -1."""
    bridge: Ints
    """Index of the river that it crosses, or -1."""

    def __len__(self) -> int:
        return len(self.at)

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Lengths in plan metres."""
        return (self.stop - self.start) / DECIMETRES


class _Cutter:
    """Boxes and lines while they are cut."""

    def __init__(self, side: int) -> None:
        self.lines: list[tuple[int, ...]] = [
            (0, 0, 0, side, -1, -1, -1, -1),
            (1, 0, 0, side, -1, -1, -1, -1),
            (0, side, 0, side, -1, -1, -1, -1),
            (1, side, 0, side, -1, -1, -1, -1),
        ]
        self.box = np.array([[0, 0, side, side]], dtype=np.int64)
        self.side = np.array([[WEST, SOUTH, EAST, NORTH]], dtype=np.int64)
        self.river = np.array([-1], dtype=np.int64)

    def cut(self, which: Ints, axis: Ints, at: Ints, bank: int = -1) -> None:
        """Cut the boxes `which` across `axis`; the lower part takes the box's place."""
        row, low, high = np.arange(len(which)), axis, axis + 2
        box, side = self.box[which], self.side[which]
        across = 1 - axis
        line = len(self.lines) + row
        self.lines.extend(
            zip(
                axis.tolist(),
                at.tolist(),
                box[row, across].tolist(),
                box[row, across + 2].tolist(),
                side[row, across].tolist(),
                side[row, across + 2].tolist(),
                [bank] * len(which),
                self.river[which].tolist(),
                strict=True,
            )
        )
        upper_box, upper_side = box.copy(), side.copy()
        box[row, high], side[row, high] = at, line
        upper_box[row, low], upper_side[row, low] = at, line
        self.box[which], self.side[which] = box, side
        self.box = np.concatenate([self.box, upper_box])
        self.side = np.concatenate([self.side, upper_side])
        self.river = np.concatenate([self.river, self.river[which]])

    def cut_one(self, which: int, axis: int, at: int, bank: int = -1) -> int:
        """Cut one box; returns the index of the upper part."""
        self.cut(np.array([which]), np.array([axis]), np.array([at]), bank)
        return len(self.box) - 1


class _Mass:
    """The density held by boxes, by a summed-area table."""

    def __init__(self, terrain: Terrain, blocks: float) -> None:
        cell = terrain.side_m / _LATTICE
        middle = (np.arange(_LATTICE, dtype=np.float64) + 0.5) * cell
        x, y = np.meshgrid(middle, middle, indexing="ij")
        value = terrain.density(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)
        self._sum = np.zeros((_LATTICE + 1, _LATTICE + 1))
        self._sum[1:, 1:] = value.cumsum(axis=0).cumsum(axis=1)
        self._sum *= blocks / self._sum[-1, -1]
        self._cell = cell * DECIMETRES

    def _below(self, x: Ints, y: Ints) -> NDArray[np.float64]:
        i, j = x / self._cell, y / self._cell
        i0 = np.minimum(i.astype(np.int64), _LATTICE - 1)
        j0 = np.minimum(j.astype(np.int64), _LATTICE - 1)
        a, b = i - i0, j - j0
        s = self._sum
        return (
            s[i0, j0] * (1 - a) * (1 - b)
            + s[i0 + 1, j0] * a * (1 - b)
            + s[i0, j0 + 1] * (1 - a) * b
            + s[i0 + 1, j0 + 1] * a * b
        )

    def held(self, box: Ints) -> NDArray[np.float64]:
        west, south, east, north = box.T
        below = self._below
        return below(east, north) - below(west, north) - below(east, south) + below(west, south)


def cut_blocks(terrain: Terrain, number: float, seed: int) -> tuple[Blocks, Lines]:
    """Cut the plan into about `number` blocks, finer where the density is higher."""
    rng = stream(seed, "blocks")
    cutter = _Cutter(round(terrain.side_m * DECIMETRES))
    _cut_rivers(cutter, terrain)
    mass = _Mass(terrain, number)
    _cut_roads(cutter, mass, rng)
    water = cutter.river >= 0
    held = np.where(water, 0.0, mass.held(cutter.box))
    column = np.array(cutter.lines, dtype=np.int64)
    axis, at, start, stop, _, _, bank, bridge = column.T
    lines = Lines(axis, at, start, stop, column[:, 4:6], bank, bridge)
    return Blocks(cutter.box, cutter.side, water, held), lines


def _cut_rivers(cutter: _Cutter, terrain: Terrain) -> None:
    land = 0
    for index, river in enumerate(terrain.rivers):
        at, width = round(river.at_m * DECIMETRES), round(river.width_m * DECIMETRES)
        band = cutter.cut_one(land, river.axis, at, index)
        land = cutter.cut_one(band, river.axis, at + width, index)
        cutter.river[band] = index
        along = 1 - river.axis
        start, stop = cutter.box[band, along], cutter.box[band, along + 2]
        pieces = max(2, round((stop - start) / DECIMETRES / river.piece_m))
        for number in range(1, pieces):
            at = round(start + (stop - start) * (number + 0.13 * (-1) ** number) / pieces)
            band = cutter.cut_one(band, along, at)


def _cut_roads(cutter: _Cutter, mass: _Mass, rng: np.random.Generator) -> None:
    done = cutter.river >= 0
    while not done.all():
        which = np.flatnonzero(~done)
        size = (cutter.box[which, 2:] - cutter.box[which, :2]) / DECIMETRES
        heavy = mass.held(cutter.box[which]) > _HEAVIEST * rng.uniform(0.72, 1.28, len(which))
        longest = size.max(axis=1)
        go = (heavy & (longest > 2 * _SHORTEST_M)) | (longest > _LONGEST_M)
        lean = rng.uniform(0.8, 1.25, len(which))
        axis = (size[:, 1] > size[:, 0] * lean).astype(np.int64)
        narrow = size.min(axis=1) < 2 * _SHORTEST_M
        axis[narrow] = size[narrow].argmax(axis=1)
        done[which[~go]] = True
        which, axis, size = which[go], axis[go], size[go]
        along = size[np.arange(len(which)), axis]
        least = _SHORTEST_M / along
        share = np.clip(rng.normal(0.5, 0.085, len(which)), least, 1 - least)
        share = np.clip(share, 0.33, 0.67)
        at = cutter.box[which, axis] + np.round(share * along * DECIMETRES).astype(np.int64)
        cutter.cut(which, axis, at)
        done = np.concatenate([done, np.zeros(len(which), dtype=np.bool_)])

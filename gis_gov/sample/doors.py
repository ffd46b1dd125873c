"""Door numbers: yards and houses along each road, odd on one side and even on the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample.blocks import DECIMETRES, EAST, NORTH, SOUTH, WEST, Blocks
from gis_gov.sample.buildings import Buildings
from gis_gov.sample.groups import ranks
from gis_gov.sample.land import Use
from gis_gov.sample.roads import HALF_WIDTH_M, Roads
from gis_gov.sample.streams import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NUMBER_M = 8.0
"""Metres of frontage for each door number of one side."""
_OWN_DOOR = (Use.OLD_TOWN, Use.VILLAGE, Use.SHOPS)


@dataclass(frozen=True)
class Doors:
    """Numbered doors: first those of yards (a block's gate), then those of single houses."""

    line: Ints
    number: Ints
    block: Ints
    plan: Floats
    """(n, 2) just inside the gate, or the middle of the house, plan metres."""
    yards: int
    """How many of the doors are gates of yards."""
    building_door: Ints
    """The door of each building."""
    building_number: Ints
    """Which building (幢) of its yard it is, from 1; 0 for a house with its own door."""

    def __len__(self) -> int:
        return len(self.line)


def number_doors(blocks: Blocks, buildings: Buildings, roads: Roads, seed: int) -> Doors:
    """Give the doors along every road their numbers."""
    rng = stream(seed, "doors")
    block = buildings.plots.block
    own = np.isin(buildings.use, _OWN_DOOR)
    yard, yard_of = np.unique(block[~own], return_inverse=True)
    gate_side = _gate_sides(blocks, roads, yard, rng)
    gate_plan = _gates(blocks, roads, yard, gate_side, rng.uniform(0.35, 0.65, len(yard)))
    house_plan = buildings.plots.plan[own]
    house_side = _nearest_side(blocks, roads, block[own], house_plan)

    door_block = np.concatenate([yard, block[own]])
    side = np.concatenate([gate_side, house_side])
    plan = np.concatenate([gate_plan, house_plan])
    line = blocks.side[door_block, side]
    along = np.where(np.isin(side, (WEST, EAST)), plan[:, 1], plan[:, 0])
    even = np.isin(side, (WEST, SOUTH)).astype(np.int64)
    place = np.floor(along / _NUMBER_M).astype(np.int64)
    slot = _numbered(line * 2 + even, place, _line_starts(blocks, door_block, side))

    building_door = np.empty(len(buildings), dtype=np.int64)
    building_door[~own] = yard_of
    building_door[own] = len(yard) + np.arange(own.sum())
    building_number = np.zeros(len(buildings), dtype=np.int64)
    building_number[~own] = ranks(yard_of) + 1
    return Doors(
        line, 2 * slot + 1 + even, door_block, plan, len(yard), building_door, building_number
    )


def _gate_sides(blocks: Blocks, roads: Roads, yard: Ints, rng: np.random.Generator) -> Ints:
    """Put each yard's gate on its widest road."""
    rank = roads.rank[blocks.side[yard]]
    return (rank + rng.uniform(0, 0.9, rank.shape)).argmax(axis=1)


def _gates(blocks: Blocks, roads: Roads, yard: Ints, side: Ints, share: Floats) -> Floats:
    box = blocks.box[yard] / DECIMETRES
    row = np.arange(len(yard))
    gate = box[:, :2] + (box[:, 2:] - box[:, :2]) * share[:, None]
    inward = HALF_WIDTH_M[roads.rank[blocks.side[yard, side]]] + 2
    inward = np.where(np.isin(side, (EAST, NORTH)), -inward, inward)
    gate[row, side % 2] = box[row, side] + inward
    return gate


def _nearest_side(blocks: Blocks, roads: Roads, block: Ints, plan: Floats) -> Ints:
    box = blocks.box[block] / DECIMETRES
    distance = np.abs(np.column_stack([plan, plan]) - box)
    return (distance - HALF_WIDTH_M[roads.rank[blocks.side[block]]]).argmin(axis=1)


def _line_starts(blocks: Blocks, block: Ints, side: Ints) -> Ints:
    """Give the first number's place of each door's line: where its first door's block starts."""
    across = np.where(np.isin(side, (WEST, EAST)), SOUTH, WEST)
    line = blocks.side[block, side]
    start = np.full(int(blocks.side.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(start, line, blocks.box[block, across])
    return np.floor(start[line] / DECIMETRES / _NUMBER_M).astype(np.int64)


def _numbered(row: Ints, place: Ints, start: Ints) -> Ints:
    """Count doors by place along their row, each at least one more than the one before."""
    order = np.lexsort((place, row))
    sorted_row = row[order]
    rank = ranks(sorted_row)
    wanted = (place - start)[order] - rank
    lift = int(wanted.max(initial=0) - wanted.min(initial=0)) + 1
    group = np.cumsum(np.append(0, np.diff(sorted_row) != 0)) * lift
    slot = np.empty(len(order), dtype=np.int64)
    slot[order] = np.maximum.accumulate(wanted + group) - group + rank
    return slot

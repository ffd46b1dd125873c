"""Where events happen: along the roads of blocks, most of all at a few hot spots."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.addresses import Gazetteer
from gis_gov.sample.blocks import DECIMETRES, EAST, NORTH, SOUTH, WEST
from gis_gov.sample.columns import joined, pick, words
from gis_gov.sample.groups import totals
from gis_gov.sample.land import Use
from gis_gov.sample.roads import HALF_WIDTH_M
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HOT_SHARE, _HOT_PULL = 0.012, 26.0
_LIVELY = {Use.MARKET: 9.0, Use.SHOPS: 4.0, Use.HOSPITAL: 4.0, Use.SCHOOL: 3.0, Use.OLD_TOWN: 2.2}
_QUIET = {Use.FIELDS: 0.12, Use.WATER: 0.05, Use.PARK: 0.8, Use.WORKS: 0.7}
_AT_DOOR, _INSIDE_M = 0.35, 6.0


@dataclass(frozen=True)
class Spots:
    """Places of events."""

    block: Ints
    lonlat: Floats
    text: pa.Array
    """The place in words, without the areas' names."""


def find_spots(world: World, gazetteer: Gazetteer, number: int, rng: np.random.Generator) -> Spots:
    """Find places for events: at doors, or somewhere along a block's side."""
    block = _blocks(world, number, rng)
    first = np.argsort(world.doors.block, kind="stable")
    edges = np.searchsorted(world.doors.block[first], np.arange(len(world.blocks) + 1))
    doors = np.diff(edges)[block]
    at_door = (doors > 0) & (rng.random(number) < _AT_DOOR)
    chosen = np.minimum(
        edges[block] + (rng.random(number) * doors).astype(np.int64), len(first) - 1
    )
    door = first[chosen]
    side, share = rng.integers(4, size=number), rng.uniform(0.06, 0.94, number)
    line = np.where(at_door, world.doors.line[door], world.blocks.side[block, side])
    plan = np.where(at_door[:, None], world.doors.plan[door], _kerb(world, block, side, share))
    plan = plan + np.where(at_door[:, None], rng.normal(0, 1.2, (number, 2)), 0)
    near = joined(words(world.roads.name, line), "近", _crossing(world, block, side, share))
    here = joined(pick(gazetteer.door_road, door), "门前")
    row = np.arange(number)
    text = pa.concat_arrays([near, here]).take(pa.array(np.where(at_door, row + number, row)))
    return Spots(block, world.terrain.degrees(world.terrain.plane(plan)), text)


def _blocks(world: World, number: int, rng: np.random.Generator) -> Ints:
    use = world.land.use
    b = world.buildings
    people = totals(b.plots.block, 3 * b.homes + 4, len(use))
    lively = np.array([_LIVELY.get(Use(u), _QUIET.get(Use(u), 1.0)) for u in range(len(Use))])
    pull = (people + 25) * lively[use] * rng.gamma(1.2, 1.0, len(use))
    hot = rng.permutation(np.flatnonzero(pull > np.median(pull)))
    pull[hot[: max(2, round(_HOT_SHARE * len(use)))]] *= _HOT_PULL
    pull = np.minimum(pull, pull.sum() / 40)
    return rng.choice(len(use), size=number, p=pull / pull.sum())


def _kerb(world: World, block: Ints, side: Ints, share: Floats) -> Floats:
    """Place points inside a block near one of its sides, so that their grid is beyond doubt."""
    box = world.blocks.box[block] / DECIMETRES
    size = box[:, 2:] - box[:, :2]
    point = box[:, :2] + size * share[:, None]
    row, axis = np.arange(len(block)), side % 2
    inward = np.minimum(
        HALF_WIDTH_M[world.roads.rank[world.blocks.side[block, side]]] * 0.4 + _INSIDE_M,
        0.4 * size[row, axis],
    )
    point[row, axis] = box[row, side] + np.where(np.isin(side, (EAST, NORTH)), -inward, inward)
    return point


def _crossing(world: World, block: Ints, side: Ints, share: Floats) -> pa.Array:
    """Name the nearer cross road of a place along a side."""
    upright = np.isin(side, (WEST, EAST))
    low, high = np.where(upright, SOUTH, WEST), np.where(upright, NORTH, EAST)
    across = np.where(share < 0.5, low, high)
    return words(world.roads.name, world.blocks.side[block, across])

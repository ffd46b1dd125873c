"""Grids of the other layers: exclusive ones, the second tier, and micro-grids."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.sample.areas import borders, reading_order
from gis_gov.sample.codes import grid_code
from gis_gov.sample.groups import totals
from gis_gov.sample.land import Use
from gis_gov.sample.names import numeral
from gis_gov.sample.partition import Ground, make_ground
from gis_gov.sample.streams import stream
from gis_gov.sample.tiers import split_within
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SECOND_BAND = (150, 200)
"""Households of a grid of the second tier."""
MICRO_BAND = (15, 130)
_EXCLUSIVE = {Use.HOSPITAL: 1.0, Use.SCHOOL: 0.35, Use.MARKET: 0.3, Use.PARK: 0.1, Use.WORKS: 0.1}
_SECOND_SHARE, _MICRO_SHARE = 0.7, 0.25
_KIND_NAMES = {"second": "二级网格", "micro": "微网格"}


@dataclass(frozen=True)
class LayerGrid:
    """One grid over some blocks."""

    layer: str
    code: str
    name: str
    community: int
    parent: int | None
    """The base grid that it is a part of; an exclusive grid lies over base grids and has none."""
    blocks: Ints


def make_layers(world: World) -> list[LayerGrid]:
    """Make the exclusive grids everywhere, and the finer layers in a part of the communities."""
    rng = stream(world.seed, "layers")
    weight = totals(world.buildings.plots.block, world.buildings.households, len(world.blocks))
    middle = shapely.get_coordinates(shapely.centroid(world.mesh.plane_polygon))
    number = len(world.areas.community)
    second = np.zeros(number, dtype=np.bool_)
    micro = np.zeros(number, dtype=np.bool_)
    second[rng.permutation(number)[: max(1, round(_SECOND_SHARE * number))]] = True
    micro[rng.permutation(number)[: max(1, round(_MICRO_SHARE * number))]] = True
    shared = _by_grid(world)
    ground = {
        grid: make_ground(
            np.flatnonzero(world.areas.block_grid == grid), weight, middle, shared[grid]
        )
        for grid in np.flatnonzero((second | micro)[world.areas.grid.parent]).tolist()
    }
    layers = _exclusive(world, rng)
    layers += _parts(world, "second", second, {g: _second_tier(ground[g]) for g in ground})
    layers += _parts(world, "micro", micro, {g: _micro_grids(ground[g]) for g in ground})
    return layers


def _by_grid(world: World) -> list[tuple[Ints, Floats]]:
    """Split the borders between blocks by the grid inside which they run."""
    pair, shared = borders(world.mesh)
    grid = world.areas.block_grid[pair]
    inner = grid[:, 0] == grid[:, 1]
    pair, shared, grid = pair[inner], shared[inner], grid[inner, 0]
    order = np.argsort(grid, kind="stable")
    edges = np.searchsorted(grid[order], np.arange(len(world.areas.grid) + 1))
    parts = [order[a:b] for a, b in pairwise(edges.tolist())]
    return [(pair[part], shared[part]) for part in parts]


def _exclusive(world: World, rng: np.random.Generator) -> list[LayerGrid]:
    areas, doors = world.areas, world.doors
    yard_of = dict(zip(doors.block[: doors.yards].tolist(), world.yard_names, strict=True))
    community = areas.block_community
    found: list[tuple[int, int, str]] = []
    for use, share in _EXCLUSIVE.items():
        blocks = np.flatnonzero(world.land.use == use)
        some = rng.permutation(blocks)[: max(1, round(share * len(blocks)))]
        for block in some.tolist():
            place = areas.community.name[int(community[block])]
            title = yard_of.get(block) or f"{place}{'公园' if use == Use.PARK else '集贸市场'}"
            found.append((int(community[block]), block, f"{title}专属网格"))
    layers: list[LayerGrid] = []
    for number in sorted({row[0] for row in found}):
        mine = [row for row in found if row[0] == number]
        order = reading_order(_middles(world, [row[1] for row in mine]))
        for sequence, at in enumerate(order.tolist(), 1):
            _, block, title = mine[at]
            code = grid_code(areas.community.code[number], "exclusive", sequence)
            layers.append(LayerGrid("exclusive", code, title, number, None, np.array([block])))
    return layers


def _middles(world: World, blocks: list[int]) -> Floats:
    return shapely.get_coordinates(shapely.centroid(world.mesh.polygon[blocks]))


def _second_tier(ground: Ground) -> list[Ints]:
    """Split a grid in two or three where its parts can then lie within the band."""
    low, high = SECOND_BAND
    total = ground.weight.sum()
    for count in (2, 3):
        if low * count <= total <= high * count:
            parts = split_within(ground, SECOND_BAND, count)
            if parts:
                return parts
    return []


def _micro_grids(ground: Ground) -> list[Ints]:
    """Make a micro-grid of each block with homes; the others join a neighbour."""
    low, high = MICRO_BAND
    label = np.where(ground.weight >= low, np.arange(len(ground.member)), -1)
    while (label < 0).any():
        pair = np.vstack([ground.pair, ground.pair[:, ::-1]])
        shared = np.concatenate([ground.shared_m, ground.shared_m])
        useful = (label[pair[:, 0]] < 0) & (label[pair[:, 1]] >= 0)
        if not useful.any():
            return []
        longest = np.flatnonzero(useful)[shared[useful].argmax()]
        label[pair[longest, 0]] = label[pair[longest, 1]]
    held = totals(label, ground.weight, len(label))
    kept = held[np.unique(label)]
    if len(kept) < 3 or kept.max() > high:
        return []
    return [ground.member[label == number] for number in np.unique(label)]


def _parts(
    world: World, layer: str, community: NDArray[np.bool_], parts: dict[int, list[Ints]]
) -> list[LayerGrid]:
    layers: list[LayerGrid] = []
    areas = world.areas
    for number in np.flatnonzero(community).tolist():
        grids = np.flatnonzero(areas.grid.parent == number).tolist()
        mine = [(grid, part) for grid in grids for part in parts[grid]]
        if not mine:
            continue
        size = world.land.area_m2
        point = np.array(
            [
                np.average(_middles(world, part.tolist()), axis=0, weights=size[part])
                for _, part in mine
            ]
        )
        for sequence, at in enumerate(reading_order(point).tolist(), 1):
            grid, part = mine[at]
            title = f"{areas.community.name[number]}第{numeral(sequence)}{_KIND_NAMES[layer]}"
            code = grid_code(areas.community.code[number], layer, sequence)
            layers.append(LayerGrid(layer, code, title, number, grid, part))
    return layers

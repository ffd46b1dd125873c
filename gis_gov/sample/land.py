"""What each block is used for."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.sample.areas import Areas
from gis_gov.sample.blocks import Blocks
from gis_gov.sample.figures import Figures
from gis_gov.sample.groups import counts, ranks, totals
from gis_gov.sample.mesh import Mesh
from gis_gov.sample.streams import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Use(IntEnum):
    """Uses of a block."""

    TOWER = 0
    SLAB = 1
    OLD_TOWN = 2
    VILLAGE = 3
    DORMITORY = 4
    SHOPS = 5
    OFFICES = 6
    WORKS = 7
    SCHOOL = 8
    HOSPITAL = 9
    MARKET = 10
    PARK = 11
    FIELDS = 12
    WATER = 13


HOUSING = 5
"""Uses below this are lived in."""
_MIX = (
    # what the housing blocks of a settlement are: towers, slabs, old town, village, dormitories
    (0.68, 0.20, 0.12, 0.00, 0.00),
    (0.20, 0.60, 0.14, 0.04, 0.02),
    (0.03, 0.20, 0.62, 0.12, 0.03),
    (0.01, 0.08, 0.07, 0.77, 0.07),
)
_OTHER = (
    (Use.SHOPS, Use.OFFICES, Use.PARK),
    (Use.SHOPS, Use.SHOPS, Use.PARK, Use.OFFICES),
    (Use.SHOPS, Use.SHOPS, Use.PARK),
    (Use.FIELDS, Use.FIELDS, Use.WORKS, Use.PARK),
)


@dataclass(frozen=True)
class Land:
    """Use and size of each block, and the settlement class of each grid."""

    use: Ints
    area_m2: Floats
    grid_mix: Ints
    """0 towers, 1 slabs, 2 old town, 3 villages: what most of a grid's housing is."""


def make_land(figures: Figures, blocks: Blocks, mesh: Mesh, areas: Areas, seed: int) -> Land:
    """Choose the use of each block; each grid keeps most of its blocks for housing."""
    rng = stream(seed, "land")
    area = shapely.area(mesh.plane_polygon)
    mix = _grid_mix(figures.settlements, blocks, area, areas, rng)
    use = np.full(len(blocks), int(Use.WATER))
    land = np.flatnonzero(~blocks.water)
    kinds = np.array(_MIX).cumsum(axis=1)
    chance = rng.random(len(land))
    housing = (chance[:, None] > kinds[mix[areas.block_grid[land]]]).sum(axis=1)
    use[land] = np.minimum(housing, HOUSING - 1)
    spare = _spare(blocks, areas, rng)
    _place_services(use, spare, area, areas)
    for block in np.flatnonzero(spare & (use < HOUSING)).tolist():
        choices = _OTHER[mix[areas.block_grid[block]]]
        use[block] = choices[int(rng.integers(len(choices)))]
    return Land(use, area, mix)


def _grid_mix(
    settlements: tuple[float, ...],
    blocks: Blocks,
    area: Floats,
    areas: Areas,
    rng: np.random.Generator,
) -> Ints:
    grids = len(areas.grid)
    crowd = totals(areas.block_grid, blocks.mass, grids) / totals(areas.block_grid, area, grids)
    communities = len(areas.community)
    near = totals(areas.grid.parent, np.log(crowd), communities)
    near /= counts(areas.grid.parent, communities)
    score = 0.5 * np.log(crowd) + 0.5 * near[areas.grid.parent] + rng.normal(0, 0.3, grids)
    place = np.empty(grids)
    place[np.argsort(-score)] = (np.arange(grids) + 0.5) / grids
    return np.searchsorted(np.cumsum(settlements)[:-1], place)


def _spare(blocks: Blocks, areas: Areas, rng: np.random.Generator) -> Flags:
    """Mark up to two in five of each grid's blocks as free for other uses than housing."""
    key = np.where(blocks.water, 2.0, rng.random(len(blocks)))
    order = np.lexsort((key, areas.block_grid))
    grid = areas.block_grid[order]
    number = counts(areas.block_grid[~blocks.water], len(areas.grid))
    spare = np.zeros(len(blocks), dtype=np.bool_)
    spare[order] = ranks(grid) < np.floor(0.38 * number)[grid]
    return spare & ~blocks.water


def _place_services(use: Ints, spare: Flags, area: Floats, areas: Areas) -> None:
    """Give each community a school, half of them a market, each street a hospital."""
    community = areas.block_community
    free = np.flatnonzero(spare)
    by_community = free[np.argsort(community[free], kind="stable")]
    edges = np.searchsorted(community[by_community], np.arange(len(areas.community) + 1))
    last_street = -1
    for number, street in enumerate(areas.community.parent.tolist()):
        mine = by_community[edges[number] : edges[number + 1]]
        mine = mine[np.argsort(abs(area[mine] - 22_000), kind="stable")].tolist()
        wanted = [Use.SCHOOL, Use.PARK]
        if street != last_street:
            wanted.insert(1, Use.HOSPITAL)
        if number % 2 == 0:
            wanted.insert(1, Use.MARKET)
        last_street = street
        for block, service in zip(mine, wanted, strict=False):
            use[block] = service

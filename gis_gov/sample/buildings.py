"""Buildings on the plots, with their floors, dwellings and households."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_gov.sample.areas import Areas
from gis_gov.sample.figures import Figures
from gis_gov.sample.groups import counts, ranks, totals
from gis_gov.sample.land import HOUSING, Land, Use
from gis_gov.sample.partition import allot
from gis_gov.sample.plots import Plots
from gis_gov.sample.streams import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_HOMES = {
    # use: usual dwellings of a building, entrances, dwellings of an entrance on each floor
    Use.TOWER: ((60, 190), (1, 2), (2, 5)),
    Use.SLAB: ((36, 60), (3, 4), (2, 2)),
    Use.OLD_TOWN: ((10, 20), (1, 1), (2, 3)),
    Use.VILLAGE: ((4, 10), (1, 1), (1, 2)),
    Use.DORMITORY: ((60, 96), (1, 1), (10, 14)),
}
_FLOORS = {
    Use.SHOPS: (2, 5),
    Use.OFFICES: (9, 28),
    Use.WORKS: (1, 4),
    Use.SCHOOL: (4, 6),
    Use.HOSPITAL: (5, 12),
    Use.MARKET: (1, 3),
}
_STOREY_M = {Use.WORKS: 5.5, Use.MARKET: 5.0, Use.SHOPS: 4.5, Use.OFFICES: 3.9, Use.HOSPITAL: 3.8}
_MAY_LACK_ROOM_NUMBERS = (Use.OLD_TOWN, Use.VILLAGE, Use.DORMITORY)
_MOST_FLOORS = {Use.TOWER: 33, Use.SLAB: 11, Use.OLD_TOWN: 9, Use.VILLAGE: 7, Use.DORMITORY: 8}


@dataclass(frozen=True)
class Buildings:
    """Buildings in the order of their codes: by grid's community, block, and row."""

    plots: Plots
    grid: Ints
    use: Ints
    floors: Ints
    height_m: Floats
    entrances: Ints
    per_floor: Ints
    """Dwellings of one entrance on one floor."""
    first_floor: Ints
    """Lowest floor with dwellings: 2 above shops."""
    dwellings: Ints
    households: Ints
    """Registered households, at most one a dwelling."""
    homes: Ints
    """Households that live there now."""
    named_rooms: Flags
    """Whether its dwellings have addresses of their own."""

    def __len__(self) -> int:
        return len(self.grid)


def spread(wanted: Ints, group: Ints, weight: Floats, most: Ints | None = None) -> Ints:
    """Share each group's total among its members by weight, by largest remainder.

    Members of `most` are not given more than that; the total must fit.
    """
    given = np.zeros(len(group), dtype=np.int64)
    weight = weight.astype(np.float64)
    for _ in range(20):
        left = wanted - totals(group, given, len(wanted)).astype(np.int64)
        if not left.any():
            return given
        open_weight = weight if most is None else np.where(given < most, weight, 0)
        whole = totals(group, open_weight, len(wanted))
        exact = left[group] * open_weight / np.where(whole > 0, whole, 1)[group]
        given += _rounded(exact, left, group, open_weight > 0)
        if most is not None:
            given = np.minimum(given, most)
    raise ValueError("the totals do not fit their groups")


def _rounded(exact: Floats, wanted: Ints, group: Ints, able: Flags) -> Ints:
    share = np.floor(exact).astype(np.int64)
    missing = wanted - totals(group, share, len(wanted)).astype(np.int64)
    order = np.lexsort((share - exact - able, group))
    share[order] += (ranks(group[order]) < missing[group[order]]) & able[order]
    return share


def raise_buildings(
    figures: Figures, plots: Plots, land: Land, areas: Areas, seed: int
) -> Buildings:
    """Raise buildings on the plots, so that each grid has its dwellings and households."""
    rng = stream(seed, "buildings")
    households, dwellings = _grid_figures(figures, len(areas.grid), rng)
    plots = _chosen(plots, land, areas, dwellings, rng)
    grid, use = areas.block_grid[plots.block], land.use[plots.block]
    lived = use < HOUSING
    usual, entrances, per_floor = _usual(use, rng)
    count = np.zeros(len(plots), dtype=np.int64)
    count[lived] = spread(dwellings, grid[lived], usual[lived])
    shop_below = (use == Use.OLD_TOWN) & (rng.random(len(use)) < 0.7)
    first_floor = np.where(shop_below, 2, 1)
    entrances, per_floor = _enough(use, count, entrances, per_floor)
    storeys = -(-count // (entrances * per_floor)) + first_floor - 1
    floors = np.where(lived, np.maximum(storeys, 1), _other_floors(use, rng))
    registered = spread(households, grid, count.astype(float), count)
    homes = _homes(figures, grid, use, registered, rng)
    storey_m = np.array([_STOREY_M.get(Use(u), 3.0) for u in range(len(Use))])[use]
    unnumbered = np.isin(use, _MAY_LACK_ROOM_NUMBERS)
    unnumbered &= rng.random(len(use)) < figures.unnumbered_rooms
    return Buildings(
        plots=plots,
        grid=grid,
        use=use,
        floors=floors,
        height_m=np.round(floors * storey_m + rng.uniform(0.3, 1.5, len(use)), 1),
        entrances=entrances,
        per_floor=per_floor,
        first_floor=first_floor,
        dwellings=count,
        households=registered,
        homes=homes,
        named_rooms=~unnumbered & lived,
    )


def _grid_figures(figures: Figures, grids: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw each grid's households within the band, and dwellings enough for them."""
    low, high = figures.households
    households = low + np.round((high - low) * rng.beta(2.3, 1.6, grids)).astype(np.int64)
    spare = figures.dwellings - households.sum()
    if spare < 0:
        raise ValueError("more households than dwellings")
    empty = allot(int(spare), households * rng.uniform(0.4, 1.6, grids))
    return households, households + empty


def _usual(use: Ints, rng: np.random.Generator) -> tuple[Floats, Ints, Ints]:
    usual = np.zeros(len(use))
    entrances, per_floor = np.ones(len(use), dtype=np.int64), np.ones(len(use), dtype=np.int64)
    for kind, (size, doors, each) in _HOMES.items():
        mine = np.flatnonzero(use == kind)
        usual[mine] = rng.uniform(*size, len(mine))
        entrances[mine] = rng.integers(doors[0], doors[1] + 1, len(mine))
        per_floor[mine] = rng.integers(each[0], each[1] + 1, len(mine))
    return usual, entrances, per_floor


def _chosen(
    plots: Plots, land: Land, areas: Areas, dwellings: Ints, rng: np.random.Generator
) -> Plots:
    """Keep as many housing plots as a grid's dwellings ask for, and all the others."""
    use, grid = land.use[plots.block], areas.block_grid[plots.block]
    lived = use < HOUSING
    middle = np.array([np.mean(_HOMES[Use(u)][0]) if u < HOUSING else 0 for u in range(len(Use))])
    room = totals(grid, middle[use], len(dwellings))
    need = np.minimum(1.1 * dwellings / np.maximum(room, 1), 1)
    if (room == 0).any():
        raise ValueError(f"no room for houses in grid {int((room == 0).argmax())}")
    rank = _from_corner(plots)
    number = counts(plots.block, len(land.use))[plots.block]
    kept = ~lived | (rank < np.ceil(need[grid] * number))
    community = areas.grid.parent[grid]
    wanted = np.flatnonzero(kept & (lived | (rng.random(len(plots)) < 0.93) | (rank == 0)))
    order = np.lexsort((wanted, plots.block[wanted], community[wanted]))
    return plots.only(wanted[order])


def _from_corner(plots: Plots) -> Ints:
    """Rank the plots of each block by their distance from its first one: houses cluster."""
    _, first, which = np.unique(plots.block, return_index=True, return_inverse=True)
    distance = np.hypot(*(plots.plane - plots.plane[first[which]]).T)
    order = np.lexsort((distance, plots.block))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = ranks(plots.block[order])
    return rank


def _enough(use: Ints, count: Ints, entrances: Ints, per_floor: Ints) -> tuple[Ints, Ints]:
    """Widen buildings that would grow too tall: more dwellings on each floor."""
    most = np.array([_MOST_FLOORS.get(Use(u), 1) for u in range(len(Use))])[use]
    needed = -(-count // (entrances * most))
    return entrances, np.maximum(per_floor, needed)


def _other_floors(use: Ints, rng: np.random.Generator) -> Ints:
    floors = np.ones(len(use), dtype=np.int64)
    for kind, (low, high) in _FLOORS.items():
        mine = np.flatnonzero(use == kind)
        floors[mine] = rng.integers(low, high + 1, len(mine))
    return floors


def _homes(
    figures: Figures, grid: Ints, use: Ints, registered: Ints, rng: np.random.Generator
) -> Ints:
    """Choose how many registered households live in each building now.

    Older quarters are lived in first; estates just handed over fill last.
    """
    total = min(round(figures.persons / figures.household_size), int(registered.sum()))
    settled = np.array([0.55, 0.9, 1.3, 1.2, 1.2] + [0.0] * (len(Use) - HOUSING))[use]
    weight = registered * settled * rng.uniform(0.7, 1.3, len(use))
    one = np.zeros(len(grid), dtype=np.int64)
    return spread(np.array([total]), one, weight, registered)

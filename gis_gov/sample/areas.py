"""Areas and base grids over the blocks: county, street, community, grid.

Each level is divided along the roads, so that a grid is a union of whole blocks and each area the
union of its parts.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.blocks import Blocks
from gis_gov.sample.codes import area_code, grid_code
from gis_gov.sample.figures import Figures
from gis_gov.sample.groups import totals
from gis_gov.sample.mesh import Mesh
from gis_gov.sample.partition import Ground, allot, divide, make_ground
from gis_gov.sample.streams import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

_LEAST_BLOCKS = 3
_VILLAGE_SHARE = 0.18


@dataclass(frozen=True)
class Level:
    """The areas or grids of one level, in the order of their codes."""

    code: list[str]
    name: list[str]
    parent: Ints
    """Position in the level above."""
    polygon: Geometries

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class Areas:
    """The tree of areas down to base grids, and which grid each block lies in."""

    county: Level
    street: Level
    community: Level
    grid: Level
    block_grid: Ints

    @property
    def grid_street(self) -> Ints:
        """Give the street of each grid."""
        return self.community.parent[self.grid.parent]

    @property
    def grid_county(self) -> Ints:
        """Give the county of each grid."""
        return self.street.parent[self.grid_street]

    @property
    def block_community(self) -> Ints:
        """Give the community of each block."""
        return self.grid.parent[self.block_grid]


def borders(mesh: Mesh) -> tuple[Ints, Floats]:
    """List the pairs of blocks that share a border (m, 2), and the metres they share."""
    inner = (mesh.beside >= 0).all(axis=1)
    pair = np.sort(mesh.beside[inner], axis=1)
    pair, which = np.unique(pair, axis=0, return_inverse=True)
    return pair, totals(which.ravel(), mesh.edge_length_m[inner], len(pair))


def make_areas(figures: Figures, blocks: Blocks, mesh: Mesh, seed: int) -> Areas:
    """Divide the blocks into counties, streets, communities and base grids, and number them."""
    rng = stream(seed, "areas")
    place = shapely.get_coordinates(shapely.centroid(mesh.plane_polygon))
    touching = borders(mesh)
    ground = make_ground(np.flatnonzero(~blocks.water), blocks.mass, place, touching)
    tree = _divided(ground, figures, rng)
    block_grid = np.full(len(blocks), -1)
    for number, members in enumerate(tree.grids):
        block_grid[members] = number
    _give_water(block_grid, touching)
    return _numbered(tree, block_grid, figures, blocks, mesh, rng)


@dataclass(frozen=True)
class _Tree:
    """The parts of each level in no order, with the number of the part above."""

    grids: list[Ints]
    grid_parent: Ints
    community_parent: Ints
    street_parent: Ints


def _divided(ground: Ground, figures: Figures, rng: np.random.Generator) -> _Tree:
    counties = [ground]
    if len(figures.counties) > 1:
        counties = _parts(ground, rng.uniform(0.8, 1.25, len(figures.counties)))
    streets, street_parent = _shared_out(counties, figures.streets, (1, 0.2), rng)
    communities, community_parent = _shared_out(streets, figures.communities, (1, 0.3), rng)
    weight = np.array([c.weight.sum() for c in communities])
    number = allot(figures.grids, weight, 2)
    grids: list[Ints] = []
    for community, count in zip(communities, number.tolist(), strict=True):
        grids += divide(community, rng.uniform(0.85, 1.18, count), _LEAST_BLOCKS)
    return _Tree(grids, np.repeat(np.arange(len(number)), number), community_parent, street_parent)


def _parts(ground: Ground, sizes: Floats) -> list[Ground]:
    return [ground.part(np.isin(ground.member, part)) for part in divide(ground, sizes)]


def _shared_out(
    uppers: list[Ground], total: int, least_and_spread: tuple[int, float], rng: np.random.Generator
) -> tuple[list[Ground], Ints]:
    least, spread = least_and_spread
    weight = np.array([upper.weight.sum() for upper in uppers])
    number = allot(total, weight * rng.uniform(0.9, 1.1, len(weight)), least)
    parts: list[Ground] = []
    for upper, count in zip(uppers, number.tolist(), strict=True):
        parts += _parts(upper, np.exp(rng.normal(0, spread, count)))
    return parts, np.repeat(np.arange(len(number)), number)


def _give_water(block_grid: Ints, touching: tuple[Ints, Floats]) -> None:
    """Give each piece of water to the grid on its banks with which it shares most."""
    pair, shared = touching
    for water in np.flatnonzero(block_grid < 0).tolist():
        at = (pair == water).any(axis=1)
        other = pair[at].sum(axis=1) - water
        grid = block_grid[other]
        length = np.bincount(grid[grid >= 0], shared[at][grid >= 0])
        block_grid[water] = length.argmax()


def reading_order(point: Floats) -> Ints:
    """Order points (n, 2) row by row from the north, each row from the west."""
    low, high = point.min(axis=0), point.max(axis=0)
    width, height = np.maximum(high - low, 1e-9)
    rows = max(1, round(np.sqrt(len(point) * height / width)))
    row = np.minimum(((high[1] - point[:, 1]) / height * rows).astype(np.int64), rows - 1)
    return np.lexsort((point[:, 0], row))


def _numbered(
    tree: _Tree,
    block_grid: Ints,
    figures: Figures,
    blocks: Blocks,
    mesh: Mesh,
    rng: np.random.Generator,
) -> Areas:
    size = shapely.area(mesh.plane_polygon)
    of_block = [block_grid]
    for parent in (tree.grid_parent, tree.community_parent, tree.street_parent):
        of_block.append(parent[of_block[-1]])
    number = [int(of.max()) + 1 for of in of_block]
    crowd = [
        totals(of, blocks.mass, n) / totals(of, size, n)
        for of, n in zip(of_block, number, strict=True)
    ]
    spot = [_places(of, size, mesh) for of in of_block]

    county, county_at = _number_counties(figures, crowd[3])
    street, street_at = _number_streets(
        figures, county, county_at[tree.street_parent], crowd[2], spot[2], rng
    )
    community, community_at = _number_communities(
        street, street_at[tree.community_parent], crowd[1], spot[1], rng
    )
    grid, grid_at = _number_grids(community, community_at[tree.grid_parent], spot[0])

    block_grid = grid_at[block_grid]
    grid = _with_polygons(grid, block_grid, mesh.polygon)
    community = _with_polygons(community, grid.parent, grid.polygon)
    street = _with_polygons(street, community.parent, community.polygon)
    county = _with_polygons(county, street.parent, street.polygon)
    return Areas(county, street, community, grid, block_grid)


def _places(of_block: Ints, size: Floats, mesh: Mesh) -> Floats:
    middle = shapely.get_coordinates(shapely.centroid(mesh.polygon))
    number = int(of_block.max()) + 1
    total = totals(of_block, size, number)
    return np.column_stack([totals(of_block, size * axis, number) / total for axis in middle.T])


def _level(codes: list[str], titles: list[str], parent: Ints) -> tuple[Level, Ints]:
    """Put parts in the order of their codes; also give each part's new position."""
    order = np.array(sorted(range(len(codes)), key=codes.__getitem__))
    at = np.empty_like(order)
    at[order] = np.arange(len(order))
    bare = np.empty(len(order), dtype=object)
    level = Level([codes[i] for i in order], [titles[i] for i in order], parent[order], bare)
    return level, at


def _with_polygons(level: Level, parent: Ints, parts: Geometries) -> Level:
    for number in range(len(level)):
        level.polygon[number] = shapely.coverage_union_all(parts[parent == number])
    return level


def _number_counties(figures: Figures, crowd: Floats) -> tuple[Level, Ints]:
    numbers = list(figures.counties)
    rank = np.argsort(np.argsort(-crowd))
    codes = [area_code(figures.city_code + numbers[i]) for i in rank]
    titles = [figures.counties[numbers[i]] for i in rank]
    return _level(codes, titles, np.zeros(len(codes), dtype=np.int64))


def _number_streets(
    figures: Figures,
    county: Level,
    parent: Ints,
    crowd: Floats,
    spot: Floats,
    rng: np.random.Generator,
) -> tuple[Level, Ints]:
    town = np.zeros(len(parent), dtype=np.bool_)
    town[np.argsort(crowd)[: figures.towns]] = True
    stems = names.street_names(len(parent), rng)
    codes, titles = [""] * len(parent), [""] * len(parent)
    for upper in range(len(county)):
        for kind, first, ending in ((False, 1, "街道"), (True, 100, "镇")):
            mine = np.flatnonzero((parent == upper) & (town == kind))
            for sequence, i in enumerate(_in_order(mine, spot), first):
                codes[i] = area_code(f"{county.code[upper][:6]}{sequence:03d}")
                titles[i] = stems[i] + ending
    return _level(codes, titles, parent)


def _number_communities(
    street: Level, parent: Ints, crowd: Floats, spot: Floats, rng: np.random.Generator
) -> tuple[Level, Ints]:
    rural = crowd < np.quantile(crowd, _VILLAGE_SHARE)
    in_town = np.array([name.endswith("镇") for name in street.name])[parent]
    rural |= in_town & (crowd < np.quantile(crowd, 2.5 * _VILLAGE_SHARE))
    codes, titles = [""] * len(parent), [""] * len(parent)
    stems = [iter(names.community_names(rng)) for _ in range(int(street.parent.max()) + 1)]
    for upper in range(len(street)):
        for kind, first, ending in ((False, 1, "社区"), (True, 200, "村")):
            mine = np.flatnonzero((parent == upper) & (rural == kind))
            for sequence, i in enumerate(_in_order(mine, spot), first):
                codes[i] = f"{street.code[upper][:9]}{sequence:03d}"
                titles[i] = next(stems[street.parent[upper]]) + ending
    return _level(codes, titles, parent)


def _number_grids(community: Level, parent: Ints, spot: Floats) -> tuple[Level, Ints]:
    codes, titles = [""] * len(parent), [""] * len(parent)
    for upper in range(len(community)):
        mine = np.flatnonzero(parent == upper)
        for sequence, i in enumerate(_in_order(mine, spot), 1):
            codes[i] = grid_code(community.code[upper], "base", sequence)
            titles[i] = f"{community.name[upper]}第{names.numeral(sequence)}网格"
    return _level(codes, titles, parent)


def _in_order(which: Ints, spot: Floats) -> list[int]:
    return which[reading_order(spot[which])].tolist() if len(which) else []

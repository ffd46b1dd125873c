"""Rows of areas and grids."""

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.codes import PROVINCE_CODE, area_code
from gis_gov.sample.groups import totals
from gis_gov.sample.layers import LayerGrid
from gis_gov.sample.world import World

Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]

_VALID_FROM = "2021-01-01"


def area_rows(world: World) -> tuple[pa.Table, Geometries]:
    """Make the area rows, parents first.

    The province has no shape, nor has the city where the sample holds only a part of it.
    """
    areas = world.areas
    city = area_code(world.figures.city_code)
    whole = len(areas.county) > 1
    shapes: list[object] = [
        None,
        shapely.coverage_union_all(areas.county.polygon) if whole else None,
    ]
    rows = [
        (area_code(PROVINCE_CODE), names.PROVINCE, "province", None),
        (city, world.figures.city_name, "city", area_code(PROVINCE_CODE)),
    ]
    parents = [city]
    for level, title in (
        (areas.county, "district"),
        (areas.street, "street"),
        (areas.community, "community"),
    ):
        for at, code in enumerate(level.code):
            rows.append((code, level.name[at], title, parents[int(level.parent[at])]))
        shapes += list(level.polygon)
        parents = level.code
    columns = zip(*rows, strict=True)
    table = pa.table(
        dict(zip(("code", "name", "level", "parent_code"), map(list, columns), strict=True))
    )
    return table.append_column("valid_from", pa.array([_VALID_FROM] * len(rows))), _array(shapes)


def grid_rows(
    world: World, layers: list[LayerGrid], block_persons: Ints
) -> tuple[pa.Table, Geometries]:
    """Make the grid rows: the base grids, then the other layers."""
    areas = world.areas
    block_homes = totals(
        world.buildings.plots.block, world.buildings.households, len(world.blocks)
    ).astype(np.int64)
    base = np.arange(len(areas.grid))
    households = totals(areas.block_grid, block_homes, len(base)).astype(np.int64)
    population = totals(areas.block_grid, block_persons, len(base)).astype(np.int64)
    communities = [*areas.grid.parent.tolist(), *(grid.community for grid in layers)]
    parents = [None if grid.parent is None else areas.grid.code[grid.parent] for grid in layers]
    number = len(communities)
    table = pa.table(
        {
            "code": [*areas.grid.code, *(grid.code for grid in layers)],
            "name": [*areas.grid.name, *(grid.name for grid in layers)],
            "area_code": [areas.community.code[at] for at in communities],
            "layer": ["base"] * len(base) + [grid.layer for grid in layers],
            "households": [
                *households.tolist(),
                *(int(block_homes[g.blocks].sum()) for g in layers),
            ],
            "population": [
                *population.tolist(),
                *(int(block_persons[g.blocks].sum()) for g in layers),
            ],
            "parent_code": pa.array([None] * len(base) + parents, pa.string()),
            "valid_from": [_VALID_FROM] * number,
        }
    )
    shapes = [shapely.coverage_union_all(world.mesh.polygon[grid.blocks]) for grid in layers]
    return table, _array([*areas.grid.polygon, *shapes])


def _array(shapes: list[object]) -> Geometries:
    column = np.empty(len(shapes), dtype=object)
    column[:] = shapes
    return column

"""Worker rows: who works in which grids; n to m."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample import names
from gis_gov.sample.codes import phones
from gis_gov.sample.columns import digits, fixed_text, joined, words
from gis_gov.sample.streams import stream
from gis_gov.sample.world import World

Ints = NDArray[np.int64]

_KINDS = ("专职网格员", "兼职网格员", "网格长")
_TWO_GRIDS = 0.05


@dataclass(frozen=True)
class Staff:
    """The workers: each with a home grid, some with a second one."""

    code: pa.Array
    home: Ints
    """Home grid of each worker."""
    second: Ints
    """Second grid, or -1."""
    main_worker: Ints
    """The worker of each grid whose home it is."""


def hire(world: World) -> Staff:
    """Give each grid a worker, some a second one, and some workers a grid of a colleague."""
    rng = stream(world.seed, "workers")
    grids, number = len(world.areas.grid), world.figures.workers
    if number < grids:
        raise ValueError(f"{number} workers are too few for {grids} grids")
    home = np.concatenate([np.arange(grids), np.sort(rng.permutation(grids)[: number - grids])])
    home = np.sort(home)
    near = np.where(rng.random(number) < 0.5, home - 1, home + 1)
    near = np.clip(near, 0, grids - 1)
    community = world.areas.grid.parent
    able = (community[near] == community[home]) & (near != home)
    second = np.full(number, -1)
    both = rng.permutation(np.flatnonzero(able))[: max(1, round(_TWO_GRIDS * number))]
    second[both] = near[both]
    county = np.array([int(code[:6]) for code in world.areas.county.code])
    code = np.hstack(
        [
            digits(county[world.areas.grid_county[home]], 6),
            digits(np.full(number, 91), 3),
            digits(np.arange(1, number + 1), 5),
        ]
    )
    return Staff(fixed_text(code), home, second, np.searchsorted(home, np.arange(grids)))


def worker_rows(world: World, staff: Staff) -> pa.Table:
    """Make the worker rows; `valid_from` is the day on which their term began."""
    rng = stream(world.seed, "worker rows")
    areas, number = world.areas, len(staff.home)
    grid = pa.array(areas.grid.code)
    both = joined(
        grid.take(pa.array(staff.home)), ";", grid.take(pa.array(np.maximum(staff.second, 0)))
    )
    one = grid.take(pa.array(staff.home))
    row = np.arange(number)
    grids = pa.concat_arrays([one, both]).take(
        pa.array(np.where(staff.second < 0, row, row + number))
    )
    community = areas.grid.parent[staff.home]
    share = names.surname_shares()
    female = rng.random(number) < 0.58
    given = names.given_names(rng, male=True) + names.given_names(rng, male=False)
    draw = rng.integers(2000, size=number) + np.where(female, 2000, 0)
    kind = rng.choice(3, size=number, p=(0.80, 0.13, 0.07))
    begun = np.datetime64("2022-01-01", "D") + rng.integers(1080, size=number)
    return pa.table(
        {
            "code": staff.code,
            "name": joined(
                words(list(names.SURNAMES), rng.choice(len(share), size=number, p=share)),
                words(given, draw),
            ),
            "phone": phones(np.arange(number) + 70_000_000),
            "kind": words(_KINDS, kind),
            "organisation": joined(
                words(areas.street.name, areas.community.parent[community]), "综治中心"
            ),
            "area_code": words(areas.community.code, community),
            "grid_codes": grids,
            "valid_from": pa.array(begun),
        }
    )

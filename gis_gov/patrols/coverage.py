"""How much of the ground somebody walked in a month, and where nobody did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import orjson
import shapely

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.areas.service import ground_of_code
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.arrays import Positions
from gis_gov.geo.cells import outlines, to_hex
from gis_gov.patrols.coverage_queries import GridTold, read_grids_told, read_walked
from gis_gov.patrols.ground import Ground, Places, TooWide
from gis_gov.patrols.ground_memory import GroundMemory
from gis_gov.problems import InvalidRequest, NotFound

DRAWN_MAX: Final = 20_000
_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Covered:
    """Cells of a place that somebody may know of, on how many days each was walked, and grids."""

    ground: Ground
    days: Positions
    grids: list[GridTold]


async def covered(
    pool: Pool, grounds: GroundMemory, actor: Actor, places: Places, code: str, month: date
) -> Covered:
    """Find what was walked in an area or grid, as far as an actor may follow workers there.

    Raises:
        NotFound: there is none of that code with a ground.
        InvalidRequest: it is too large.

    """
    async with pool.connection(actor.scope) as conn:
        shape = await ground_of_code(conn, code)
    if shape is None:
        raise NotFound("query.within: there is no area and no grid of that code that has a ground")
    try:
        whole = await grounds.of(shape, places)
    except TooWide:
        raise InvalidRequest.at("query.within", "is too large; ask for an area in it") from None
    ground = whole.within(actor.reach(Permission.TRACK_READ).any)
    # Of which cells he may know is decided: by the grids as they are today.
    async with pool.connection(SYSTEM) as conn:
        walked = await read_walked(conn, [month], ground.cells)
        grids = await read_grids_told(conn, np.unique(ground.grid_id).tolist())
    return Covered(ground, ground.days(walked.get(month, {})), grids)


def told_by_grid(found: Covered) -> dict[str, Any]:
    """Tell the share of each grid and of all of it."""
    ids, row = np.unique(found.ground.grid_id, return_inverse=True)
    cells = np.bincount(row, minlength=len(ids)).tolist()
    walked = np.bincount(row, weights=found.days > 0, minlength=len(ids)).astype(int).tolist()
    of_grid = dict(zip(ids.tolist(), zip(cells, walked, strict=True), strict=True))
    return {
        **_share(int(sum(cells)), int(sum(walked))),
        "grids": [
            {
                "code": grid.code,
                "name": grid.name,
                "area": grid.area_code,
                **_share(*of_grid[grid.id]),
            }
            for grid in found.grids
        ],
    }


def _share(cells: int, walked: int) -> dict[str, Any]:
    share = round(walked / cells, 4) if cells else None
    return {"cells": cells, "walked": walked, "share": share}


def drawn_cells(found: Covered, *, walked: bool) -> bytes:
    """Draw the cells that were walked, or those that nobody walked, as GeoJSON (CRS84).

    Raises:
        InvalidRequest: they are too many.

    """
    rows = np.flatnonzero((found.days > 0) == walked)
    if len(rows) > DRAWN_MAX:
        raise InvalidRequest.at(
            "query.within", f"has more than {DRAWN_MAX:,} such cells; ask for an area in it"
        )
    codes: Mapping[int, str] = {grid.id: grid.code for grid in found.grids}
    cells = found.ground.cells[rows].tolist()
    shapes = shapely.to_geojson(
        shapely.transform(outlines(cells), lambda points: np.round(points, _DIGITS))
    )
    features = [
        {
            "type": "Feature",
            "id": name,
            "geometry": orjson.Fragment(shape),
            "properties": {"cell": name, "grid": codes.get(grid_id), "days": days},
        }
        for name, shape, grid_id, days in zip(
            to_hex(cells),
            shapes,
            found.ground.grid_id[rows].tolist(),
            found.days[rows].tolist(),
            strict=True,
        )
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})

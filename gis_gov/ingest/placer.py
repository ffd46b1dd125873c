"""Find the grid, the area and the H3 cell of many points at once, as the triggers would."""

from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from psycopg import Connection

from gis_gov.geo.assign import AreaIndex, GridIndex
from gis_gov.geo.cells import NO_CELL, cells_of

_GRIDS = """
    select id, code, layer, area_id, st_asbinary(geom) as wkb
    from grid where valid_to is null and layer in ('base', 'exclusive')
"""
_AREAS = """
    select id, code, level, st_asbinary(geom) as wkb
    from area where valid_to is null and geom is not null
"""
_LOCK = "select boundary_lock_shared()"

Floats = NDArray[np.float64]


class Placed(NamedTuple):
    """Ids of grids and areas and numbers of H3 cells, null for none."""

    grid_id: pa.Array
    area_id: pa.Array
    cell: pa.Array


class Places(Protocol):
    """What finds the place of points, or as much of it as is wanted."""

    def place(self, lon: Floats, lat: Floats) -> Placed:
        """Place points (EPSG:4490 degrees; NaN for none)."""
        ...


class Placer:
    """Knows the boundaries of the database as they are, and holds them until the commit."""

    def __init__(self, connection: Connection[Any]) -> None:
        connection.execute(_LOCK)
        grids = connection.execute(_GRIDS).fetchall()
        self._grid_ids = np.array([row[0] for row in grids] + [0], dtype=np.int64)
        self._grid_areas = np.array([row[3] for row in grids] + [0], dtype=np.int64)
        self._grids = GridIndex(
            [row[1] for row in grids],
            np.asarray(shapely.from_wkb([row[4] for row in grids]), dtype=np.object_),
            [row[2] for row in grids],
        )
        areas = connection.execute(_AREAS).fetchall()
        self._area_ids = np.array([row[0] for row in areas] + [0], dtype=np.int64)
        self._areas = AreaIndex(
            [row[1] for row in areas],
            np.asarray(shapely.from_wkb([row[3] for row in areas]), dtype=np.object_),
            [row[2] for row in areas],
        )
        self.has_boundaries = bool(grids or areas)

    def place(self, lon: Floats, lat: Floats) -> Placed:
        """Place points (EPSG:4490 degrees; NaN for none)."""
        grid = self._grids.owner(lon, lat)
        area_id = self._grid_areas[grid]
        homeless = np.flatnonzero(grid < 0)
        area_id[homeless] = self._area_ids[self._areas.deepest(lon[homeless], lat[homeless])]
        return Placed(
            _ids(self._grid_ids[grid]), _ids(area_id), _ids(cells_of(lon, lat), none=NO_CELL)
        )


def _ids(values: NDArray[np.int64], none: int = 0) -> pa.Array:
    return pa.array(values, pa.int64(), mask=values == none)

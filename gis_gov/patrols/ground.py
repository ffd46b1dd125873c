"""The cells of a place, and in which grid each of them lies today."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis_gov.access.reach import Extent
from gis_gov.geo.arrays import Floats, Mask, Positions
from gis_gov.geo.cells import Cells, centres
from gis_gov.geo.cells_in import cells_in, cells_to
from gis_gov.geo.track.walked import RESOLUTION

CELLS_MAX: Final = 500_000
"""About 1,000 km²."""
NO_GRID: Final = 0


class Places(Protocol):
    """Where points lie."""

    def place(self, lon: Floats, lat: Floats) -> tuple[Positions, Positions]:
        """Give the ids of each point's grid and area, 0 for none."""
        ...


class TooWide(ValueError):
    """The ground has more than CELLS_MAX cells."""


@dataclass(frozen=True)
class Ground:
    """Cells that lie in grids, in order; columns of one length."""

    cells: Cells
    grid_id: Positions
    area_id: Positions

    @cached_property
    def by_grid(self) -> Mapping[int, Cells]:
        """The cells of each grid, by its id."""
        order = np.argsort(self.grid_id, kind="stable")
        ids, first = np.unique(self.grid_id[order], return_index=True)
        return dict(zip(ids.tolist(), np.split(self.cells[order], first[1:]), strict=True))

    def only(self, rows: Mask) -> "Ground":
        """Return some of the cells."""
        return Ground(self.cells[rows], self.grid_id[rows], self.area_id[rows])

    def within(self, extent: Extent) -> "Ground":
        """Return the cells whose grid lies in an extent."""
        if extent.everywhere:
            return self
        known = np.isin(self.area_id, list(extent.areas))
        return self.only(known | np.isin(self.grid_id, list(extent.grids)))

    def days(self, walked: Mapping[int, int]) -> Positions:
        """Return on how many days each cell was walked, as `walked` tells."""
        return np.array([walked.get(cell, 0) for cell in self.cells.tolist()], dtype=np.int64)


def ground_of(shape: BaseGeometry, places: Places) -> Ground:
    """Find the cells with their centre in polygons (EPSG:4490) and in a grid.

    Raises:
        TooWide: there are too many.

    """
    if cells_to(shape, RESOLUTION) > CELLS_MAX:
        raise TooWide
    cells = cells_in(shape, RESOLUTION)
    grid_id, area_id = places.place(*centres(cells.tolist()))
    return Ground(cells, grid_id, area_id).only(grid_id != NO_GRID)

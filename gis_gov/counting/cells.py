"""Counts by hexagon, put together as who asks may be told them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from gis_gov.counting.cell_queries import Counts
from gis_gov.counting.threshold import Threshold
from gis_gov.counting.whole_cell_queries import CellSum
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import (
    NO_CELL,
    cells_of,
    centres,
    parents,
)

Cells = Mapping[int, int | None]
"""The count of each cell, None where it is withheld; in the order of the cells."""


def gather(counts: Counts, resolution: int) -> dict[int, int]:
    """Count by cell at a resolution, what has no cell yet included; in the order of the cells."""
    cells = dict(counts.cells)
    points = np.array(list(counts.points), dtype=np.float64).reshape(-1, 2)
    found = parents(cells_of(points[:, 0], points[:, 1]), resolution)
    for cell, count in zip(found.tolist(), counts.points.values(), strict=True):
        if cell != NO_CELL:
            cells[cell] = cells.get(cell, 0) + count
    return dict(sorted(cells.items()))


def tell_cells(sums: Sequence[CellSum], layer: str, bbox: BBox | None, told: Threshold) -> Cells:
    """Tell the counts of the cells that have their centre in the bbox, as the threshold has it."""
    found: dict[int, dict[str, CellSum]] = defaultdict(dict)
    for row in sums:
        found[row.cell][row.layer] = row
    cells = sorted(found)
    if bbox is not None:
        lon, lat = centres(cells)
        cells = [
            cell
            for cell, x, y in zip(cells, lon.tolist(), lat.tolist(), strict=True)
            if bbox.contains(x, y)
        ]
    values = {cell: told.tell(layer, found[cell]).value for cell in cells}
    return {cell: None if value is None else int(value) for cell, value in values.items()}

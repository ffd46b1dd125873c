"""In which grids the things of a layer are that lie in a box, as the kept counts have it.

To read each address of a box takes long; each thing of a few grids, little.
"""

from math import cos, radians
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Double, Text, column, func, select, table

from gis_gov.geo.bbox import BBox

_SIDES: Final = tuple(column(side, Double) for side in ("west", "south", "east", "north"))
# The table is the counting's, which stands above.
_TALLY: Final = table(
    "tally", column("layer", Text), column("grid_id", BigInteger), column("count"), *_SIDES
)
_CELL_DEG: Final = 0.0003
"""No stored hexagon is as high: 24 m."""


def cell_size_deg(box: BBox) -> tuple[float, float]:
    """Return more than what a stored hexagon in a box is wide, and high, in degrees."""
    farthest = max(abs(box.south), abs(box.north))
    return _CELL_DEG / max(cos(radians(farthest)), 1e-6), _CELL_DEG


def grids_met(layer: str, box: BBox) -> ColumnElement[Any]:
    """Make an array of the grids of all things of a layer that have a hexagon and lie in a box.

    Some may be told of which nothing lies there.
    """
    width, height = cell_size_deg(box)
    counts = _TALLY.c
    query = select(counts.grid_id.distinct()).where(
        counts.layer == layer,
        counts["count"] > 0,
        counts.west.between(box.west - width, box.east),
        counts.south.between(box.south - height, box.north),
    )
    return func.array(query.scalar_subquery())

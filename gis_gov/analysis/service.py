"""What the answers are made of: resolutions and hexagons, rows and totals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import xor
from typing import Any

import numpy as np
import orjson
from h3.api import basic_int as h3
from shapely import box

from gis_gov.analysis.heatmap_queries import Counts
from gis_gov.analysis.layers import tallies
from gis_gov.analysis.statistics_queries import Statistics, Sum
from gis_gov.analysis.threshold import Found, Threshold
from gis_gov.analysis.whole_cell_queries import CellSum
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import (
    FINE_RESOLUTION,
    NO_CELL,
    cells_of,
    centres,
    parents,
)
from gis_gov.geo.measure import area_m2

COARSEST, FINEST = 0, FINE_RESOLUTION
HEXAGONS = 3000
"""About how many hexagons fill a map that names no resolution."""
DECLARED = ("households",)
FRACTIONAL = ("area_m2",)

Cells = Mapping[int, int | None]
"""The count of each cell, None where it is withheld; in the order of the cells."""
Row = dict[str, Any]


def fitting_resolution(extent: BBox | None) -> int:
    """Return the finest resolution at which about HEXAGONS at most fill the extent."""
    if extent is None:
        return COARSEST
    extent_m2 = float(area_m2(box(extent.west, extent.south, extent.east, extent.north)))
    for resolution in range(FINEST, COARSEST, -1):
        if extent_m2 <= HEXAGONS * h3.average_hexagon_area(resolution, "m^2"):
            return resolution
    return COARSEST


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
    found: dict[int, dict[str, Found]] = defaultdict(dict)
    for row in sums:
        found[row.cell][row.layer] = Found(row.value, row.inexact, row.content)
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


def _threshold(k: int | None) -> dict[str, int]:
    return {} if k is None else {"threshold": k}


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The rows by code, the total, and the moment that they are true for."""

    rows: list[Row]
    total: Row
    at: datetime


def tabulate(statistics: Statistics, measures: Sequence[str], threshold: Threshold) -> Tabulated:
    """Make a row for each unit, one with the code null for what lies in none, and the total.

    That last row is left out where all its values are 0 or None.
    """
    sums: dict[int | None, dict[str, Sum]] = defaultdict(dict)
    parts: dict[str, list[Sum]] = defaultdict(list)
    for row in statistics.sums:
        sums[row.unit_id][row.measure] = row
        parts[row.measure].append(row)
    whole = {name: _together(name, rows) for name, rows in parts.items()}
    rows = [
        {"code": unit.code, "name": unit.name, **_values(sums[unit.id], measures, threshold)}
        for unit in statistics.units
    ]
    outside = _values(sums[None], measures, threshold)
    if any(outside.values()):
        rows.append({"code": None, "name": None, **outside})
    return Tabulated(rows, _values(whole, measures, threshold), statistics.at)


def _together(name: str, rows: Sequence[Sum]) -> Sum:
    known = [row.value for row in rows if row.value is not None]
    content = reduce(xor, (row.content for row in rows))
    value = sum(known) if known else None
    return Sum(None, name, value, sum(row.inexact for row in rows), content)


def _values(sums: Mapping[str, Sum], measures: Sequence[str], threshold: Threshold) -> Row:
    values: Row = {}
    withheld: list[str] = []
    for measure in measures:
        parts = [sums[name] for name in tallies(measure) if name in sums]
        if not any(part.inexact for part in parts):  # nearly all that there are
            known = [part.value for part in parts if part.value is not None]
            values[measure] = _figure(sum(known) if known else None, measure)
            continue
        told = threshold.tell(
            measure, {part.measure: Found(part.value, part.inexact, part.content) for part in parts}
        )
        values[measure] = None if told.withheld else _figure(told.value, measure)
        if told.withheld:
            withheld.append(measure)
    return {**values, "withheld": withheld} if withheld else values


def _figure(value: float | None, measure: str) -> float | None:
    """Write a value as its measure has it; nothing known is 0, but for what others declare."""
    if value is None and measure in DECLARED:
        return None
    known = value or 0
    return round(known, 1) if measure in FRACTIONAL else int(known)


def table_json(table: Tabulated, k: int | None) -> bytes:
    """Write rows and total as a JSON object; `k` is the threshold under which they are told."""
    return orjson.dumps({"at": table.at, "rows": table.rows, "total": table.total, **_threshold(k)})

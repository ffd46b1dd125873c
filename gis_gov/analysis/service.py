"""What the answers are made of: resolutions and hexagons, rows and totals."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import shapely
from h3.api import basic_int as h3
from shapely import box

from gis_gov.analysis.heatmap_queries import Counts
from gis_gov.analysis.layers import tallies
from gis_gov.analysis.statistics_queries import Statistics
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import FINE_RESOLUTION, NO_CELL, cells_of, outlines, parents, to_hex
from gis_gov.geo.measure import area_m2

COARSEST, FINEST = 0, FINE_RESOLUTION
HEXAGONS = 3000
"""About how many hexagons fill a map that names no resolution."""
DEGREE_DIGITS = 7
DECLARED = ("households",)
FRACTIONAL = ("area_m2",)

Cells = dict[int, int]
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


def gather(counts: Counts, resolution: int) -> Cells:
    """Count by cell at a resolution, what has no cell yet included; in the order of the cells."""
    cells = dict(counts.cells)
    points = np.array(list(counts.points), dtype=np.float64).reshape(-1, 2)
    found = parents(cells_of(points[:, 0], points[:, 1]), resolution)
    for cell, count in zip(found.tolist(), counts.points.values(), strict=True):
        if cell != NO_CELL:
            cells[cell] = cells.get(cell, 0) + count
    return dict(sorted(cells.items()))


def hexagons_json(cells: Cells, resolution: int) -> bytes:
    """Write counts by cell as a JSON object."""
    return orjson.dumps(
        {
            "resolution": resolution,
            "cells": dict(zip(to_hex(cells), cells.values(), strict=True)),
        }
    )


def hexagons_geojson(cells: Cells, resolution: int) -> bytes:
    """Write counts by cell as GeoJSON, a polygon each (CRS84)."""
    shapes = shapely.to_geojson(
        shapely.transform(outlines(cells), lambda points: np.round(points, DEGREE_DIGITS))
    )
    features = [
        {
            "type": "Feature",
            "id": name,
            "geometry": orjson.Fragment(shape),
            "properties": {"cell": name, "count": count},
        }
        for name, count, shape in zip(to_hex(cells), cells.values(), shapes, strict=True)
    ]
    return orjson.dumps(
        {"type": "FeatureCollection", "resolution": resolution, "features": features}
    )


def tabulate(statistics: Statistics, measures: Sequence[str]) -> tuple[list[Row], Row]:
    """Make a row for each unit, one with the code null for what lies in none, and the total.

    That last row is left out where all its values are 0 or None.
    """
    sums = {(row.unit_id, row.measure): row.value for row in statistics.sums}
    rows = [
        {"code": unit.code, "name": unit.name, **_values(sums, unit.id, measures)}
        for unit in statistics.units
    ]
    outside = _values(sums, None, measures)
    if any(outside.values()):
        rows.append({"code": None, "name": None, **outside})
    return rows, {measure: _sum((row[measure] for row in rows), measure) for measure in measures}


def _values(
    sums: Mapping[tuple[int | None, str], float | None],
    unit_id: int | None,
    measures: Sequence[str],
) -> Row:
    return {measure: _value(sums, unit_id, measure) for measure in measures}


def _value(
    sums: Mapping[tuple[int | None, str], float | None], unit_id: int | None, measure: str
) -> float | None:
    found = [sums.get((unit_id, name)) for name in tallies(measure)]
    return _sum(found, measure)


def _sum(values: Iterable[float | None], measure: str) -> float | None:
    """Add up what is known; nothing known is 0, but for figures that others declare."""
    known = [value for value in values if value is not None]
    if not known and measure in DECLARED:
        return None
    return round(sum(known), 1) if measure in FRACTIONAL else int(sum(known))


def table_csv(rows: Sequence[Row], measures: Sequence[str]) -> bytes:
    """Write rows as CSV with a header; a byte-order mark lets spreadsheets read the Chinese."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, ["code", "name", *measures])
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8-sig")

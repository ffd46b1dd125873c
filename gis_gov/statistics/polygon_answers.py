"""The forms in which figures of a drawn polygon are answered: JSON, files and charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.cql.kinds import Kind
from gis_gov.formats.writer import Column
from gis_gov.media import JSON
from gis_gov.statistics.asked import TooManyRows, written_chart, written_file
from gis_gov.statistics.breakdown import Row
from gis_gov.statistics.breakdown_charts import bars
from gis_gov.statistics.charts import BARS_MAX, Bar, bar_chart, group_chart, true_at
from gis_gov.statistics.files import PARQUET, rows_parquet
from gis_gov.statistics.polygon_queries import RESOLUTION, Figure
from gis_gov.statistics.rates import DENOMINATOR_DIGITS, rate

_COLUMNS: Final = (
    "measure",
    "count",
    "km2",
    "per_km2",
    "resolution",
    "cells",
    "withheld_cells",
)
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(
        ("count", "denominator", "resolution", "cells", "withheld_cells"), Kind.INTEGER
    ),
    **dict.fromkeys(("share", "km2", "per_km2"), Kind.NUMBER),
}
ROWS_DRAWN_MAX: Final = 10_000
"""So many rows are written as GeoParquet, each with the polygon."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a polygon, and what it is about; `by` names the categories of the rows."""

    shape: BaseGeometry
    rows: Sequence[Row]
    at: datetime
    by: Sequence[str] | None = None
    k: int | None = None
    total: int | None = None


def told_of(figure: Figure) -> Row:
    """Make the row of a figure; one of whole hexagons says how many these are."""
    squared_km = round(figure.area_m2 / 1e6, DENOMINATOR_DIGITS)
    cells: dict[str, Any] = {}
    if figure.cells is not None:
        cells = {
            "resolution": RESOLUTION,
            "cells": figure.cells,
            "withheld_cells": figure.withheld,
        }
    return {
        "measure": figure.measure,
        "count": figure.count,
        "per_km2": rate(figure.count, squared_km),
        **cells,
    }


def written(f: str, told: Told, about: Row) -> tuple[bytes, str]:
    """Write what is told in a form, and return it and its type.

    Raises:
        TooManyRows: it is more than a chart shows, or a file with the polygon in each row has.

    """
    if f == "json":
        return _json(told), JSON
    if f in {"svg", "png"}:
        return written_chart(f, _chart(told))
    flat = [_flat(row) for row in told.rows]
    names = _COLUMNS
    if told.by is not None:
        names = ("measure", *told.by, "count", "denominator", "share", "km2", "per_km2")
    if f != "parquet":
        about = {**about, "at": told.at.isoformat(), "threshold": told.k}
        return written_file(f, names, flat, about)
    if len(flat) > ROWS_DRAWN_MAX:
        raise TooManyRows(f"more than {ROWS_DRAWN_MAX} rows with the polygon each; ask for f=csv")
    columns = [Column(name, _KINDS.get(name, Kind.TEXT)) for name in names]
    drawn = orjson.Fragment(shapely.to_geojson(told.shape))
    return rows_parquet(columns, flat, told.at, [drawn] * len(flat)), PARQUET


def _json(told: Told) -> bytes:
    said: Row = {"at": told.at, "figures": told.rows}
    if told.by is not None:
        said |= {"by": told.by, "total": told.total}
    return orjson.dumps(said if told.k is None else {**said, "threshold": told.k})


def _flat(row: Row) -> Row:
    """Make a row without anything in it that is no single value."""
    shares: Row = {}
    if "share" in row:
        shares = {"denominator": row["share"]["denominator"], "share": row["share"]["value"]}
    density = {"km2": row["per_km2"]["denominator"], "per_km2": row["per_km2"]["value"]}
    return {**row, **shares, **density}


def _chart(told: Told) -> bytes:
    if len(told.rows) > BARS_MAX:
        raise TooManyRows(
            f"a chart shows {BARS_MAX} bars at most, of {len(told.rows)}; ask for f=csv"
        )
    if told.by is not None:
        measure = told.rows[0]["measure"] if told.rows else ""
        note = f"of {told.total:,} {true_at(told.at)}"
        return bar_chart(measure, bars(told.rows, told.by), note)
    labels = [_label(row) for row in told.rows]
    drawn = [Bar(row["count"], _made_of(row["per_km2"])) for row in told.rows]
    return group_chart("count", labels, {"count": drawn}, true_at(told.at))


def _label(row: Row) -> str:
    if "cells" not in row:
        return str(row["measure"])
    return f"{row['measure']} ({row['withheld_cells']} of {row['cells']} hexagons withheld)"


def _made_of(density: Row) -> str:
    return f"{density['value']} / km² × {density['denominator']} km²"

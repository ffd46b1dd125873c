"""Figures by hexagon that are worked out of what is told: their forms, and their tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import shapely
from psycopg import AsyncConnection

from gis_gov.api import GeoJsonResponse
from gis_gov.counting.answers import Answer
from gis_gov.geo.cell_ranges import around
from gis_gov.geo.cells import from_hex, outlines
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.heatmaps.governed import within
from gis_gov.heatmaps.hexagons import ARROW, arrow_stream, drawn
from gis_gov.media import JSON
from gis_gov.tiles.service import read_tile

LAYER: Final = "heat_figures"
"""The function below `tiles/` that draws them. It is no layer to be asked for by name."""

Row = dict[str, Any]

_TYPES: Final[Mapping[str, pa.DataType]] = {
    **dict.fromkeys(("count", "before", "difference"), pa.int64()),
    "spot": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of all, and a row by hexagon with its `cell` and the columns, or some of them.

    What a row has besides is not in a table.
    """

    said: Mapping[str, Any]
    columns: Sequence[str]
    rows: list[Row]

    def written(self, f: str) -> Answer:
        """Write them in a form: `geojson`, `json` or `arrow`."""
        if f == "arrow":
            return Answer(self._arrow(), ARROW)
        if f == "json":
            return Answer(orjson.dumps({**self.said, "cells": self.rows}), JSON)
        features = drawn(self.rows)
        body = {"type": "FeatureCollection", **self.said, "features": features}
        return Answer(orjson.dumps(body), GeoJsonResponse.media_type)

    def _arrow(self) -> bytes:
        columns = {"cell": pa.array(from_hex([row["cell"] for row in self.rows]), pa.uint64())}
        for name in self.columns:
            told = [row.get(name) for row in self.rows]
            columns[name] = pa.array(told, _TYPES.get(name, pa.float64()))
        return arrow_stream(columns, self.said)


async def read_figure_tile(conn: AsyncConnection[Any], rows: Sequence[Row], tile: AnyTile) -> bytes:
    """Return the tile of the hexagons that meet it, all of one resolution; maybe empty."""
    return await read_tile(conn, [LAYER], tile, {"hexagons": orjson.Fragment(_drawn(rows))})


def rows_near(rows: Sequence[Row], tile: AnyTile, resolution: int) -> list[Row]:
    """Return those of the hexagons that may meet a tile."""
    box = around(tile.bounds(), resolution)
    if box is None:
        return list(rows)
    near = within(box, from_hex([row["cell"] for row in rows]))
    return [rows[n] for n in np.flatnonzero(near).tolist()]


def _drawn(rows: Sequence[Row]) -> bytes:
    shapes = shapely.to_wkb(outlines(from_hex([row["cell"] for row in rows]).tolist()), hex=True)
    return orjson.dumps(
        [
            {
                "cell": row["cell"],
                "told": {name: row[name] for name in row if name != "cell"},
                "shape": shape,
            }
            for row, shape in zip(rows, shapes.tolist(), strict=True)
        ]
    )

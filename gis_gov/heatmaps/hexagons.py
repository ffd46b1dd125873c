"""What is told of a heat map's hexagons, and its forms: JSON, GeoJSON, Arrow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import shapely

from gis_gov.geo.cells import outlines, to_hex

ARROW: Final = "application/vnd.apache.arrow.stream"
DEGREE_DIGITS: Final = 7
WEIGHT_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Hexagons:
    """The counts by H3 cell as who asks is told them, in the order of the cells.

    A count is None where it is withheld; `k` is the threshold that they are told by, None for who
    counts exactly. `weights` are sums by cell, None where nothing was weighed.
    """

    resolution: int
    counts: Mapping[int, int | None]
    weights: Mapping[int, float] | None = None
    k: int | None = None


def write_json(told: Hexagons) -> bytes:
    """Write the counts by cell as a JSON object."""
    names = to_hex(told.counts)
    weights = {}
    if told.weights is not None:
        sums = (round(told.weights[cell], WEIGHT_DIGITS) for cell in told.counts)
        weights = {"weights": dict(zip(names, sums, strict=True))}
    cells = dict(zip(names, told.counts.values(), strict=True))
    return orjson.dumps({**head(told), "cells": cells, **weights})


def write_geojson(told: Hexagons) -> bytes:
    """Write a polygon (CRS84) for each cell as GeoJSON."""
    properties = [
        properties_of(told, cell, name)
        for cell, name in zip(told.counts, to_hex(told.counts), strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", **head(told), "features": drawn(properties)})


def drawn(properties: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make a GeoJSON feature of each cell's properties, among them its name."""
    cells = [int(each["cell"], 16) for each in properties]
    shapes = shapely.to_geojson(
        shapely.transform(outlines(cells), lambda points: np.round(points, DEGREE_DIGITS))
    )
    return [
        {
            "type": "Feature",
            "id": each["cell"],
            "geometry": orjson.Fragment(shape),
            "properties": each,
        }
        for each, shape in zip(properties, shapes, strict=True)
    ]


def write_arrow(told: Hexagons) -> bytes:
    """Write an Arrow IPC stream: the columns `cell` (uint64), `count`, and `weight` if weighed."""
    columns = {
        "cell": pa.array(told.counts.keys(), pa.uint64()),
        "count": pa.array(told.counts.values(), pa.int64()),
    }
    if told.weights is not None:
        columns["weight"] = pa.array([told.weights[cell] for cell in told.counts], pa.float64())
    return arrow_stream(columns, head(told))


def arrow_stream(columns: Mapping[str, Any], said: Mapping[str, Any]) -> bytes:
    """Write columns as an Arrow IPC stream, with what is told of all as the schema's metadata."""
    table = pa.table(dict(columns)).replace_schema_metadata(
        {name: str(value) for name, value in said.items()}
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def head(told: Hexagons) -> dict[str, int]:
    """Return what is told of all cells: their resolution, and the threshold where there is one."""
    return {"resolution": told.resolution} | ({} if told.k is None else {"threshold": told.k})


def properties_of(told: Hexagons, cell: int, name: str) -> dict[str, Any]:
    """Return what is told of a cell: its name, its count or that it is withheld, its weight."""
    count = told.counts[cell]
    withheld = {"withheld": True} if count is None else {}
    weight = {} if told.weights is None else {"weight": round(told.weights[cell], WEIGHT_DIGITS)}
    return {"cell": name, "count": count, **withheld, **weight}

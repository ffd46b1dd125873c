"""GeoJSON features as rows: properties, geometry, and what is wrong with the broken ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from gis_gov.ingest.sources.batch import (
    BATCH_SHAPES,
    Batch,
    BrokenRow,
    row_numbers,
    table_of,
)

GEOMETRY_TYPES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
) | {"GeometryCollection"}


def feature_batches(features: Iterable[object], first: int = 1) -> Iterator[Batch]:
    """Make batches of decoded GeoJSON features, numbered from `first`; faulty ones are broken."""
    pending: list[object] = []
    for feature in features:
        pending.append(feature)
        if len(pending) == BATCH_SHAPES:
            yield feature_batch(pending, first)
            first += len(pending)
            pending = []
    if pending:
        yield feature_batch(pending, first)


def feature_batch(features: Sequence[object], first: int) -> Batch:
    """Make one batch of decoded features; what is no feature, or has no geometry type, is broken.

    A geometry that can't be read breaks its row too. Winding is not looked at (RFC 7946, 3.1.6).
    """
    numbers = row_numbers(first, len(features))
    faults = [_fault(feature) for feature in features]
    geometries = [
        None if fault or not isinstance(feature, dict) else feature.get("geometry")
        for feature, fault in zip(features, faults, strict=True)
    ]
    shapes, unread = geometries_of(geometries)
    for position, fault in unread.items():
        faults[position] = fault
    good = np.array([fault is None for fault in faults], dtype=bool)
    rows = [
        _properties(feature)
        for feature, fault in zip(features, faults, strict=True)
        if fault is None and isinstance(feature, dict)
    ]
    broken = [
        BrokenRow(int(number), "bad_geojson", fault, orjson.dumps(feature, default=str).decode())
        for number, feature, fault in zip(numbers, features, faults, strict=True)
        if fault is not None
    ]
    return Batch(numbers[good], table_of(rows), shapes[good], broken)


def geometries_of(
    geometries: Sequence[Mapping[str, Any] | None],
) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Read GeoJSON geometries; give shapely ones, None where there is none or it can't be read.

    The second answer tells, by position, why a geometry could not be read.
    """
    texts = [None if g is None else orjson.dumps(g).decode() for g in geometries]
    shapes = np.asarray(shapely.from_geojson(texts, on_invalid="ignore"), dtype=np.object_)
    unread = {
        position: _why(texts[position] or "")
        for position, shape in enumerate(shapes)
        if shape is None and texts[position] is not None
    }
    return shapes, unread


def _why(text: str) -> str:
    try:
        shapely.from_geojson(text)
    except shapely.errors.GEOSException as error:
        return str(error).split("Exception: ", 1)[-1]
    return "empty geometry"


def _fault(feature: object) -> str | None:
    if not isinstance(feature, dict):
        return f"not a feature but {type(feature).__name__}"
    if feature.get("type") != "Feature":
        return f'"type" is {feature.get("type")!r} instead of "Feature"'
    if not isinstance(feature.get("properties"), dict | None):
        return '"properties" must be an object or null'
    if not isinstance(feature.get("id"), str | int | float | None):
        return '"id" must be a string or a number'
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict | None):
        return '"geometry" must be an object or null'
    if geometry is not None and geometry.get("type") not in GEOMETRY_TYPES:
        return f"no geometry type {geometry.get('type')!r}"
    bbox = feature.get("bbox", [])
    if not isinstance(bbox, list) or not all(isinstance(edge, int | float) for edge in bbox):
        return '"bbox" must be a list of numbers'
    return None


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    properties = dict(feature.get("properties") or {})
    if feature.get("id") is not None:
        properties.setdefault("id", feature["id"])
    return properties

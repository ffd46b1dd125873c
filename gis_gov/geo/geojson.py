"""Read GeoJSON strictly by RFC 7946, and say exactly what is wrong where.

What the RFC forbids (MUST) is refused; what it only advises against (SHOULD) is read, with a
warning. Coordinates stay as they are: CRS84, or what the obsolete `crs` member states. Meant for
the documents of requests; files of any size are read by `gis_gov.ingest`.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Never

from shapely.geometry import GeometryCollection, shape
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.geojson_coordinates import CoordinateError, Notes, checked_coordinates

_GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip
# RFC 7946, 7.1: an object of one kind must not have the defining members of another.
_FOREIGN = {
    "geometry object": ("geometry", "properties", "features"),
    "Feature": ("coordinates", "geometries", "features"),
    "FeatureCollection": ("coordinates", "geometries", "geometry", "properties"),
}


class GeoJSONError(ValueError):
    """A document that is no GeoJSON; the message begins with the place in it."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its id, geometry (2D, or 3D where every position has a height), properties."""

    id: str | float | None
    geometry: BaseGeometry | None
    properties: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Document:
    """The features of a document, the `crs` name it states, and what it should not have done.

    Warnings are told once each, with the first place and the number of places.
    """

    features: list[Feature]
    stated_crs: str | None
    warnings: list[str]


def read_geojson(text: str | bytes) -> Document:
    """Read a FeatureCollection, a Feature or a geometry (as one feature without properties).

    Bytes must be UTF-8, with or without BOM. Raises GeoJSONError at the first fault.
    """
    root = _object(_decoded(text), "", "the document")
    notes = Notes()
    kind = _kind(root, "", ("FeatureCollection", "Feature", *_GEOMETRIES))
    if kind == "FeatureCollection":
        features = _collection(root, notes)
    elif kind == "Feature":
        features = [_feature(root, "", notes)]
    else:
        features = [Feature(None, _geometry(root, "", notes), None)]
    return Document(features, _stated_crs(root), notes.told())


def _decoded(text: str | bytes) -> object:
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(decoded, object_pairs_hook=_unique, parse_constant=_not_json)
    except UnicodeDecodeError as error:
        raise GeoJSONError(f"byte {error.start}: not UTF-8, as JSON must be") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise GeoJSONError(f"{where}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise GeoJSONError("the document is nested too deeply") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise GeoJSONError(f'an object has the member "{name}" twice: which one is meant?')
    return members


def _not_json(constant: str) -> Never:
    raise GeoJSONError(f"not JSON: {constant} is no number there")


def _collection(root: Mapping[str, object], notes: Notes) -> list[Feature]:
    _refuse_foreign(root, "", "FeatureCollection")
    _check_bbox(root, "")
    features = root.get("features")
    if not isinstance(features, list):
        _refuse("features", "a FeatureCollection needs an array of features")
    return [
        _feature(_object(feature, f"features[{n}]", "a feature"), f"features[{n}]", notes)
        for n, feature in enumerate(features)
    ]


def _feature(feature: Mapping[str, object], path: str, notes: Notes) -> Feature:
    _kind(feature, path, ("Feature",))
    _refuse_foreign(feature, path, "Feature")
    _check_bbox(feature, path)
    for name in ("geometry", "properties"):
        if name not in feature:
            _refuse(path, f'a Feature needs the member "{name}" (null for none)')
    identifier, properties = feature.get("id"), feature["properties"]
    if isinstance(identifier, bool) or not isinstance(identifier, str | int | float | None):
        _refuse(_join(path, "id"), "an id is a string or a number")
    if not isinstance(properties, dict | None):
        _refuse(_join(path, "properties"), "properties are an object or null")
    geometry = feature["geometry"]
    place = _join(path, "geometry")
    if geometry is not None:
        geometry = _geometry(_object(geometry, place, "a geometry"), place, notes)
    return Feature(identifier, geometry, properties)


def _geometry(
    geometry: Mapping[str, object], path: str, notes: Notes, *, nested: bool = False
) -> BaseGeometry:
    kind = _kind(geometry, path, _GEOMETRIES)
    _refuse_foreign(geometry, path, "geometry object")
    _check_bbox(geometry, path)
    if kind == "GeometryCollection":
        return _geometry_collection(geometry, path, notes, nested=nested)
    try:
        coordinates = checked_coordinates(kind, geometry.get("coordinates"), notes, path)
    except CoordinateError as error:
        _refuse(_join(path, f"coordinates{error.place}"), error.fault)
    return shape({"type": kind, "coordinates": coordinates})


def _geometry_collection(
    geometry: Mapping[str, object], path: str, notes: Notes, *, nested: bool
) -> BaseGeometry:
    members = geometry.get("geometries")
    place = _join(path, "geometries")
    if not isinstance(members, list):
        _refuse(place, "a GeometryCollection needs an array of geometries")
    if nested:
        notes.add("a GeometryCollection within another (3.1.8)", path)
    if len(members) == 1:
        notes.add("a GeometryCollection of a single geometry (3.1.8)", path)
    return GeometryCollection(
        [
            _geometry(
                _object(member, f"{place}[{n}]", "a geometry"), f"{place}[{n}]", notes, nested=True
            )
            for n, member in enumerate(members)
        ]
    )


def _object(value: object, path: str, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        _refuse(path, f"{what} is an object, not {json.dumps(value)[:40]}")
    return value


def _kind(value: Mapping[str, object], path: str, allowed: tuple[str, ...]) -> str:
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        expected = allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"
        _refuse(_join(path, "type"), f"needs {expected}, has {json.dumps(kind)[:40]}")
    return kind


def _refuse_foreign(value: Mapping[str, object], path: str, kind: str) -> None:
    for name in _FOREIGN[kind]:
        if name in value:
            _refuse(path, f'a {kind} must not have the member "{name}" (7.1)')


def _check_bbox(value: Mapping[str, object], path: str) -> None:
    if "bbox" not in value:
        return
    box = value["bbox"]
    members = box if isinstance(box, list) else []
    if len(members) not in {4, 6} or any(type(member) not in {int, float} for member in members):
        _refuse(_join(path, "bbox"), "a bbox is an array of 4 or 6 numbers")


def _stated_crs(root: Mapping[str, object]) -> str | None:
    crs = root.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else None


def _join(path: str, member: str) -> str:
    return f"{path}.{member}" if path else member


def _refuse(path: str, fault: str) -> Never:
    raise GeoJSONError(f"{path}: {fault}" if path else fault)

"""The operations of the standards' resources, as the definition of the API tells them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.ogc.conformance.api import GEOJSON, Api

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ITEMS = "/collections/{collection}/items"
_RESOURCES = ("/api", "/conformance", "/functions", "/collections", "/tileMatrixSets")
_TILE = {"tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "3", "tileRow": "3", "tileCol": "6"}
# A value that is taken, and one that is not as the parameter is told to be.
_VALUES: dict[str, tuple[str, str | None]] = {
    "limit": ("2", "0"),
    "bbox": ("110,20,111,21", "1,2,3"),
    "bbox-crs": (CRS84, "CRS84"),
    "crs": (CRS84, "CRS84"),
    "datetime": ("2026-01-31", "2026-02-30"),
    "filter": ("TRUE", "&"),
    "filter-lang": ("cql2-text", "sql"),
    "filter-crs": (CRS84, "CRS84"),
    "sortby": ("code", "nobody"),
    "properties": ("code", "nobody"),
    "f": ("json", "xml"),
    "offset": ("1", "-1"),
    "skipGeometry": ("true", "yes"),
    "type": ("replace", "delete"),
    "collections": ("grids,events", "nobody"),
}
_OF_TYPES: dict[str, tuple[str, str | None]] = {
    "string": ("x", None),
    "integer": ("1", "one"),
    "number": ("1.5", "one"),
    "boolean": ("true", "maybe"),
    "date": ("2026-01-31", "2026-02-30"),
    "date-time": ("2026-01-31T00:00:00Z", "2026-01-31T25:00:00Z"),
}


@dataclass(frozen=True)
class Operation:
    """What a path answers to GET; `address` is the path with its parameters filled in."""

    path: str
    address: str
    document: dict[str, Any]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [each for each in self.document.get("parameters", []) if each["in"] == "query"]

    def describes(self, answer: httpx.Response) -> bool:
        """Say whether the status and the media type of an answer are told; all problems are one."""
        responses = self.document["responses"]
        status, default = str(answer.status_code), responses["default"]
        told = responses.get(status, default if answer.is_error else None)
        if told is None or not answer.content:
            return told is not None
        return any(is_of(answer, each) for each in told.get("content", ()))


def is_of(answer: httpx.Response, media_type: str) -> bool:
    """Say whether an answer is of a media type, with more parameters or without."""
    told = answer.headers["content-type"]
    return told == media_type or told.startswith(f"{media_type};")


@dataclass(frozen=True)
class Asked:
    """A parameter of an operation with a value that is taken, and one that is not, if any."""

    operation: Operation
    name: str
    good: str
    bad: str | None

    @property
    def others(self) -> dict[str, str]:
        """What has to be asked besides: a filter is for one layer alone."""
        known = {each["name"] for each in self.operation.parameters}
        is_filter = self.name.startswith("filter") and "collections" in known
        return {"collections": "grids"} if is_filter else {}


def is_of_standards(path: str) -> bool:
    """Say whether a path is one that the standards name."""
    tile = path.startswith("/tiles") and "{layers}" not in path
    return path == "/" or tile or path.startswith(_RESOURCES)


def reading(api: Api) -> list[Operation]:
    """List what can be read, of the collection of grids where the path leaves it open."""
    (first,) = api.told("/collections/grids/items", GEOJSON, limit=1)["features"]
    values = {**_TILE, "collection": "grids", "code": first["id"]}
    return [
        Operation(path, _filled(path, values), methods["get"])
        for path, methods in api.told("/api")["paths"].items()
        if is_of_standards(path) and "get" in methods
    ]


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    return path


def asking(api: Api) -> Iterator[Asked]:
    """List each parameter of each operation; those of all items once, where the path is open."""
    found = reading(api)
    for operation in found:
        is_named = operation.path.endswith("/items") and operation.path != ITEMS
        # What is masked for whoever asks is told of the collection, but no queryable of his.
        own = api.queryables(operation.path.split("/")[2]) if is_named else {}
        for parameter in operation.parameters:
            name, schema = parameter["name"], parameter["schema"]
            # A token is part of a link, which tests of paging follow.
            if name == "after" or (is_named and name not in own):
                continue
            if not is_named:
                good, bad = _VALUES[name]
            elif "enum" in schema:
                good, bad = schema["enum"][0], "none of them"
            else:
                good, bad = _OF_TYPES[schema.get("format", schema["type"])]
            yield Asked(operation, name, good, bad)

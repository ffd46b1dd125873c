"""Coordinates in every CRS that is offered, by pyproj: a place near its middle, and boxes there."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely import box
from shapely.geometry.base import BaseGeometry

from tests.ogc.conformance.sources import features

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
# The zones of CGCS2000, of 6 and of 3 degrees, with their number before the easting and without.
EVERY = (CRS84, *(f"{EPSG}{code}" for code in (4326, 4490, 3857, *range(4491, 4555))))
# The sample lies at 123.3 E: its zones of 3 and 6 degrees, with their numbers and without.
KNOWN = (CRS84, *(f"{EPSG}{code}" for code in (4326, 4490, 3857, 4529, 4550, 4499, 4510)))
SOMEWHERE = (116.4, 39.9)
Bounds = tuple[float, float, float, float]


@cache
def transformer(uri: str, *, back: bool = False) -> Transformer:
    """Between CRS84 and a CRS, in the axis order of each; CGCS2000 is taken as WGS 84."""
    code = "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri.removeprefix(EPSG)}"
    source = "OGC:CRS84" if uri in {CRS84, f"{EPSG}4326", f"{EPSG}3857"} else "EPSG:4490"
    ends = (code, source) if back else (source, code)
    return Transformer.from_crs(*ends)


def into(uri: str, lon: Any, lat: Any) -> tuple[Any, Any]:
    flipped = "4490" in transformer(uri).source_crs.to_string()  # type: ignore[union-attr]
    return transformer(uri).transform(*((lat, lon) if flipped else (lon, lat)))


def told_in(uri: str, shapes: Any) -> Any:
    """Bring shapes of CRS84 into a CRS, in its axis order."""
    return shapely.transform(shapes, lambda at: np.column_stack(into(uri, at[:, 0], at[:, 1])))


def back(uri: str, geometry: BaseGeometry) -> BaseGeometry:
    made = transformer(uri, back=True)
    flipped = "4490" in made.target_crs.to_string()  # type: ignore[union-attr]

    def convert(at: np.ndarray) -> np.ndarray:
        pair = made.transform(at[:, 0], at[:, 1])
        return np.column_stack(pair[::-1] if flipped else pair)

    return shapely.transform(geometry, convert)


def is_metric(uri: str) -> bool:
    return uri not in {CRS84, f"{EPSG}4326", f"{EPSG}4490"}


def box_in(uri: str, west: float, south: float, east: float, north: float) -> Bounds:
    """Return a box in a CRS, in its axis order, that has the middle of one in degrees."""
    (a, b), (c, d) = into(uri, west, south), into(uri, east, north)
    return min(a, c), min(b, d), max(a, c), max(b, d)


@dataclass(frozen=True)
class Around:
    """The place of the source `places` that is nearest to a CRS's middle, and boxes there."""

    code: str
    at: tuple[float, float]
    boxes: dict[Bounds, frozenset[str]]
    """One around it and one beside it, and what pyproj says that lies in each."""


@cache
def around(uri: str) -> Around:
    """Find a place for a CRS; its numbers are in the axis order of the CRS."""
    places = {each["id"]: tuple(each["geometry"]["coordinates"]) for each in features("places")}
    lon, lat = _middle(uri)
    code = min(places, key=lambda each: np.hypot(places[each][0] - lon, places[each][1] - lat))
    points = shapely.points(list(places.values()))
    there = told_in(uri, points)
    x, y = into(uri, *places[code])
    half = 1000.0 if is_metric(uri) else 0.01
    boxes = {}
    for shift in (0, 3 * half):
        bounds = (x - half + shift, y - half, x + half + shift, y + half)
        lies_in = shapely.intersects(box(*bounds), there)
        found = (each for each, lies in zip(places, lies_in, strict=True) if lies)
        boxes[tuple(map(float, bounds))] = frozenset(found)
    return Around(code, (float(x), float(y)), boxes)  # type: ignore[arg-type]


def _middle(uri: str) -> tuple[float, float]:
    if uri == CRS84:
        return SOMEWHERE
    operation = CRS(f"EPSG:{uri.removeprefix(EPSG)}").coordinate_operation
    origins = [
        float(each.value)
        for each in (operation.params if operation else ())
        if each.name == "Longitude of natural origin"
    ]
    # Web Mercator has its origin off Africa.
    return (origins[0], 30.0) if origins and origins[0] else SOMEWHERE

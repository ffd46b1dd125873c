"""Polygons and lines of rows: made valid where that changes nothing, converted, written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.crs import geometries_to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.geo.repair import repair
from gis_gov.geo.surroundings import UnfitShape, check_shape
from gis_gov.ingest.frame import Frame

Shapes = NDArray[np.object_]

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LINEAR = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)


@dataclass(frozen=True)
class Shaped:
    """Valid shapes in storage CRS (None where a row has none), and which were repaired."""

    shapes: Shapes
    repaired: NDArray[np.bool_]


def polygons(frame: Frame, geometry: Shapes, datum: Datum) -> Shaped:
    """Take multipolygons from geometries; refuse others, what is off the globe or beyond repair."""
    made = _valid(frame, geometry, datum, _POLYGONAL, "not a polygon")
    return Shaped(_multi(made.shapes), made.repaired)


def polygons_or_lines(frame: Frame, geometry: Shapes, datum: Datum) -> Shaped:
    """Take polygons and lines as they are; refuse others, and what no fence could be."""
    made = _valid(frame, geometry, datum, (*_POLYGONAL, *_LINEAR), "neither a polygon nor a line")
    for at in np.flatnonzero(~shapely.is_missing(made.shapes)):
        try:
            check_shape(made.shapes[at])
        except UnfitShape as error:
            frame.faults.add(np.arange(len(frame)) == at, "bad_geometry", str(error))
    return made


def _valid(frame: Frame, geometry: Shapes, datum: Datum, types: Sequence[int], told: str) -> Shaped:
    """Take shapes of some types from geometries, made valid; refuse the others."""
    flat, _ = geometries_to_canonical(geometry, datum)
    given = ~(shapely.is_missing(flat) | shapely.is_empty(flat))
    fitting = np.isin(shapely.get_type_id(flat), types)
    kinds = [shape.geom_type for shape in flat[given & ~fitting]]
    frame.faults.add(given & ~fitting, "bad_geometry", [f"{kind}, {told}" for kind in kinds])
    flat = only(given & fitting, flat)
    flat = _refuse_off_globe(frame, flat)
    repaired = np.zeros(len(flat), dtype=bool)
    for at in np.flatnonzero(~shapely.is_missing(flat) & ~shapely.is_valid(flat)):
        mended, why = _mended(flat[at])
        if mended is None:
            frame.faults.add(np.arange(len(flat)) == at, "invalid_geometry", why)
        flat[at] = mended
        repaired[at] = mended is not None
    return Shaped(flat, repaired)


def _mended(shape: BaseGeometry) -> tuple[BaseGeometry | None, str]:
    if shape.geom_type.endswith("Polygon"):
        return repair(shape)
    return None, f"{shapely.is_valid_reason(shape)}: a line needs two different points"


def only(where: NDArray[np.bool_], shapes: Shapes) -> Shapes:
    """Keep the shapes where the mask is true, and put None for the others."""
    kept = np.full(len(shapes), None, dtype=np.object_)
    kept[where] = shapes[where]
    return kept


def shape_texts(shapes: Shapes) -> pa.Array:
    """Write geometries as hexadecimal EWKB in EPSG:4490; null for None."""
    texts = np.full(len(shapes), None, dtype=np.object_)
    given = ~np.asarray(shapely.is_missing(shapes))
    texts[given] = shapely.to_wkb(
        shapely.set_srid(shapes[given], 4490), hex=True, include_srid=True
    )
    return pa.array(texts, pa.string())


def _refuse_off_globe(frame: Frame, flat: Shapes) -> Shapes:
    west, south, east, north = shapely.bounds(flat).T
    given = ~np.asarray(shapely.is_missing(flat))
    with np.errstate(invalid="ignore"):
        inside = (west >= -180.0) & (east <= 180.0) & (south >= -90.0) & (north <= 90.0)
        finite = np.array([np.isfinite(shapely.get_coordinates(s)).all() for s in flat], dtype=bool)
        off = given & ~(inside & finite)
        swapped = off & (np.abs(west) <= 90.0) & (np.abs(north) <= 180.0)
    details = [
        "latitudes beyond 90 degrees: lon and lat look swapped" if swap else "lies off the globe"
        for swap in swapped[off]
    ]
    frame.faults.add(off, "bad_coordinates", details)
    return only(~off, flat)


def _multi(shapes: Shapes) -> Shapes:
    made = shapes.copy()
    for at in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON):
        made[at] = shapely.multipolygons([shapes[at]])
    return made

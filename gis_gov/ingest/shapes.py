"""Polygons of rows: made valid where that changes nothing, converted, written."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.geo.crs import geometries_to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.geo.repair import repair
from gis_gov.ingest.frame import Frame

Shapes = NDArray[np.object_]

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Shaped:
    """Valid multipolygons in storage CRS (None where a row has none), and which were repaired."""

    shapes: Shapes
    repaired: NDArray[np.bool_]


def polygons(frame: Frame, geometry: Shapes, datum: Datum) -> Shaped:
    """Take polygons from geometries; refuse what is none, off the globe, or beyond repair."""
    flat, _ = geometries_to_canonical(geometry, datum)
    given = ~(shapely.is_missing(flat) | shapely.is_empty(flat))
    polygonal = np.isin(shapely.get_type_id(flat), _POLYGONAL)
    kinds = [shape.geom_type for shape in flat[given & ~polygonal]]
    frame.faults.add(given & ~polygonal, "bad_geometry", [f"{k}, not a polygon" for k in kinds])
    flat = only(given & polygonal, flat)
    flat = _refuse_off_globe(frame, flat)
    repaired = np.zeros(len(flat), dtype=bool)
    for at in np.flatnonzero(~shapely.is_missing(flat) & ~shapely.is_valid(flat)):
        mended, why = repair(flat[at])
        if mended is None:
            frame.faults.add(np.arange(len(flat)) == at, "invalid_geometry", why)
        flat[at] = mended
        repaired[at] = mended is not None
    return Shaped(_multi(flat), repaired)


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

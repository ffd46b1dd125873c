"""Points of rows: read from geometries or coordinates, converted, checked."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.db.metadata import SRID
from gis_gov.geo.crs import to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.ingest.frame import Frame
from gis_gov.ingest.values import as_number

Floats = NDArray[np.float64]

# PostGIS's extended WKB of a point, little-endian, and the two digits of each byte.
_EWKB = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
_POINT_WITH_SRID = 0x20000001
_HEX = np.array([f"{byte:02X}".encode() for byte in range(256)], dtype="S2")


@dataclass(frozen=True)
class Points:
    """Points in storage CRS and as they were given; NaN where a row has none."""

    lon: Floats
    lat: Floats
    x: Floats
    y: Floats
    datum: Datum
    method: str
    accuracy_m: float

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Tell which rows have a point."""
        return np.isfinite(self.lon)

    @property
    def zero(self) -> NDArray[np.bool_]:
        """Tell which rows gave (0, 0), which is how many systems write "no place"."""
        return (self.x == 0.0) & (self.y == 0.0)


def points_of_geometry(geometry: NDArray[np.object_], datum: Datum) -> Points:
    """Take points from geometries: a polygon's or line's is a point on it."""
    is_point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    points = np.where(is_point, geometry, shapely.point_on_surface(geometry))
    return convert(shapely.get_x(points), shapely.get_y(points), datum)


def points_of_columns(frame: Frame, datum: Datum) -> Points:
    """Take points from the fields `lon` and `lat`; refuse a row with one of them alone."""
    x, y = as_number(frame.array("lon")), as_number(frame.array("lat"))
    alone = np.isnan(x) != np.isnan(y)
    unread = frame.faults.mask
    frame.faults.add(alone & ~unread, "bad_coordinates", "one of lon and lat is missing")
    return convert(np.where(alone, np.nan, x), np.where(alone, np.nan, y), datum)


def convert(x: Floats, y: Floats, datum: Datum) -> Points:
    """Convert coordinates to storage CRS. (0, 0) counts as no place."""
    zero = (x == 0.0) & (y == 0.0)
    made = to_canonical(np.where(zero, np.nan, x), np.where(zero, np.nan, y), datum)
    return Points(made.lon, made.lat, x, y, datum, made.method, made.accuracy_m)


def refuse_impossible(frame: Frame, points: Points) -> None:
    """Refuse rows whose coordinates lie off the globe, or that the datum can't place."""
    given = np.isfinite(points.x) & np.isfinite(points.y) & ~points.zero
    with np.errstate(invalid="ignore"):
        off = given & ~((np.abs(points.lon) <= 180.0) & (np.abs(points.lat) <= 90.0))
        swapped = off & (np.abs(points.y) <= 180.0) & (np.abs(points.x) <= 90.0)
    details = [
        f"({x:g}, {y:g}): "
        + ("lon and lat look swapped" if swap else f"no place in {points.datum}")
        for x, y, swap in zip(points.x[off], points.y[off], swapped[off], strict=True)
    ]
    frame.faults.add(off, "bad_coordinates", details)


def point_texts(lon: Floats, lat: Floats) -> pa.Array:
    """Write points as hexadecimal EWKB in EPSG:4490; null for NaN."""
    placed = np.isfinite(lon) & np.isfinite(lat)
    points = np.empty(int(placed.sum()), dtype=_EWKB)
    points["order"], points["type"], points["srid"] = 1, _POINT_WITH_SRID, SRID
    points["x"], points["y"] = lon[placed], lat[placed]
    digits = _HEX[points.view(np.uint8)].reshape(-1).view(np.uint8)
    ends = np.concatenate([[0], np.cumsum(placed, dtype=np.int64)]) * 2 * _EWKB.itemsize
    return pa.LargeStringArray.from_buffers(
        len(placed),
        pa.py_buffer(ends),
        pa.py_buffer(digits),
        pa.py_buffer(np.packbits(placed, bitorder="little")),
    )


def number_array(values: Floats) -> pa.Array:
    """Make an Arrow array of floats in which NaN is null."""
    return pa.array(values, pa.float64(), from_pandas=True)

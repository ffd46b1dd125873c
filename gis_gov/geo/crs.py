"""From any declared datum to storage (EPSG:4490) and back.

Axis order is always x = longitude or easting, y = latitude or northing, whatever the authority
says. EPSG:4326 and EPSG:4490 are taken as equal: no transformation is published, and the difference
is some centimetres.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer, proj_version_str
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from gis_gov.geo import bd09, bd09mc, gcj02
from gis_gov.geo.arrays import Floats, Geometries, GeometryLike, geometry_array
from gis_gov.geo.datum import ACCEPTED, CANONICAL_EPSG, Datum, DatumError, System

WGS84_ACCURACY_M = 0.1
"""What taking WGS84 as CGCS2000 may cost: the frames' drift and plate motion."""
SHIFTED_ACCURACY_M = 5.0
"""How far GCJ-02 and BD-09, inverted by their public formula, may lie from the truth."""

UNKNOWN_ACCURACY_M = 15.0
"""For a shift of datum whose accuracy nobody tells: the worst of those known for China."""


class Canonical(NamedTuple):
    """Points in storage CRS, how exact the conversion is, and by which method it was made."""

    lon: Floats
    lat: Floats
    accuracy_m: float
    method: str


class Method(NamedTuple):
    """A conversion's name and its accuracy in metres."""

    name: str
    accuracy_m: float


def to_canonical(x: ArrayLike, y: ArrayLike, datum: Datum) -> Canonical:
    """Convert coordinate arrays of a datum to longitude and latitude in EPSG:4490.

    x is longitude or easting, y latitude or northing, in degrees or metres as the datum has it. A
    point that the datum cannot place (NaN, infinite, far off the projection) comes out as NaN, NaN.
    Raises DatumError where no transformation is known.
    """
    name, accuracy_m = conversion(datum)
    x, y = _finite_or_nan(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    lon, lat = _finite_or_nan(*_forward(x, y, datum))
    return Canonical(lon, lat, accuracy_m, name)


def from_canonical(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Convert EPSG:4490 degrees to a datum's x and y, for output."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    match datum.system:
        case System.CGCS2000 | System.WGS84:
            return lon, lat
        case System.GCJ02:
            return gcj02.wgs84_to_gcj02(lon, lat)
        case System.BD09:
            return bd09.wgs84_to_bd09(lon, lat)
        case System.BD09MC:
            return bd09mc.bd09_to_bd09mc(*bd09.wgs84_to_bd09(lon, lat))
        case System.PROJ:
            x, y = _transformer(datum).transform(lon, lat, direction="INVERSE")
            return np.asarray(x), np.asarray(y)


def geometries_to_canonical(
    geometries: GeometryLike, datum: Datum, *, drop_z: bool = True
) -> tuple[Geometries, Method]:
    """Convert shapely geometries of a datum to EPSG:4490; missing ones (None) stay None.

    Z is dropped unless drop_z is False: then it is kept as it is, never transformed. Equal vertices
    stay equal bit for bit, so that shared edges stay shared.
    """
    array = geometry_array(geometries)
    if drop_z:
        array = geometry_array(shapely.force_2d(array))

    def convert(coordinates: Floats) -> Floats:
        lon, lat, _, _ = to_canonical(coordinates[:, 0].copy(), coordinates[:, 1].copy(), datum)
        return np.column_stack([lon, lat, *coordinates.T[2:]])

    if not datum.is_stored:
        array = array.copy()
        solid = shapely.has_z(array)
        array[~solid] = shapely.transform(array[~solid], convert)
        array[solid] = shapely.transform(array[solid], convert, include_z=True)
    return array, conversion(datum)


@lru_cache(maxsize=64)
def conversion(datum: Datum) -> Method:
    """Name the method by which a datum reaches EPSG:4490, and its accuracy in metres."""
    inverse = f"gcj02-inverse-{gcj02.INVERSE_ITERATIONS}"
    match datum.system:
        case System.CGCS2000:
            return Method("identity", 0.0)
        case System.WGS84:
            return Method("wgs84-as-cgcs2000", WGS84_ACCURACY_M)
        case System.GCJ02:
            return Method(inverse, SHIFTED_ACCURACY_M)
        case System.BD09:
            return Method(f"bd09-inverse-1+{inverse}", SHIFTED_ACCURACY_M)
        case System.BD09MC:
            return Method(f"bd09mc-inverse-1+bd09-inverse-1+{inverse}", SHIFTED_ACCURACY_M)
        case System.PROJ:
            return _proj_method(datum)


def _forward(x: Floats, y: Floats, datum: Datum) -> tuple[Floats, Floats]:
    match datum.system:
        case System.CGCS2000 | System.WGS84:
            return x, y
        case System.GCJ02:
            return gcj02.gcj02_to_wgs84(x, y)
        case System.BD09:
            return bd09.bd09_to_wgs84(x, y)
        case System.BD09MC:
            return bd09.bd09_to_wgs84(*bd09mc.bd09mc_to_bd09(x, y))
        case System.PROJ:
            lon, lat = _transformer(datum).transform(x, y)
            return np.asarray(lon), np.asarray(lat)


def _finite_or_nan(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    lost = ~(np.isfinite(x) & np.isfinite(y))
    return (np.where(lost, np.nan, x), np.where(lost, np.nan, y)) if lost.any() else (x, y)


def _proj_method(datum: Datum) -> Method:
    target = _target(datum)
    group = TransformerGroup(datum.crs(), target, always_xy=True, allow_ballpark=False)
    steps = [operation.name for operation in group.transformers[0].operations or ()]
    name = " + ".join(step for step in steps if not step.startswith("axis order change"))
    worst = max(map(_accuracy_m, group.transformers))
    drift_m = 0.0 if target == CRS.from_epsg(CANONICAL_EPSG) else WGS84_ACCURACY_M
    return Method(f"proj-{proj_version_str}: {name or 'identity'}", worst + drift_m)


def _accuracy_m(option: Transformer) -> float:
    # PROJ tells -1 where it knows none, since 9.8 for a mere projection too, which costs nothing.
    if option.accuracy >= 0:
        return option.accuracy
    steps = option.operations or ()
    exact = steps and all(step.type_name == "Conversion" for step in steps)
    return 0.0 if exact else UNKNOWN_ACCURACY_M


@lru_cache(maxsize=64)
def _transformer(datum: Datum) -> Transformer:
    return Transformer.from_crs(datum.crs(), _target(datum), always_xy=True, allow_ballpark=False)


def _target(datum: Datum) -> CRS:
    # No operation joins WGS84 and CGCS2000, so a CRS reaches one of the two, and they count as one.
    for epsg in (CANONICAL_EPSG, 4326):
        target = CRS.from_epsg(epsg)
        try:
            Transformer.from_crs(datum.crs(), target, always_xy=True, allow_ballpark=False)
        except ProjError:
            continue
        return target
    raise DatumError(
        f"no transformation from {datum.crs().name} to EPSG:{CANONICAL_EPSG} is known: "
        f"convert the data to CGCS2000 first, then use one of {ACCEPTED}"
    )

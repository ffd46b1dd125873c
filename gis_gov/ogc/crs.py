"""The coordinate reference systems in which collections are told and asked (Features, part 2)."""

from functools import cache
from typing import Any, Final

import numpy as np
import orjson
import shapely
from pyproj import CRS

from gis_gov.cql.shapes import CRS84, Frame
from gis_gov.geo.crs import from_canonical
from gis_gov.geo.datum import Datum
from gis_gov.problems import InvalidRequest

CRS84_URI: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
STORAGE_EPSG: Final = 4490
_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
STORAGE_URI: Final = f"{_EPSG}{STORAGE_EPSG}"
# CGCS2000 / Gauss-Kruger: zones of 6 and of 3 degrees, with the zone's number and without.
GAUSS_KRUGER: Final = range(4491, 4555)
SUPPORTED: Final = (
    CRS84_URI,
    *(f"{_EPSG}{code}" for code in (4326, STORAGE_EPSG, 3857, *GAUSS_KRUGER)),
)
_METRE_DIGITS: Final = 3
_DEGREE_DIGITS: Final = 7


class UnknownCrs(InvalidRequest):
    """The CRS is none in which collections are told."""

    slug, title, status = "unknown-crs", "Unknown coordinate reference system", 400


def frame_of(uri: str, name: str, kind: str = "query") -> Frame:
    """Return what coordinates of a CRS are in, by its URI; `name` of a parameter or header.

    Raises:
        UnknownCrs: collections are not told in it.

    """
    if uri not in SUPPORTED:
        raise UnknownCrs(
            f"{kind}.{name}: {uri[:80]!r} is not offered; a collection's document lists `crs`"
        )
    return _frame(uri)


@cache
def _frame(uri: str) -> Frame:
    if uri == CRS84_URI:
        return CRS84
    datum = Datum.parse(uri)
    first = CRS.from_epsg(int(uri.removeprefix(_EPSG))).axis_info[0]
    return Frame(datum, is_flipped=first.direction == "north")


def in_frame(geometry: Any, frame: Frame) -> Any:
    """Tell a GeoJSON geometry (CRS84, maybe encoded) in another CRS, in that one's axis order.

    None of it is told where a part has no place in the CRS, as far outside a projection's zone.
    """
    if geometry is None or frame == CRS84:
        return geometry
    told = orjson.loads(orjson.dumps(geometry))
    digits = _METRE_DIGITS if frame.datum.is_metric else _DEGREE_DIGITS

    def convert(coordinates: np.ndarray) -> np.ndarray:
        x, y = from_canonical(coordinates[:, 0], coordinates[:, 1], frame.datum)
        pair = (y, x) if frame.is_flipped else (x, y)
        return np.round(np.column_stack(pair), digits)

    shape = shapely.transform(shapely.from_geojson(orjson.dumps(told)), convert)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    return orjson.Fragment(shapely.to_geojson(shape))

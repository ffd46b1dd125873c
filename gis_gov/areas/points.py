"""Points as clients send them: checked, and brought to EPSG:4490."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.cover import Floats
from gis_gov.geo.crs import to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.problems import InvalidRequest


class BadPoint(InvalidRequest):
    """A row's coordinates are no position: no number, not finite, out of range, or only one."""

    slug, title, status = "bad-point", "A point is no position", 400


class Degrees(NamedTuple):
    """One coordinate of many points; `blank` marks those that have none, NaN what is no number."""

    values: Floats
    blank: NDArray[np.bool_]


def placed(lon: Degrees, lat: Degrees, datum: Datum, first_row: int) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes in EPSG:4490, NaN for the points without coordinates.

    Raises:
        BadPoint: naming the first row that has coordinates but no position, rows counted from 1.

    """
    inside = (np.abs(lon.values) <= 180) & (np.abs(lat.values) <= 90)
    x, y = canonical(
        np.where(inside, lon.values, np.nan), np.where(inside, lat.values, np.nan), datum
    )
    bad = np.isnan(x) & ~(lon.blank & lat.blank)
    if bad.any():
        at = int(np.argmax(bad))
        row = first_row + at
        told = " and ".join(
            f"{name} is {'missing' if axis.blank[at] else f'{axis.values[at]:.12g}'}"
            for name, axis in (("lon", lon), ("lat", lat))
        )
        raise BadPoint(f"row {row}: {told}, which is no position{_guess(lon, lat, at)}", row=row)
    return x, y


def canonical(lon: Floats, lat: Floats, datum: Datum) -> tuple[Floats, Floats]:
    """Bring degrees of a datum to EPSG:4490; NaN where that cannot be done."""
    x, y, _, _ = to_canonical(lon, lat, datum)
    return x, y


def _guess(lon: Degrees, lat: Degrees, at: int) -> str:
    swapped = abs(lat.values[at]) > 90 and abs(lon.values[at]) <= 90
    return "; are lon and lat swapped?" if swapped else ""

"""The part of the ground that a camera sees: a sector of a circle."""

from typing import Final

import numpy as np
import shapely

from gis_gov.geo.measure import GEOD

RANGE_MAX_M: Final = 100_000.0
"""Nothing sees farther: a range that is longer is a slip, and it is not known how far it is."""
_STEP_DEG: Final = 3.0
"""Between corners of the arc: it is cut by less than 0.04 % of the range."""


def turns(azimuth_deg: float | None, field_of_view_deg: float | None) -> bool:
    """Say whether a camera sees all around: also one of which nobody told where it looks."""
    return azimuth_deg is None or field_of_view_deg is None or field_of_view_deg >= 360


def looks_towards(azimuth_deg: float, field_of_view_deg: float, bearing_deg: float) -> bool:
    """Say whether a direction from a camera is in its field of view, or on the edge of it."""
    off_deg = abs((bearing_deg - azimuth_deg + 180) % 360 - 180)
    return off_deg <= field_of_view_deg / 2


def view_sector(
    lon: float,
    lat: float,
    azimuth_deg: float | None,
    field_of_view_deg: float | None,
    range_m: float,
) -> shapely.Polygon:
    """Draw the view of a camera in EPSG:4490; all around without a direction or a field of view."""
    all_around = turns(azimuth_deg, field_of_view_deg)
    if all_around or azimuth_deg is None or field_of_view_deg is None:
        bearings = np.arange(0.0, 360.0, _STEP_DEG)
    else:
        half = field_of_view_deg / 2
        corners = int(np.ceil(field_of_view_deg / _STEP_DEG)) + 1
        bearings = np.linspace(azimuth_deg - half, azimuth_deg + half, corners)
    count = len(bearings)
    x, y, _ = GEOD.fwd(
        np.full(count, lon), np.full(count, lat), bearings, np.full(count, float(range_m))
    )
    arc = np.column_stack([x, y])
    return shapely.Polygon(arc if all_around else [(lon, lat), *arc])

"""The part of the ground that a camera sees: a sector of a circle."""

from typing import Final

import numpy as np
import shapely

from gis_gov.geo.measure import GEOD

_STEP_DEG: Final = 3.0
"""Between corners of the arc: it is cut by less than 0.04 % of the range."""


def view_sector(
    lon: float,
    lat: float,
    azimuth_deg: float | None,
    field_of_view_deg: float | None,
    range_m: float,
) -> shapely.Polygon:
    """Draw the view of a camera in EPSG:4490; all around without a direction or a field of view."""
    turns = azimuth_deg is None or field_of_view_deg is None or field_of_view_deg >= 360
    if turns or azimuth_deg is None or field_of_view_deg is None:
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
    return shapely.Polygon(arc if turns else [(lon, lat), *arc])

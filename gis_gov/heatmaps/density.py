"""Kernel density: how many things there are to the square kilometre, spread from hexagons' centres.

The kernel is a Gaussian of a bandwidth in metres. Distances are measured along the meridian and the
parallel of each source, on the ellipsoid (GRS80), so that what is spread keeps its number whatever
the latitude: over a few bandwidths the earth is flat enough for that.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis_gov.geo.measure import metres_per_degree

Floats = NDArray[np.float64]

REACH: Final = 4.0
"""At how many bandwidths the kernel ends; beyond lies less than a ten-thousandth."""
_BLOCK: Final = 32
"""Pixels to the side of a block; only the sources near a block are looked at for it."""
_SQ_KM: Final = 1e6


def density_km2(
    lon: Floats, lat: Floats, weights: Floats, bandwidths_m: Floats, columns: Floats, rows: Floats
) -> Floats:
    """Return the density at each row (latitude) and column (longitude), to the square kilometre.

    Sources have a weight and a bandwidth each; all is in degrees of EPSG:4490.
    """
    result = np.zeros((rows.size, columns.size))
    across_m, along_m = metres_per_degree(lat)
    reach_lon, reach_lat = (REACH * bandwidths_m / metres for metres in (across_m, along_m))
    heights = weights / (2 * np.pi * bandwidths_m**2) * _SQ_KM
    for top in range(0, rows.size, _BLOCK):
        block_rows = rows[top : top + _BLOCK]
        near_rows = _near(lat, reach_lat, block_rows)
        for left in range(0, columns.size, _BLOCK):
            block_columns = columns[left : left + _BLOCK]
            near = near_rows[_near(lon[near_rows], reach_lon[near_rows], block_columns)]
            if near.size:
                scale = bandwidths_m[near]
                vertical = _kernel(block_rows, lat[near], along_m[near] / scale) * heights[near]
                horizontal = _kernel(block_columns, lon[near], across_m[near] / scale)
                # Not `@`: on a busy machine the threads of BLAS wait for each other longer.
                block = np.einsum("rs,cs->rc", vertical, horizontal)
                result[top : top + _BLOCK, left : left + _BLOCK] = block
    return result


def _near(places: Floats, reach: Floats, wanted: Floats) -> NDArray[np.intp]:
    within = (places >= wanted.min() - reach) & (places <= wanted.max() + reach)
    return np.flatnonzero(within)


def _kernel(wanted: Floats, places: Floats, per_degree: Floats) -> Floats:
    """Return the kernel's height, at most 1, of each source (column) at each place (row)."""
    distance = (wanted[:, None] - places) * per_degree
    return np.where(np.abs(distance) <= REACH, np.exp(-0.5 * distance**2), 0.0)

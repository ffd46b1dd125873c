"""BD-09MC, Baidu's metric map coordinates: BD-09 degrees through a banded polynomial.

Near to a Mercator projection, but not one: the constants are Baidu's own, as published with its
map client (and in gcoord). Each row serves one band of latitude. Arrays are float64; metres on the
map side, BD-09 degrees on the other.
"""

import numpy as np

from gis_gov.geo.arrays import Floats

_EXTENT_M = 20_100_000.0

# Lower edges of the bands, in degrees of latitude and in metres of northing; one table row each.
_BAND_LAT = np.array([0.0, 15.0, 30.0, 45.0, 60.0, 75.0])
_BAND_Y_M = np.array([0.0, 1678043.12, 3481989.83, 5591021.0, 8362377.87, 12890594.86])

# A row: x offset, x factor, six powers of (y / scale) after the constant, scale.
_TO_DEGREES = np.array(
    [
        [2.890871144776878e-9, 8.983055095805407e-6, -3.068298e-8, 7.47137025468032,
         -3.53937994e-6, -0.02145144861037, -1.234426596e-5, 1.0322952773e-4, -3.23890364e-6,
         826088.5],
        [3.09191371068437e-9, 8.983055096812155e-6, 6.995724062e-5, 23.10934304144901,
         -2.3663490511e-4, -0.6321817810242, -6.63494467273e-3, 0.03430082397953,
         -4.66043876332e-3, 2555164.4],
        [-1.981981304930552e-8, 8.983055099779535e-6, 0.03278182852591, 40.31678527705744,
         0.65659298677277, -4.44255534477492, 0.85341911805263, 0.12923347998204,
         -0.04625736007561, 4482777.06],
        [-3.030883460898826e-8, 8.98305509983578e-6, 0.30071316287616, 59.74293618442277,
         7.357984074871, -25.38371002664745, 13.45380521110908, -3.29883767235584,
         0.32710905363475, 6856817.37],
        [-7.435856389565537e-9, 8.983055097726239e-6, -0.78625201886289, 96.32687599759846,
         -1.85204757529826, -59.36935905485877, 47.40033549296737, -16.50741931063887,
         2.28786674699375, 10260144.86],
        [1.410526172116255e-8, 8.98305509648872e-6, -1.9939833816331, 200.9824383106796,
         -187.2403703815547, 91.6087516669843, -23.38765649603339, 2.57121317296198,
         -0.03801003308653, 17337981.2],
    ]
)  # fmt: skip
_TO_METRES = np.array(
    [
        [-3.218135878613132e-4, 111320.7020701615, 3.69383431289e-3, 823725.6402795718,
         0.46104986909093, 2351.343141331292, 1.58060784298199, 8.77738589078284,
         0.37238884252424, 7.45],
        [-3.441963504368392e-4, 111320.7020576856, 278.2353980772752, 2485758.690035394,
         6070.750963243378, 54821.18345352118, 9540.606633304236, -2710.55326746645,
         1405.483844121726, 22.5],
        [2.20636496208e-3, 111320.7020209128, 51751.86112841131, 3796837.749470245,
         992013.7397791013, -1221952.21711287, 1340652.697009075, -620943.6990984312,
         144416.9293806241, 37.5],
        [3.37398766765e-3, 111320.7020202162, 4481351.045890365, -23393751.19931662,
         79682215.47186455, -115964993.2797253, 97236711.15602145, -43661946.33752821,
         8477230.501135234, 52.5],
        [8.277824516172526e-4, 111320.7020463578, 647795574.6671607, -4082003173.641316,
         10774905663.51142, -15171875531.51559, 12053065338.62167, -5124939663.577472,
         913311935.9512032, 67.5],
        [-1.5702102444e-3, 111320.7020616939, 1704480524535203.0, -10338987376042340.0,
         26112667856603880.0, -35149669176653700.0, 26595700718403920.0, -10725012454188240.0,
         1800819912950474.0, 82.5],
    ]
)  # fmt: skip


def bd09mc_to_bd09(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Turn Baidu map metres into BD-09 degrees, to better than 2 cm of `bd09_to_bd09mc`.

    The published polynomials of the two directions disagree by up to 27 cm: one correction step.
    Off the map (beyond 20,100 km from its origin) the answer is NaN.
    """
    off = (np.abs(x_m) > _EXTENT_M) | (np.abs(y_m) > _EXTENT_M)
    x_m, y_m = np.where(off, np.nan, x_m), np.where(off, np.nan, y_m)
    lon, lat = _polynomial(x_m, y_m, _BAND_Y_M, _TO_DEGREES)
    again_x_m, again_y_m = bd09_to_bd09mc(lon, lat)
    metres_per_degree = _TO_METRES[0, 1]
    lon = lon + (x_m - again_x_m) / metres_per_degree
    lat = lat + (y_m - again_y_m) / metres_per_degree * np.cos(np.radians(lat))
    return lon, lat


def bd09_to_bd09mc(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Turn BD-09 degrees into Baidu map metres."""
    return _polynomial(lon, lat, _BAND_LAT, _TO_METRES)


def _polynomial(x: Floats, y: Floats, bands: Floats, table: Floats) -> tuple[Floats, Floats]:
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    band = np.searchsorted(bands, np.abs(y), side="right") - 1
    ratio = np.abs(y) / table[band, 9]
    y_out = table[band, 8]
    for power in range(7, 1, -1):
        y_out = y_out * ratio + table[band, power]
    x_out = table[band, 0] + table[band, 1] * np.abs(x)
    return np.where(x < 0, -x_out, x_out), np.where(y < 0, -y_out, y_out)

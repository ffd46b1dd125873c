"""The ground of a sample: where density lies, and how a flat plan becomes a bent landscape.

Everything is planned on a square in plan metres, whose straight lines bear the exactness of the
mesh, and then bent by one smooth map into the plane (metres, x east, y north), so that no street
stays straight and no two blocks are alike. The plane is a transverse Mercator projection about the
sample's centre, on the ellipsoid of CGCS2000.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
from numpy.typing import NDArray

from gis_gov.sample.figures import Figures
from gis_gov.sample.streams import stream

Floats = NDArray[np.float64]

DECIMALS = 8
"""Coordinates are snapped to 1e-8 degrees (about 1 mm)."""
_CORNER_ROUNDING = 0.7
_WAVES = ((14_000, 700), (6_000, 230), (2_600, 50), (900, 11))
"""Wavelength and amplitude of the bending, in metres."""
_LEAST_STRETCH, _CALMER = 0.1, 0.85
"""The bending is made calmer until no spot shrinks to less than this share of its area."""


@dataclass(frozen=True)
class River:
    """A band of water across the plan: its west or south bank, width and length of its pieces."""

    axis: int
    at_m: float
    width_m: float
    piece_m: float
    meander_m: float
    bends: float
    name: str


@dataclass(frozen=True)
class Terrain:
    """The ground of one sample. Plan coordinates are metres from the plan's south-west corner."""

    side_m: float
    centre_lon: float
    centre_lat: float
    waves: Floats
    """One row a wave: wave vector x, y, phase, displacement x, y."""
    coast: Floats
    turn: float
    stretch: float
    towns: Floats
    """One row a town centre: x, y, radius (plan metres), weight."""
    rivers: tuple[River, ...]

    @cached_property
    def projection(self) -> pyproj.Proj:
        """The plane's projection."""
        return pyproj.Proj(
            proj="tmerc", lat_0=self.centre_lat, lon_0=self.centre_lon, k=1, ellps="GRS80"
        )

    def plane(self, plan: Floats) -> Floats:
        """Bend plan coordinates (n, 2) into the plane (n, 2), both in metres."""
        half = self.side_m / 2
        point = plan - half
        square = (point / half) ** 2
        round_off = np.sqrt(1 - _CORNER_ROUNDING / 2 * square[:, ::-1])
        bent = point * round_off + _displaced(self.waves, point)
        for river in self.rivers:
            bent[:, river.axis] += self._meander(plan, river)
        shore = np.exp((np.abs(point).max(axis=1) - half) / 300)
        bent += shore[:, None] * _displaced(self.coast, point)
        bent *= (self.stretch, 1 / self.stretch)
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return bent @ np.array([[cos, sin], [-sin, cos]])

    def _meander(self, plan: Floats, river: River) -> Floats:
        reach = self.side_m / 9
        off = (plan[:, river.axis] - river.at_m) / reach
        along = plan[:, 1 - river.axis] / self.side_m
        return river.meander_m * np.exp(-(off**2)) * np.sin(along * river.bends * np.pi + 1)

    def slopes(self, plan: Floats) -> tuple[Floats, Floats]:
        """Give the plane's motion per metre along the plan's x and along its y: (n, 2) each."""
        east, north = np.array([1.0, 0.0]), np.array([0.0, 1.0])
        along_x = self.plane(plan + east) - self.plane(plan - east)
        along_y = self.plane(plan + north) - self.plane(plan - north)
        return along_x / 2, along_y / 2

    def frame(self, plan: Floats) -> tuple[Floats, Floats]:
        """Measure how the map bends at plan points.

        Returns the heading of the plan's x axis in the plane (n,), in radians counter-clockwise
        from east, and the plane metres per plan metre along x and y (n, 2).
        """
        along_x, along_y = self.slopes(plan)
        scale = np.column_stack([np.hypot(*along_x.T), np.hypot(*along_y.T)])
        heading = np.arctan2(along_x[:, 1], along_x[:, 0])
        return heading, scale

    def degrees(self, plane: Floats) -> Floats:
        """Turn plane metres (n, 2) into snapped longitude and latitude (n, 2), EPSG:4490."""
        lon, lat = self.projection(plane[:, 0], plane[:, 1], inverse=True)
        lonlat = np.column_stack([lon, lat]).astype(np.float64)
        return np.round(lonlat, DECIMALS)

    def density(self, plan: Floats) -> Floats:
        """Tell the relative density of households at plan points (n, 2)."""
        total = np.full(len(plan), 0.10, dtype=np.float64)
        for x, y, radius, weight in self.towns:
            distance = ((plan[:, 0] - x) ** 2 + (plan[:, 1] - y) ** 2) / radius**2
            total += weight / (1 + distance) ** 1.5
        return total


def _displaced(waves: Floats, point: Floats) -> Floats:
    moved = np.zeros_like(point)
    for wave_x, wave_y, phase, move_x, move_y in waves:
        height = np.sin(point[:, 0] * wave_x + point[:, 1] * wave_y + phase)
        moved += height[:, None] * (move_x, move_y)
    return moved


def _waves(rng: np.random.Generator, lengths: tuple[tuple[float, float], ...]) -> Floats:
    rows = []
    for length, height in lengths:
        for _ in range(2):
            way, phase, drift = rng.uniform(0, 2 * np.pi, 3)
            number = 2 * np.pi / length
            rows.append(
                (
                    number * np.cos(way),
                    number * np.sin(way),
                    phase,
                    height / 2 * np.cos(drift),
                    height / 2 * np.sin(drift),
                )
            )
    return np.array(rows)


def _towns(rng: np.random.Generator, side: float, number: int) -> Floats:
    main = [(side * 0.50, side * 0.54, side * 0.10, 2.2)]
    spots = rng.uniform(0.10, 0.90, (number, 2)) * side
    rest = [
        (x, y, side * rng.uniform(0.025, 0.05), rng.uniform(0.5, 1.3)) for x, y in spots.tolist()
    ]
    return np.array(main + rest)


def _rivers(side: float, *, small: bool) -> tuple[River, ...]:
    if small:
        return (River(0, side * 0.60, 34, 420, side / 45, 5, "棠溪"),)
    return (
        River(0, side * 0.37, 190, 1500, side / 40, 5, "漪江"),
        River(1, side * 0.34, 60, 900, side / 80, 9, "霁水"),
    )


def make_terrain(figures: Figures, seed: int) -> Terrain:
    """Make the ground of a sample, as large as its figures ask."""
    rng = stream(seed, "terrain")
    small = figures.area_km2 < 50
    waves = _waves(rng, tuple(w for w in _WAVES if not small or w[0] < 5000))
    coast = _waves(rng, ((1600, 60), (900, 30)))
    turn, stretch = rng.uniform(0.10, 0.28), rng.uniform(1.05, 1.16)
    town_stream = int(rng.integers(2**31))
    side = np.sqrt(figures.area_km2) * 1000
    while True:
        towns = _towns(stream(town_stream, "towns"), side, 4 if small else figures.streets)
        terrain = Terrain(
            side,
            figures.centre_lon,
            figures.centre_lat,
            waves,
            coast,
            turn,
            stretch,
            towns,
            _rivers(side, small=small),
        )
        missing = figures.area_km2 * 1e6 / _outline_area(terrain)
        if _least_stretch(terrain) < _LEAST_STRETCH:
            waves[:, 3:] *= _CALMER
            coast[:, 3:] *= _CALMER
        elif abs(missing - 1) < 1e-4:
            return terrain
        side *= np.sqrt(missing)


def _least_stretch(terrain: Terrain) -> float:
    """Measure how much of an area is left where the map shrinks it most; below 0 it folds."""
    half = terrain.side_m / 2
    along = np.linspace(-half, half, 1600)
    inner = np.linspace(-half, half, 200)
    lines = [(along, np.full_like(along, half - depth)) for depth in (0, 40, 90, 160, 260)]
    points = [np.column_stack(line) for line in lines]
    points += [part[:, ::-1] for part in points]
    points += [-part for part in points]
    points.append(np.stack(np.meshgrid(inner, inner), axis=-1).reshape(-1, 2))
    along_x, along_y = terrain.slopes(np.concatenate(points) + half)
    return float((along_x[:, 0] * along_y[:, 1] - along_x[:, 1] * along_y[:, 0]).min())


def _outline_area(terrain: Terrain) -> float:
    along = np.linspace(0, terrain.side_m, 2000)[:-1]
    low, high = np.zeros_like(along), np.full_like(along, terrain.side_m)
    rim = np.concatenate(
        [
            np.column_stack([along, low]),
            np.column_stack([high, along]),
            np.column_stack([terrain.side_m - along, high]),
            np.column_stack([low, terrain.side_m - along]),
        ]
    )
    x, y = terrain.plane(rim).T
    return abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2

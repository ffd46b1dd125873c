"""Which grid, and which area, a point belongs to: total and deterministic.

The rule (design decision 6), the same for the loader, for the database's triggers and for answers
from memory: a point belongs to the base grid that covers it, edges and vertices included; where
several do, to the one with the lowest code (byte order); where none does, to an exclusive grid by
the same rule; else to none, and then the nearest grid can be told. Points are EPSG:4490 degrees.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis_gov.geo.arrays import (
    Floats,
    Geometries,
    GeometryLike,
    Positions,
    flat_points,
    geometry_array,
)
from gis_gov.geo.cover import NOWHERE, Cover
from gis_gov.geo.nearest import Nearest

OWNING_LAYERS: Final = ("base", "exclusive")
"""Grid layers that own points, in order of precedence; second-tier and micro grids own none."""
LEVELS: Final = ("province", "city", "district", "street", "community")
"""Area levels from the widest to the deepest."""


class Layer:
    """Polygons in an order of precedence; answers are positions in the sequences given."""

    def __init__(self, polygons: GeometryLike, order: ArrayLike) -> None:
        """Index the polygons; order lists the positions to use, those of precedence first."""
        self._order = np.asarray(order, dtype=np.int64)
        self._polygons = geometry_array(polygons)[self._order]
        self._cover = Cover(self._polygons)

    def owner(self, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """Find the polygon that owns each point; NOWHERE (-1) for points outside all, and NaN."""
        return self._given(self._cover.first(lon, lat))

    def owner_at(self, lon: float, lat: float) -> int:
        """Find the polygon that owns one point, NOWHERE for none and NaN."""
        polygon = self._cover.first_at(lon, lat)
        return NOWHERE if polygon == NOWHERE else self._order.item(polygon)

    def all_at(self, lon: float, lat: float) -> list[int]:
        """List the polygons that cover one point, by code."""
        return [self._order.item(polygon) for polygon in self._cover.all_at(lon, lat)]

    def all(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Positions]:
        """Find all pairs of a point's position and a covering polygon's, by point, then code."""
        points, polygons = self._cover.all(lon, lat)
        return points, self._given(polygons)

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Floats]:
        """Find each point's nearest polygon and its geodesic distance in metres (0 within it).

        Gives NOWHERE and NaN for NaN, and where there is no polygon at all.
        """
        lon, lat = flat_points(lon, lat)
        polygons, length_m = self._cover.first(lon, lat), np.zeros(lon.size)
        outside = np.flatnonzero(polygons == NOWHERE)
        polygons[outside], length_m[outside] = self._nearest(lon[outside], lat[outside])
        return self._given(polygons), length_m

    @cached_property
    def _nearest(self) -> Nearest:
        return Nearest(self._polygons)

    def _given(self, polygons: Positions) -> Positions:
        return np.append(self._order, NOWHERE)[polygons]


class GridIndex:
    """Grids of all layers, current ones only, with the rule that assigns points to them.

    Answers are positions in the sequences given, NOWHERE (-1) for none; `codes_at` turns them into
    codes. Building takes milliseconds for thousands of grids.
    """

    def __init__(self, codes: Sequence[str], polygons: GeometryLike, layers: Sequence[str]) -> None:
        """Index grids by code, polygon (EPSG:4490) and layer (base, exclusive, second, micro).

        Raises ValueError where the three differ in length.
        """
        polygons = geometry_array(polygons)
        _check_lengths(codes, polygons, layers)
        self.codes = list(codes)
        by_code = sorted(range(len(codes)), key=codes.__getitem__)
        self._layers = {
            name: Layer(polygons, [grid for grid in by_code if layers[grid] == name])
            for name in {*layers, *OWNING_LAYERS}
        }
        owning = [grid for name in OWNING_LAYERS for grid in by_code if layers[grid] == name]
        self._owning = Layer(polygons, owning)

    def owner(self, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """Assign each point to its one grid: base first, then exclusive, lowest code first."""
        return self._owning.owner(lon, lat)

    def owner_at(self, lon: float, lat: float) -> int:
        """Assign one point, NOWHERE for none: far quicker than `owner` with one."""
        return self._owning.owner_at(lon, lat)

    def exclusive_at(self, lon: float, lat: float) -> list[int]:
        """List all exclusive grids that cover one point, by code."""
        return self._layers["exclusive"].all_at(lon, lat)

    def exclusive(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Positions]:
        """List all exclusive grids that cover points: positions of points and of grids, in pairs.

        Sorted by point, then code.
        """
        return self._layers["exclusive"].all(lon, lat)

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Positions, Floats]:
        """Find the nearest grid that can own points, and the geodesic distance to it in metres."""
        return self._owning.nearest(lon, lat)

    def in_layer(self, layer: str, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """Find the grid of one layer that covers each point, lowest code first."""
        found = self._layers.get(layer)
        return found.owner(lon, lat) if found else np.full(np.size(lon), NOWHERE, dtype=np.int64)

    def codes_at(self, positions: Positions) -> list[str | None]:
        """Turn positions into codes, None for NOWHERE."""
        return _codes_at(self.codes, positions)


class AreaIndex:
    """Administrative areas, current ones only; the tree may be ragged and lack polygons."""

    def __init__(self, codes: Sequence[str], polygons: GeometryLike, levels: Sequence[str]) -> None:
        """Index areas by code, polygon (EPSG:4490, or None) and level (see LEVELS).

        Raises ValueError where the three differ in length or a level is unknown.
        """
        polygons = geometry_array(polygons)
        _check_lengths(codes, polygons, levels)
        self.codes = list(codes)
        depth = [LEVELS.index(level) for level in levels]
        placed = np.flatnonzero(~(shapely.is_missing(polygons) | shapely.is_empty(polygons)))
        order = sorted(placed.tolist(), key=lambda area: (-depth[area], codes[area]))
        self._all = Layer(polygons, order)
        self._levels = {
            name: Layer(polygons, [area for area in order if levels[area] == name])
            for name in LEVELS
        }

    def deepest(self, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """Find the area of the deepest level that covers each point, then the lowest code."""
        return self._all.owner(lon, lat)

    def at_level(self, level: str, lon: ArrayLike, lat: ArrayLike) -> Positions:
        """Find the area of one level that covers each point, lowest code first."""
        return self._levels[level].owner(lon, lat)

    def codes_at(self, positions: Positions) -> list[str | None]:
        """Turn positions into codes, None for NOWHERE."""
        return _codes_at(self.codes, positions)


def _codes_at(codes: Sequence[str], positions: Positions) -> list[str | None]:
    found: list[int] = positions.tolist()
    return [None if position == NOWHERE else codes[position] for position in found]


def _check_lengths(codes: Sequence[str], polygons: Geometries, kinds: Sequence[str]) -> None:
    if not len(codes) == polygons.size == len(kinds):
        raise ValueError(
            f"one polygon and one layer or level for each code: "
            f"{len(codes)} codes, {polygons.size} polygons, {len(kinds)} layers or levels"
        )

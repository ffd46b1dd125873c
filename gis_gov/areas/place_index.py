"""Current grids and areas in memory, and where points lie among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_gov.geo.assign import AreaIndex, GridIndex
from gis_gov.geo.cover import NOWHERE, Floats, Positions


@dataclass(frozen=True, slots=True)
class Named:
    """The code and the name of a grid or an area."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NearestGrid:
    """The grid nearest to a point that lies in none, and the geodesic distance to it."""

    code: str
    distance_m: float


class Levels(NamedTuple):
    """The areas that a place belongs to; the tree is ragged, so any may be missing."""

    community: Named | None = None
    street: Named | None = None
    district: Named | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies; `nearest` is told where `grid` is None, unless there are no grids."""

    grid: Named | None
    exclusive: list[Named]
    levels: Levels
    nearest: NearestGrid | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A current grid of a layer that owns points; `geom` is WKB in EPSG:4490."""

    id: int
    code: str
    name: str
    layer: str
    area_id: int
    geom: bytes


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area; `geom` is WKB in EPSG:4490, None for one that is retired or has no polygon."""

    id: int
    code: str
    name: str
    level: str
    path: str
    geom: bytes | None


class PlaceIndex:
    """Answers where points lie, by the rule of `place_of` in the database.

    It never changes once made, and may be asked by several threads at once.
    """

    def __init__(
        self, grids: Sequence[GridRow], areas: Sequence[AreaRow], number: int = -1
    ) -> None:
        """Index grids and areas as they are while the database's boundaries have a number."""
        self.number = number
        # What none owns is at -1.
        self._grid_ids = np.array([*(grid.id for grid in grids), 0], dtype=np.int64)
        self._grid_areas = np.array([*(grid.area_id for grid in grids), 0], dtype=np.int64)
        self._area_ids = np.array([*(area.id for area in areas), 0], dtype=np.int64)
        self._grids = [Named(grid.code, grid.name) for grid in grids]
        levels = _levels_by_area(areas)
        self._levels_of_grid = [levels[grid.area_id] for grid in grids]
        self._levels_of_area = [levels[area.id] for area in areas]
        self._grid_index = GridIndex(
            [grid.code for grid in grids],
            _polygons([grid.geom for grid in grids]),
            [grid.layer for grid in grids],
        )
        self._area_index = AreaIndex(
            [area.code for area in areas],
            _polygons([area.geom for area in areas]),
            [area.level for area in areas],
        )
        self.codes = self._grid_index.codes
        # The first question for the nearest makes that index: not while a client waits.
        self._grid_index.nearest(np.zeros(1), np.zeros(1))

    def owner(self, lon: Floats, lat: Floats) -> Positions:
        """Return the position in `codes` of each point's grid; NOWHERE (-1) for none and NaN."""
        return self._grid_index.owner(lon, lat)

    def place(self, lon: Floats, lat: Floats) -> tuple[Positions, Positions]:
        """Give the ids of each point's grid and area, 0 for none, as the triggers do."""
        owner = self._grid_index.owner(lon, lat)
        area_id = self._grid_areas[owner]
        homeless = np.flatnonzero(owner == NOWHERE)
        deepest = self._area_index.deepest(lon[homeless], lat[homeless])
        area_id[homeless] = self._area_ids[deepest]
        return self._grid_ids[owner], area_id

    def locate_one(self, lon: float, lat: float) -> Place:
        """Tell where one point lies: what `locate` tells, in a fraction of the time."""
        owner = self._grid_index.owner_at(lon, lat)
        exclusive = [self._grids[grid] for grid in self._grid_index.exclusive_at(lon, lat)]
        if owner == NOWHERE:
            return Place(None, exclusive, *next(self._outside(np.array([lon]), np.array([lat]))))
        return Place(self._grids[owner], exclusive, self._levels_of_grid[owner])

    def locate(self, lon: Floats, lat: Floats) -> list[Place]:
        """Tell where each point (EPSG:4490) lies."""
        owner = self._grid_index.owner(lon, lat)
        exclusive: list[list[Named]] = [[] for _ in range(owner.size)]
        for point, grid in zip(*self._grid_index.exclusive(lon, lat), strict=True):
            exclusive[point].append(self._grids[grid])
        outside = np.flatnonzero(owner == NOWHERE)
        homeless = iter(self._outside(lon[outside], lat[outside]) if outside.size else ())
        return [
            Place(self._grids[grid], exclusive[point], self._levels_of_grid[grid])
            if grid != NOWHERE
            else Place(None, exclusive[point], *next(homeless))
            for point, grid in enumerate(owner.tolist())
        ]

    def _outside(self, lon: Floats, lat: Floats) -> Iterator[tuple[Levels, NearestGrid | None]]:
        """Tell of points in no grid the areas, and the nearest grid."""
        areas = self._area_index.deepest(lon, lat)
        nearest, distance_m = self._grid_index.nearest(lon, lat)
        for area, grid, length_m in zip(
            areas.tolist(), nearest.tolist(), distance_m.tolist(), strict=True
        ):
            yield (
                Levels() if area == NOWHERE else self._levels_of_area[area],
                None if grid == NOWHERE else NearestGrid(self.codes[grid], length_m),
            )


def _levels_by_area(areas: Sequence[AreaRow]) -> dict[int, Levels]:
    by_id = {area.id: area for area in areas}
    return {
        area.id: Levels(
            **{
                above.level: Named(above.code, above.name)
                for above in (by_id[int(step)] for step in area.path.strip("/").split("/"))
                if above.level in Levels._fields
            }
        )
        for area in areas
    }


def _polygons(wkb: Sequence[bytes | None]) -> NDArray[np.object_]:
    return np.asarray(shapely.from_wkb(np.asarray(wkb, dtype=np.object_)), dtype=np.object_)

"""The ground of a place is found once for as long as the boundaries are the same."""

import asyncio

import numpy as np
import pytest
import shapely

from gis_gov.geo.arrays import Floats, Positions
from gis_gov.patrols.ground import TooWide, ground_of
from gis_gov.patrols.ground_memory import KEPT, GroundMemory

pytestmark = pytest.mark.anyio


class Halves:
    """A grid in the west of a meridian, another one in the east; each look is counted."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.looks = 0

    def place(self, lon: Floats, lat: Floats) -> tuple[Positions, Positions]:
        self.looks += 1
        grid_id = np.where(lon < self.at, 1, 2)
        return grid_id, np.full(len(lat), 7)


def square(n: int) -> shapely.Polygon:
    return shapely.box(113 + n * 0.01, 22, 113.01 + n * 0.01, 22.01)


async def test_who_asks_at_once_and_later_shares_it() -> None:
    memory, places = GroundMemory(), Halves(113.005)
    found = await asyncio.gather(*(memory.of(square(0), places) for _ in range(5)))
    assert places.looks == 1
    assert await memory.of(square(0), places) is found[0]
    expected = ground_of(square(0), places)
    assert found[0].cells.tolist() == expected.cells.tolist()
    assert {grid: len(cells) for grid, cells in found[0].by_grid.items()} == {
        grid: int((expected.grid_id == grid).sum()) for grid in (1, 2)
    }
    for grid, cells in found[0].by_grid.items():
        assert cells.tolist() == expected.cells[expected.grid_id == grid].tolist()


async def test_other_boundaries_have_another_ground() -> None:
    memory = GroundMemory()
    first = await memory.of(square(0), Halves(113.005))
    second = await memory.of(square(0), Halves(113.002))
    assert len(first.by_grid[1]) > len(second.by_grid[1]) > 0


async def test_of_many_places_the_last_are_kept() -> None:
    memory, places = GroundMemory(), Halves(113.005)
    for n in range(KEPT + 1):
        await memory.of(square(n), places)
    for n in range(1, KEPT + 1):
        await memory.of(square(n), places)
    assert places.looks == KEPT + 1
    await memory.of(square(0), places)
    assert places.looks == KEPT + 2


async def test_what_is_too_wide_is_said_each_time() -> None:
    memory, places = GroundMemory(), Halves(113.005)
    for _ in range(2):
        with pytest.raises(TooWide):
            await memory.of(shapely.box(100, 20, 120, 40), places)
    assert (await memory.of(square(0), places)).by_grid.keys() == {1, 2}

"""The cells of the places that were asked for last, in the memory of each process."""

import asyncio
from collections import OrderedDict
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.patrols.ground import Ground, Places, ground_of

KEPT: Final = 4
"""So many places; one of a whole district takes some 10 MB."""


class GroundMemory:
    """Finds the ground of a place once for as long as the boundaries are the same.

    That of a district takes a second, and each report of coverage asks for it.
    """

    def __init__(self) -> None:
        self._places: Places | None = None
        self._kept: OrderedDict[bytes, Ground] = OrderedDict()
        self._finding = asyncio.Lock()

    async def of(self, shape: BaseGeometry, places: Places) -> Ground:
        """Find the cells with their centre in polygons (EPSG:4490) and in a grid.

        Raises:
            TooWide: there are too many.

        """
        key = shapely.to_wkb(shape)
        # Whoever asks for the same meanwhile waits for it, and has it then.
        async with self._finding:
            if self._places is not places:
                self._places, self._kept = places, OrderedDict()
            ground = self._kept.pop(key, None)
            if ground is None:
                ground = await asyncio.to_thread(ground_of, shape, places)
            self._kept[key] = ground
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return ground

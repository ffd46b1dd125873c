"""Who waits for a tile that another one builds takes that, unless it is older than his question."""

import asyncio
from typing import cast

import pytest

from gis_gov.changes.feed import ChangeFeed
from gis_gov.changes.movement import Movement
from gis_gov.changes.versions import TileVersions
from gis_gov.geo.bbox import BBox
from gis_gov.geo.tile import tile_at
from gis_gov.tiles.layers import LAYERS
from gis_gov.tiles.memory import Built, TileMemory
from tests.tiles.district import SOUTH, WEST

pytestmark = pytest.mark.anyio


class Heard:
    """What is heard of writes, by hand."""

    def __init__(self) -> None:
        self.versions = TileVersions()

    def is_current(self) -> bool:
        return True


async def test_who_waits_takes_what_shows_all_that_was_known_as_he_asked() -> None:
    heard = Heard()
    memory = TileMemory(cast(ChangeFeed, heard), cast(Movement, None), 0)
    tile, layers = tile_at(WEST, SOUTH, 14), [LAYERS["grids"]]
    shown, gates = list[int](), [asyncio.Event() for _ in range(4)]
    written = 0

    async def build() -> bytes:
        shown.append(written)
        as_of = str(written).encode()
        await gates[len(shown) - 1].wait()
        return as_of

    def ask() -> asyncio.Task[Built]:
        return asyncio.create_task(memory.get("viewer", layers, tile, build))

    async def write() -> None:
        nonlocal written
        await asyncio.sleep(0)  # whoever was to ask has asked
        written += 1
        heard.versions.add("grid", BBox(WEST, SOUTH, WEST, SOUTH))

    before = [ask(), ask(), ask()]
    await write()
    between = [ask(), ask()]
    await write()
    after = [ask(), ask()]
    await asyncio.sleep(0)
    for gate in gates:
        gate.set()
    told = [[int((await each).body) for each in asked] for asked in (before, between, after)]
    # Whoever asked after a write is shown it, and no tile is built for each of those who wait.
    assert told[0] == [0, 0, 0]
    assert min(told[1]) >= 1
    assert told[2] == [2, 2]
    assert len(shown) == 2

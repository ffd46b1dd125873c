"""Edits, loads and reads at once, at two servers: no answer tells a wrong count or an old tile.

Each answer is checked by itself, by what holds at every moment: people, addresses and things come
by whole turns only, whoever moves them and whatever edge between grids moves, and what lies in the
grids is all there is; what a server has told it does not take back; points that are asked for at
once are of one moment. A tile of grids, their labels, addresses, events, points of interest or
what a camera sees is of one turn, with the place of that turn; tiles of persons, addresses,
houses, enterprises, cameras and centres, the hexagons of a heat map and a file are of whole ones.
None is older than what the server has announced on the live stream, nor than what was committed
before that. In the end all of it is what the database says in one snapshot.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from itertools import product
from pathlib import Path

import psycopg
import pytest

from tests.live import village_things
from tests.live.conftest import Servers
from tests.live.listening import listening
from tests.live.village import AREA, EDITED, GONE, LAT, LON, WORLD, Village
from tests.live.village_onlooker import Onlooker
from tests.live.village_reader import Reader

pytestmark = pytest.mark.anyio

WRITTEN_FOR_S = 8.0


@pytest.fixture
async def village(servers: Servers, tmp_path: Path) -> AsyncIterator[Village]:
    with psycopg.connect(servers.url) as conn:
        conn.execute(WORLD)
        conn.execute(village_things.FIRST)
    made = Village(servers, tmp_path)
    made.pois.take(made.load_pois)
    yield made
    made.until = 0.0
    made.hands.shutdown()  # whoever writes ends with what he has begun
    for statement in (*village_things.GONE, *GONE):
        servers.execute(statement)


async def readers_of(village: Village, stack: AsyncExitStack) -> list[Reader]:
    """Make four readers at each server; what is marked and noted is heard by each."""
    readers: list[Reader] = []
    for server, kind in product((0, 1), (Reader, Reader, Reader, Onlooker)):
        client = await stack.enter_async_context(village.servers.client("commander", server=server))
        live = await stack.enter_async_context(
            listening(client, kinds="event,address,grid", within=AREA)
        )
        readers.append(kind(village, client, live))
    return readers


async def test_no_count_is_wrong_and_no_tile_is_old(village: Village) -> None:
    async with AsyncExitStack() as stack:
        editors = [
            await stack.enter_async_context(
                village.servers.client("commander", "editor", server=server)
            )
            for server in (0, 1)
        ]
        sent = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [LON + 0.004, LAT]},
            "properties": {"code": EDITED, "name": "1"},
        }
        made = await editors[0].post("/collections/pois/items", json=sent)
        assert made.status_code == 201, made.text
        village.edits = 1
        readers = await readers_of(village, stack)
        for reader in readers:
            await reader.wait_for_latest()
        village.until = time.monotonic() + WRITTEN_FOR_S
        async with asyncio.TaskGroup() as at_once:
            for drawing, counting, placing, looking_on in (readers[:4], readers[4:]):
                at_once.create_task(
                    drawing.go_on(drawing.read_grid_tiles, drawing.read_marked_tiles)
                )
                at_once.create_task(
                    counting.go_on(counting.read_grids, counting.read_totals, counting.read_events)
                )
                at_once.create_task(placing.go_on(placing.read_places, placing.locate))
                assert isinstance(looking_on, Onlooker)
                at_once.create_task(looking_on.go_on(*looking_on.readings()))
            at_once.create_task(village.edit(editors))
            for write in (
                village.move_persons,
                village.move_edge,
                village.move_points,
                village.go_on_loading_pois,
                village.go_on_loading_people,
                partial(village_things.add_things, village),
                partial(village_things.note, village),
            ):
                at_once.create_task(village.by_hand(write))
        assert village.is_enough()
        assert all(reader.answers > 5 for reader in readers)
        for reader in readers:
            reader.hear_live()
            assert reader.notes > 3
            assert all(reader.told[what] > 1 for what in village.done())
        for reader in readers:
            await reader.wait_for_latest()
            before = reader.unchanged
            await reader.read_places()
            assert reader.unchanged == before + 1
            await reader.read_grids()
            await reader.read_totals()
            await reader.read_events()
            await reader.locate()
            await reader.agree()
            if isinstance(reader, Onlooker):
                await reader.agree_on_things()

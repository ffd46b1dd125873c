"""The live stream of a place or a box: what happens there, also when the place itself changes."""

import asyncio
from collections.abc import Iterator
from typing import LiteralString

import httpx
import pytest

from tests.live.conftest import EAST_POINT, WEST_POINT, Servers
from tests.live.listening import Listening, listening
from tests.registry.conftest import EAST, WEST

pytestmark = pytest.mark.anyio

STREETS = ("440199003000", "440199004000")
MOVE_AREA = """
    update area set parent_id = (select id from area where code = %s) where code = %s
"""
ADD_PLACE: dict[str, LiteralString] = {
    "area": """
        insert into area (id, code, name, level, parent_id) values (109, %s, 'x', 'street', 1)
    """,
    "grid": """
        insert into grid (id, code, name, layer, area_id, geom)
        select
            109, %s, 'x', 'exclusive', id, st_multi(st_makeenvelope(113.1, 22, 113.11, 22.01, 4490))
        from area where id = 2
    """,
}
REMOVE_PLACE: dict[str, LiteralString] = {
    "area": "delete from area where code = %s",
    "grid": "delete from grid where code = %s",
}


@pytest.fixture
def streets(servers: Servers) -> Iterator[Servers]:
    """Two more areas, to which the west can move; it is back after the test."""
    servers.execute(
        "insert into area (id, code, name, level, parent_id)"
        " select 100 + n, code, code, 'street', 1"
        " from unnest(%s::text[]) with ordinality as s (code, n)",
        list(STREETS),
    )
    yield servers
    servers.execute(MOVE_AREA, "440199000000", WEST)
    servers.execute("delete from area where code = any(%s)", list(STREETS))


async def test_a_place_and_a_box(servers: Servers, commander: httpx.AsyncClient) -> None:
    west = ",".join(map(str, (*WEST_POINT, *WEST_POINT)))
    async with (
        listening(commander, kinds="event", within="440199001002") as area,
        listening(commander, kinds="event", within="440199001002101") as grid,
        listening(commander, kinds="event", bbox=west) as box,
    ):
        servers.add_event("outside")
        servers.add_event("inside", WEST_POINT)
        for heard in (area, grid, box):
            await heard.message("event", code="inside")
        servers.execute(
            "update event set geom = st_point(%s, %s, 4490) where code = 'inside'", *EAST_POINT
        )
        for heard in (area, grid, box):
            await heard.message("event", code="inside", gone=True)
            assert "outside" not in [each.data.get("code") for each in heard.messages]


async def test_a_place_is_followed_where_it_goes(
    commander: httpx.AsyncClient, streets: Servers
) -> None:
    async with listening(commander, kinds="event", within=WEST) as heard:
        for street in STREETS:
            streets.execute(MOVE_AREA, street, WEST)
            await asyncio.sleep(0.3)  # until it is known of
            streets.add_event(f"moved to {street}", WEST_POINT)
            await heard.message("event", code=f"moved to {street}")
        assert not heard.ended


async def test_what_comes_into_a_place_is_followed(
    commander: httpx.AsyncClient, streets: Servers
) -> None:
    async with listening(commander, kinds="event", within=STREETS[0]) as heard:
        streets.execute(MOVE_AREA, STREETS[0], WEST)
        await heard.message("reset")
        streets.add_event("came along", WEST_POINT)
        await heard.message("event", code="came along")
        streets.execute(MOVE_AREA, STREETS[1], WEST)
        await heard.message("reset")
        streets.add_event("went away", WEST_POINT)
        await asyncio.sleep(0.3)
        assert heard.names() == []


@pytest.mark.parametrize("table", ["area", "grid"])
async def test_it_ends_with_its_place(
    servers: Servers, commander: httpx.AsyncClient, table: str
) -> None:
    code = f"{EAST}909"
    servers.execute(ADD_PLACE[table], code)
    async with listening(commander, within=code) as heard:
        servers.execute(REMOVE_PLACE[table], code)
        await heard.end()
        assert heard.is_whole
    assert (await commander.get("/live", params={"within": code})).status_code == 404


async def test_what_is_on_no_map_is_told_of_in_no_box(
    servers: Servers, commander: httpx.AsyncClient
) -> None:
    servers.execute("insert into event (code, reported_at) values ('unplaced', now())")
    async with listening(commander, kinds="event", bbox="113,22,113.2,22.1") as heard:
        servers.execute("update event set title = 't' where code = 'unplaced'")
        servers.add_event("placed")
        await heard.until(lambda: heard.names() and heard.messages[-1].data.get("code") == "placed")
        assert "unplaced" not in [each.data.get("code") for each in heard.messages]
        servers.execute("update event set geom = null where code = 'placed'")
        await heard.message("event", code="placed", gone=True)
        servers.execute("update event set geom = st_point(113.1, 22, 4490) where code = 'unplaced'")
        await heard.message("event", code="unplaced", gone=False)


async def layers_with(heard: Listening, name: str) -> list[str]:
    """Wait for tiles of a layer, and return all that are told of at once."""
    while name not in (layers := (await heard.message("tiles")).data["layers"]):
        pass
    return layers


async def test_tiles_are_told_of_that_are_drawn_otherwise(
    servers: Servers, commander: httpx.AsyncClient
) -> None:
    async with listening(commander, kinds="tiles") as heard, listening(commander) as without:
        servers.add_event("drawn", EAST_POINT)
        told = (await heard.message("tiles")).data
        assert told["layers"] == ["events"]
        west, south, east, north = told["bbox"]
        assert west <= EAST_POINT[0] <= east
        assert south <= EAST_POINT[1] <= north
        servers.execute("update address set full_text = full_text || '甲' where code = 'B1'")
        assert "persons" in await layers_with(heard, "addresses")
        assert set(heard.names()) <= {"tiles"}
        await without.message("event", code="drawn")
    assert "tiles" not in without.names()


async def test_tiles_of_layers_that_one_may_not_see_are_not_told_of(servers: Servers) -> None:
    async with servers.client("editor") as editor, listening(editor, kinds="tiles") as heard:
        servers.execute("update address set full_text = full_text || '乙' where code = 'B1'")
        assert "persons" not in await layers_with(heard, "addresses")

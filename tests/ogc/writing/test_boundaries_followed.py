"""What is drawn is followed at once: by places, counts, `/locate`, tiles, rings, and rights."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from gis_gov.geo.tile import tile_at
from tests.ogc.writing.conftest import Site
from tests.ogc.writing.drawing import (
    AREAS,
    DISTRICT,
    GRIDS,
    LEFT,
    RIGHT,
    as_it_was,
    drawn,
    land,
    redrawn,
    strip,
)
from tests.ogc.writing.test_following import eventually
from tests.registry.conftest import EAST

__all__ = ["as_it_was", "land"]
LON, LAT = 113.16, 22.05
TILE = tile_at(LON, LAT, 13)


async def counted(client: httpx.AsyncClient, level: str) -> dict[str | None, dict[str, int]]:
    """Return persons and addresses of each grid or area in the east, by code; None for no grid."""
    asked = {"measures": "persons,addresses", "level": level, "within": EAST}
    answer = await client.get("/statistics", params=asked)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    return {each["code"]: {name: each[name] for name in ("persons", "addresses")} for each in rows}


async def test_an_edge_that_is_moved_is_followed(as_it_was: Site) -> None:
    async with as_it_was.surveyor() as draws, as_it_was.client("commander") as reads:

        async def located() -> str | None:
            answer = await reads.get("/locate", params={"lon": LON, "lat": LAT})
            told = answer.json()["grid"]
            return told and told["code"]

        async def tile() -> str:
            answer = await reads.get(f"/tiles/grids/{TILE.z}/{TILE.x}/{TILE.y}.mvt")
            assert answer.status_code == 200
            return answer.headers["etag"]

        def is_now(
            asked: Callable[[], Awaitable[Any]], wanted: Any
        ) -> Callable[[], Awaitable[bool]]:
            async def holds() -> bool:
                return await asked() == wanted

            return holds

        whole = await counted(reads, "community")
        before, drawn_before = await counted(reads, "grid"), await tile()
        assert await located() == RIGHT
        assert (await redrawn(draws, f"{GRIDS}/{RIGHT}", strip(113.17, 113.2))).status_code == 200
        between = await counted(reads, "grid")
        assert between[RIGHT]["addresses"] < before[RIGHT]["addresses"]
        assert between[LEFT] == before[LEFT]
        # What lies in no grid is told, and lies in the community still.
        assert between[None]["addresses"] > 0
        assert await counted(reads, "community") == whole
        await eventually(is_now(located, None))
        assert (await redrawn(draws, f"{GRIDS}/{LEFT}", strip(113.1, 113.17))).status_code == 200
        after = await counted(reads, "grid")
        assert await counted(reads, "community") == whole
        for name in ("persons", "addresses"):
            assert sum(each[name] for each in after.values()) == whole[EAST][name]
            assert after[LEFT][name] > before[LEFT][name]
        await eventually(is_now(located, LEFT))
        listed = await reads.get("/collections/addresses/items/Z30")
        assert listed.json()["properties"]["grid_code"] == LEFT

        async def is_drawn_anew() -> bool:
            return await tile() != drawn_before

        await eventually(is_drawn_anew)


async def test_rights_follow_the_boundaries(as_it_was: Site) -> None:
    async with (
        as_it_was.surveyor(area=DISTRICT) as draws,
        as_it_was.client("commander", grid=RIGHT) as worker,
        as_it_was.client("commander", area=EAST) as of_the_east,
    ):
        url = "/collections/addresses/items/Z30"
        assert (await worker.get(url)).status_code == 200
        assert (await redrawn(draws, f"{GRIDS}/{RIGHT}", strip(113.17, 113.19))).status_code == 200
        assert (await worker.get(url)).status_code == 404
        assert (await of_the_east.get(url)).status_code == 200
        assert (await redrawn(draws, f"{AREAS}/{EAST}", strip(113.1, 113.19))).status_code == 200
        assert (await of_the_east.get("/collections/addresses/items/Z48")).status_code == 404
        sent = drawn(None, code=f"{EAST[:9]}009", name="南社区", parent_code=DISTRICT)
        assert (await draws.post(AREAS, json=sent)).status_code == 201
        grid = drawn(strip(113.191, 113.2), code=f"{EAST[:9]}009101", area_code=f"{EAST[:9]}009")
        assert (await draws.post(GRIDS, json=grid)).status_code == 201
        assert (await of_the_east.get("/collections/addresses/items/Z48")).status_code == 404

"""What is written over HTTP is followed as from any writer: by tiles, nearby and counts."""

import asyncio
from collections.abc import Awaitable, Callable

import mapbox_vector_tile

from gis_gov.geo.tile import tile_at
from tests.ogc.writing.conftest import Site, feature

LON, LAT = 113.1723, 22.0811
TILE = tile_at(LON, LAT, 16)
PATH = f"/tiles/cameras/{TILE.z}/{TILE.x}/{TILE.y}.mvt"


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds; a server hears of a write within milliseconds."""
    for _ in range(100):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it is not followed")


async def test_tiles_nearby_and_counts_follow(site: Site) -> None:
    async with site.editor() as client:

        async def drawn() -> int:
            answer = await client.get(PATH)
            told = mapbox_vector_tile.decode(answer.content) if answer.content else {}
            return sum(len(layer["features"]) for layer in told.values())

        async def near() -> set[str]:
            asked = {"lon": LON, "lat": LAT, "radius": 30}
            answer = await client.get("/nearby", params=asked)
            assert answer.status_code == 200, answer.text
            return {each["properties"]["code"] for each in answer.json()["features"]}

        async def has(*codes: str) -> bool:
            return await drawn() == len(codes) and await near() == set(codes)

        def counted() -> list[tuple[object, ...]]:
            return site.execute(
                "select coalesce(sum(count), 0)::int from tally"
                " where layer like '%%cameras' and area_id = 2"
            )

        ((before,),) = counted()
        await eventually(has)
        sent = feature([LON, LAT], code="NEW", name="新")
        made = await client.post("/collections/cameras/items", json=sent)
        assert made.status_code == 201, made.text
        await eventually(lambda: has("NEW"))
        assert counted() == [(int(str(before)) + 1,)]
        away = {"geometry": {"type": "Point", "coordinates": [113.15, 22.02]}}
        assert (await client.patch(made.headers["location"], json=away)).status_code == 200
        await eventually(has)
        back = {"geometry": {"type": "Point", "coordinates": [LON, LAT]}}
        assert (await client.patch(made.headers["location"], json=back)).status_code == 200
        await eventually(lambda: has("NEW"))
        assert (await client.delete(made.headers["location"])).status_code == 204
        await eventually(has)
        assert counted() == [(before,)]

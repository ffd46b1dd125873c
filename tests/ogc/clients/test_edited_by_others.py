"""What QGIS moves in a table, or psql in statements of the same form, all that is told follows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import mapbox_vector_tile
import psycopg
import pytest
import shapely
from psycopg import sql
from shapely.geometry import box, mapping

from gis_gov.geo.tile import tile_at
from tests.conftest import TestServer
from tests.dashboard.conftest import serving
from tests.ogc.clients.running_qgis import require_qgis, run_qgis
from tests.signed_in import NO_RATES, every_right
from tests.tiles.district import write_world

pytestmark = pytest.mark.anyio

Moves = dict[str, dict[str, tuple[float, float]]]
WITHIN_S = 2.0
THERE = (113.3253, 22.9553)
MOVES: Moves = {"resource": {"O1": THERE}, "address": {"A0": THERE, "A1": THERE}}
LIVE_THERE = "select count(*) from person where address_id in (1, 2)"


@pytest.fixture
def district_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        write_world(url)
        yield url


@pytest.fixture
async def readers(district_url: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients of two servers, who have read the old state."""
    shown = every_right(district_url)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=stack.enter_context(serving(district_url, None, **NO_RATES))[0],
                    headers=shown,
                    timeout=30,
                )
            )
            for _ in range(2)
        ]
        for client in clients:
            assert await told(client) == (0, 0, 0, 0, 0)
        yield clients


def by_sql(url: str, moves: Moves, _folder: Path) -> None:
    """Write what QGIS's provider writes: a prepared update by the key, a transaction a layer."""
    for table, points in moves.items():
        name = sql.Identifier(table)
        with psycopg.connect(url) as conn:
            for code, (lon, lat) in points.items():
                find = sql.SQL("select id from public.{} where code = %s").format(name)
                row = conn.execute(find, [code]).fetchone()
                assert row
                conn.execute(
                    sql.SQL(
                        "update public.{} set geom = st_geomfromwkb(%s::bytea, 4490) where id = %s"
                    ).format(name),
                    [shapely.to_wkb(shapely.Point(lon, lat)), row[0]],
                    prepare=True,
                )


def by_qgis(url: str, moves: Moves, folder: Path) -> None:
    script = Path(__file__).with_name("qgis_editing.py")
    said = run_qgis(script, {"database_url": url, "moves": moves}, folder)
    assert said == {table: [] for table in moves}


async def told(client: httpx.AsyncClient) -> tuple[int, ...]:
    """Count what each way of asking tells of the place: in clusters, singly, nearby, in a shape."""
    lon, lat = THERE
    around = box(lon - 0.0002, lat - 0.0002, lon + 0.0002, lat + 0.0002)
    found = await client.get(
        "/nearby", params={"lon": lon, "lat": lat, "radius": 5, "kinds": "poi"}
    )
    affected = await client.post("/affected", json={"geometry": mapping(around)})
    bbox = ",".join(map(str, around.bounds))
    heat = await client.get("/heatmap", params={"layer": "persons", "bbox": bbox, "f": "json"})
    return (
        len(found.raise_for_status().json()["features"]),
        affected.raise_for_status().json()["counts"]["persons"],
        sum(heat.raise_for_status().json()["cells"].values()),
        await drawn(client, "persons", 15),
        await drawn(client, "pois", 16),
    )


async def drawn(client: httpx.AsyncClient, layer: str, zoom: int) -> int:
    """Add up what the tile over the place counts within a few metres of it."""
    tile, part = tile_at(*THERE, zoom), tile_at(*THERE, zoom + 5)
    answer = await client.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt")
    layers = mapbox_vector_tile.decode(answer.raise_for_status().content).values()
    here = (part.x - tile.x * 32, part.y - tile.y * 32)
    return sum(
        feature["properties"]["count"]
        for each in layers
        for feature in each["features"]
        for x, y in [feature["geometry"]["coordinates"]]
        if (x // 128, (4096 - y) // 128) == here
    )


@pytest.mark.parametrize("write", [by_sql, by_qgis])
async def test_all_that_is_told_follows(
    district_url: str,
    readers: list[httpx.AsyncClient],
    tmp_path: Path,
    write: Callable[[str, Moves, Path], None],
) -> None:
    if write is by_qgis:
        require_qgis()
    with psycopg.connect(district_url) as conn:
        row = conn.execute(LIVE_THERE).fetchone()
    assert row
    persons = row[0]
    assert persons > 1
    await asyncio.to_thread(write, district_url, MOVES, tmp_path)
    for client in readers:
        async with asyncio.timeout(WITHIN_S):
            while True:
                if await told(client) == (1, persons, persons, persons, 1):
                    break
                await asyncio.sleep(0.02)

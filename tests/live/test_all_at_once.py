"""Edits, loads and reads at once, at two servers: no answer tells a wrong count or an old tile.

Each answer is checked by itself, by what holds at every moment: nobody comes to the village or
leaves it, nor an event, whoever moves what; the rows of a file are all of one load; what a server
has told it does not take back; points that are asked for at once are of one moment. In the end all
of it is what the database says in one snapshot.
"""

import asyncio
import csv
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
from psycopg import sql
from shapely.geometry import box, mapping

from gis_gov.geo.tile import Tile, tile_at
from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from tests.live.conftest import Servers
from tests.live.listening import WITHIN_S
from tests.sealed import SEALER

pytestmark = pytest.mark.anyio

WEST, SOUTH, EAST, NORTH = 114.0, 22.0, 114.1, 22.1
LON, LAT = 114.0455, 22.0505
AREA, EDITED = "440199001003", "village-edited"
PERSONS, ADDRESSES, LOADED, EVENTS = 120, 40, 30, 60
WRITTEN_FOR_S = 6.0
LONGER_S = 30.0
WORLD = """
    insert into area (id, code, name, level, parent_id, geom) values
    (1003, '440199001003', '新社区', 'community', 1,
     st_multi(st_makeenvelope(114, 22, 114.1, 22.1, 4490)));
    insert into grid (id, code, name, area_id, geom) values
    (1001, '440199001003101', '一', 1003, st_multi(st_makeenvelope(114, 22, 114.05, 22.1, 4490))),
    (1002, '440199001003102', '二', 1003, st_multi(st_makeenvelope(114.05, 22, 114.1, 22.1, 4490)));
    insert into address (id, code, full_text, level, geom)
    select 1000 + n, 'village-' || n, '村路' || n || '号', 50,
        st_point(114.001 + n * 0.002, 22.001 + (n * 7 % 40) * 0.002, 4490)
    from generate_series(1, 40) as n;
    insert into person (code, name, person_class, address_id)
    select 'villager-' || n, '人', (array['service', 'other'])[1 + n % 2], 1001 + n % 40
    from generate_series(1, 120) as n;
    insert into event (code, reported_at, geom)
    select 'village-' || n, now(),
        st_point(114.001 + n * 0.0016, 22.001 + (n * 11 % 60) * 0.0016, 4490)
    from generate_series(1, 60) as n;
"""
MOVE_POINTS = """
    update {} as t set geom = st_point(p.lon, p.lat, 4490)
    from unnest(%s::text[], %s::float8[], %s::float8[]) as p (code, lon, lat)
    where t.code = p.code
"""
COUNT_ALL = """
    select
        (select count(*) from person where code like 'villager-%'),
        (select count(*) from event where code like 'village-%' and geom is not null),
        (
            select jsonb_object_agg(g.code, (
                select count(*) from person as p
                inner join address as a on a.id = p.address_id
                where a.code like 'village-%' and st_covers(g.geom, a.geom)
                and not exists (
                    select from grid as lower
                    where lower.code < g.code and st_covers(lower.geom, a.geom)
                )
            ))
            from grid as g where g.id in (1001, 1002)
        )
"""
MOVE_PERSONS = """
    update person set address_id = %s where code = any(%s);
"""
LEAVE_AND_COME_BACK = """
    with gone as (delete from person where code = %s returning *)
    insert into person (code, name, person_class, address_id)
    select code, name, person_class, %s from gone
"""
MOVE_EDGE = """
    update grid as g set geom = st_multi(st_makeenvelope(e.west, 22, e.east, 22.1, 4490))
    from (values (1001, 114.0, %s), (1002, %s, 114.1)) as e (id, west, east)
    where g.id = e.id
"""


@dataclass
class Village:
    """The servers, how often something was edited and loaded, and until when it goes on."""

    servers: Servers
    file: Path
    edits: int = 0
    loads: int = 0
    moves: int = 0
    until: float = 0.0

    def goes_on(self) -> bool:
        """For the time that is set, and on a busy machine until enough was written."""
        left_s = self.until - time.monotonic()
        return left_s > 0 or (left_s > -LONGER_S and not (self.edits > 3 and self.loads > 1))

    def load(self) -> None:
        """Load the file of points of interest, named after the load."""
        turn = self.loads + 1
        with self.file.open("w", newline="", encoding="utf-8") as text:
            table = csv.writer(text)
            table.writerow(["code", "kind", "name", "lon", "lat"])
            for n in range(LOADED):
                at = (LON + n % 6 * 0.0005, LAT + n // 6 * 0.0005)
                table.writerow([f"village-loaded-{n}", "poi", str(turn), *at])
        with psycopg.connect(self.servers.url, autocommit=True) as conn:
            told = LoadOptions.told(crs="EPSG:4490")
            report = load("resources", [self.file], told, conn, SEALER)
        assert report.balanced
        self.loads = turn

    def move_persons(self) -> None:
        """Move people by SQL, and let one leave and come back in one transaction."""
        chance = np.random.default_rng(5)
        with psycopg.connect(self.servers.url) as conn:
            while self.goes_on():
                codes = [f"villager-{n}" for n in chance.integers(1, PERSONS + 1, 10)]
                to = 1000 + int(chance.integers(1, ADDRESSES + 1))
                conn.execute(MOVE_PERSONS, [to, codes])
                conn.execute(LEAVE_AND_COME_BACK, [codes[0], to])
                conn.commit()

    def move_edge(self) -> None:
        """Move the edge that the two grids share."""
        chance = np.random.default_rng(6)
        with psycopg.connect(self.servers.url) as conn:
            while self.goes_on():
                edge = round(chance.uniform(114.02, 114.08), 6)
                conn.execute(MOVE_EDGE, [edge, edge])
                conn.commit()
                time.sleep(0.05)

    def move_points(self) -> None:
        """Move addresses, with all who live there, and events by SQL: their cells are gone then."""
        chance = np.random.default_rng(8)
        with psycopg.connect(self.servers.url) as conn:
            while self.goes_on():
                for table, count in (("address", ADDRESSES), ("event", EVENTS)):
                    numbers = np.sort(chance.choice(count, 5, replace=False)) + 1
                    lon, lat = chance.uniform((114.001, 22.001), (114.099, 22.099), (5, 2)).T
                    codes = [f"village-{n}" for n in numbers]
                    move = sql.SQL(MOVE_POINTS).format(sql.Identifier(table))
                    conn.execute(move, [codes, lon.tolist(), lat.tolist()])
                    conn.commit()
                    self.moves += 1
                time.sleep(0.02)

    def go_on_loading(self) -> None:
        while self.goes_on():
            self.load()

    async def edit(self, clients: list[httpx.AsyncClient]) -> None:
        """Rename a point of interest and move a house's address, by both servers in turn."""
        chance = np.random.default_rng(7)
        while self.goes_on():
            client = clients[self.edits % len(clients)]
            turn = {"properties": {"name": str(self.edits + 1)}}
            done = await client.patch(f"/collections/pois/items/{EDITED}", json=turn)
            assert done.status_code == 200, done.text
            self.edits += 1
            point = [round(chance.uniform(114.01, 114.09), 6), round(chance.uniform(22, 22.1), 6)]
            moved = {"geometry": {"type": "Point", "coordinates": point}}
            code = f"village-{chance.integers(1, ADDRESSES + 1)}"
            done = await client.patch(f"/collections/addresses/items/{code}", json=moved)
            assert done.status_code == 200, done.text


@dataclass
class Reader:
    """Somebody who reads at one server, and remembers what it told."""

    village: Village
    client: httpx.AsyncClient
    answers: int = 0
    unchanged: int = 0
    etag: str = ""
    heard: tuple[int, int] = (0, 0)
    drawn: tuple[int, int] = (0, 0)

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        self.answers += 1
        return answer.json()

    async def read_counts(self) -> None:
        """Whatever way it is counted, the village has its people, once each."""
        told = await self.get("/statistics", measures="persons", level="grid", within=AREA)
        assert told["total"]["persons"] == PERSONS
        assert sum(row["persons"] for row in told["rows"]) == PERSONS
        bbox = f"{WEST},{SOUTH},{EAST},{NORTH}"
        told = await self.get("/heatmap", layer="persons", bbox=bbox, resolution=9, f="json")
        assert sum(told["cells"].values()) == PERSONS
        told = await self.get("/collections/persons/items", area_code=AREA, limit=1)
        assert told["numberMatched"] == PERSONS
        told = await self.get(
            "/statistics/categories", measure="persons", by="person_class", within=AREA
        )
        assert sum(row["count"] for row in told["rows"]) == told["total"] == PERSONS
        shape = {"geometry": mapping(box(WEST, SOUTH, EAST, NORTH))}
        told = (await self.client.post("/affected", json=shape)).json()
        assert told["counts"]["persons"] == PERSONS
        assert sum(grid["counts"]["persons"] for grid in told["grids"]) == PERSONS
        assert told["counts"]["vulnerable_persons"] == PERSONS // 2
        for layer, count in (("persons", PERSONS), ("events", EVENTS)):
            far_out = await self.tile(layer, tile_at(LON, LAT, 8))
            assert sum(each["count"] for each in far_out) == count

    async def read_events(self) -> None:
        """Whoever moves them by SQL, the village has its events, with their cells and without."""
        told = await self.get("/statistics", measures="events", within=AREA)
        assert told["total"]["events"] == EVENTS
        bbox = f"{WEST},{SOUTH},{EAST},{NORTH}"
        told = await self.get("/heatmap", layer="events", bbox=bbox, resolution=9, f="json")
        assert sum(told["cells"].values()) == EVENTS
        # What has no place is in each box: other tests may have left some.
        told = await self.get("/collections/events/items", bbox=bbox, area_code=AREA, limit=1)
        assert told["numberMatched"] == EVENTS

    async def locate(self) -> None:
        """Of points along a line all are of one moment: one edge parts them, wherever it lies."""
        points = [[west, 22.05] for west in np.linspace(114.01, 114.09, 41).round(6).tolist()]
        answer = await self.client.post("/locate", json={"points": points})
        assert answer.status_code == 200, answer.text
        self.answers += 1
        codes = [each["grid"]["code"] for each in answer.json()["results"]]
        first = codes.count(f"{AREA}101")
        assert 0 < first < len(codes)
        assert codes == [f"{AREA}101"] * first + [f"{AREA}102"] * (len(codes) - first)

    async def agree(self) -> None:
        """Tell of each grid what the database counts in one snapshot, point by point."""
        ((persons, events, by_grid),) = self.village.servers.execute(COUNT_ALL)
        assert (persons, events) == (PERSONS, EVENTS)
        told = await self.get("/statistics", measures="persons", level="grid", within=AREA)
        assert {row["code"]: row["persons"] for row in told["rows"]} == by_grid
        edge = self.village.servers.execute("select st_xmax(geom) from grid where id = 1001")[0][0]
        for lon, code in ((edge - 1e-6, 101), (edge, 101), (edge + 1e-6, 102)):
            told = await self.get("/locate", lon=lon, lat=22.05)
            assert told["grid"]["code"] == f"{AREA}{code}"

    async def wait_for(self, edits: int, loads: int) -> None:
        """Read until the server tells of so many edits and loads, by nearby and by tile."""
        async with asyncio.timeout(WITHIN_S):
            while EDITED not in await self.near():
                continue
            while self.drawn != (edits, loads):
                await self.read_places()

    async def near(self) -> dict[str, str]:
        near = await self.get("/nearby", lon=LON, lat=LAT, radius=1000, kinds="poi", limit=100)
        told = [each["properties"] for each in near["features"]]
        return {each["code"]: each["name"] for each in told}

    async def read_places(self) -> None:
        """The tile is never older than what the server has told before, by whatever way."""
        heard = self.turns(await self.near())
        assert all(np.greater_equal(heard, self.heard))
        self.heard = heard
        tile = tile_at(LON, LAT, 14)
        path = f"/tiles/pois/{tile.z}/{tile.x}/{tile.y}.mvt"
        answer = await self.client.get(path, headers={"if-none-match": self.etag})
        assert answer.status_code in {200, 304}
        self.answers += 1
        if answer.status_code == 304:
            self.unchanged += 1
        else:
            self.etag = answer.headers["etag"]
            before, self.drawn = (
                self.drawn,
                self.turns({each["code"]: each["name"] for each in properties(answer.content)}),
            )
            assert all(np.greater_equal(self.drawn, before))
        assert all(np.greater_equal(self.drawn, heard)), "it was known, and the old one is drawn"

    def turns(self, names: dict[str, str]) -> tuple[int, int]:
        """Return of which edit, and of which load, what was told is; a load is told as a whole."""
        loaded = {name for code, name in names.items() if code.startswith("village-loaded-")}
        assert len(names) == LOADED + 1
        assert len(loaded) == 1, "half of a file"
        return int(names[EDITED]), int(loaded.pop())

    async def tile(self, layer: str, tile: Tile) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt")
        assert answer.status_code == 200, answer.text
        self.answers += 1
        return properties(answer.content)

    async def go_on(self, *readings: Any) -> None:
        while self.village.goes_on():
            for reading in readings:
                await reading()


def properties(tile: bytes) -> list[dict[str, Any]]:
    """Return what a tile tells of its features."""
    layers = mapbox_vector_tile.decode(tile).values()
    return [feature["properties"] for layer in layers for feature in layer["features"]]


@pytest.fixture
async def village(servers: Servers, tmp_path: Path) -> AsyncIterator[Village]:
    with psycopg.connect(servers.url) as conn:
        conn.execute(WORLD)
    made = Village(servers, tmp_path / "pois.csv")
    made.load()
    yield made
    made.until = 0.0
    await asyncio.sleep(1)  # whoever writes ends with what he has begun
    servers.execute("delete from person where code like 'villager-%'")
    servers.execute("delete from address where code like 'village-%'")
    servers.execute("delete from event where code like 'village-%'")
    servers.execute("delete from resource where code like 'village-%'")
    servers.execute("delete from grid where id > 1000")
    servers.execute("delete from area where id = 1003")


async def test_no_count_is_wrong_and_no_tile_is_old(village: Village) -> None:
    servers = village.servers
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(servers.client("commander", "editor", server=server))
            for server in (0, 1)
        ]
        sent = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [LON + 0.004, LAT]},
            "properties": {"code": EDITED, "name": "1"},
        }
        made = await clients[0].post("/collections/pois/items", json=sent)
        assert made.status_code == 201, made.text
        village.edits = 1
        readers = [Reader(village, client) for client in clients for _ in range(2)]
        for reader in readers:
            await reader.wait_for(village.edits, village.loads)
        village.until = time.monotonic() + WRITTEN_FOR_S
        async with asyncio.TaskGroup() as at_once:
            for reader in readers[::2]:
                at_once.create_task(reader.go_on(reader.read_places))
            for reader in readers[1::2]:
                at_once.create_task(
                    reader.go_on(reader.read_counts, reader.read_events, reader.locate)
                )
            at_once.create_task(village.edit(clients))
            for writer in (
                village.move_persons,
                village.move_edge,
                village.move_points,
                village.go_on_loading,
            ):
                at_once.create_task(asyncio.to_thread(writer))
        assert village.edits > 3
        assert village.loads > 1
        assert village.moves > 3
        assert all(reader.answers > 5 for reader in readers)
        for reader in readers:
            await reader.wait_for(village.edits, village.loads)
            before = reader.unchanged
            await reader.read_places()
            assert reader.unchanged == before + 1
            await reader.read_counts()
            await reader.read_events()
            await reader.locate()
            await reader.agree()

"""Somebody who reads at one server all the time: each answer is checked as it comes."""

import asyncio
from dataclasses import dataclass

import numpy as np
from shapely.geometry import box, mapping

from gis_gov.geo.tile import tile_at
from tests.live.listening import WITHIN_S
from tests.live.village import (
    ADDRESSES,
    AREA,
    EAST,
    EDITED,
    EVENTS,
    FILE_ADDRESSES,
    FILE_PERSONS,
    LAT,
    LON,
    MARK_LON,
    MARKED,
    NORTH,
    PERSONS,
    POIS,
    SOUTH,
    WEST,
    spot,
)
from tests.live.village_listener import Listener
from tests.live.village_tiles import count_of, degrees_east, features, ours, sides, tile_path, unit

BOX = f"{WEST},{SOUTH},{EAST},{NORTH}"
FAR_OUT, MARKED_TILE = tile_at(LON, LAT, 8), tile_at(MARK_LON, LAT, 16)
GRID_TILES = (tile_at(LON, LAT, 12), tile_at(LON, LAT, 13))
"""The first is of the kept outlines; both grids are in both, wherever the edge lies."""
COUNT_BY_GRID = """
    with thing as (
        select 'persons' as what, a.geom from person as p
        inner join address as a on a.id = p.address_id where a.code like 'village-%'
        union all
        select 'addresses', a.geom from address as a where a.code like 'village-%'
    )
    select what, (
        select min(g.code) from grid as g where g.id in (1001, 1002) and st_covers(g.geom, t.geom)
    ), count(*)
    from thing as t group by 1, 2
    union all
    select 'events', g.code, count(*)
    from event as e inner join grid as g on e.grid_id = g.id
    where e.code like 'village-%' group by 1, 2
"""
"""Events keep the grid in which they were when they were last moved."""
LATEST = """
    select
        (select full_text from address where code = 'village-marked'),
        (select title from event where code = 'village-marked'),
        (select name from grid where id = 1001),
        (select st_xmax(geom) from grid where id = 1001)
"""


@dataclass
class Reader(Listener):
    """A client of one server that reads what the village tells in many ways."""

    unchanged: int = 0
    etag: str = ""
    heard: tuple[int, int] = (0, 0)
    drawn: tuple[int, int] = (0, 0)

    async def read_totals(self) -> None:
        """Whatever way it is counted, there is each file as a whole, and all else just once."""
        for what in ("persons", "addresses"):
            known = self.know(what)
            far_out = await self.tile(what, FAR_OUT)
            self.count(what, "tile", sum(count_of(each) for each in far_out), known)
            known = self.know(what)
            told = await self.get("/heatmap", layer=what, bbox=BOX, resolution=9, f="json")
            self.count(what, "heat map", sum(told["cells"].values()), known)
            known = self.know(what)
            told = await self.get(f"/collections/{what}/items", area_code=AREA, limit=1)
            self.count(what, "list", told["numberMatched"], known)
        known = self.know("persons")
        told = await self.get(
            "/statistics/categories", measure="persons", by="person_class", within=AREA
        )
        assert sum(row["count"] for row in told["rows"]) == told["total"]
        self.count("persons", "categories", told["total"], known)

    async def read_grids(self) -> None:
        """The counts over grids are the whole, wherever the edge between them lies."""
        measures = ("persons", "addresses", "events")
        known = {what: self.know(what) for what in measures}
        told = await self.get("/statistics", measures=",".join(measures), level="grid", within=AREA)
        for what in measures:
            total = told["total"][what]
            assert sum(row[what] for row in told["rows"]) == total
            self.count(what, "statistics", total, known[what])
        known = {"persons": self.know("persons")}
        shape = {"geometry": mapping(box(WEST, SOUTH, EAST, NORTH))}
        answer = await self.client.post("/affected", json=shape)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        persons = told["counts"]["persons"]
        assert sum(grid["counts"]["persons"] for grid in told["grids"]) == persons
        # Of each file, and of those who were there before, it is every other one.
        assert told["counts"]["vulnerable_persons"] * 2 == persons
        self.count("persons", "affected", persons, known["persons"])

    async def read_events(self) -> None:
        """Whoever moves them by SQL, the village has its events, with their cells and without."""
        told = await self.get("/heatmap", layer="events", bbox=BOX, resolution=9, f="json")
        assert sum(told["cells"].values()) == EVENTS
        # What has no place is in each box: other tests may have left some.
        told = await self.get("/collections/events/items", bbox=BOX, area_code=AREA, limit=1)
        assert told["numberMatched"] == EVENTS
        far_out = await self.tile("events", FAR_OUT)
        assert sum(count_of(each) for each in far_out) == EVENTS

    def count(self, what: str, way: str, number: int, known: int) -> None:
        """Check that a total is of whole files: of all that were announced, and of none to come."""
        if what == "events":
            assert number == EVENTS
            return
        base, a_file, turns = {
            "persons": (PERSONS, FILE_PERSONS, self.village.persons),
            "addresses": (ADDRESSES, FILE_ADDRESSES, self.village.addresses),
        }[what]
        files, half = divmod(number - base, a_file)
        assert half == 0, f"{way}: {number} {what} are no whole files"
        self.check_turn(what, way, files, known, turns.begun)

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

    async def read_grid_tiles(self) -> None:
        """Both grids are drawn as they were after one turn, and no older one than is told."""
        turns, known = self.village.edge, self.know("edge")
        told = await self.get("/locate", lon=MARK_LON - 0.01, lat=LAT)
        self.check_turn("edge", "locate", int(told["grid"]["name"]), known, turns.begun)
        for tile in GRID_TILES:
            known = self.know("edge")
            west, east = sorted(
                (each for each in await self.tile("grids", tile) if ours(each)),
                key=lambda each: each["properties"]["code"],
            )
            (turn,) = {int(each["properties"]["name"]) for each in (west, east)}
            self.check_turn("edge", tile, turn, known, turns.begun)
            edge = self.village.edges[turn]
            assert abs(degrees_east(tile, sides(west)[1]) - edge) < 1.1 * unit(tile)
            assert sides(west)[1] == sides(east)[0], "a gap, or an overlap"

    async def read_marked_tiles(self) -> None:
        """What is edited lies where its latest turn put it, or a later one than is told of."""
        for layer, what, name, turns in (
            ("addresses", "marked_address", "full_text", self.village.marked_address),
            ("events", "marked_event", "title", self.village.marked_event),
        ):
            known = self.know(what)
            (marked,) = (
                each
                for each in await self.tile(layer, MARKED_TILE)
                if each["properties"].get("code") == MARKED
            )
            turn = int(marked["properties"][name].strip("村路号"))
            self.check_turn(what, MARKED_TILE, turn, known, turns.begun)
            lon = degrees_east(MARKED_TILE, marked["geometry"]["coordinates"][0])
            assert abs(lon - spot(turn)[0]) < 1.1 * unit(MARKED_TILE)

    async def agree(self) -> None:
        """Tell of each grid what the database counts in one snapshot, point by point."""
        told = await self.get(
            "/statistics", measures="persons,addresses,events", level="grid", within=AREA
        )
        by_grid = {
            (what, row["code"], row[what])
            for row in told["rows"]
            for what in ("persons", "addresses", "events")
            if row[what]
        }
        counted = set(self.village.servers.execute(COUNT_BY_GRID))
        assert by_grid == counted, f"told {by_grid - counted}, and there are {counted - by_grid}"
        ((text, title, name, edge),) = self.village.servers.execute(LATEST)
        for lon, code in ((edge - 1e-6, 101), (edge, 101), (edge + 1e-6, 102)):
            found = await self.get("/locate", lon=lon, lat=22.05)
            assert found["grid"]["code"] == f"{AREA}{code}"
        self.hear("edge", int(name))
        self.hear("marked_event", int(title))
        self.hear("marked_address", int(text.strip("村路号")))
        await self.read_grid_tiles()
        await self.read_marked_tiles()

    async def wait_for_latest(self) -> None:
        """Read until the server tells of all that was written, by nearby and by tile."""
        wanted = (self.village.edits, self.village.pois.done)
        async with asyncio.timeout(WITHIN_S):
            while EDITED not in await self.near():
                continue
            while self.drawn != wanted:
                await self.read_places()
            while self.seen.get(("edge", str(GRID_TILES[-1]))) != self.village.edge.done:
                await self.read_grid_tiles()
            for what, turns in (
                ("marked_address", self.village.marked_address),
                ("marked_event", self.village.marked_event),
            ):
                while self.seen.get((what, str(MARKED_TILE))) != turns.done:
                    await self.read_marked_tiles()

    async def near(self) -> dict[str, str]:
        near = await self.get("/nearby", lon=LON, lat=LAT, radius=1000, kinds="poi", limit=100)
        told = [each["properties"] for each in near["features"]]
        return {each["code"]: each["name"] for each in told}

    async def read_places(self) -> None:
        """The tile is never older than what the server has told before, by whatever way."""
        announced = self.know("edits"), self.know("loads")
        heard = self.turns(await self.near())
        assert all(np.greater_equal(heard, announced)), f"{announced} announced, {heard} near"
        assert all(np.greater_equal(heard, self.heard))
        self.heard = heard
        path = tile_path("pois", tile_at(LON, LAT, 14))
        answer = await self.client.get(path, headers={"if-none-match": self.etag})
        assert answer.status_code in {200, 304}
        self.answers += 1
        if answer.status_code == 304:
            self.unchanged += 1
        else:
            self.etag = answer.headers["etag"]
            named = (each["properties"] for each in features(answer.content))
            before, self.drawn = (
                self.drawn,
                self.turns({each["code"]: each["name"] for each in named}),
            )
            assert all(np.greater_equal(self.drawn, before))
        assert all(np.greater_equal(self.drawn, heard)), f"{heard} known, {self.drawn} drawn"

    def turns(self, names: dict[str, str]) -> tuple[int, int]:
        """Return of which edit, and of which load, what was told is; a load is told as a whole."""
        loaded = {name for code, name in names.items() if code.startswith("village-loaded-")}
        assert len(names) == POIS + 1
        assert len(loaded) == 1, "half of a file"
        return int(names[EDITED]), int(loaded.pop())

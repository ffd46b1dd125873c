"""Somebody who reads what else is told: things, sectors, labels, hexagons, a file."""

import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import mapbox_vector_tile
import numpy as np

from gis_gov.geo.tile import tile_at
from tests.live.village import (
    ADDRESSES,
    AREA,
    FILE_ADDRESSES,
    LAT,
    LON,
    MARKED,
    MOVED,
    spot,
)
from tests.live.village_reader import FAR_OUT, Reader
from tests.live.village_things import (
    A_TURN,
    CAMERA,
    CAMERA_LAT,
    CAMERA_LON,
    CAMERA_TILE,
    RANGE_M,
    THINGS,
    azimuth_of,
)
from tests.live.village_tiles import count_of, degrees_east, degrees_north, ours, tile_path, unit

LABEL_TILE = tile_at(LON, LAT, 12)
COUNT = {
    "house": "select count(*) from house where code like 'village-%'",
    "enterprise": "select count(*) from enterprise where code like 'village-%'",
}
_MIDDLE = 0.001
"""Degrees by which the middle of a grid may be off: it is that of one of its lines."""


@dataclass
class Onlooker(Reader):
    """A reader of what is not read by the others."""

    def readings(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        return (
            self.read_things,
            self.read_sector,
            self.read_labels,
            self.read_hexagons,
            self.read_file,
        )

    async def agree_on_things(self) -> None:
        """Read everything again, now that nothing is written: of the last turn, as it is kept."""
        for what, turn in self.village.done().items():
            self.hear(what, turn)
        for read in self.readings():
            await read()
        for table, what in (("house", "houses"), ("enterprise", "enterprises")):
            ((number,),) = self.village.servers.execute(COUNT[table])
            assert self.seen["things", f"tile of {what}"] * A_TURN == number

    async def read_things(self) -> None:
        """Of each kind there are those of whole turns; in one tile all are of one."""
        known = self.know("things")
        answer = await self.client.get(tile_path(",".join(THINGS), FAR_OUT))
        assert answer.status_code in {200, 204}, answer.text
        self.answers += 1
        layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        found = {
            what: sum(count_of(each) for each in layers[what]["features"]) if what in layers else 0
            for what in THINGS
        }
        found["cameras"] -= 1  # the one that turns
        (number,) = set(found.values())
        self.check_things("tile of all", number, known)
        for what in THINGS:
            known = self.know("things")
            drawn = await self.tile(what, FAR_OUT)
            number = sum(count_of(each) for each in drawn) - (what == "cameras")
            self.check_things(f"tile of {what}", number, known)
            known = self.know("things")
            told = await self.get(f"/collections/{what}/items", area_code=AREA, limit=1)
            self.check_things(f"list of {what}", told["numberMatched"] - (what == "cameras"), known)

    def check_things(self, way: str, number: int, known: int) -> None:
        turn, half = divmod(number, A_TURN)
        assert half == 0, f"{way}: {number} are no whole turns"
        self.check_turn("things", way, turn, known, self.village.things.begun)

    async def read_sector(self) -> None:
        """The sector points to where the camera looks that is told beside it."""
        known = self.know("things")
        (drawn,) = (
            each
            for each in await self.tile("camera_sectors", CAMERA_TILE)
            if each["properties"]["code"] == CAMERA
        )
        turn = int(drawn["properties"]["name"])
        self.check_turn("things", "sector", turn, known, self.village.things.begun)
        assert drawn["properties"]["azimuth_deg"] == azimuth_of(turn)
        (ring,) = drawn["geometry"]["coordinates"]
        shape = np.asarray(ring, dtype=float)
        east = (degrees_east(CAMERA_TILE, shape[:, 0]) - CAMERA_LON) * np.cos(np.radians(LAT))
        north = degrees_north(CAMERA_TILE, shape[:, 1]) - CAMERA_LAT
        away = np.hypot(east, north) * 111_195
        assert abs(away.max() - RANGE_M) < 0.02 * RANGE_M
        rim = away > 0.9 * RANGE_M
        looks = np.degrees(np.arctan2(east[rim].mean(), north[rim].mean()))
        assert abs((looks - azimuth_of(turn) + 180) % 360 - 180) < 3

    async def read_labels(self) -> None:
        """The name of a grid stands in the middle of the grid of the turn that it tells."""
        known = self.know("edge")
        labels = [each for each in await self.tile("grid_labels", LABEL_TILE) if ours(each)]
        turns = {int(each["properties"]["name"]) for each in labels}
        (turn,) = turns
        self.check_turn("edge", "labels", turn, known, self.village.edge.begun)
        edge = self.village.edges[turn]
        middles = {f"{AREA}101": (114.0 + edge) / 2, f"{AREA}102": (edge + 114.1) / 2}
        assert f"{AREA}101" in {each["properties"]["code"] for each in labels}
        for each in labels:
            lon = degrees_east(LABEL_TILE, each["geometry"]["coordinates"][0])
            off = lon - middles[each["properties"]["code"]]
            assert abs(off) < _MIDDLE + 1.1 * unit(LABEL_TILE)

    async def read_hexagons(self) -> None:
        """The hexagons of a tile are those of whole files."""
        for what in ("persons", "addresses"):
            known = self.know(what)
            path = f"/heatmap/{FAR_OUT.z}/{FAR_OUT.x}/{FAR_OUT.y}.mvt"
            answer = await self.client.get(path, params={"layer": what})
            assert answer.status_code == 200, answer.text
            self.answers += 1
            (layer,) = mapbox_vector_tile.decode(answer.content).values()
            self.count(what, "hexagons", sum(map(count_of, layer["features"])), known)

    async def read_file(self) -> None:
        """The file has each address once, those of whole files, and the marked one of one turn."""
        known, marked = self.know("addresses"), self.know("marked_address")
        params = {"area_code": AREA, "f": "csv"}
        answer = await self.client.get("/collections/addresses/items", params=params)
        assert answer.status_code == 200, answer.text
        self.answers += 1
        rows = {
            row["code"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
        }
        lines = answer.text.strip().count("\n")
        assert len(rows) == lines, "an address is in it twice"
        self.count("addresses", "file", len(rows), known)
        files = self.seen["addresses", "file"]
        assert set(rows) == codes_after(files)
        turn = int(rows[MARKED]["full_text"].strip("村路号"))
        self.check_turn("marked_address", "file", turn, marked, self.village.marked_address.begun)
        assert rows[MARKED]["geometry"] == f"POINT ({spot(turn)[0]} {LAT})"


def codes_after(files: int) -> set[str]:
    """Name the addresses of the village after so many files."""
    first = {f"village-{n}" for n in range(1, MOVED + 1)} | {MARKED}
    assert len(first) == ADDRESSES
    loaded = {f"village-{turn}-{n}" for turn in range(1, files + 1) for n in range(FILE_ADDRESSES)}
    return first | loaded

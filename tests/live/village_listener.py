"""A client of one server, and what that has announced: no answer may be older.

There is no time for that: what a server has announced on the live stream, or what was committed
before something that it has announced, each answer of it that is asked for from then on has to
show. (How soon it announces is measured by `gis-gov bench live`.)
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from gis_gov.geo.tile import Tile
from tests.live.listening import Listening
from tests.live.village import GRIDS_NORTH, GRIDS_STEP, LAT, MARKED, WEST, Village, turn_at
from tests.live.village_things import NOTED, noted
from tests.live.village_tiles import features, tile_path


@dataclass
class Listener:
    """A client of one server, and what it was told there."""

    village: Village
    client: httpx.AsyncClient
    live: Listening
    answers: int = 0
    notes: int = 0
    told: dict[str, int] = field(default_factory=dict[str, int])
    seen: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        self.answers += 1
        return answer.json()

    async def tile(self, layer: str, tile: Tile) -> list[dict[str, Any]]:
        answer = await self.client.get(tile_path(layer, tile))
        assert answer.status_code in {200, 204}, answer.text
        self.answers += 1
        return features(answer.content)

    async def go_on(self, *readings: Callable[[], Awaitable[None]]) -> None:
        while self.village.goes_on():
            for reading in readings:
                await reading()

    def check_turn(self, what: str, way: Tile | str, turn: int, known: int, begun: int) -> None:
        """Check that an answer is not older than what was told, nor than the one before."""
        before = self.seen.get((what, str(way)), 0)
        assert turn >= known, f"{way}: turn {known} of {what} was announced, and {turn} is told"
        assert turn >= before, f"{way}: turn {before} of {what} was told before {turn}"
        assert turn <= begun, f"{way}: turn {turn} of {what} is told, and {begun} begun"
        self.seen[what, str(way)] = turn

    def know(self, what: str) -> int:
        """Return the latest turn of something that the server has announced by now."""
        self.hear_live()
        return self.told.get(what, 0)

    def hear(self, what: str, turn: int) -> None:
        """Remember the latest turn that the server has told of."""
        self.told[what] = max(self.told.get(what, 0), turn)

    def hear_live(self) -> None:
        """Take in what the live stream has told of what is marked, and of what is noted."""
        messages, self.live.messages[:] = self.live.messages[:], []
        for each in messages:
            if each.name == "event" and each.data["code"] == MARKED:
                self.hear("marked_event", int(each.data["title"]))
            elif each.name == "event" and each.data["code"] == NOTED:
                self.notes += 1
                for what, turn in noted(each.data["title"]).items():
                    self.hear(what, turn)
            elif each.name == "change" and each.data["bbox"]:
                west, south, east, north = each.data["bbox"]
                if each.data["kind"] == "address" and south == north == LAT:
                    self.hear("marked_address", turn_at(east))
                if each.data["kind"] == "grid" and west >= WEST and north > GRIDS_NORTH:
                    self.hear("edge", round((north - GRIDS_NORTH) / GRIDS_STEP))

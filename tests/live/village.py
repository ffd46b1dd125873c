"""A village of two grids, and all who write to it at once: by the API, by SQL and by the loader.

Whoever writes counts each turn before he begins and after it is committed, so that an answer can be
checked by itself: it tells of nothing that was not begun, and of all that was announced before.
"""

import asyncio
import csv
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
from psycopg import sql

from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from tests.live.conftest import Servers
from tests.sealed import SEALER

WEST, SOUTH, EAST, NORTH = 114.0, 22.0, 114.1, 22.1
LON, LAT = 114.0455, 22.0505
MARK_LON = 114.043
"""Where what is marked lies at first: in the west of its tile at zoom 16."""
AREA, EDITED, MARKED = "440199001003", "village-edited", "village-marked"
ADDRESSES, PERSONS, EVENTS = 41, 120, 62
"""How many there are before anything is loaded."""
MOVED, MOVED_EVENTS = 40, 60
POIS, FILE_ADDRESSES, FILE_PERSONS = 30, 20, 30
"""How many rows a file has."""
STEP = 2e-6
"""Degrees by which what is marked goes east each turn: more than a unit of its tile, 1.4e-6."""
WRITERS = 7
LONGER_S = 90.0
GRIDS_NORTH, GRIDS_STEP = 22.0992, 1e-6
"""Where the grids end at first, and how much farther each turn: by it a change tells its turn."""
WORLD = """
    insert into area (id, code, name, level, parent_id, geom) values
    (1003, '440199001003', '新社区', 'community', 1,
     st_multi(st_makeenvelope(114, 22, 114.1, 22.1, 4490)));
    insert into grid (id, code, name, area_id, geom) values
    (1001, '440199001003101', '0', 1003,
     st_multi(st_makeenvelope(114, 22, 114.05, 22.0992, 4490))),
    (1002, '440199001003102', '0', 1003,
     st_multi(st_makeenvelope(114.05, 22, 114.1, 22.0992, 4490)));
    insert into address (id, code, full_text, level, geom)
    select 1000 + n, 'village-' || n, '村路' || n || '号', 50,
        st_point(114.001 + n * 0.002, 22.001 + (n * 7 % 40) * 0.002, 4490)
    from generate_series(1, 40) as n;
    select setval(pg_get_serial_sequence('address', 'id'), 2000);
    insert into address (code, full_text, level, geom)
    values ('village-marked', '村路0号', 50, st_point(114.043, 22.0505, 4490));
    insert into person (code, name, person_class, address_id)
    select 'villager-' || n, '人', (array['service', 'other'])[1 + n % 2], 1001 + n % 40
    from generate_series(1, 120) as n;
    insert into event (code, reported_at, geom)
    select 'village-' || n, now(),
        st_point(114.001 + n * 0.0016, 22.001 + (n * 11 % 60) * 0.0016, 4490)
    from generate_series(1, 60) as n;
    insert into event (code, title, reported_at, geom)
    values ('village-marked', '0', now(), st_point(114.043, 22.0505, 4490));
"""
GONE = (
    "delete from person where code like 'villager-%'",
    "delete from address where code like 'village-%'",
    "delete from event where code like 'village-%'",
    "delete from resource where code like 'village-%'",
    "delete from grid where id in (1001, 1002)",
    "delete from area where id = 1003",
)
MOVE_POINTS = """
    update {} as t set geom = st_point(p.lon, p.lat, 4490)
    from unnest(%s::text[], %s::float8[], %s::float8[]) as p (code, lon, lat)
    where t.code = p.code
"""
MOVE_EVENT = """
    update event set title = %s, geom = st_point(%s, %s, 4490) where code = 'village-marked'
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
    update grid as g
    set name = %(turn)s, geom = st_multi(st_makeenvelope(e.west, 22, e.east, %(north)s, 4490))
    from (values (1001, 114.0, %(edge)s), (1002, %(edge)s, 114.1)) as e (id, west, east)
    where g.id = e.id
"""


def spot(turn: int) -> tuple[float, float]:
    """Return where what is marked lies after so many turns."""
    return round(MARK_LON + turn * STEP, 7), LAT


def turn_at(lon: float) -> int:
    """Return after how many turns it lies there."""
    return round((lon - MARK_LON) / STEP)


def edge_of(turn: int, edge: float) -> dict[str, Any]:
    return {"turn": str(turn), "edge": edge, "north": round(GRIDS_NORTH + turn * GRIDS_STEP, 6)}


@dataclass
class Turns:
    """How many turns of something were begun, and how many are committed."""

    begun: int = 0
    done: int = 0

    def take(self, write: Callable[[int], Any]) -> None:
        """Write the next turn, and anew if its locks met those of another one in a circle."""
        self.begun += 1
        while True:
            try:
                write(self.begun)
            except psycopg.errors.DeadlockDetected:
                continue
            self.done += 1
            return


@dataclass
class Village:
    """The servers, what was written so far, and until when that goes on."""

    servers: Servers
    folder: Path
    edits: int = 0
    until: float = 0.0
    pois: Turns = field(default_factory=Turns)
    addresses: Turns = field(default_factory=Turns)
    persons: Turns = field(default_factory=Turns)
    marked_address: Turns = field(default_factory=Turns)
    marked_event: Turns = field(default_factory=Turns)
    moves: Turns = field(default_factory=Turns)
    edge: Turns = field(default_factory=Turns)
    things: Turns = field(default_factory=Turns)
    edges: dict[int, float] = field(default_factory=lambda: {0: 114.05})
    hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WRITERS))

    async def by_hand(self, write: Callable[[], None]) -> None:
        """Write in a thread: asyncio has fewer of its own, on two processors, than write."""
        await asyncio.get_running_loop().run_in_executor(self.hands, write)

    def goes_on(self) -> bool:
        """For the time that is set, and on a busy machine until enough was written."""
        left_s = self.until - time.monotonic()
        return left_s > 0 or (left_s > -LONGER_S and not self.is_enough())

    def is_enough(self) -> bool:
        """Say whether everything was written a few times."""
        few = (self.pois, self.addresses, self.persons)
        many = (self.marked_address, self.marked_event, self.moves, self.edge, self.things)
        return all(each.done > 1 for each in few) and all(each.done > 3 for each in many)

    def done(self) -> dict[str, int]:
        """Tell how many turns of each are committed."""
        named = ("addresses", "persons", "marked_address", "marked_event", "edge", "things")
        turns = {name: getattr(self, name).done for name in named}
        return {**turns, "loads": self.pois.done, "edits": self.edits}

    def load_pois(self, turn: int) -> None:
        """Load the same points of interest again, named after the turn."""
        rows = (
            (f"village-loaded-{n}", "poi", turn, LON + n % 6 * 0.0005, LAT + n // 6 * 0.0005)
            for n in range(POIS)
        )
        self._load("resources", ("code", "kind", "name", "lon", "lat"), rows)

    def load_addresses(self, turn: int) -> None:
        """Load addresses that were not there, on both sides of wherever the edge lies."""
        rows = (
            (f"village-{turn}-{n}", f"村路{turn}号{n}室", 114.002 + n * 0.005, 22.001 + n * 0.004)
            for n in range(FILE_ADDRESSES)
        )
        self._load("addresses", ("code", "full_text", "lon", "lat"), rows)

    def load_persons(self, turn: int) -> None:
        """Load people who come to live at the addresses of that turn."""
        rows = (
            (
                f"villager-{turn}-{n}",
                "人",
                ("service", "other")[n % 2],
                f"village-{turn}-{n % FILE_ADDRESSES}",
            )
            for n in range(FILE_PERSONS)
        )
        self._load("persons", ("code", "name", "person_class", "address_code"), rows)

    def _load(self, kind: str, heading: tuple[str, ...], rows: Any) -> None:
        file = self.folder / f"{kind}.csv"
        with file.open("w", newline="", encoding="utf-8") as text:
            csv.writer(text).writerows(itertools.chain([heading], rows))
        with psycopg.connect(self.servers.url, autocommit=True) as conn:
            report = load(kind, [file], LoadOptions.told(crs="EPSG:4490"), conn, SEALER)
        assert report.balanced
        assert not report.rejected

    def go_on_loading_pois(self) -> None:
        while self.goes_on():
            self.pois.take(self.load_pois)

    def go_on_loading_people(self) -> None:
        while self.goes_on():
            self.addresses.take(self.load_addresses)
            self.persons.take(self.load_persons)
            time.sleep(0.2)

    def move_persons(self) -> None:
        """Move people by SQL, and let one leave and come back in one transaction."""
        chance = np.random.default_rng(5)
        with psycopg.connect(self.servers.url, autocommit=True) as conn:
            while self.goes_on():
                codes = [f"villager-{n}" for n in chance.integers(1, PERSONS + 1, 10)]
                to = 1000 + int(chance.integers(1, MOVED + 1))

                def move(_: int, codes: list[str] = codes, to: int = to) -> None:
                    with conn.transaction():
                        conn.execute(MOVE_PERSONS, [to, codes])
                        conn.execute(LEAVE_AND_COME_BACK, [codes[0], to])

                self.moves.take(move)

    def move_edge(self) -> None:
        """Move the edge that the two grids share, and name both after the turn."""
        chance = np.random.default_rng(6)
        with psycopg.connect(self.servers.url, autocommit=True) as conn:
            while self.goes_on():
                edge = round(chance.uniform(114.042, 114.078), 6)
                self.edges[self.edge.begun + 1] = edge
                self.edge.take(lambda turn, edge=edge: conn.execute(MOVE_EDGE, edge_of(turn, edge)))
                time.sleep(0.05)

    def move_points(self) -> None:
        """Move addresses, with all who live there, and events by SQL: their cells are gone then."""
        chance = np.random.default_rng(8)
        with psycopg.connect(self.servers.url, autocommit=True) as conn:
            while self.goes_on():
                for table, count in (("address", MOVED), ("event", MOVED_EVENTS)):
                    numbers = np.sort(chance.choice(count, 5, replace=False)) + 1
                    lon, lat = chance.uniform((114.001, 22.001), (114.099, 22.099), (5, 2)).T
                    told = [[f"village-{n}" for n in numbers], lon.tolist(), lat.tolist()]
                    move = sql.SQL(MOVE_POINTS).format(sql.Identifier(table))
                    self.moves.take(lambda _, move=move, told=told: conn.execute(move, told))
                self.marked_event.take(
                    lambda turn: conn.execute(MOVE_EVENT, [str(turn), *spot(turn)])
                )
                time.sleep(0.02)

    async def edit(self, clients: list[httpx.AsyncClient]) -> None:
        """Rename a point of interest, move the marked address and another one, by both servers."""
        chance = np.random.default_rng(7)
        while self.goes_on():
            client = clients[self.edits % len(clients)]
            await patch(client, "pois", EDITED, {"name": str(self.edits + 1)})
            self.edits += 1
            self.marked_address.begun += 1
            turn = self.marked_address.begun
            await patch(client, "addresses", MARKED, {"full_text": f"村路{turn}号"}, spot(turn))
            self.marked_address.done += 1
            place = (round(chance.uniform(114.01, 114.09), 6), round(chance.uniform(22, 22.099), 6))
            await patch(client, "addresses", f"village-{chance.integers(1, MOVED + 1)}", {}, place)


async def patch(
    client: httpx.AsyncClient,
    collection: str,
    code: str,
    properties: dict[str, str],
    point: tuple[float, float] | None = None,
) -> None:
    """Change some of a feature by the API."""
    sent: dict[str, Any] = {"properties": properties} if properties else {}
    if point is not None:
        sent["geometry"] = {"type": "Point", "coordinates": point}
    done = await client.patch(f"/collections/{collection}/items/{code}", json=sent)
    assert done.status_code == 200, done.text

"""How long it takes until what was written is shown by every server process.

A POI is moved to and fro between the fullest tiles of the district, and a small grid in one of them
gets another name and another edge, by each way of writing in turns. Two servers are asked all the
time, by `/nearby`, a tile and `/locate`, and each answer counts that still shows what was before:
the time ends with the first answer of the slower one that does not. Others may ask meanwhile.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gis_gov.bench.contenders import HttpContender
from gis_gov.bench.http import Broken, Connection
from gis_gov.bench.measure import ASKED_MAX, Speed
from gis_gov.bench.visible_things import CODE, Place
from gis_gov.bench.visible_ways import Way
from gis_gov.bench.wanted import Wanted
from gis_gov.geo.tile import tile_at

WAIT_S: Final = 20.0
SHOWN_MS: Final = 200.0
QUESTIONS: Final = ("nearby", "tile", "locate")
_SLICE_S: Final = 0.2


class NeverShown(Exception):
    """A server did not show what was written within WAIT_S."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How long it took after the commits until all servers showed what was written by a way."""

    question: str
    way: str
    delay: Speed

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "question": self.question,
            "by": self.way,
            "writes": len(self.delay.times_ms),
            **{f"p{n}_ms": round(self.delay.percentile_ms(n / 100), 2) for n in (50, 95, 99)},
            "wanted": [each.as_json() for each in self.wanted()],
        }

    def wanted(self) -> list[Wanted]:
        """Tell how soon all servers are to show it."""
        return [Wanted("p95", "≤", SHOWN_MS, self.delay.percentile_ms(0.95), " ms")]


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers listen on 127.0.0.1, and the key that they want to be shown."""

    ports: Sequence[int]
    key: str

    @property
    def headers(self) -> str:
        """Return what is sent along with a question."""
        return f"authorization: Bearer {self.key}\r\n"


async def measure_visible(
    servers: Servers,
    ways: Sequence[Way],
    places: Sequence[Place],
    writes: int,
    progress: Callable[[str, float | None], None],
) -> list[Shown]:
    """Write `writes` times by each way, and measure for each question until all ports show it.

    Raises:
        NeverShown: one does not within WAIT_S.
        NotWritten: a write was refused.

    """
    delays = {(name, way.name): Speed() for way in ways for name in QUESTIONS}
    at = places[0]
    for number, way in itertools.product(range(writes), ways):
        progress(f"writing by {way.name}", number / writes)
        # Each way moves to where the one before did not.
        turn = number * len(ways) + ways.index(way) + 1
        to = places[turn % 2]
        await way.move_poi(to)
        moved = {"nearby": _nearby(to), "tile": to.tile_path()}
        told = await _until_all_show(servers, moved, CODE.encode())
        await way.edit_grid(at, turn)
        told |= await _until_all_show(servers, {"locate": _locate(at)}, str(turn).encode())
        for name, delay_s in told.items():
            delays[name, way.name].times_ms.append(delay_s * 1000)
    return [Shown(name, way, delay) for (name, way), delay in delays.items()]


@dataclass(slots=True)
class Meanwhile:
    """What was asked all the time: how many questions at once, and how long each answer took."""

    concurrency: int
    answers: Speed = field(default_factory=Speed)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        times_ms = self.answers.times_ms
        shares = (0.5, 0.95, 0.99) if times_ms else ()
        return {
            "concurrency": self.concurrency,
            "answers": len(times_ms),
            **{
                f"p{share * 100:.0f}_ms": round(self.answers.percentile_ms(share), 2)
                for share in shares
            },
        }

    async def keep_asking(self, contender: HttpContender, at_once: int) -> None:
        """Ask until cancelled."""
        while True:
            found = await contender.drive(at_once, _SLICE_S, ASKED_MAX)
            self.answers.times_ms += [time_s * 1000 for time_s in found.times_s]


@asynccontextmanager
async def asked_meanwhile(
    servers: Servers, places: Sequence[tuple[float, float]], concurrency: int
) -> AsyncGenerator[Meanwhile]:
    """Ask the servers about places all the time, so many questions at once; yield what is told.

    Raises:
        NeverShown: they were not answered.

    """
    shares = [len(range(n, concurrency, len(servers.ports))) for n in range(len(servers.ports))]
    paths = [path for lon, lat in places for path in _questions(lon, lat)]
    asked = [
        (await HttpContender.open(port, paths, share, headers=servers.headers), share)
        for port, share in zip(servers.ports, shares, strict=True)
        if share
    ]
    meanwhile = Meanwhile(concurrency)
    asking = asyncio.gather(*(meanwhile.keep_asking(*each) for each in asked))
    try:
        yield meanwhile
    finally:
        asking.cancel()
        try:
            with suppress(asyncio.CancelledError):
                await asking
        except Broken as error:
            raise NeverShown(f"what was asked meanwhile was not answered: {error}") from error
        finally:
            for contender, _ in asked:
                await contender.close()


def _questions(lon: float, lat: float) -> list[str]:
    tile = tile_at(lon, lat, 15)
    point = f"lon={lon}&lat={lat}"
    return [
        f"/locate?{point}",
        f"/nearby?{point}&radius=2000&kinds=camera,centre,poi",
        f"/tiles/pois/{tile.z}/{tile.x}/{tile.y}.mvt",
        f"/tiles/addresses/{tile.z}/{tile.x}/{tile.y}.mvt",
    ]


def _nearby(place: Place) -> str:
    return f"/nearby?lon={place.lon}&lat={place.lat}&radius=20&kinds=poi&limit=100"


def _locate(place: Place) -> str:
    return f"/locate?lon={place.lon}&lat={place.lat}"


async def _until_all_show(
    servers: Servers, paths: dict[str, str], written: bytes
) -> dict[str, float]:
    """Ask all servers at once, and return for each question how long the slower one took."""
    since = time.perf_counter()
    asked = [(name, port) for name in paths for port in servers.ports]
    delays = await asyncio.gather(
        *(_until_shown(servers, port, name, paths[name], written, since) for name, port in asked)
    )
    slower: dict[str, float] = {}
    for (name, _), delay_s in zip(asked, delays, strict=True):
        slower[name] = max(slower.get(name, 0.0), delay_s)
    return slower


async def _until_shown(
    servers: Servers, port: int, name: str, path: str, written: bytes, since: float
) -> float:
    connection = await Connection.open(port)
    try:
        while True:
            asked = time.perf_counter()
            status, _, body = await connection.get(path, servers.headers)
            if status == 200 and _shows(name, body, written):
                return time.perf_counter() - since
            if asked - since > WAIT_S:
                raise NeverShown(f"{path} does not show what was written after {WAIT_S:g} s")
            await asyncio.sleep(0.002)
    finally:
        await connection.close()


def _shows(name: str, body: bytes, written: bytes) -> bool:
    if name == "tile":
        return written in body
    told = orjson.loads(body)
    if name == "locate":
        return any(
            each["code"] == CODE and each["name"] == written.decode() for each in told["exclusive"]
        )
    return any(each["properties"]["code"] == CODE for each in told["features"])

"""How long it takes until what was written is shown by every server process.

A POI and an exclusive grid are made in the open sea for it, moved to and fro, and taken away again.
Two servers are asked all the time, by `/nearby`, `/locate` and a tile, and each answer counts that
still shows what was before: the time ends with the first answer of the slower one that does not.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson
import psycopg

from gis_gov.bench.http import Connection
from gis_gov.bench.measure import Speed
from gis_gov.bench.wanted import Wanted
from gis_gov.db.run import sql_file
from gis_gov.geo.tile import tile_at

CODE: Final = "bench-visible"
WAIT_S: Final = 20.0
SHOWN_MS: Final = 200.0
ZOOM: Final = 16
# Far enough apart for tiles of their own at ZOOM, and in no district's land.
PLACES: Final = ((128.0123, 24.5123), (128.0523, 24.5123))


class NeverShown(Exception):
    """A server did not show what was written within WAIT_S."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How long it took after the commits until all servers showed what was written, by question."""

    question: str
    delay: Speed

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "question": self.question,
            "writes": len(self.delay.times_ms),
            **{f"p{n}_ms": round(self.delay.percentile_ms(n / 100), 2) for n in (50, 95, 99)},
            "wanted": [each.as_json() for each in self.wanted()],
        }

    def wanted(self) -> list[Wanted]:
        """Tell how soon all servers are to show it."""
        return [Wanted("p95", "≤", SHOWN_MS, self.delay.percentile_ms(0.95), " ms")]


@contextmanager
def _things(conn: psycopg.Connection[Any]) -> Generator[None]:
    """Make the POI and the grid for as long as the block lasts."""
    _take_away(conn)
    lon, lat = PLACES[0]
    conn.execute(sql_file(__package__, "visible_make"), {"code": CODE, "lon": lon, "lat": lat})
    try:
        yield
    finally:
        _take_away(conn)


def _take_away(conn: psycopg.Connection[Any]) -> None:
    conn.execute("delete from resource where code = %s", [CODE])
    conn.execute("delete from grid where code = %s", [CODE])


async def measure_visible(
    url: str,
    ports: Sequence[int],
    key: str,
    writes: int,
    progress: Callable[[str, float | None], None],
) -> list[Shown]:
    """Move the things `writes` times, and measure for each question until all ports show it.

    Raises:
        NeverShown: one does not within WAIT_S.

    """
    headers = f"authorization: Bearer {key}\r\n"
    delays = {name: Speed() for name in ("nearby", "locate", "tile")}
    with psycopg.connect(url, autocommit=True) as conn, _things(conn):
        for number in range(writes):
            progress("writing", number / writes)
            lon, lat = PLACES[(number + 1) % 2]
            await asyncio.to_thread(_move, conn, lon, lat)
            written = time.perf_counter()
            asked = (
                _until_shown(port, name, path, headers, written)
                for name, path in _paths(lon, lat).items()
                for port in ports
            )
            for name, delay_s in await asyncio.gather(*asked):
                delays[name].times_ms.append(delay_s * 1000)
    slower = {
        name: [max(each) for each in zip(*[iter(delay.times_ms)] * len(ports), strict=True)]
        for name, delay in delays.items()
    }
    return [Shown(name, Speed(times_ms=times_ms)) for name, times_ms in slower.items()]


def _move(conn: psycopg.Connection[Any], lon: float, lat: float) -> None:
    conn.execute(sql_file(__package__, "visible_move"), {"code": CODE, "lon": lon, "lat": lat})


def _paths(lon: float, lat: float) -> dict[str, str]:
    tile = tile_at(lon, lat, ZOOM)
    return {
        "nearby": f"/nearby?lon={lon}&lat={lat}&radius=100&kinds=poi",
        "locate": f"/locate?lon={lon}&lat={lat}",
        "tile": f"/tiles/pois/{tile.z}/{tile.x}/{tile.y}.mvt",
    }


async def _until_shown(
    port: int, name: str, path: str, headers: str, written: float
) -> tuple[str, float]:
    connection = await Connection.open(port)
    try:
        while True:
            asked = time.perf_counter()
            status, _, body = await connection.get(path, headers)
            if status == 200 and _shows(name, body):
                return name, time.perf_counter() - written
            if asked - written > WAIT_S:
                raise NeverShown(f"{path} does not show what was written after {WAIT_S:g} s")
            await asyncio.sleep(0.002)
    finally:
        await connection.close()


def _shows(name: str, body: bytes) -> bool:
    if name == "tile":
        return CODE.encode() in body
    told = orjson.loads(body)
    if name == "locate":
        return any(each["code"] == CODE for each in told["exclusive"])
    return any(each["properties"]["code"] == CODE for each in told["features"])

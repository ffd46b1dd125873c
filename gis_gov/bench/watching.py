"""How soon a position is told to those who watch: many open streams, each of its area."""

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final, cast

import orjson

from gis_gov.bench.http import Broken, Connection
from gis_gov.bench.measure import Speed
from gis_gov.bench.patrol_ground import Worker
from gis_gov.bench.screen import Fix, looking

EVERY_S: Final = 10.0
_TOLD_AT: Final = re.compile(rb'"gone":false[^}]*?"time":"([^"]+)"')
_OPENED_AT_ONCE: Final = 100
_LOOKED_AT: Final = 20
"""Of so many streams one is looked into: to read all would measure the reader."""
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """How long after it was sent a position came out of the streams that are looked into.

    `drawn`: and until it was on the map of a browser, if there was one.
    """

    streams: int
    fixes: int
    frames: int
    delay: Speed
    drawn: Speed | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "streams": self.streams,
            "fixes": self.fixes,
            "frames": self.frames,
            **_percentiles(self.delay),
            "drawn": self.drawn and {"seen": len(self.drawn.times_ms), **_percentiles(self.drawn)},
        }


def _percentiles(delay: Speed) -> dict[str, float]:
    if not delay.times_ms:
        return {}
    return {f"p{n}_ms": round(delay.percentile_ms(n / 100), 1) for n in (50, 95, 99)}


class _Stream(asyncio.Protocol):
    """One open stream; `delay` is where it notes what it reads, if it does."""

    def __init__(self, delay: Speed | None) -> None:
        self._delay = delay
        self._rest = b""
        self.frames = 0
        self.begun = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self.begun.done():
            if not data.startswith(b"HTTP/1.1 200"):
                self.begun.set_exception(Broken(f"GET /live: {data[:100]!r}"))
                return
            self.begun.set_result(None)
        self.frames += data.count(b"event: position\n")
        if self._delay is None:
            return
        now = time.time()
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for message in whole:
            if b"event: position\n" in message:
                for found in _TOLD_AT.finditer(message):
                    sent = datetime.fromisoformat(found[1].decode()).timestamp()
                    self._delay.times_ms.append((now - sent) * 1000)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Screens:
    """The open streams of those who watch."""

    def __init__(self) -> None:
        self.opened: list[_Stream] = []
        self.delay = Speed()
        self._before = 0

    def begin(self) -> None:
        """Count from now on."""
        self.delay.times_ms.clear()
        self._before = self._frames()

    async def seen(self, fixes: int) -> Watched:
        """Wait for what is on its way of so many fixes, and tell what came."""
        await asyncio.sleep(2)
        return Watched(len(self.opened), fixes, self._frames() - self._before, self.delay)

    def _frames(self) -> int:
        return sum(stream.frames for stream in self.opened)


@asynccontextmanager
async def watching(
    port: int, key: str, workers: Sequence[Worker], streams: int, progress: Progress
) -> AsyncGenerator[Screens]:
    """Open so many streams, that watch an area each.

    Raises:
        Broken: a stream can't be opened.

    """
    screens = Screens()
    try:
        await _open(port, key, workers, streams, screens.delay, screens.opened, progress)
        screens.begin()
        yield screens
    finally:
        for stream in screens.opened:
            stream.close()


async def measure_watching(
    port: int,
    key: str,
    workers: Sequence[Worker],
    streams: int,
    seconds: float,
    progress: Progress,
    session: str | None = None,
) -> Watched:
    """Let so many streams watch an area each, while each worker tells a fix every EVERY_S.

    In a `session`, somebody looks at the middle of all in a browser, too.

    Raises:
        Broken: a stream can't be opened, or a fix is not taken.
        NoBrowser: there is none to look with.

    """
    sent: dict[Fix, float] = {}
    async with AsyncExitStack() as stack:
        screens = await stack.enter_async_context(watching(port, key, workers, streams, progress))
        screen = session and await stack.enter_async_context(
            looking(port, session, _middle(workers))
        )
        progress("watching", None)
        screens.begin()
        watched = await screens.seen(await phones(port, key, workers, seconds, sent))
        return replace(watched, drawn=await screen.seen(sent)) if screen else watched


def _middle(workers: Sequence[Worker]) -> tuple[float, float]:
    return median(lon for _, _, lon, _ in workers), median(lat for *_, lat in workers)


async def _open(
    port: int,
    key: str,
    workers: Sequence[Worker],
    streams: int,
    delay: Speed,
    opened: list[_Stream],
    progress: Progress,
) -> None:
    loop = asyncio.get_running_loop()
    chance = random.Random(1)  # noqa: S311 - no secret
    for begin in range(0, streams, _OPENED_AT_ONCE):
        progress("opening streams", begin / streams)
        some: list[_Stream] = []
        for number in range(begin, min(begin + _OPENED_AT_ONCE, streams)):
            area = chance.choice(workers)[1]
            notes = delay if number % _LOOKED_AT == 0 else None
            transport, stream = await loop.create_connection(
                lambda notes=notes: _Stream(notes), "127.0.0.1", port
            )
            transport.write(
                f"GET /live?kinds=position&within={area} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
                f"authorization: Bearer {key}\r\n\r\n".encode("ascii")
            )
            some.append(stream)
        opened += some
        await asyncio.wait_for(asyncio.gather(*(stream.begun for stream in some)), 60)


async def phones(
    port: int,
    key: str,
    workers: Sequence[Worker],
    seconds: float,
    sent: dict[Fix, float] | None = None,
) -> int:
    """Let each worker tell a fix every EVERY_S, evenly spread; return how many that were.

    When each was sent (s since 1970) is noted in `sent`.
    """
    headers = f"authorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    wires = [await Connection.open(port) for _ in range(8)]
    # In the order of their codes, neighbours would move together, and be told together.
    chance = random.Random(2)  # noqa: S311 - no secret
    workers = chance.sample(workers, len(workers))
    number = round(len(workers) * seconds / EVERY_S)
    begun = time.perf_counter()
    due = iter(range(number))

    async def drive(wire: Connection) -> None:
        for n in due:
            await asyncio.sleep(max(0.0, begun + n * seconds / number - time.perf_counter()))
            code, _, lon, lat = workers[n % len(workers)]
            moved = n // len(workers) * 1e-5
            now = datetime.now(UTC)
            if sent is not None:
                sent[code, int(now.timestamp())] = now.timestamp()
            fix = {"time": now, "lon": lon + moved, "lat": lat, "accuracy_m": 8.0}
            body = orjson.dumps({"worker": code, "positions": [fix]})
            status, _, said = await wire.post("/positions", body, headers)
            if status != 200:
                raise Broken(f"POST /positions: {status} {said[:200]!r}")

    try:
        await asyncio.gather(*map(drive, wires))
    finally:
        for wire in wires:
            await wire.close()
    return number

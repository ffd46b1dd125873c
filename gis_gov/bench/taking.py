"""How many fixes the server takes in, and that none is lost.

Each phone of a district tells a fix every ten seconds, as it would; and batches come as fast as
they are answered, as after a network that was down.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import psycopg

from gis_gov.bench.http import Broken, Connection
from gis_gov.bench.late_fixes import BATCH, EVERY_S, Batch
from gis_gov.bench.measure import Speed
from gis_gov.bench.patrol_ground import Worker

STEP: Final = 1e-5
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Told:
    """How fixes were taken: how many, in which time, how long each answer took, how many lack.

    `repeated` of them were told before, and are stored once.
    """

    way: str
    fixes: int
    seconds: float
    answers: Speed
    lost: int
    repeated: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "way": self.way,
            "fixes": self.fixes,
            "seconds": round(self.seconds, 2),
            "fixes_per_second": round(self.fixes / self.seconds, 1),
            **{f"p{n}_ms": round(self.answers.percentile_ms(n / 100), 2) for n in (50, 95, 99)},
            "lost": self.lost,
            "repeated": self.repeated,
        }


async def measure_taking(
    url: str,
    port: int,
    key: str,
    workers: Sequence[Worker],
    late: Iterator[Batch],
    seconds: float,
    connections: int,
    progress: Progress,
) -> list[Told]:
    """Tell fixes for so long in each way."""
    headers = f"authorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    wires = [await Connection.open(port) for _ in range(connections)]
    try:
        progress("each phone every ten seconds", None)
        single = await _live(url, wires, headers, workers, seconds)
        progress(f"batches of {BATCH}", None)
        batches = await _at_once(url, wires, headers, late, seconds)
    finally:
        for wire in wires:
            await wire.close()
    return [single, batches]


async def _live(
    url: str, wires: Sequence[Connection], headers: str, workers: Sequence[Worker], seconds: float
) -> Told:
    """Let each worker tell a fix every EVERY_S, evenly spread."""
    before, begun = count_fixes(url), time.perf_counter()
    answers = Speed()
    number = round(len(workers) * seconds / EVERY_S)
    due = iter(range(number))

    async def drive(wire: Connection) -> None:
        for n in due:
            await asyncio.sleep(max(0.0, begun + n * seconds / number - time.perf_counter()))
            worker = workers[n % len(workers)]
            await _tell(wire, headers, _body(worker, n // len(workers)), answers)

    await asyncio.gather(*map(drive, wires))
    took_s = time.perf_counter() - begun
    lost = number - (count_fixes(url) - before)
    return Told("each phone every ten seconds", number, took_s, answers, lost)


async def _at_once(
    url: str, wires: Sequence[Connection], headers: str, late: Iterator[Batch], seconds: float
) -> Told:
    """Tell batches of late fixes as fast as they are taken."""
    before, begun = count_fixes(url), time.perf_counter()
    answers = Speed()
    told = new = 0

    async def drive(wire: Connection) -> None:
        nonlocal told, new
        while time.perf_counter() - begun < seconds:
            batch = next(late)
            await _tell(wire, headers, batch.body, answers)
            told += batch.fixes
            new += batch.new

    await asyncio.gather(*map(drive, wires))
    took_s = time.perf_counter() - begun
    lost = new - (count_fixes(url) - before)
    return Told(f"batches of {BATCH}", told, took_s, answers, lost, told - new)


def _body(worker: Worker, told_before: int) -> bytes:
    code, _, lon, lat = worker
    fix = {
        "time": datetime.now(UTC),
        "lon": round(lon + told_before * STEP, 7),
        "lat": round(lat, 7),
        "accuracy_m": 8.0,
    }
    return orjson.dumps({"worker": code, "positions": [fix]})


async def _tell(wire: Connection, headers: str, body: bytes, answers: Speed) -> None:
    asked = time.perf_counter()
    status, _, said = await wire.post("/positions", body, headers)
    if status != 200:
        raise Broken(f"POST /positions: {status} {said[:200]!r}")
    answers.times_ms.append((time.perf_counter() - asked) * 1000)


def count_fixes(url: str) -> int:
    """Count what is stored."""
    with psycopg.connect(url) as conn:
        row = conn.execute("select count(*) from position").fetchone()
        return row[0] if row else 0

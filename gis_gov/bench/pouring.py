"""Fixes that pour in at a steady rate, while phones tell where they are and others watch."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gis_gov.bench.http import Broken, Connection
from gis_gov.bench.late_fixes import Batch
from gis_gov.bench.measure import Speed
from gis_gov.bench.patrol_ground import Worker
from gis_gov.bench.taking import count_fixes
from gis_gov.bench.watching import Watched, phones, watching

LATE_S: Final = 1.0
"""An answer that comes later than this after its batch was due is late."""
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How many fixes a second, for how long, and over how many connections."""

    rate: float
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Poured:
    """How a steady rate was taken, and how soon phones were seen meanwhile.

    `answers` are the times from when a batch was due, whenever it could be sent. `repeated` of the
    fixes were told before, and are stored once.
    """

    rate: float
    fixes: int
    seconds: float
    lost: int
    late: int
    answers: Speed
    watched: Watched
    repeated: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "rate": self.rate,
            "fixes": self.fixes,
            "seconds": round(self.seconds, 2),
            "fixes_per_second": round(self.fixes / self.seconds, 1),
            "lost": self.lost,
            "repeated": self.repeated,
            "late": self.late,
            **{f"p{n}_ms": round(self.answers.percentile_ms(n / 100), 1) for n in (50, 95, 99)},
            "watched": self.watched.as_json(),
        }


@dataclass(slots=True)
class _Stream:
    """The batches that are sent at a steady rate."""

    late: Iterator[Batch]
    rate: float
    seconds: float
    sent: int = 0
    new: int = 0
    answers: Speed = field(default_factory=Speed)
    took_s: float = 0.0

    async def pour(self, wires: Sequence[Connection], headers: str) -> None:
        """Send them, each when it is due, or as soon after as a connection is free."""
        begun = time.perf_counter()
        number = round(self.rate * self.seconds)
        given = 0

        async def drive(wire: Connection) -> None:
            nonlocal given
            while given < number:
                batch, at = next(self.late), begun + given / self.rate
                given += batch.fixes
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
                status, _, said = await wire.post("/positions", batch.body, headers)
                if status != 200:
                    raise Broken(f"POST /positions: {status} {said[:200]!r}")
                self.answers.times_ms.append((time.perf_counter() - at) * 1000)
                self.sent += batch.fixes
                self.new += batch.new

        await asyncio.gather(*map(drive, wires))
        self.took_s = time.perf_counter() - begun


async def measure_pouring(
    url: str,
    port: int,
    key: str,
    workers: Sequence[Worker],
    late: Iterator[Batch],
    streams: int,
    pace: Pace,
    progress: Progress,
) -> Poured:
    """Let late fixes come in at a rate, while each worker tells a fix every ten seconds.

    Raises:
        Broken: a fix is not taken, or a stream can't be opened.

    """
    headers = f"authorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    wires = [await Connection.open(port) for _ in range(pace.connections)]
    stream = _Stream(late, pace.rate, pace.seconds)
    before = count_fixes(url)
    try:
        async with watching(port, key, workers, streams, progress) as screens:
            progress(f"{pace.rate:,.0f} fixes a second", None)
            told, _ = await asyncio.gather(
                phones(port, key, workers, pace.seconds), stream.pour(wires, headers)
            )
            watched = await screens.seen(told)
    finally:
        for wire in wires:
            await wire.close()
    lost = stream.new + told - (count_fixes(url) - before)
    late_answers = sum(took_ms > LATE_S * 1000 for took_ms in stream.answers.times_ms)
    return Poured(
        pace.rate,
        stream.sent,
        stream.took_s,
        lost,
        late_answers,
        stream.answers,
        watched,
        stream.sent - stream.new,
    )

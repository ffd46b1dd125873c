"""Ask the contenders in turns, each for a slice of time, and tell how fast they answered."""

import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

import numpy as np
import psycopg

from gis_gov.bench.contenders import Asked, Contender
from gis_gov.bench.http import Broken

T = TypeVar("T")

ROUNDS = 3
WARM_UP_S = 0.3
WARM_UP_MAX = 8
"""How many times as long as it is measured a contender is asked at most, to get warm."""
ASKED_MAX = 50_000
"""Questions at most in a slice."""


@dataclass(slots=True)
class Speed:
    """What one contender did: answers a second by round, and each answer's time in ms."""

    per_second: list[float] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return the answers a second: the median over the rounds."""
        return median(self.per_second)

    def percentile_ms(self, share: float) -> float:
        """Return the time within which a share of the answers came, in ms."""
        return float(np.quantile(self.times_ms, share))


async def compare(
    contenders: Mapping[str, Contender],
    concurrency: int,
    seconds: float,
    asked_max: int = ASKED_MAX,
) -> tuple[dict[str, Speed], dict[str, str]]:
    """Measure contenders against each other for `seconds` each, in ROUNDS turns.

    What slows the machine for a while slows all of them. Who fails has a reason, and
    no speed.
    """
    speeds = {name: Speed() for name in contenders}
    failures: dict[str, str] = {}

    async def unless_it_fails(name: str, asking: Awaitable[T]) -> T | None:
        try:
            return await asking
        except (Broken, psycopg.Error) as error:
            failures[name] = str(error)
            del speeds[name]
            return None

    for name, contender in contenders.items():
        times_s = min(WARM_UP_S, seconds), WARM_UP_MAX * seconds
        await unless_it_fails(name, contender.warm_up(concurrency, *times_s, asked_max))
    for _ in range(ROUNDS):
        for name in list(speeds):
            driving = contenders[name].drive(concurrency, seconds / ROUNDS, asked_max)
            found = await unless_it_fails(name, driving)
            if found is not None:
                speeds[name].per_second.append(len(found.times_s) / found.taken_s)
                speeds[name].times_ms += [time_s * 1000 for time_s in found.times_s]
    return speeds, failures


async def alternate(contenders: Mapping[str, Asked], seconds: float) -> dict[str, Speed]:
    """Ask contenders the same questions one after the other, for `seconds` each.

    For small differences: each question is asked of all while the machine is the same.
    """
    speeds = {name: Speed() for name in contenders}
    for contender in contenders.values():
        await contender.drive(1, min(WARM_UP_S, seconds), ASKED_MAX)
    deadline = time.perf_counter() + seconds * len(contenders)
    for number in range(ASKED_MAX):
        for name, contender in contenders.items():
            started = time.perf_counter()
            await contender.ask(0, number)
            speeds[name].times_ms.append((time.perf_counter() - started) * 1000)
        if time.perf_counter() >= deadline:
            break
    for speed in speeds.values():
        speed.per_second.append(len(speed.times_ms) / (sum(speed.times_ms) / 1000))
    return speeds

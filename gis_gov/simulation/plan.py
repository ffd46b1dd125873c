"""Who goes out on the day, how he goes, and what is wrong with his phone."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

import numpy as np

from gis_gov.days import start_of
from gis_gov.simulation.faults.fault import Fault
from gis_gov.simulation.faults.registry import FAULTS
from gis_gov.simulation.ground import Ground

TravelMode = Literal["walk", "ebike", "car", "boat"]
SHARES: Final[dict[TravelMode, float]] = {"walk": 0.7, "ebike": 0.2, "car": 0.08, "boat": 0.02}


@dataclass(frozen=True, slots=True)
class Plan:
    """A day; the same plan on the same ground gives the same day, to the last digit.

    The shift begins `begins_s` after midnight (UTC+8) and lasts `length_s`. A phone takes a fix
    each `every_s`, and tells what it has each `told_every_s`. `faulty` is the share of phones
    with which something is wrong. A seed is for one day: what is walked alike to the last digit on
    two of them is taken for a track that is played again.
    """

    day: date
    seed: int = 0
    begins_s: float = 8.5 * 3600
    length_s: float = 8 * 3600.0
    every_s: float = 10.0
    told_every_s: float = 10.0
    faulty: float = 0.2

    @property
    def begins_at(self) -> datetime:
        """Return when the shift begins."""
        return start_of(self.day) + timedelta(seconds=self.begins_s)

    def stream(self, part: str) -> np.random.Generator:
        """Make the random stream of a part, which no other part changes."""
        key = (zlib.crc32(part.encode()),)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


@dataclass(frozen=True, slots=True)
class Shift:
    """A worker's day: without a `fault` his phone is a good one."""

    ground: Ground
    mode: TravelMode = "walk"
    fault: Fault | None = None

    @property
    def device(self) -> str:
        """Return the code of his phone."""
        return f"SIM-{self.ground.worker}"


def shifts_of(plan: Plan, ground: Sequence[Ground]) -> list[Shift]:
    """Draw how each goes, and give the faults out evenly to so many as the plan says."""
    random = plan.stream("shifts")
    modes = random.choice(list(SHARES), size=len(ground), p=list(SHARES.values()))
    faulty = random.permutation(len(ground))[: round(plan.faulty * len(ground))]
    fault_of = {int(row): FAULTS[n % len(FAULTS)] for n, row in enumerate(faulty)}
    return [
        Shift(each, mode, fault_of.get(row))
        for row, (each, mode) in enumerate(zip(ground, modes.tolist(), strict=True))
    ]

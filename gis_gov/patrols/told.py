"""Fixes on their way in."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gis_gov.patrols.fix import Fix


@dataclass(frozen=True, slots=True)
class Told:
    """A fix, by which device and of which worker; `datum` is what its coordinates were told in.

    It is stored by the name `device`, unless it is already by `other_device`.
    """

    device: str
    worker_id: int | None
    fix: Fix
    datum: str
    received_at: datetime
    rejected_for: str | None = None
    other_device: str | None = None

    @property
    def key(self) -> tuple[str, datetime]:
        """Return what a fix is known by."""
        return self.device, self.fix.time


@dataclass(frozen=True, slots=True)
class Taken:
    """How many fixes were new, and how many were there already.

    Those of times at which the worker was off shift are counted alone, and not stored.
    """

    stored: int
    repeated: int
    off_shift: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.stored + other.stored,
            self.repeated + other.repeated,
            self.off_shift + other.off_shift,
        )


def rank_of(told: Told) -> tuple[bool, float, float, float]:
    """Say how good a fix is among those that a device tells of one moment: the least counts."""
    fix = told.fix
    # As exact as it is stored.
    accuracy_m = float("inf") if fix.accuracy_m is None else float(np.float32(fix.accuracy_m))
    return fix.is_mock, accuracy_m, fix.lon, fix.lat

"""A worker's day is cut into patrols: those that he started, and what else the fixes tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from gis_gov.geo.arrays import Floats, Mask

PAUSE_S: Final = 30 * 60.0
"""So long without a fix ends what was started by nobody."""
LEAST_S: Final = 60.0
"""What is shorter is no patrol."""
LEAST_FIXES: Final = 2


@dataclass(frozen=True, slots=True)
class Started:
    """A patrol that somebody started; what is open ends at the next one, or after a day."""

    code: str
    kind: str
    is_open: bool
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Session:
    """When a patrol was; seconds since 1970, both ends are of it."""

    code: str
    kind: str
    is_detected: bool
    is_open: bool
    begins_s: float
    ends_s: float


def detected(
    worker: str, day: date, time_s: Floats, counts: Mask, started: Sequence[Started]
) -> list[Session]:
    """Cut what lies in no patrol that was started into sessions.

    One ends where PAUSE_S pass without a fix that counts, where a patrol was started, and with the
    day: so each day's patrols are told from its own fixes, whenever they come. They are numbered
    in the order of time.
    """
    begins_s = np.array([each.begins_s for each in started])
    before = np.searchsorted(begins_s, time_s, side="right")
    ends_s = np.concatenate([[-np.inf], np.maximum.accumulate([each.ends_s for each in started])])
    free = np.flatnonzero(counts & (time_s > ends_s[before]))
    own_s, slot = time_s[free], before[free]
    cuts = np.flatnonzero((np.diff(own_s) >= PAUSE_S) | (np.diff(slot) != 0)) + 1
    runs = [run for run in np.split(own_s, cuts) if _is_patrol(run)]
    return list(_sessions(f"{worker}-{day:%Y%m%d}", runs))


def _is_patrol(run: Floats) -> bool:
    return len(run) >= LEAST_FIXES and run[-1] - run[0] >= LEAST_S


def _sessions(prefix: str, runs: Sequence[Floats]) -> Iterator[Session]:
    for number, run in enumerate(runs, 1):
        begins_s, ends_s = float(run[0]), float(run[-1])
        yield Session(f"{prefix}-{number}", "patrol", True, False, begins_s, ends_s)

"""Late fixes of simulated phones, some of which lie still, cheat, lose signal or reorder.

The phones are made before the measuring, and told again for earlier hours if they run out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from typing import Any, Final

import numpy as np
import orjson
import psycopg

from gis_gov.days import today
from gis_gov.simulation.bodies import body_of
from gis_gov.simulation.day import Message, day
from gis_gov.simulation.devices import enter_devices
from gis_gov.simulation.ground import read_ground
from gis_gov.simulation.phone import Phone
from gis_gov.simulation.plan import Plan, shifts_of

BATCH: Final = 100
"""Fixes of a request; the last one of each phone's shift has what is left."""
SHIFT_FIXES: Final = 5 * BATCH
"""Fixes that a good phone takes in its shift."""
EVERY_S: Final = 10.0
SHIFT_S: Final = (SHIFT_FIXES - 1) * EVERY_S
# A clock that is ahead tells times after the shift, which are not to come twice.
TURN_S: Final = SHIFT_S + 600
WORKERS_MAX: Final = 5_000
"""So many are simulated at most, of a larger district some: they are held in memory."""
FAULTY: Final = 0.2
_STEP_DEG: Final = 1e-7
_TURNS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """A request; `new` of its fixes are none that the same phone told before."""

    body: bytes
    fixes: int
    new: int


@dataclass(frozen=True, slots=True)
class _Part:
    at_s: float
    fixes: Phone
    new: int


@dataclass(frozen=True, slots=True)
class LateFixes:
    """So many phones, with how many of their workers what is wrong, and what they tell."""

    phones: int
    faults: dict[str, int]
    batches: Iterator[Batch]

    def as_json(self) -> dict[str, Any]:
        """Return what was simulated as a JSON object."""
        return {"phones": self.phones, "faults": self.faults}


def late_fixes(url: str, faulty: float = FAULTY) -> LateFixes:
    """Simulate phones of the workers of a database, where they are entered as devices."""
    yesterday = today() - timedelta(days=1)
    plan = Plan(yesterday, length_s=SHIFT_S, every_s=EVERY_S, told_every_s=EVERY_S, faulty=faulty)
    with psycopg.connect(url) as conn:
        ground = read_ground(conn)
        some = ground[:: max(1, ceil(len(ground) / WORKERS_MAX))]
        phones, truths = day(plan, shifts_of(plan, some))
        enter_devices(conn, phones)
    faults = Counter(truth.fault for truth in truths if truth.fault is not None)
    # They do not all come to tell in the same second.
    apart_s = BATCH * EVERY_S / max(1, len(phones))
    parts = [part for n, phone in enumerate(phones) for part in _cut(phone, n * apart_s)]
    parts.sort(key=lambda part: part.at_s)
    return LateFixes(len(phones), dict(faults), _batches(parts))


def _cut(phone: Phone, late_s: float) -> Iterator[_Part]:
    """Cut what a phone tells, in the order in which it does."""
    told = phone.only(np.argsort(phone.told_s, kind="stable"))
    is_new = np.zeros(len(told), dtype=np.bool_)
    is_new[np.unique(told.time_s, return_index=True)[1]] = True
    for rows in np.split(np.arange(len(told)), range(BATCH, len(told), BATCH)):
        at_s = float(told.told_s[rows[-1]]) + late_s
        yield _Part(at_s, told.only(rows), int(is_new[rows].sum()))


def _batches(parts: Sequence[_Part]) -> Iterator[Batch]:
    """Give all parts of all phones, and then those of ever earlier shifts."""
    for turn in range(_TURNS) if parts else ():
        for part in parts:
            message = Message(part.at_s - turn * TURN_S, _earlier(part.fixes, turn))
            yield Batch(orjson.dumps(body_of(message)), len(part.fixes), part.new)


def _earlier(phone: Phone, turns: int) -> Phone:
    """Put a shift so many turns back: as another one, not as one that is played again."""
    return replace(
        phone,
        time_s=phone.time_s - turns * TURN_S,
        told_s=phone.told_s - turns * TURN_S,
        lon=np.round(phone.lon + turns * _STEP_DEG, 7),
        # A phone counts on from shift to shift.
        sequence=phone.sequence + (_TURNS - turns) * SHIFT_FIXES,
    )

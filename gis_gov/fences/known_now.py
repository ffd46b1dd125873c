"""What is known as alarms are looked for: fences, shifts, who was heard of, and the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Final

from gis_gov.fences.known import Known
from gis_gov.fences.states import WorkerState
from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.spans import NO_SPANS, common, without
from gis_gov.patrols.shifts.memory import Rosters

SILENT_S: Final = 900.0
"""Of who is silent for longer nobody knows whether he is away, alone, or near to somebody."""
KEPT_S: Final = 12 * 3_600.0
"""Who was heard of before that is nowhere."""
KEPT_DAYS: Final = 100
"""Of what lasted longer it is not told since when."""
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Here:
    """A worker who was heard of, and where that is."""

    worker_id: int
    employed_in: Sequence[int]
    state: WorkerState
    is_off_shift: bool

    @property
    def heard_s(self) -> float:
        """Return the time of his last fix."""
        return self.state.last[0]

    @property
    def employed(self) -> tuple[int, Sequence[int]]:
        """Return who he is, and where he is employed."""
        return self.worker_id, self.employed_in

    def is_in(self, version_id: int) -> bool:
        """Say whether he is in a fence, and it was told."""
        return any(pair[0] == version_id and pair[1] and pair[3] for pair in self.state.pairs)

    def is_gone(self, at_s: float) -> bool:
        """Say whether nobody knows, or may know, any more where he is."""
        return self.is_off_shift or self.is_silent(at_s)

    def is_silent(self, at_s: float) -> bool:
        """Say whether nothing was heard of him for long."""
        return at_s - self.heard_s > SILENT_S


@dataclass(frozen=True, slots=True)
class Now:
    """A moment (s since 1970), and what is known at it."""

    at_s: float
    known: Known
    rosters: Rosters
    heard: Mapping[int, Here]

    def in_force_since_s(self, version_id: int) -> float | None:
        """Return since when a version of a fence counts, None if it does not."""
        fence = self.known.fence(version_id)
        if fence is None:
            return None
        is_on, from_s, _ = fence.steady(self.at_s)
        return from_s if is_on else None

    def on_shift_since_s(self, worker_id: int) -> float:
        """Return since when a worker is on shift, the moment itself if he is not."""
        spans = self.on_shift(worker_id, self.at_s - _DAY_S)
        begun = (begin_s for begin_s, end_s in spans.tolist() if begin_s <= self.at_s < end_s)
        return next(begun, self.at_s)

    def watches(self, version_id: int, worker_id: int, employed_in: Sequence[int]) -> bool:
        """Say whether a version of a fence that is known is for a worker."""
        version = self.known.versions.get(version_id)
        if version is None or self.known.fence(version_id) is None:
            return False
        return version.is_for(worker_id, employed_in)

    def wanted(self, version_id: int, worker_id: int, from_s: float) -> Floats:
        """Return when a fence counted and a worker was on shift, after a moment up to now.

        What began before the moment is told as a whole, but for days of which no fix is kept.
        """
        fence = self.known.fence(version_id)
        if fence is None:
            return NO_SPANS
        oldest_s = (self.at_s // _DAY_S - KEPT_DAYS) * _DAY_S
        from_s = max(from_s, fence.valid_from_s, oldest_s)
        if from_s >= self.at_s:
            return NO_SPANS
        return common(fence.spans(from_s, self.at_s), self.on_shift(worker_id, from_s))

    def on_shift(self, worker_id: int, from_s: float) -> Floats:
        """Return when a worker is on shift, in whole days, from a moment up to now."""
        spans = self.rosters.spans(worker_id, from_s, self.at_s)
        here = self.heard.get(worker_id)
        if here is not None and here.is_off_shift and self._should_be_on(worker_id):
            return without(spans, [(here.heard_s, inf)])
        return spans

    def _should_be_on(self, worker_id: int) -> bool:
        return self.rosters.is_on(worker_id, datetime.fromtimestamp(self.at_s, UTC))

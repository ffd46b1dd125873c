"""What is known of workers after an hour: as it is stored, and as the engine takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.held import NO_PAIRS, Pairs
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.states import FenceStates

Pair = tuple[int, bool, float | None, bool]


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker's last fix (time in s since 1970, lon, lat, accuracy in m) and the fences near it.

    Of each of these: its version, whether he is inside, since when, and whether that was told.
    """

    last: tuple[float, float, float, float]
    pairs: tuple[Pair, ...]

    @classmethod
    def of_row(
        cls, last: Sequence[float | None], pairs: Sequence[Any] | None
    ) -> "WorkerState | None":
        """Take what was read; None if there was nothing."""
        time_s, lon, lat, accuracy_m = last
        if pairs is None or time_s is None or lon is None or lat is None or accuracy_m is None:
            return None
        told = ((version, inside, since_s, told) for version, inside, since_s, told in pairs)
        return cls((time_s, lon, lat, accuracy_m), tuple(told))


def engine_states(fences: GeofenceSet, workers: Mapping[int, WorkerState | None]) -> FenceStates:
    """Put what is known of workers together; of versions that are no more nothing is."""
    known = {worker: state for worker, state in sorted(workers.items()) if state is not None}
    last = np.array([state.last for state in known.values()], dtype=np.float64).reshape(-1, 4)
    rows = [
        (worker, place, inside, np.nan if since_s is None else since_s, told)
        for worker, state in known.items()
        for version, inside, since_s, told in state.pairs
        if (place := _place(fences, version)) is not None
    ]
    pairs = NO_PAIRS.joined(
        Pairs(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.bool_),
            np.array([row[3] for row in rows], dtype=np.float64),
            np.array([row[4] for row in rows], dtype=np.bool_),
        )
    )
    return FenceStates(fences, MoverFixes(np.array(list(known), dtype=np.int64), *last.T), pairs)


def worker_states(states: FenceStates) -> dict[int, WorkerState]:
    """Take apart by worker what is known."""
    pairs: dict[int, list[Pair]] = {worker: [] for worker in states.last.mover.tolist()}
    ids = states.fences.ids[states.pairs.fence].tolist()
    columns = (states.pairs.inside, states.pairs.since_s, states.pairs.told)
    for worker, version, inside, since_s, told in zip(
        states.pairs.mover.tolist(), ids, *(column.tolist() for column in columns), strict=True
    ):
        pairs[worker].append((version, inside, None if isnan(since_s) else since_s, told))
    last = states.last
    places = zip(
        last.time_s.tolist(),
        last.lon.tolist(),
        last.lat.tolist(),
        last.accuracy_m.tolist(),
        strict=True,
    )
    return {
        worker: WorkerState(place, tuple(pairs[worker]))
        for worker, place in zip(last.mover.tolist(), places, strict=True)
    }


def _place(fences: GeofenceSet, version: int) -> int | None:
    place = int(np.searchsorted(fences.ids, version))
    return place if place < len(fences) and fences.ids[place] == version else None

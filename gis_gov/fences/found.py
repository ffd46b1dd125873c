"""What fixes show of workers and fences, with where it was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis_gov.fences.known import Known
from gis_gov.geo.geofence.events import Crossing, Crossings, Kind
from gis_gov.geo.geofence.mover_fixes import MoverFixes

_MICROS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A crossing: who, which version of a fence, what and when, in microseconds since 1970.

    `hour_s` is the hour of the fix by which it is known; `lon` and `lat` are where the worker was
    on the leg to that fix, as the crossing began (or ended, if he passed through).
    """

    worker_id: int
    version_id: int
    hour_s: float
    kind: str
    at_us: int
    until_us: int | None
    known_us: int
    lon: float
    lat: float

    @property
    def key(self) -> "Key":
        """Return what makes it this one, by whichever fix it is known."""
        return self.worker_id, self.version_id, self.kind, self.at_us, self.until_us


Key = tuple[int, int, str, int, int | None]


def found_of(
    known: Known,
    events: Crossings,
    way: MoverFixes,
    hours: Mapping[int, float],
    employed: Mapping[int, Sequence[int]],
) -> Iterator[Found]:
    """Tell events of those whom the fences watch.

    `way` are the sorted fixes that show them, with the last ones before; `hours` and `employed` are
    those of each worker.
    """
    for event in events:
        worker = event.mover
        if not known.versions[event.fence].is_for(worker, employed[worker]):
            continue
        is_cross = event.kind == Kind.CROSS
        lon, lat = _place(way, event, event.until_s if is_cross else event.time_s)
        yield Found(
            worker,
            event.fence,
            hours[worker],
            event.kind.name.lower(),
            _micros(event.time_s),
            _micros(event.until_s) if is_cross else None,
            _micros(event.known_s),
            lon,
            lat,
        )


def _place(way: MoverFixes, event: Crossing, at_s: float) -> tuple[float, float]:
    """Return where a mover was at a moment of the leg to the fix that shows an event."""
    begin, end = np.searchsorted(way.mover, (event.mover, event.mover + 1))
    row = min(begin + int(np.searchsorted(way.time_s[begin:end], event.known_s)), end - 1)
    rows = slice(max(row - 1, begin), row + 1)
    times = way.time_s[rows]
    return float(np.interp(at_s, times, way.lon[rows])), float(
        np.interp(at_s, times, way.lat[rows])
    )


def _micros(seconds: float) -> int:
    return round(seconds * _MICROS)

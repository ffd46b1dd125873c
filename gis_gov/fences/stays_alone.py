"""Who was alone in fences where nobody should be, for longer than he may, by the crossings."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file
from gis_gov.fences.heard import Presence, TooLong, read_silences, stays_of
from gis_gov.fences.known_now import SILENT_S, Now
from gis_gov.fences.settling_queries import STAY_S, Due, Expected, Span, is_since
from gis_gov.geo.geofence.lasting import lasting
from gis_gov.geo.geofence.spans import common, merged, without

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class _Watch:
    """A version of a fence in which nobody should be alone."""

    fence_id: int
    version_id: int
    alone_s: float


@dataclass(frozen=True, slots=True)
class _Stay:
    """That a worker was in a version of a fence; `out_s` is None while he is."""

    version_id: int
    fence_id: int
    worker_id: int
    in_s: float
    out_s: float | None
    employed_in: Sequence[int]

    @property
    def span(self) -> Span:
        return self.in_s, inf if self.out_s is None else self.out_s


@dataclass(frozen=True, slots=True)
class _There(Presence):
    """When a worker was in a version of a fence."""

    version_id: int


_Heard = tuple[_There, Sequence[Span]]
"""And when nothing was heard of him there for long."""


async def read_alone(conn: AsyncConnection[Any], due: Due, now: Now) -> Expected:
    """Find who was alone in the fences that are due, whoever it is of whom they are.

    One is alone from when he came in or the last of the others left, or was heard of last before a
    silence: nobody knows that he stayed.
    """
    fences = _by_fence(due)
    asked = {"fence_id": list(fences), "since_s": list(fences.values())}
    watches = await rows_of(conn, _Watch, sql_file(_PACKAGE, "alone_watch"), asked)
    stays = await _read_stays(conn, watches, fences)
    there = _there(stays, now)
    silences = await read_silences(conn, there, SILENT_S, now.at_s)
    # Where many are it takes a while; others are served meanwhile.
    lasted = await asyncio.to_thread(_too_long, watches, there, silences, fences, now)
    judged = {(None, watch.fence_id): fences[watch.fence_id] for watch in watches}
    found = await stays_of(conn, lasted, now.at_s)
    unwatched = {
        (each.worker_id, each.fence_id)
        for each in stays
        if not now.watches(each.version_id, each.worker_id, each.employed_in)
    }
    return Expected("alone", found, judged, unwatched - found.keys())


def _too_long(
    watches: Iterable[_Watch],
    there: Iterable[_There],
    silences: Mapping[int, list[Span]],
    fences: Mapping[int, float],
    now: Now,
) -> list[TooLong]:
    by_version: defaultdict[int, list[_Heard]] = defaultdict(list)
    for number, each in enumerate(there):
        by_version[each.version_id].append((each, silences.get(number, ())))
    return [
        each
        for watch in watches
        for each in _alone(watch, by_version[watch.version_id], now)
        if is_since((each.from_s, each.to_s), fences[watch.fence_id])
    ]


def _by_fence(due: Due) -> dict[int, float]:
    fences: dict[int, float] = {}
    for (_, fence), since_s in due.items():
        fences[fence] = min(fences.get(fence, since_s), since_s)
    return fences


async def _read_stays(
    conn: AsyncConnection[Any], watches: Sequence[_Watch], fences: Mapping[int, float]
) -> list[_Stay]:
    asked = {
        "fence_id": [each.fence_id for each in watches],
        "version_id": [each.version_id for each in watches],
        "begun_s": [fences[each.fence_id] - STAY_S for each in watches],
        "since_s": [fences[each.fence_id] for each in watches],
    }
    return await rows_of(conn, _Stay, sql_file(_PACKAGE, "stays_of_all"), asked)


def _there(stays: Sequence[_Stay], now: Now) -> list[_There]:
    """Return when those whom versions watch were there, while they were on shift."""
    found: list[_There] = []
    for stay in stays:
        if now.watches(stay.version_id, stay.worker_id, stay.employed_in):
            wanted = now.wanted(stay.version_id, stay.worker_id, stay.in_s)
            spans = common(np.array([stay.span]), wanted).tolist()
            found += (_There(stay.worker_id, (*span,), stay.version_id) for span in spans)
    return found


def _alone(watch: _Watch, there: Iterable[_Heard], now: Now) -> Iterator[TooLong]:
    """Tell when each of those who were in a version was alone there."""
    own: defaultdict[int, list[Span]] = defaultdict(list)
    heard: defaultdict[int, list[Span]] = defaultdict(list)
    believed: defaultdict[int, list[Span]] = defaultdict(list)
    for each, silent in there:
        own[each.worker_id].append(each.span)
        heard[each.worker_id] += _without(each.span, silent)
        believed[each.worker_id] += _without(each.span, [(a + SILENT_S, b) for a, b in silent])
    for worker, spans in own.items():
        mine = merged(spans)
        # That somebody has been silent for long is known later than since when he was.
        known = without(mine, _others(believed, worker)).tolist()
        for begin_s, end_s in lasting(mine, _others(heard, worker), watch.alone_s, now.at_s):
            for from_s, to_s in known:
                told_s = max(begin_s + watch.alone_s, from_s)
                if begin_s <= from_s and told_s < min(to_s, end_s, now.at_s):
                    yield TooLong((worker, watch.fence_id), begin_s, end_s, told_s)
                    break


def _without(span: Span, holes: Sequence[Span]) -> list[Span]:
    return [(begin_s, end_s) for begin_s, end_s in without(np.array([span]), holes).tolist()]


def _others(spans: Mapping[int, list[Span]], worker: int) -> list[Span]:
    return [span for other, its in spans.items() if other != worker for span in its]

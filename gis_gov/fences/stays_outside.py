"""Who was away from fences in which he should be, for longer than he may, by the crossings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.fences.heard import TooLong, stays_of
from gis_gov.fences.known_now import Now
from gis_gov.fences.settling_queries import Due, Expected, WorkerFence, columns_of, is_since
from gis_gov.geo.geofence.lasting import lasting

_PACKAGE: Final = __package__ or ""
Passed = tuple[float, bool]
"""When somebody came in (True) or went out (s since 1970)."""


@dataclass(frozen=True, slots=True)
class _Watch:
    """A version of a fence in which a worker should be."""

    worker_id: int
    fence_id: int
    version_id: int
    away_s: float
    employed_in: Sequence[int]

    @property
    def pair(self) -> WorkerFence:
        return self.worker_id, self.fence_id


async def read_outside(conn: AsyncConnection[Any], due: Due, now: Now) -> Expected:
    """Find the absences that are due, of those whom the fences watch.

    Each counts from when he left, or from the beginning of his shift or of the fence's hours.
    """
    watches = await rows_of(
        conn, _Watch, sql_file(_PACKAGE, "outside_watch"), columns_of(due.items())
    )
    passed = await _read_passed(conn, watches, due)
    lasted: list[TooLong] = []
    judged: dict[WorkerFence, float] = {}
    unwatched: set[WorkerFence] = set()
    for each in watches:
        since_s = judged[each.pair] = due[each.pair]
        if not now.watches(each.version_id, each.worker_id, each.employed_in):
            unwatched.add(each.pair)
            continue
        ways = passed[each.worker_id, each.version_id]
        from_s = ways[0][0] if ways and ways[0][0] < since_s else -inf
        wanted = now.wanted(each.version_id, each.worker_id, from_s)
        lasted += (
            TooLong(each.pair, *span, span[0] + each.away_s)
            for span in lasting(wanted, _inside(ways), each.away_s, now.at_s)
            if is_since(span, since_s)
        )
    stays = await stays_of(conn, lasted, now.at_s)
    return Expected("outside", stays, judged, unwatched - stays.keys())


async def _read_passed(
    conn: AsyncConnection[Any], watches: Sequence[_Watch], due: Due
) -> Mapping[tuple[int, int], list[Passed]]:
    """Read how workers passed the edges of versions, from the last time before what is due."""
    asked = {
        "worker_id": [each.worker_id for each in watches],
        "version_id": [each.version_id for each in watches],
        "since_s": [due[each.pair] for each in watches],
    }
    passed: defaultdict[tuple[int, int], list[Passed]] = defaultdict(list)
    for worker, version, *way in await tuples(conn, sql_file(_PACKAGE, "passed_since"), asked):
        passed[worker, version].append((way[0], way[1]))
    return passed


def _inside(ways: Sequence[Passed]) -> list[tuple[float, float]]:
    """Return the spans in which somebody was inside: before the first exit, too."""
    spans: list[tuple[float, float]] = []
    since_s: float | None = -inf if ways and not ways[0][1] else None
    for at_s, is_in in ways:
        if is_in:
            since_s = at_s if since_s is None else since_s
        elif since_s is not None:
            spans.append((since_s, at_s))
            since_s = None
    return spans if since_s is None else [*spans, (since_s, inf)]

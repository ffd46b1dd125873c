"""Who was inside fences that tell of it, by the crossings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, sql_file
from gis_gov.fences.heard import Presence, read_silences
from gis_gov.fences.known_now import KEPT_S, Now
from gis_gov.fences.settling import Stay, joined
from gis_gov.fences.settling_queries import (
    STAY_S,
    Due,
    Expected,
    Span,
    WorkerFence,
    columns_of,
    is_since,
)
from gis_gov.geo.geofence.lasting import lasting
from gis_gov.geo.geofence.spans import common

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class _Stay:
    """That a worker was in a version of a fence: `out_s` is None while he is."""

    worker_id: int
    fence_id: int
    version_id: int
    in_s: float
    out_s: float | None
    lon: float | None
    lat: float | None
    employed_in: Sequence[int]

    @property
    def pair(self) -> WorkerFence:
        return self.worker_id, self.fence_id

    @property
    def span(self) -> Span:
        return self.in_s, inf if self.out_s is None else self.out_s


async def read_inside(conn: AsyncConnection[Any], due: Due, now: Now) -> Expected:
    """Find who was inside, while he was on shift, by what is due.

    After KEPT_S of silence nobody knows that he is there still.
    """
    rows = await rows_of(
        conn, _Stay, sql_file(_PACKAGE, "stays_inside"), columns_of(due.items(), STAY_S)
    )
    unwatched: set[WorkerFence] = set()
    there: list[tuple[_Stay, Presence]] = []
    for each in rows:
        if not now.watches(each.version_id, each.worker_id, each.employed_in):
            unwatched.add(each.pair)
            continue
        wanted = now.wanted(each.version_id, each.worker_id, each.in_s)
        spans = common(np.array([each.span]), wanted).tolist()
        there += ((each, Presence(each.worker_id, (*span,))) for span in spans)
    silences = await read_silences(conn, [time for _, time in there], KEPT_S, now.at_s)
    stays: defaultdict[WorkerFence, list[Stay]] = defaultdict(list)
    for number, (each, time) in enumerate(there):
        for span in lasting(np.array([time.span]), silences.get(number, ()), 0, now.at_s):
            if is_since(span, due[each.pair]):
                place = len(stays[each.pair])
                stays[each.pair].append(Stay(place, *span, each.lon, each.lat))
    found = {pair: list(joined(its)) for pair, its in stays.items()}
    return Expected("inside", found, due, unwatched - found.keys(), within_s=STAY_S)

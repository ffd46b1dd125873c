"""The resources in memory of one process, as current as what is heard of the writes.

A district has tens of thousands, which fit: who asks what is around a place needs no database then.
What was written since the set was made lies in a second, small set, until the two are made one.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from gis_gov.access.actor import Actor
from gis_gov.cancellation import obey_cancellation
from gis_gov.changes.cursor import Cursor
from gis_gov.changes.feed import Batch, ChangeFeed
from gis_gov.changes.queries import read_cursor
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.point_set import (
    NEAR_MAX_M,
    Flags,
    Floats,
    Indices,
    Near,
    measured,
    nearest,
    within,
)
from gis_gov.geo.surroundings import LATITUDE_MAX, LONGITUDE_MAX
from gis_gov.resources.hits import Found, Hit
from gis_gov.resources.queries import Resource, read_resources
from gis_gov.resources.sets import ResourceSet
from gis_gov.resources.tables import RESOURCE_KINDS

log = structlog.get_logger()

KIND: Final = "resource"
WRITTEN_MAX: Final = 1_000
"""So many in the second set, and the two are made one."""
RETRY_S: Final = 1.0


class Kept(NamedTuple):
    """A set of resources, and which of them were as they are in it at one moment."""

    resources: ResourceSet
    alive: Flags


class ResourceMemory:
    """Keep all resources, and find those around a place.

    `follow` is a follower of the change feed. Until `run` has read them all, and while it is not
    heard what is written, `find` knows nothing.
    """

    def __init__(self, pool: Pool, feed: ChangeFeed) -> None:
        self._pool = pool
        self._feed = feed
        self._all: ResourceSet | None = None
        self._place: dict[int, int] = {}
        self._written: dict[int, Resource] = {}
        self._since = ResourceSet([])
        self._read_to: Cursor | None = None
        self._outdated = asyncio.Event()
        self._outdated.set()
        self._busy = asyncio.Lock()

    async def run(self) -> None:
        """Read all, and anew whenever more was written than is told of each, until cancelled."""
        while True:
            obey_cancellation()
            await self._outdated.wait()
            try:
                await self._feed.begun()
                # The connection first: who follows has one as he waits for the other to end.
                async with self._pool.connection(SYSTEM) as conn, self._busy:
                    self._outdated.clear()
                    async with snapshot(conn):
                        read_to = await read_cursor(conn)
                        resources = await read_resources(conn)
                    await self._begin(resources)
                    self._read_to = read_to
                    if self._outdated.is_set():  # again, while they were read
                        self._all = None
            except (psycopg.Error, PoolTimeout) as error:
                self._outdated.set()
                log.warning("resources not read", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def follow(self, batch: Batch) -> None:
        """Take in what was written."""
        touched = [change for change in batch.changes if change.kind == KIND]
        if batch.is_gap or any(change.object_id is None for change in touched):
            self._all = None
            self._outdated.set()
            return
        ids = sorted({change.object_id for change in touched if change.object_id is not None})
        if not ids or self._outdated.is_set():
            return
        async with self._busy:
            if self._read_to is not None and self._read_to.holds(batch.cursor):
                return  # what was read of all is newer
            # As they were at the batch: of a transaction that is told next, no half may show.
            self._take(ids, await read_resources(batch.conn, ids))
            if len(self._written) > WRITTEN_MAX:
                self._all = None  # until it is read anew: from here on nothing is taken in
                self._outdated.set()

    def find(
        self,
        actor: Actor,
        lon: float,
        lat: float,
        edges_m: Sequence[float],
        kinds: Sequence[str],
        limit: int,
        *,
        of_each: bool = False,
    ) -> Found | None:
        """Find what `queries.read_nearby` finds of cameras, centres and POIs; None if not known.

        With `of_each` the nearest `limit` of each kind, and not of all together.
        """
        if self._all is None or not self._feed.is_current() or not _is_fit(lon, lat, edges_m[-1]):
            return None
        edges = np.array(edges_m, dtype=np.float64)
        hits, counts = list[Hit](), np.zeros((len(edges), len(RESOURCE_KINDS)), dtype=np.int64)
        for part in (self._all, self._since):
            if len(part.points):
                shown = part.shown(actor, kinds)
                near, rings = _around(part, shown, (lon, lat), edges, counts)
                groups = _by_kind(part, near, rings) if of_each else [(near, rings)]
                for group in groups:
                    hits += _nearest(part, *group, limit, (lon, lat))
        hits.sort()
        told = {
            (edge, kind): count
            for edge, row in enumerate(counts.cumsum(axis=0).tolist())
            for kind, count in zip(RESOURCE_KINDS, row, strict=True)
            if count
        }
        return Found(_first_of_each(hits, limit) if of_each else hits[:limit], told)

    def kept(self) -> list[Kept] | None:
        """Return the sets that together hold all there is now; None if that is not known."""
        if self._all is None or not self._feed.is_current():
            return None
        # A write that comes meanwhile must not take from one what it has yet to put in the other.
        return [Kept(each, each.alive.copy()) for each in (self._all, self._since)]

    async def _begin(self, resources: list[Resource]) -> None:
        made = await asyncio.to_thread(ResourceSet, resources)
        self._all = made
        self._place = {each.id: place for place, each in enumerate(resources)}
        self._written.clear()
        self._since = ResourceSet([])

    def _take(self, ids: Sequence[int], now: Sequence[Resource]) -> None:
        if self._all is None:
            return
        for each in ids:
            if each in self._place:
                self._all.end(self._place[each])
            self._written.pop(each, None)
        self._written.update({each.id: each for each in now})
        self._since = ResourceSet(list(self._written.values()))


def _is_fit(lon: float, lat: float, radius_m: float) -> bool:
    """Say whether it is looked for here: not at the poles, at the antimeridian, or far away."""
    return abs(lat) <= LATITUDE_MAX and abs(lon) <= LONGITUDE_MAX and radius_m <= NEAR_MAX_M


def _first_of_each(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the first so many of each kind."""
    kept, left = list[Hit](), dict[str, int]()
    for hit in hits:
        left[hit.kind] = left.get(hit.kind, limit) - 1
        if left[hit.kind] >= 0:
            kept.append(hit)
    return kept


def _around(
    part: ResourceSet, shown: Flags, at: tuple[float, float], edges_m: Floats, counts: np.ndarray
) -> tuple[Near, Indices]:
    """Add to `counts`, by the first edge and kind; return what is around, and the edge of each."""
    near = part.points.near(*at, float(edges_m[-1]))
    near = _only(near, shown[near.index])
    rings = within(part.points, near, *at, edges_m)
    inside = rings < len(edges_m)
    near, rings = _only(near, inside), rings[inside]
    ring_and_kind = rings * counts.shape[1] + part.kind[near.index]
    counts += np.bincount(ring_and_kind, minlength=counts.size).reshape(counts.shape)
    return near, rings


def _by_kind(part: ResourceSet, near: Near, rings: Indices) -> list[tuple[Near, Indices]]:
    kind = part.kind[near.index]
    return [
        (_only(near, kind == number), rings[kind == number])
        for number in range(len(RESOURCE_KINDS))
    ]


def _nearest(
    part: ResourceSet, near: Near, rings: Indices, limit: int, at: tuple[float, float]
) -> list[Hit]:
    """Return the nearest, maybe some more."""
    # Where the inner rings hold as many as are told, nothing farther is looked at.
    enough = int(np.searchsorted(np.bincount(rings).cumsum(), limit))
    closest = _only(near, rings <= enough)
    return _hits(part, closest.index[nearest(closest, limit)], at)


def _only(near: Near, kept: Flags) -> Near:
    return Near(near.index.compress(kept), near.distance_m.compress(kept))


def _hits(part: ResourceSet, index: Indices, at: tuple[float, float]) -> list[Hit]:
    distances, bearings = measured(part.points, index, *at)
    return part.hits(index, distances, bearings)

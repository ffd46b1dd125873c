"""The shifts of all workers, in the memory of each process."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

import numpy as np

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.spans import NO_SPANS
from gis_gov.patrols.shifts.queries import read_shifts
from gis_gov.patrols.shifts.roster import Roster, Shift
from gis_gov.single_flight import SingleFlight

CHANNEL: Final = "shifts"


@dataclass(frozen=True, slots=True)
class Rosters:
    """When each worker is on shift; `unless_told` is for those who have no shifts."""

    by_worker: Mapping[int, Roster]
    unless_told: bool

    def is_on(self, worker_id: int | None, moment: datetime) -> bool:
        """Say whether a worker is on shift; what is of nobody is never off shift."""
        if worker_id is None:
            return True
        roster = self.by_worker.get(worker_id)
        return self.unless_told if roster is None else roster.is_on(moment)

    def spans(self, worker_id: int, from_s: float, to_s: float) -> Floats:
        """Return when a worker is on shift in a time, of whole days (s since 1970)."""
        roster = self.by_worker.get(worker_id)
        if roster is not None:
            return roster.spans(from_s, to_s)
        return np.array([[-inf, inf]]) if self.unless_told else NO_SPANS

    def having(self, shifts: Mapping[int, Sequence[Shift]]) -> "Rosters":
        """Return only those of some shifts, by the same rule for who has none."""
        unless_told = self.unless_told
        return Rosters(
            {each: Roster(found, unless_told=unless_told) for each, found in shifts.items()},
            unless_told,
        )

    @property
    def are_all_on(self) -> bool:
        """Say whether nobody can be off shift."""
        return self.unless_told and not self.by_worker


class ShiftMemory:
    """Knows the shifts; reads those anew that `hear` names, the handler of CHANNEL.

    `session` numbers the connection on which announcements come (0: none); `heard` is set when
    there was one. However many ask, it is read for all of them once.
    """

    def __init__(self, pool: Pool, session: Callable[[], int], *, unless_told: bool) -> None:
        self._pool = pool
        self._session = session
        self._known = Rosters({}, unless_told)
        self._written: set[int] = set()
        self._is_all = True
        self._read_in_session = 0
        self._reading = 0
        self._reads = SingleFlight[Rosters]()
        self.heard = asyncio.Event()

    async def hear(self, payload: str) -> None:
        """Take note of whose shifts were written; for an empty payload, of all."""
        if payload:
            self._written.update(map(int, payload.split(",")))
        else:
            self._is_all = True
        self.heard.set()

    async def newest(self) -> Rosters:
        """Return the shifts as they are; what is being read is waited for."""
        is_behind = self._is_all or self._written or self._reading
        if not is_behind and self._is_heard_of():
            return self._known
        return await self._reads.run("", self._read)

    async def end(self) -> None:
        """Give up what is being read, and wait until its connection is given back."""
        await self._reads.end()

    def _is_heard_of(self) -> bool:
        return 0 != self._session() == self._read_in_session

    async def _read(self) -> Rosters:
        session = self._session()
        is_all = self._is_all or not self._is_heard_of()
        written, self._written, self._is_all = self._written, set(), False
        if not is_all and not written:
            return self._known  # for whoever asked as the last ones were read
        self._reading += 1
        try:
            async with self._pool.connection(SYSTEM) as conn:
                shifts = await read_shifts(conn, None if is_all else written)
        except BaseException:
            self._written |= written
            self._is_all |= is_all
            raise
        finally:
            self._reading -= 1
        kept = {} if is_all else {**self._known.by_worker}
        for worker_id in written:
            kept.pop(worker_id, None)
        kept |= self._known.having(shifts).by_worker
        self._known = Rosters(kept, self._known.unless_told)
        self._read_in_session = session
        return self._known

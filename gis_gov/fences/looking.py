"""Look for crossings in what workers told, hour by hour of each, and correct what was told before.

What is known of a worker after an hour is a function of what was known after the one before, of the
fixes of the hour, and of the versions of fences. If a late fix changes it, the next hour is looked
at, too, and so on: in the end all is as if the fixes had come in time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.cancellation import obey_cancellation
from gis_gov.days import utc_now
from gis_gov.fences import queries
from gis_gov.fences.found import Found, Key, found_of
from gis_gov.fences.known import Known
from gis_gov.fences.queries import StateRow, WorkerHour
from gis_gov.fences.settling_queries import WorkerFence, put_due
from gis_gov.fences.states import WorkerState, engine_states, worker_states
from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.mover_fixes import MoverFixes

HOUR_S: Final = 3_600.0
AT_ONCE: Final = 500
"""Workers of whom an hour is looked at together."""
LATE_S: Final = 800.0
"""What is newest and comes sooner is heard by who looks for alarms: nobody is silent as yet."""
_INSTANT_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Plan:
    """An hour of a worker: from where it is looked at, and what was known after it so far."""

    worker_id: int
    hour_s: float
    since_s: float
    goes_on: bool
    base: WorkerState | None
    now: WorkerState | None
    employed_in: Sequence[int]
    next_s: float | None

    @property
    def span(self) -> tuple[int, float, float]:
        """Return the worker, and after and before when his fixes are read."""
        after_s = self.hour_s - _INSTANT_S
        if self.goes_on and self.now is not None:
            after_s = self.now.last[0]
        return self.worker_id, after_s, self.hour_s + HOUR_S


class Looking:
    """One look at all that is due, in the transaction of a connection."""

    def __init__(self, conn: AsyncConnection[Any], known: Known) -> None:
        self._conn = conn
        self._known = known
        self._due: defaultdict[int, dict[float, float]] = defaultdict(dict)
        self._found: list[Found] = []
        self._anew: list[WorkerHour] = []
        self._late: dict[WorkerFence, float] = {}
        self._company: dict[WorkerHour, float] = {}

    async def look(self, due: Mapping[WorkerHour, float]) -> int:
        """Look at hours of workers that are due since a moment of theirs; return how many."""
        for (worker_id, hour_s), since_s in due.items():
            self._due[worker_id][hour_s] = since_s
        count = 0
        while self._due:
            obey_cancellation()
            some = list(self._due)[:AT_ONCE]
            await self._round({worker: min(self._due[worker]) for worker in some})
            count += len(some)
        await self._settle()
        return count

    async def _round(self, hours: Mapping[int, float]) -> None:
        """Look at one hour of each of some workers, the first that is due."""
        rows = await queries.read_states(self._conn, list(hours.items()))
        plans = []
        for worker_id, hour_s in hours.items():
            since_s = self._due[worker_id].pop(hour_s)
            row = rows.get(worker_id)
            if row is not None:
                plans.append(_plan(row, hour_s, since_s))
            if row is None or not self._due[worker_id]:
                del self._due[worker_id]
        if not plans:
            return
        fixes = await queries.read_fixes(self._conn, [plan.span for plan in plans])
        found, states = await asyncio.to_thread(_step, self._known, plans, fixes)
        self._found += found
        changed: dict[WorkerHour, WorkerState | None] = {}
        for plan in plans:
            hour = plan.worker_id, plan.hour_s
            if not plan.goes_on:
                self._anew.append(hour)
            after = states.get(plan.worker_id)
            # What is known only by fixes of an hour before is kept there.
            after = after if after is not None and after.last[0] >= plan.hour_s else None
            # What is not the newest nobody hears who looks for alarms.
            if not plan.goes_on or plan.since_s < utc_now().timestamp() - LATE_S:
                self._note(plan)
            if after == plan.now:
                continue
            changed[hour] = after
            if plan.next_s is not None:
                self._due[plan.worker_id][plan.next_s] = plan.next_s
        await queries.put_states(self._conn, changed)

    async def _settle(self) -> None:
        """Withdraw what was told and is not so, and tell what was not."""
        told: defaultdict[Key, list[int]] = defaultdict(list)
        if self._anew:
            for number, key in await queries.read_told(self._conn, self._anew):
                told[key].append(number)
        fresh, shown = list[Found](), dict[int, Found]()
        for each in self._found:
            if told[each.key]:
                shown[told[each.key].pop()] = each
            else:
                fresh.append(each)
        wrong = [number for numbers in told.values() for number in numbers]
        if wrong:
            await queries.withdraw(self._conn, wrong)
        if shown:
            await queries.know_otherwise(self._conn, shown)
        if fresh:
            await queries.put_crossings(self._conn, fresh)
        await put_due(self._conn, self._late.items())
        if self._company:
            await queries.put_company_due(self._conn, self._company)

    def _note(self, plan: _Plan) -> None:
        """Note that it matters to alarms that something was heard of a worker in an hour.

        Where he should have been, and where others would have been alone without him.
        """
        for version in self._known.expecting.of(plan.worker_id, plan.employed_in):
            pair = plan.worker_id, version.fence_id
            self._late[pair] = min(self._late.get(pair, plan.since_s), plan.since_s)
        self._company[plan.worker_id, plan.hour_s] = plan.since_s


def _plan(row: StateRow, hour_s: float, since_s: float) -> _Plan:
    now = WorkerState.of_row(row.last_now, row.pairs_now)
    before = WorkerState.of_row(row.last_before, row.pairs_before)
    # What comes at the time of the last fix may belong before it.
    goes_on = now is not None and since_s > now.last[0]
    base = now if goes_on else before
    return _Plan(row.worker_id, hour_s, since_s, goes_on, base, now, row.employed_in, row.next_s)


def _step(
    known: Known, plans: Sequence[_Plan], fixes: MoverFixes
) -> tuple[list[Found], dict[int, WorkerState]]:
    base = engine_states(known.fences, {plan.worker_id: plan.base for plan in plans})
    # At the beginning of an hour nothing is known of fences that came later.
    from_s = {plan.worker_id: np.inf if plan.goes_on else plan.hour_s for plan in plans}
    moments: Floats = np.array([from_s[mover] for mover in base.last.mover.tolist()])
    base = base.renewed(moments)
    advance = base.advance(fixes)
    way = MoverFixes.joined([base.last, fixes]).in_order()
    found = found_of(
        known,
        advance.events,
        way,
        {plan.worker_id: plan.hour_s for plan in plans},
        {plan.worker_id: plan.employed_in for plan in plans},
    )
    return list(found), worker_states(advance.states)

"""Take fixes in: those that come at once, from many devices, are written together.

Whoever hands fixes on waits until they are committed. While one transaction commits, what comes
meanwhile is gathered for the next one, so that thousands of phones that tell one fix each cost as
many transactions as the disk can bear, and no fix waits for a timer. Whichever way fixes come, they
pass here: those of a worker who was off shift are counted, and forgotten.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.days import day_of, today
from gis_gov.db.again import again_if_given_up
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.patrols.device_keys import under_known_keys
from gis_gov.patrols.judgement import at_first_sight
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.patrols.sos import Call, calls_of, raise_sos
from gis_gov.patrols.taking_queries import Places, make_days_ready, put_fixes, settle_fixes
from gis_gov.patrols.told import Taken, Told, rank_of
from gis_gov.problems import InvalidRequest, Problem, Unavailable

log = structlog.get_logger()

AT_ONCE: Final = 5_000
"""Fixes of a transaction, unless one hands over more."""
WAITING_MAX: Final = 100_000
"""Fixes that wait at most; whoever comes then is told to come again."""
RETRY_S: Final = 1.0
NEVER_DROPPED: Final = timedelta(days=5)
"""Newer days of positions are dropped by nobody; 7 days is the least that they are kept."""


@dataclass(slots=True)
class _Waiting:
    told: Sequence[Told]
    done: asyncio.Future[Taken] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Intake:
    """Writes fixes, many at once; `run` has to run.

    `places` gives the boundaries that are known, if any are.
    """

    def __init__(
        self, pool: Pool, places: Callable[[], Places | None], shifts: ShiftMemory
    ) -> None:
        self._pool = pool
        self._places = places
        self._shifts = shifts
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._woken = asyncio.Event()
        self._ready: set[date] = set()

    async def take(self, told: Sequence[Told]) -> Taken:
        """Write fixes, and return once they are committed; what is known already is passed over.

        Those of times at which their worker was off shift are left out, whenever they come; but
        alarms are opened for those that call for help.

        Raises:
            Unavailable: too many wait, or the database can't take them; none of these was written.
            InvalidRequest: it never will.

        """
        told, off_shift_told = await self._on_shift(told)
        # Who calls for help is to be found: the alarm has the place, and nothing else has.
        if calls := calls_of(off_shift_told):
            await self.call(calls)
        off_shift = len(off_shift_told)
        if not told:
            return Taken(0, 0, off_shift)
        if self._number + len(told) > WAITING_MAX:
            raise Unavailable("Too many positions wait to be written; send them again.")
        waiting = _Waiting(told)
        self._waiting.append(waiting)
        self._number += len(told)
        self._woken.set()
        return replace(await waiting.done, off_shift=off_shift)

    async def _on_shift(self, told: Sequence[Told]) -> tuple[Sequence[Told], Sequence[Told]]:
        """Tell those of times on shift from the others."""
        rosters = await self._shifts.newest()
        if rosters.are_all_on:
            return told, ()
        on = [rosters.is_on(each.worker_id, each.fix.time) for each in told]
        return list(compress(told, on)), [
            each for each, is_on in zip(told, on, strict=True) if not is_on
        ]

    async def call(self, calls: Sequence[Call]) -> None:
        """Open alarms for calls for help of which no position is stored; return once committed.

        Raises:
            Unavailable: the database can't take them.

        """
        try:
            async with self._pool.connection(SYSTEM) as conn, conn.transaction():
                await raise_sos(conn, calls)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("calls for help not written", error=type(error).__name__)
            raise Unavailable("The call could not be written; send it again.") from None

    async def run(self) -> None:
        """Write what waits, until cancelled."""
        try:
            while True:
                obey_cancellation()
                await self._woken.wait()
                batch = self._next()
                if batch:
                    await self._write(batch)
        finally:
            self._refuse(self._waiting)

    def _next(self) -> list[_Waiting]:
        """Return those who are written for next, in the order in which they came."""
        number = count = 0
        for waiting in self._waiting:
            if count and number + len(waiting.told) > AT_ONCE:
                break
            number += len(waiting.told)
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        self._number -= number
        if not self._waiting:
            self._woken.clear()
        return batch

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        """Write for some; when the database refuses, for each alone, so that one hurts no other."""
        try:
            told_by_all = [told for waiting in batch for told in waiting.told]
            # Whoever judges a worker's day meanwhile has the same rows, in another order.
            new = await again_if_given_up(lambda: self._put(told_by_all))
        except (psycopg.Error, PoolTimeout) as error:
            if isinstance(error, psycopg.IntegrityError | psycopg.DataError):
                if len(batch) > 1:
                    for waiting in batch:
                        await self._write([waiting])
                    return
                # To send them again would be of no use.
                self._refuse(batch, InvalidRequest.at("body.positions", "break a rule"))
                return
            log.warning("positions not written", error=type(error).__name__)
            self._refuse(batch)
            return
        except Exception:
            log.exception("positions not written")  # those of the next ones are all the same
            self._refuse(batch)
            return
        except BaseException:
            self._refuse(batch)
            raise
        for waiting in batch:
            # Told twice at once, it is new for who told it first.
            stored = sum(told.key in new and new.pop(told.key) for told in waiting.told)
            if not waiting.done.done():
                waiting.done.set_result(Taken(stored, len(waiting.told) - stored))

    async def _put(self, told: Sequence[Told]) -> dict[tuple[str, datetime], bool]:
        """Write fixes in one transaction; return the keys of those that are new."""
        best = at_first_sight(_best(told))
        days = {day_of(each.fix.time) for each in best}
        async with self._pool.connection(SYSTEM) as conn:
            # Those of long ago may have been dropped since.
            self._ready = {day for day in self._ready if day > today() - NEVER_DROPPED}
            if not days <= self._ready:
                await make_days_ready(conn, days)
                self._ready |= days
            async with conn.transaction():
                best = await under_known_keys(conn, best)
                new = await put_fixes(conn, best, self._places())
                known = [each for each in best if each.key not in new]
                if known:
                    await settle_fixes(conn, known)
                calls = calls_of(each for each in best if each.key in new)
                if calls:
                    await raise_sos(conn, calls)
        return dict.fromkeys(new, True)

    def _refuse(self, batch: Iterable[_Waiting], problem: Problem | None = None) -> None:
        for waiting in batch:
            if not waiting.done.done():
                waiting.done.set_exception(
                    problem or Unavailable("The positions could not be written; send them again.")
                )
                waiting.done.exception()  # whoever waited may have left


def _best(told: Iterable[Told]) -> list[Told]:
    """Return one fix of each device and moment, in the order that all writers lock rows in."""
    best: dict[tuple[str, datetime], Told] = {}
    for each in told:
        known = best.get(each.key)
        if known is None or rank_of(each) < rank_of(known):
            best[each.key] = each
    return sorted(best.values(), key=lambda each: each.key)

"""The patrols of a worker's day are made anew from what is stored of it.

Everything is a function of the fixes of that day and of what was started: so it makes no difference
when, in which order and how often they came. What was made of fixes that are dropped by now stays.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import orjson
import structlog
from numpy.typing import NDArray
from psycopg import AsyncConnection

from gis_gov.days import day_of, end_of, start_of
from gis_gov.db.again import again_if_given_up
from gis_gov.geo.track.walked import walked_cells
from gis_gov.patrols import patrol_queries as queries
from gis_gov.patrols.figures import Figures, figures_of
from gis_gov.patrols.found import WITHIN_S, Found, found_by, reach_of
from gis_gov.patrols.judgement import reasons_of
from gis_gov.patrols.patrol_queries import Walker
from gis_gov.patrols.patrol_reading import read_due_days
from gis_gov.patrols.replays import find_replayed, keep_prints, note_prints
from gis_gov.patrols.sessions import Session, Started, detected
from gis_gov.patrols.worker_day import WorkerFixes, read_worker_fixes

log = structlog.get_logger()


async def refresh_due(conn: AsyncConnection[Any], worker_id: int) -> None:
    """Make a worker's patrols anew of whom fixes came since."""
    for day in await read_due_days(conn, worker_id):
        await refresh(conn, worker_id, day)


async def refresh(conn: AsyncConnection[Any], worker_id: int, day: date) -> None:
    """Judge the fixes of a worker's day (UTC+8) that is due, and make its patrols anew."""
    changed = await again_if_given_up(lambda: _keep_prints(conn, worker_id, day))
    await again_if_given_up(lambda: _refresh(conn, worker_id, day, changed))


async def _keep_prints(conn: AsyncConnection[Any], worker_id: int, day: date) -> list[int]:
    """Keep what the day is known by, for whoever judges another one."""
    async with conn.transaction():
        await queries.hold_worker(conn, worker_id)
        walker = await queries.read_walker(conn, worker_id, day)
        if walker is None or await queries.read_dropped(conn, day, day):
            return []
        return await keep_prints(conn, worker_id, day)


async def _refresh(
    conn: AsyncConnection[Any], worker_id: int, day: date, changed: list[int]
) -> None:
    async with conn.transaction():
        await queries.hold_worker(conn, worker_id)
        await note_prints(conn, worker_id, day, changed)
        if not await queries.take_due(conn, worker_id, day):
            return  # another process was quicker
        walker = await queries.read_walker(conn, worker_id, day)
        if walker is None or await queries.read_dropped(conn, day, day):
            return
        told = await _judged(conn, worker_id, day)
        started = await queries.read_started(conn, worker_id, start_of(day), end_of(day))
        sessions = [_session(each) for each in started if not await _has_dropped(conn, each)]
        sessions += detected(walker.code, day, told.fixes.time_s, told.counts, started)
        known = await queries.read_known(conn, worker_id, day, [each.code for each in sessions])
        for session in sessions:
            fixes = await _fixes_of(conn, worker_id, day, session, told)
            figures = await asyncio.to_thread(figures_of, fixes, walker.own_grids)
            number = await _put(conn, worker_id, walker, _settled(session, fixes), figures, known)
            if number is not None:
                await queries.put_grids(conn, number, figures.grids)
                await queries.put_found(conn, number, await _found(conn, fixes))
        await queries.drop_detected(conn, worker_id, day, [each.code for each in sessions])
        walked = await asyncio.to_thread(walked_cells, told.fixes.only(told.counts))
        await queries.put_walked(conn, worker_id, day, walked.tolist())


async def _judged(conn: AsyncConnection[Any], worker_id: int, day: date) -> WorkerFixes:
    """Read a day's fixes, judge them, and store what is judged otherwise than before."""
    told = await read_worker_fixes(conn, worker_id, start_of(day), end_of(day))
    is_replayed = await find_replayed(conn, worker_id, day, told)
    reasons = await asyncio.to_thread(reasons_of, told, is_replayed)
    changed = np.flatnonzero(reasons != told.rejected_for)
    if changed.size:
        await queries.put_reasons(conn, told, reasons, changed)
    return replace(told, rejected_for=reasons)


async def _has_dropped(conn: AsyncConnection[Any], started: Started) -> bool:
    """Say whether a patrol began, or ended, on a day whose fixes are dropped."""
    since, until = day_of(_moment(started.begins_s)), day_of(_moment(started.ends_s))
    return bool(await queries.read_dropped(conn, since, until))


def _session(started: Started) -> Session:
    return Session(
        started.code, started.kind, False, started.is_open, started.begins_s, started.ends_s
    )


async def _fixes_of(
    conn: AsyncConnection[Any], worker_id: int, day: date, session: Session, told: WorkerFixes
) -> WorkerFixes:
    """Return the fixes of a session; of one that goes beyond the day they are read."""
    begins_at, ends_at = _moment(session.begins_s), _moment(session.ends_s)
    is_within = begins_at >= start_of(day) and ends_at < end_of(day)
    if not is_within:
        told = await read_worker_fixes(conn, worker_id, begins_at, end_of(day_of(ends_at)))
    time_s = told.fixes.time_s
    return told.only((time_s >= session.begins_s) & (time_s <= session.ends_s))


def _settled(session: Session, fixes: WorkerFixes) -> Session:
    """Let what is open end at the last fix so far."""
    if not session.is_open:
        return session
    counted: NDArray[np.float64] = fixes.fixes.time_s[fixes.counts]
    return replace(session, ends_s=float(counted[-1]) if len(counted) else session.begins_s)


async def _put(
    conn: AsyncConnection[Any],
    worker_id: int,
    walker: Walker,
    session: Session,
    figures: Figures,
    known: dict[str, queries.Known],
) -> int | None:
    before = known.get(session.code)
    is_changed = before is not None and before.told != figures.told
    if before is not None and is_changed:
        await queries.keep_version(conn, before.id)
    values = {
        "code": session.code,
        "worker_id": worker_id,
        "day": day_of(_moment(session.begins_s)),
        "kind": session.kind,
        "is_detected": session.is_detected,
        "is_open": session.is_open,
        "begins_s": session.begins_s,
        "ends_s": session.ends_s,
        "area_id": walker.area_id,
        "is_changed": is_changed,
        "stays": _json([[s.begin_s, s.end_s, s.lon, s.lat] for s in figures.stays]),
        "gaps": _json([[g.begin_s, g.end_s, g.distance_m] for g in figures.gaps]),
        "wkb": figures.line.wkb,
        **figures.columns(),
    }
    number = await queries.put_patrol(conn, values)
    if number is None:
        log.warning("the patrol's code is somebody else's", code=session.code)
    return number


async def _found(conn: AsyncConnection[Any], fixes: WorkerFixes) -> list[Found]:
    counted = fixes.only(fixes.counts).fixes
    box = reach_of(counted)
    if box is None:
        return []
    since_s, until_s = counted.time_s[0] - WITHIN_S, counted.time_s[-1] + WITHIN_S
    reported = await queries.read_events_near(conn, box, float(since_s), float(until_s))
    return found_by(counted, reported)


def _json(values: Sequence[Any]) -> str:
    return orjson.dumps(values).decode()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""The patrols of a worker's day are judged anew, and tasks are told done by what is found.

Each patrol is judged for itself from its fixes; then the patrols that are enough are matched with
the tasks of their line. Both are functions of what is stored: it makes no difference when, in which
order and how often it came.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import orjson
from psycopg import AsyncConnection

from gis_gov.days import day_of, end_of, start_of
from gis_gov.db.again import again_if_given_up
from gis_gov.db.plans import kept_plans
from gis_gov.duties import judging_queries as queries
from gis_gov.duties.finding import find
from gis_gov.duties.judging_queries import Line, Walked, Wanted
from gis_gov.duties.matching import match
from gis_gov.duties.rule import Findings, Ground, Thresholds
from gis_gov.patrols.patrol_queries import hold_worker, read_dropped
from gis_gov.patrols.worker_day import WorkerFixes, read_worker_fixes

AT_ONCE: Final = 200
"""Days of workers that are looked up at a time; each is a transaction of its own."""

_Key = tuple[int, int]


async def judge_due(conn: AsyncConnection[Any], worker_id: int) -> None:
    """Judge the patrols of a worker that were made anew since."""
    for number, day in await queries.read_due(conn, AT_ONCE, worker_id):
        await judge(conn, number, day)


async def judge(conn: AsyncConnection[Any], worker_id: int, day: date) -> None:
    """Judge the patrols of a worker that began on a day (UTC+8) that is due."""
    # Who shares a line writes what the others were judged by: each may wait for the other.
    # Row policies make each statement take longer to plan than to run.
    async with kept_plans(conn):
        await again_if_given_up(lambda: _judge_day(conn, worker_id, day))


async def _judge_day(conn: AsyncConnection[Any], worker_id: int, day: date) -> None:
    async with conn.transaction():
        await hold_worker(conn, worker_id)
        if not await queries.take_due(conn, worker_id, day):
            return  # another process was quicker
        walked = await queries.read_walked(conn, worker_id, day)
        wanted = await queries.read_wanted(conn, worker_id, day, start_of(day), end_of(day))
        if walked:
            await _judge(conn, worker_id, walked, wanted)
        lines = {Line(each.rule_code, each.object_id, each.worker_id or 0) for each in wanted}
        for line in sorted(lines):
            await match_line(conn, line, start_of(day))


async def match_line(conn: AsyncConnection[Any], line: Line, since: datetime) -> None:
    """Match patrols with the tasks of a line that are due after a moment, in a transaction."""
    tasks = await queries.read_line(conn, line, since)
    if not tasks:
        return
    begins_s = min(task.begins_s for task in tasks)
    passed = await queries.read_passed(conn, line, since, begins_s)
    last_s = await queries.read_last(conn, line, since)
    found = match(tasks, passed, float("-inf") if last_s is None else last_s)
    await queries.put_done(conn, tasks, dict(found.done))
    told: list[tuple[int, int, int | None, str]] = []
    for each in passed:
        key = (each.patrol_id, each.rule_id)
        reasons = [] if key not in found.reasons else [found.reasons[key].as_json()]
        told.append((*key, found.task_of.get(key), orjson.dumps(reasons).decode()))
    await queries.put_matched(conn, line, since, begins_s, told)


async def _judge(
    conn: AsyncConnection[Any], worker_id: int, walked: Sequence[Walked], wanted: Sequence[Wanted]
) -> None:
    """Write what each patrol met of each rule that it may be for."""
    walked = await _whole(conn, walked)
    keys = {patrol.id: _keys(patrol, wanted) for patrol in walked}
    if not any(keys.values()):
        await queries.drop_judgements(conn, list(keys), [])
        return  # as most days of most workers: their fixes need not be read
    told = await _fixes_of(conn, worker_id, walked)
    asked: dict[int, Thresholds] = {}
    grounds: dict[_Key, Ground] = {}
    judged: list[int] = []
    kept: list[tuple[int, int, int]] = []
    for patrol in walked:
        time_s = told.fixes.time_s
        own = told.only((time_s >= patrol.begins_s) & (time_s <= patrol.ends_s))
        fixes = own.fixes.only(own.counts)
        judged.append(patrol.id)
        for key in keys[patrol.id]:
            if key[0] not in asked:
                asked[key[0]] = await queries.read_asked(conn, key[0])
            if not asked[key[0]].looks_at(patrol.kind):
                continue
            if key not in grounds:
                grounds[key] = await queries.read_ground(conn, *key)
            found = await asyncio.to_thread(find, fixes, patrol.kind, asked[key[0]], grounds[key])
            await queries.put_judgement(conn, _values(patrol.id, key, found))
            kept.append((patrol.id, *key))
    await queries.drop_judgements(conn, judged, kept)


async def _whole(conn: AsyncConnection[Any], walked: Sequence[Walked]) -> list[Walked]:
    """Leave out the patrols of which fixes were dropped: what was found by all of them stays."""
    first = day_of(_moment(min(each.begins_s for each in walked)))
    last = day_of(_moment(max(each.ends_s for each in walked)))
    dropped = await read_dropped(conn, first, last)
    return [each for each in walked if not (each.fixes and dropped & _days_of(each))]


def _days_of(patrol: Walked) -> set[date]:
    begins, ends = (day_of(_moment(each)) for each in (patrol.begins_s, patrol.ends_s))
    return {begins + timedelta(days=n) for n in range((ends - begins).days + 1)}


def _keys(patrol: Walked, wanted: Iterable[Wanted]) -> list[_Key]:
    """List the rules and objects in whose time a patrol began."""
    found = {
        (each.rule_id, each.object_id)
        for each in wanted
        if each.begins_s <= patrol.begins_s < each.due_s
    }
    return sorted(found)


async def _fixes_of(
    conn: AsyncConnection[Any], worker_id: int, walked: Sequence[Walked]
) -> WorkerFixes:
    since = _moment(min(each.begins_s for each in walked))
    until = _moment(max(each.ends_s for each in walked))
    return await read_worker_fixes(conn, worker_id, since, end_of(day_of(until)))


def _values(patrol_id: int, key: _Key, found: Findings) -> dict[str, Any]:
    return {
        "patrol_id": patrol_id,
        "rule_id": key[0],
        "object_id": key[1],
        "is_enough": found.is_enough,
        "is_alternate": found.is_alternate,
        "duration_s": round(found.duration_s, 3),
        "valid_mileage_m": round(found.valid_mileage_m, 3),
        "coverage": None if found.coverage is None else round(found.coverage, 4),
        "reasons": orjson.dumps([each.as_json() for each in found.reasons]).decode(),
        "points": orjson.dumps(found.points).decode(),
        "missed": None if found.missed is None else found.missed.wkb,
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""Event rows: a year of them, with their deadlines and what became of them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.addresses import Gazetteer
from gis_gov.sample.columns import digits, fixed_text, joined, only_where, pick, words
from gis_gov.sample.event_classes import (
    DICTIONARY,
    EVENT_CLASSES,
    EVENT_LEVELS,
    HOTLINE,
    SOURCE_SHARES,
    SOURCES,
    STORIES,
)
from gis_gov.sample.groups import ranks
from gis_gov.sample.partition import allot
from gis_gov.sample.rhythms import AS_OF, FIRST_DAY, moments
from gis_gov.sample.spots import Spots, find_spots
from gis_gov.sample.streams import stream
from gis_gov.sample.workers import Staff
from gis_gov.sample.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = NDArray[np.datetime64]

_STATES = ("pending", "accepted", "handling", "verifying", "closed", "rejected", "suspended")
PENDING, ACCEPTED, HANDLING, VERIFYING, CLOSED, REJECTED, SUSPENDED = range(7)
_REJECTED, _SUSPENDED, _LATE = 0.011, 0.0012, 0.017
_LEVEL_PATIENCE = np.array([1.0, 1.3, 2.0, 3.5])
"""How many times a class's limit each level has."""
_OVERDUE_SINCE_DAYS = 45
_CLOCK = (8, 18)


@dataclass(frozen=True)
class _Course:
    """What became of events: times and states."""

    state: Ints
    due: Times
    closed: Times
    """NaT while open."""


def event_rows(world: World, gazetteer: Gazetteer, staff: Staff) -> pa.Table:
    """Make the event rows of a sample, in the order in which they were reported."""
    rng = stream(world.seed, "events")
    number = world.figures.events
    kind, reported = _happened(number, rng)
    spots = find_spots(world, gazetteer, number, stream(world.seed, "spots"))
    level = _levels(kind, rng)
    course = _course(world.figures.overdue, kind, level, reported, rng)
    source = rng.choice(len(SOURCES), size=number, p=SOURCE_SHARES)
    title = words([row.name for row in EVENT_CLASSES], kind)
    place = _full_places(world, spots)
    worker = staff.main_worker[world.areas.block_grid[spots.block]]
    known = (source == 0) | (course.state != PENDING)
    running = np.arange(1, number + 1)
    hotline = fixed_text(np.hstack([digits(_days(reported), 8), digits(running, 7)]))
    return pa.table(
        {
            "code": _codes(world, spots, reported),
            "external_code": only_where(source == HOTLINE, joined("12345-", hotline)),
            "title": title,
            "description": _described(source, title),
            "dictionary": words([DICTIONARY], np.zeros(number, dtype=np.int64)),
            "class_code": words([row.code for row in EVENT_CLASSES], kind),
            "state": words(_STATES, course.state),
            "level": words([name for name, _ in EVENT_LEVELS], level),
            "source": words(SOURCES, source),
            "reported_at": pa.array(reported),
            "due_at": pa.array(course.due),
            "closed_at": pa.array(course.closed),
            "worker_code": only_where(known, pick(staff.code, worker)),
            "address_text": place,
            "lon": spots.lonlat[:, 0],
            "lat": spots.lonlat[:, 1],
        }
    )


def _happened(number: int, rng: np.random.Generator) -> tuple[Ints, Times]:
    share = np.array([row.share for row in EVENT_CLASSES])
    kind = rng.choice(len(EVENT_CLASSES), size=number, p=share / share.sum())
    reported = np.empty(number, dtype="datetime64[s]")
    for which, row in enumerate(EVENT_CLASSES):
        mine = np.flatnonzero(kind == which)
        reported[mine] = moments(row.rhythm, len(mine), rng)
    order = np.lexsort((kind, reported))
    return kind[order], reported[order]


def _levels(kind: Ints, rng: np.random.Generator) -> Ints:
    """Let the graver events rise, in exactly the known shares."""
    gravity = np.array([row.gravity for row in EVENT_CLASSES])[kind]
    order = np.argsort(gravity * 1.4 + rng.gumbel(0, 0.35, len(kind)), kind="stable")
    pieces = allot(len(kind), np.array([share for _, share in EVENT_LEVELS]))
    level = np.empty(len(kind), dtype=np.int64)
    level[order] = np.repeat(np.arange(len(pieces)), pieces)
    return level


def _course(
    overdue: int, kind: Ints, level: Ints, reported: Times, rng: np.random.Generator
) -> _Course:
    number = len(kind)
    limit_h = np.array([row.limit_h for row in EVENT_CLASSES])[kind] * _LEVEL_PATIENCE[level]
    due = _begin_of_work(reported) + _seconds(limit_h * 3600)
    used = np.exp(rng.normal(-1.05, 0.5, number)).clip(0.02, 0.98)
    late = rng.random(number) < _LATE
    used = np.where(late, 1 + rng.gamma(1.2, 0.35, number), used)
    closed = reported + _seconds(np.maximum((due - reported).astype(np.float64) * used, 420))
    state = np.full(number, CLOSED)
    draw = rng.random(number)
    state[draw < _REJECTED] = REJECTED
    refused = state == REJECTED
    closed[refused] = (reported + _seconds(rng.uniform(600, 14_400, number)))[refused]
    stuck = (draw > 1 - _SUSPENDED) & (limit_h >= 24)
    state[stuck] = SUSPENDED
    running = (closed > AS_OF) & (state != SUSPENDED)
    in_time = running & (due > AS_OF)
    state[in_time] = _open_states(reported[in_time], due[in_time], rng)
    _settle_overdue(state, running & ~in_time, overdue, reported, due, closed, rng)
    open_now = (state != CLOSED) & (state != REJECTED)
    closed[open_now] = np.datetime64("NaT")
    due[(state == PENDING) | refused] = np.datetime64("NaT")
    return _Course(state, due, closed)


def _settle_overdue(
    state: Ints,
    late: Flags,
    overdue: int,
    reported: Times,
    due: Times,
    closed: Times,
    rng: np.random.Generator,
) -> None:
    """Leave exactly `overdue` events open past their limit; close the other late ones."""
    recent = reported > AS_OF - np.timedelta64(_OVERDUE_SINCE_DAYS, "D")
    able = np.flatnonzero(recent & (due < AS_OF) & (late | (state == CLOSED)))
    if len(able) < overdue:
        raise ValueError(f"only {len(able)} events can be overdue, {overdue} are asked for")
    chance = np.where(late[able], 3.0, 1.0) * (due[able] - reported[able]).astype(np.float64)
    chosen = rng.choice(able, size=overdue, replace=False, p=chance / chance.sum())
    rest = late.copy()
    rest[chosen] = False
    state[rest] = CLOSED
    half = (AS_OF - reported[rest]).astype(np.float64) * rng.uniform(0.6, 0.999, int(rest.sum()))
    closed[rest] = reported[rest] + _seconds(half)
    state[chosen] = rng.choice([ACCEPTED, HANDLING, VERIFYING], size=overdue, p=(0.15, 0.7, 0.15))


def _open_states(reported: Times, due: Times, rng: np.random.Generator) -> Ints:
    """Give open events the state that fits how much of their time has gone by."""
    age = (AS_OF - reported).astype(np.float64)
    gone = age / (due - reported).astype(np.float64) + rng.normal(0, 0.08, len(age))
    waiting = (_begin_of_work(reported) > AS_OF) & (rng.random(len(age)) < 0.6)
    return np.select([waiting, gone < 0.12, gone < 0.75], [PENDING, ACCEPTED, HANDLING], VERIFYING)


def _begin_of_work(moment: Times) -> Times:
    """Start the clock at once by day, in the morning after a report at night."""
    day = moment.astype("datetime64[D]").astype("datetime64[s]")
    hour = (moment - day).astype(np.int64) / 3600
    first = np.timedelta64(_CLOCK[0] * 3600, "s")
    tomorrow = day + np.timedelta64(86_400, "s") + first
    return np.where(hour < _CLOCK[0], day + first, np.where(hour >= _CLOCK[1], tomorrow, moment))


def _seconds(value: Floats) -> NDArray[np.timedelta64]:
    return np.round(value).astype("timedelta64[s]")


def _days(moment: Times) -> Ints:
    """Write each moment's date as yyyymmdd."""
    day = moment.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]").astype(np.int64) + 1970
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    return year * 10_000 + (month.astype(np.int64) % 12 + 1) * 100 + in_month


def _codes(world: World, spots: Spots, reported: Times) -> pa.Array:
    """Make the codes of events: county, date, six digits of sequence inside the day."""
    county = world.areas.grid_county[world.areas.block_grid[spots.block]]
    code = np.array([int(code[:6]) for code in world.areas.county.code])[county]
    day = (reported.astype("datetime64[D]") - FIRST_DAY).astype(np.int64)
    sequence = ranks(day) + 1
    return fixed_text(np.hstack([digits(code, 6), digits(_days(reported), 8), digits(sequence, 6)]))


def _full_places(world: World, spots: Spots) -> pa.Array:
    areas = world.areas
    community = areas.block_community[spots.block]
    street = areas.community.parent[community]
    return joined(
        words(areas.county.name, areas.street.parent[street]),
        words(areas.street.name, street),
        words(areas.community.name, community),
        spots.text,
    )


def _described(source: Ints, title: pa.Array) -> pa.Array:
    head, tail = zip(*(story.split("{}") for story in STORIES), strict=True)
    return joined(words(head, source), title, words(tail, source))

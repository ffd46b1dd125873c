"""Who asks for other times at once is told of his own, whoever else's events are read along."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.counting.by_time import ByTime, Times, joined
from gis_gov.interval import Interval
from tests.counting.tiling import World
from tests.statistics.test_statistics import ask, units_of

FIRST = datetime(2026, 2, 28, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENDS = st.none() | st.integers(0, 9).map(lambda hours: FIRST + hours * HOUR)
INTERVALS = st.builds(Interval, ENDS, ENDS).filter(
    lambda each: each.since is None or each.until is None or each.since < each.until
)


def written(interval: Interval) -> str:
    """Write an interval whose last second is the one before its end."""
    ends = (interval.since, interval.until and interval.until - timedelta(seconds=1))
    return "/".join(".." if end is None else f"{end:%Y-%m-%dT%H:%M:%SZ}" for end in ends)


def some_times(seed: int) -> list[Interval]:
    """Give times of two days that overlap, touch, lie apart, or are open at one end."""
    random = np.random.default_rng(seed)
    begins = random.integers(0, 47 * 60, 30)
    spans = [
        Interval(
            FIRST + timedelta(minutes=int(begin)), FIRST + timedelta(minutes=int(begin + long))
        )
        for begin, long in zip(begins, random.integers(1, 600, 30), strict=True)
    ]
    bounds = [each.until for each in spans[:4]]
    touching = [Interval(end, end + HOUR) for end in bounds if end is not None]
    opened = [Interval(None, FIRST + 3 * HOUR), Interval(FIRST + 40 * HOUR, None)]
    return [*spans, *touching, *opened, spans[0]]


def wanted(world: World, level: str, interval: Interval) -> dict[str, int]:
    times = world.things["time"]
    picked = world.things["layer"] == "events"
    if interval.since is not None:
        picked &= times >= pd.Timestamp(interval.since)
    if interval.until is not None:
        picked &= times < pd.Timestamp(interval.until)
    units = units_of(world, level)[picked].fillna("")
    return {str(code): int(count) for code, count in units.value_counts().items()}


@pytest.mark.parametrize("level", ["grid", "community", "city"])
async def test_each_is_told_of_his_own_time(
    client: httpx.AsyncClient, world: World, level: str
) -> None:
    times = some_times(len(level))

    async def asked(interval: Interval) -> dict[str, Any]:
        return await ask(
            client, level=level, measures="persons,events,grids", datetime=written(interval)
        )

    alone = await ask(client, level=level, measures="persons,grids")
    persons = {row["code"]: row["persons"] for row in alone["rows"]}
    found = await asyncio.gather(*map(asked, times))
    assert len({answer["total"]["events"] for answer in found}) > 20
    for interval, answer in zip(times, found, strict=True):
        counts = wanted(world, level, interval)
        told = {row["code"] or "": row["events"] for row in answer["rows"] if row["events"]}
        assert told == counts, interval
        assert answer["total"]["events"] == sum(counts.values())
        lived = {row["code"]: row["persons"] for row in answer["rows"]}
        assert lived == {**dict.fromkeys(lived, 0), **persons}


async def test_within_an_area_others_are_read_apart(
    client: httpx.AsyncClient, world: World
) -> None:
    """Places that are asked for at once have nothing in common."""
    times = some_times(9)[:6]
    places = ["440199001", "440199002", world.grids[0].code]

    async def asked(interval: Interval, within: str) -> dict[str, Any]:
        return await ask(client, measures="events", datetime=written(interval), within=within)

    pairs = [(interval, place) for interval in times for place in places]
    found = await asyncio.gather(*(asked(*pair) for pair in pairs))
    for (interval, place), answer in zip(pairs, found, strict=True):
        column = "grid" if place == world.grids[0].code else "area"
        lies = world.things[column].fillna("").str.startswith(place)
        inside = replace(world, things=world.things[lies])
        told = {row["code"] or "": row["events"] for row in answer["rows"] if row["events"]}
        assert told == wanted(inside, "grid", interval)


async def test_a_retired_grid_is_told_while_events_of_the_time_count_to_it(
    client: httpx.AsyncClient, world: World
) -> None:
    retired = next(grid.code for grid in world.grids if grid.retired)
    events = world.things[(world.things["layer"] == "events") & (world.things["grid"] == retired)][
        "time"
    ].sort_values()
    moment = events.iloc[0].to_pydatetime().astimezone(UTC)
    before, after = Interval(None, moment), Interval(None, moment + timedelta(seconds=1))
    for _ in range(2):  # read, and known
        told = await asyncio.gather(
            *(ask(client, measures="events", datetime=written(each)) for each in (before, after))
        )
        codes = [{row["code"] for row in answer["rows"]} for answer in told]
        assert [retired in each for each in codes] == [False, True]
        assert codes[0] == codes[1] - {retired}


@given(st.lists(INTERVALS, max_size=6), st.integers(1, 6))
def test_joined_times_hold_the_same_moments_each_once(intervals: list[Interval], most: int) -> None:
    spans = joined(intervals, most)
    few = joined(intervals, len(intervals))
    assert len(spans) == min(most, len(few))
    moments = [FIRST + half * HOUR / 2 for half in range(-2, 22)]
    for moment in moments:
        holding = [each for each in spans if holds(each, moment)]
        assert len(holding) <= 1
        if len(few) <= most:
            assert len(holding) == any(holds(each, moment) for each in intervals)
        elif any(holds(each, moment) for each in intervals):
            assert holding


@given(
    st.lists(INTERVALS, min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 10)), max_size=30),
)
def test_counts_of_parts_add_up_to_those_of_each_time(
    intervals: list[Interval], events: list[tuple[int, int]]
) -> None:
    times = Times.of(intervals)
    parts: dict[tuple[int, int], int] = {}
    moments = [(unit, FIRST + hours * HOUR) for unit, hours in events]
    for unit, moment in moments:
        part = sum(bound <= moment for bound in times.bounds)
        parts[part, unit] = parts.get((part, unit), 0) + 1
    found = ByTime.of(
        times, [part for part, _ in parts], [unit for _, unit in parts], [*parts.values()]
    )
    for each in intervals:
        inside = [unit for unit, moment in moments if holds(each, moment)]
        assert found.within(each) == {unit: inside.count(unit) for unit in inside}


def holds(interval: Interval, moment: datetime) -> bool:
    return (interval.since is None or interval.since <= moment) and (
        interval.until is None or moment < interval.until
    )

"""Which events a patrol found: those of its ways, whenever they are entered, and whose they are."""

from datetime import timedelta

import httpx
import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.patrols.found import NEAR_M, WITHIN_S, Reported, found_by, reach_of
from tests.patrols.test_patrols import ACROSS_M, MORNING, tell, walk
from tests.registry.conftest import EAST
from tests.signed_in import Client

WAY_M = 1000.0


def add_event(url: str, code: str, minutes: float, along_m: float, beside_m: float = 0.0) -> None:
    """Report an event beside the way, at some metre of it."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into event (code, reported_at, geom) values (%s, %s, st_point(%s, %s, 4490))",
            [
                code,
                MORNING + timedelta(minutes=minutes),
                113.11 + along_m / ACROSS_M,
                22.05 + beside_m / 110_700,
            ],
        )


async def found(client: httpx.AsyncClient, **asked: str) -> dict[str, int | None]:
    # So that what is due is worked in.
    await client.get("/patrols", params={"worker": "W1"})
    answer = await client.get("/patrols/statistics", params={"period": "all", **asked})
    assert answer.status_code == 200, answer.text
    return {row["code"]: row["events_found"] for row in answer.json()["rows"]}


@pytest.mark.anyio
async def test_what_is_reported_where_and_when_he_was(signed_in: Client, people_url: str) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    add_event(people_url, "before", 5, 300)
    add_event(people_url, "far", 5, 300, beside_m=80)
    add_event(people_url, "an hour later", 75, 300)
    await tell(gateway, walk(MORNING, WAY_M))
    assert await found(commander) == {"W1": 1}
    # One that is entered when he has gone home, and one that was put in the wrong place.
    add_event(people_url, "after", 10, 700, beside_m=20)
    assert await found(commander) == {"W1": 2}
    with psycopg.connect(people_url) as conn:
        conn.execute("update event set geom = st_point(113.15, 22.09, 4490) where code = 'after'")
    assert await found(commander) == {"W1": 1}
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from event where code = 'before'")
    assert await found(commander) == {"W1": 0}


@pytest.mark.anyio
async def test_of_two_together_each_found_it_and_it_is_one(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    add_event(people_url, "V1", 5, 300)
    for seed, worker in enumerate(("W1", "W2")):
        await tell(gateway, walk(MORNING, WAY_M, seed=seed), worker)
        await commander.get("/patrols", params={"worker": worker})
    assert await found(commander) == {"W1": 1, "W2": 1}
    assert await found(commander, by="all") == {None: 1}
    assert await found(commander, by="grid") == {f"{EAST}101": 1}


@pytest.mark.anyio
async def test_events_that_one_may_not_read_are_not_counted(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    add_event(people_url, "V1", 5, 300)
    await tell(gateway, walk(MORNING, WAY_M))
    assert await found(commander) == {"W1": 1}
    with psycopg.connect(people_url) as conn:
        conn.execute("update event set area_id = 3, grid_id = 2")
    # It is of another community now, though he went there.
    east = await signed_in("supervisor", area=EAST)
    assert await found(east) == {"W1": 0}


@given(
    st.lists(st.tuples(st.floats(0, 3000), st.floats(-300, 300)), min_size=1, max_size=30),
    st.lists(
        st.tuples(st.floats(-1200, 4200), st.floats(-400, 400), st.floats(-100, 100)), max_size=8
    ),
)
def test_each_that_is_near_one_of_the_fixes_is_found_and_lies_in_reach(
    way: list[tuple[float, float]], events: list[tuple[float, float, float]]
) -> None:
    time_s = np.array(sorted(at for at, _ in way))
    lon = 113.1 + np.array([along for _, along in way]) / ACROSS_M
    fixes = Fixes(time_s, lon, np.full(len(way), 22.05), np.full(len(way), np.nan))
    reported = [
        Reported(n, at, 113.1 + along / ACROSS_M, 22.05 + beside / 110_700)
        for n, (at, along, beside) in enumerate(events)
    ]
    expected = {
        each.id
        for each in reported
        for at, x in zip(time_s, lon, strict=True)
        if abs(at - each.reported_s) <= WITHIN_S
        and float(distance_m(x, 22.05, each.lon, each.lat)) <= NEAR_M
    }
    told = found_by(fixes, reported)
    assert {each.event_id for each in told} == expected
    box = reach_of(fixes)
    assert box
    assert all(box.contains(each.lon, each.lat) for each in reported if each.id in expected)


def test_without_a_fix_nothing_is_found() -> None:
    nothing = Fixes(*(np.empty(0) for _ in range(4)))
    assert reach_of(nothing) is None
    assert found_by(nothing, [Reported(1, 0.0, 113.1, 22.05)]) == []

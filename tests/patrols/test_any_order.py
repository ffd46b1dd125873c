"""A day of faulty phones over midnight: however it comes, all that is made of it is the same."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, LiteralString

import numpy as np
import psycopg
import pytest
import shapely
from fastapi import FastAPI
from psycopg import sql

from gis_gov.days import today
from gis_gov.db.pool import Pool
from gis_gov.patrols.line_keeper import LineKeeper
from gis_gov.patrols.patrol_keeper import PatrolKeeper
from gis_gov.settings import Settings
from gis_gov.simulation.bodies import body_of
from gis_gov.simulation.day import Message, day, in_order
from gis_gov.simulation.devices import enter_devices
from gis_gov.simulation.faults.registry import FAULTS
from gis_gov.simulation.ground import Ground
from gis_gov.simulation.phone import Phone
from gis_gov.simulation.plan import Plan, Shift
from tests.registry.conftest import running, signed_in, write_people
from tests.signed_in import Client
from tests.waiting import until

__all__ = ["running", "signed_in"]
pytestmark = pytest.mark.anyio

# From half an hour before midnight to half an hour after it.
PLAN = Plan(
    today() - timedelta(days=2),
    begins_s=23.5 * 3600,
    length_s=3600.0,
    every_s=15.0,
    told_every_s=300.0,
)
BEGINS_AT, ENDS_AT = PLAN.begins_at + timedelta(minutes=5), PLAN.begins_at + timedelta(minutes=50)
# Each goes about on ground that is half in one grid and half in another.
PLACE = shapely.box(113.147, 22.047, 113.153, 22.053)
WORKERS = """
    update grid set geom = st_multi(st_makeenvelope(113.1, 22, 113.15, 22.1, 4490)) where id = 1;
    insert into grid (id, code, name, area_id, geom) values
    (3, '440199001001102', '东二网格', 2,
     st_multi(st_makeenvelope(113.15, 22, 113.2, 22.1, 4490)));
    insert into worker (id, code, name, area_id)
    select n, 'W' || lpad(n::text, 2, '0'), '员', 2 from generate_series(1, 14) as n;
    insert into grid_worker (grid_id, worker_id, role, valid_from)
    select 1 + 2 * (id % 2), id, 'worker', '2020-01-01' from worker;
    insert into fence (code, name, tells, away_s, alone_s, valid_from, geom)
    select
        'F' || n, 'F' || n,
        array['enter', 'exit', 'cross', case when n = 6 then 'outside' else 'inside' end],
        600, case when n = 3 then 30 end, now() - interval '9 days',
        st_makeenvelope(113.1465 + n * 0.001, 22.047, 113.147 + n * 0.001, 22.053, 4490)
    from generate_series(1, 6) as n;
"""
# What the database makes of fixes, or is told of them; by what does not hang on when it came.
MADE: dict[str, LiteralString] = {
    "position": """
        select device, time, st_asewkb(geom), accuracy_m, grid_id, area_id, rejected_for
        from position order by device, time
    """,
    "patrol": """
        select
            code, worker_id, day, kind, is_detected, is_open, begins_at, ends_at, area_id, fixes,
            rejected, mileage_m, valid_mileage_m, duration_s, stay_s, gap_s, own_grid_share, stays,
            gaps, st_asewkb(geom)
        from patrol order by code
    """,
    "patrol_grid": """
        select p.code, g.grid_id, g.entered_at, g.left_at, g.duration_s, g.valid_mileage_m
        from patrol_grid as g inner join patrol as p on g.patrol_id = p.id order by 1, 2
    """,
    "walked_day": "select worker_id, day, cells from walked_day order by 1, 2",
    "walked_cell": "select month, cell, days from walked_cell order by 1, 2",
    "crossing": """
        select worker_id, fence_id, kind, at, until, known_at, is_told, st_asewkb(geom), area_id
        from crossing where withdrawn_at is null order by 1, 4, 2, 3, 5
    """,
    "alarm": """
        select
            kind, worker_id, fence_id, since, case when closed_at is not null then last_at end,
            st_asewkb(geom), area_id, grid_id
        from alarm where withdrawn_at is null order by 1, 2, 3, 4, 5
    """,
    "last_position": """
        select l.worker_id, l.device, l.time, st_asewkb(l.geom), l.accuracy_m, l.grid_id, l.area_id
        from last_position as l where l.worker_id <> (
            select d.worker_id from device as d where d.code like '%-2'
        ) order by 1
    """,
    "track_line": """
        select worker_id, device, hour_at, begins_at, ends_at, st_asewkb(geom), st_asewkb(coarse),
            areas, grids
        from track_line order by 1, 2, 3, 4
    """,
}
FEW = {
    "position": 3000,
    "patrol": 14,
    "patrol_grid": 20,
    "crossing": 50,
    "alarm": 30,
    "track_line": 20,
}


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_people(own_database_url)
    with psycopg.connect(own_database_url) as conn:
        conn.execute(WORKERS)
    return own_database_url


def phones() -> list[Phone]:
    """One of each fault, on foot, and good ones: two on foot, one by e-bike, one by car."""
    shifts = [Shift(Ground(f"W{n:02}", PLACE, PLACE), fault=f) for n, f in enumerate(FAULTS, 1)]
    for n, mode in enumerate(("walk", "walk", "ebike", "car"), len(FAULTS) + 1):
        shifts.append(Shift(Ground(f"W{n:02}", PLACE, PLACE), mode))  # type: ignore[arg-type]
    return day(PLAN, shifts)[0]


def shuffled(told: Sequence[Phone], chance: random.Random) -> Iterator[Message]:
    """The same fixes in any order, in messages of any length."""
    rows = [(number, row) for number, phone in enumerate(told) for row in range(len(phone))]
    chance.shuffle(rows)
    while rows:
        size = chance.choice((30, 300, 900))
        some, rows = rows[:size], rows[size:]
        for number in sorted({each for each, _ in some}):
            mine = np.array([row for each, row in some if each == number])
            yield Message(0.0, told[number].only(mine))


async def tell(client: Any, message: Message) -> None:
    answer = await client.post("/positions", json=body_of(message))
    assert answer.status_code == 200, answer.text
    assert not answer.json()["refused"]


async def start(client: Any) -> None:
    """Let a good one begin a patrol before midnight, and end it after."""
    sent = {"worker": "W11", "kind": "river", "begins_at": BEGINS_AT.isoformat()}
    answer = await client.post("/patrols", json=sent)
    assert answer.status_code == 201, answer.text
    stop = f"/patrols/{answer.json()['code']}/stop"
    answer = await client.post(stop, json={"ends_at": ENDS_AT.isoformat()})
    assert answer.status_code == 200, answer.text


async def made(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that is made of the fixes, once nothing is due."""
    with psycopg.connect(url, autocommit=True) as conn:
        async with Pool(url, Settings()) as pool:
            # A day may note another one, as it has something in common with it.
            for _ in range(5):
                await PatrolKeeper(pool, 0).keep()
                if conn.execute("select from patrol_due limit 1").rowcount == 0:
                    break
            await LineKeeper(pool).keep()
        for due in ("patrol_due", "crossing_due", "alarm_due"):
            query = sql.SQL("select from {} limit 1").format(sql.Identifier(due))
            await until(lambda query=query: conn.execute(query).rowcount == 0)
        return {name: conn.execute(query).fetchall() for name, query in MADE.items()}


@pytest.mark.parametrize("seed", range(3))
async def test_the_same_is_made_of_it(
    signed_in: Client, running: FastAPI, people_url: str, seed: int
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    told = phones()
    with psycopg.connect(people_url) as conn:
        enter_devices(conn, told)
    await start(gateway)
    for message in in_order(told):
        await tell(gateway, message)
    in_time = await made(people_url)
    assert {name: len(in_time[name]) >= count for name, count in FEW.items()} == dict.fromkeys(
        FEW, True
    )
    reasons = {row[-1] for row in in_time["position"]}
    assert reasons >= {None, "clock_backward", "mock", "frozen", "two_places"}
    with psycopg.connect(people_url) as conn:
        for table in ("position", "last_position", "patrol"):
            conn.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
    nothing = await made(people_url)
    assert {name: rows for name, rows in nothing.items() if rows} == {}
    chance = random.Random(seed)  # noqa: S311 - no secret
    messages = list(shuffled(told, chance))
    starts_after = chance.randrange(len(messages))
    at_once = 1 if seed % 2 else 6
    while messages:
        some, messages = messages[:at_once], messages[at_once:]
        await asyncio.gather(*(tell(gateway, each) for each in some))
        if starts_after >= len(messages):
            starts_after = -1
            await start(gateway)
        if seed < 2 and chance.random() < 0.2:
            worker = chance.choice(told).worker
            assert (await commander.get("/patrols", params={"worker": worker})).is_success
    again = await made(people_url)
    for name, rows in in_time.items():
        assert again[name] == rows, name

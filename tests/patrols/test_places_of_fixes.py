"""Where fixes lie: told by the boundaries in memory, and never by ones that no longer hold."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.geo.arrays import Floats, Positions
from gis_gov.patrols.taking import Intake
from gis_gov.state import state_of
from tests.patrols.test_patrols import tell
from tests.patrols.test_taking_in import START
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

WRONG = """
    select count(*) from position as p cross join lateral place_of(p.geom) as w
    where (p.grid_id, p.area_id) is distinct from (w.grid_id, w.area_id)
"""
EDGE = 113.1
NEW_GRID = """
    insert into grid (id, code, name, area_id, geom) select 7, 'n', 'n', 2, geom from grid limit 1
"""
MOVERS = """
    insert into worker (id, code, name)
    select 100 + n, 'M' || n, 'm' from generate_series(1, 40) as n
"""


def fixes(number: int, seed: int = 0) -> list[dict[str, Any]]:
    """Points in both communities, on their shared edge, and outside of all."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    lons = [EDGE, *(113 + 0.25 * chance.random() for _ in range(number - 1))]
    return [
        {
            "time": (START + timedelta(seconds=n + 10_000 * seed / 10)).isoformat(),
            "lon": lon,
            "lat": 22.05,
        }
        for n, lon in enumerate(lons)
    ]


def one(url: str, query: Any) -> Any:
    with psycopg.connect(url) as conn:
        row = conn.execute(query).fetchone()
        return row and row[0]


async def test_they_are_those_that_the_database_tells(
    running: FastAPI, signed_in: Client, people_url: str
) -> None:
    gateway = await signed_in("gateway")
    index = await state_of(running).places.wait(10)
    assert index.number == one(people_url, "select number from boundary_state")
    await tell(gateway, fixes(400))
    assert one(people_url, WRONG) == 0
    assert one(people_url, "select count(distinct grid_id) from position") == 2
    assert one(people_url, "select count(*) from position where grid_id is null") > 0


async def test_those_of_boundaries_that_changed_are_not_believed(
    running: FastAPI, signed_in: Client, people_url: str
) -> None:
    class Old:
        """Everything lies in a grid that is none."""

        number = one(people_url, "select number from boundary_state") - 1

        def place(self, lon: Floats, lat: Floats) -> tuple[Positions, Positions]:
            return np.full(len(lon), 99), np.full(len(lat), 99)

    state = state_of(running)
    state.intake._places = Old
    await tell(await signed_in("gateway"), fixes(20))
    assert one(people_url, WRONG) == 0
    # As if they were the newest.
    Old.number += 1
    await tell(await signed_in("gateway"), fixes(20, seed=1))
    assert one(people_url, WRONG) == 20
    assert isinstance(state.intake, Intake)


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ("update grid set geom = st_translate(geom, 0.001, 0) where id = 1", True),
        ("update grid set layer = 'exclusive' where id = 1", True),
        ("update grid set valid_to = '2025-01-01', valid_from = '2024-01-01' where id = 1", True),
        ("update area set geom = st_translate(geom, 0.001, 0) where id = 2", True),
        (NEW_GRID, True),
        ("update grid set name = 'x' where id = 1", False),
        ("update grid set geom = geom, code = code, valid_to = valid_to", False),
        ("update area set name = 'x' where id = 2", False),
    ],
)
async def test_the_number_changes_with_what_decides(
    people_url: str, change: Any, counts: bool
) -> None:
    before = one(people_url, "select number from boundary_state")
    with psycopg.connect(people_url) as conn:
        conn.execute(change)
    assert (one(people_url, "select number from boundary_state") != before) == counts


async def test_while_boundaries_change_nobody_is_where_he_no_longer_is(
    signed_in: Client, people_url: str
) -> None:
    """Positions keep the grid of their time; where workers are now goes with the boundaries."""
    with psycopg.connect(people_url) as conn:
        conn.execute(MOVERS)
    gateway = await signed_in("gateway")
    stop = asyncio.Event()

    def redraw() -> None:
        move = 0.01
        with psycopg.connect(people_url, autocommit=True) as conn:
            while not stop.is_set():
                conn.execute(
                    "update grid set geom = st_translate(geom, %s, 0) where id in (1, 2)", [move]
                )
                move = -move

    redrawing = asyncio.create_task(asyncio.to_thread(redraw))
    for seed in range(1, 8):
        told = fixes(40, seed)
        chance = random.Random(seed)  # noqa: S311 - no secret
        for each in told:
            each["lon"] = EDGE + chance.uniform(-0.012, 0.012)
        await asyncio.gather(*(tell(gateway, [each], f"M{n}") for n, each in enumerate(told, 1)))
    stop.set()
    await redrawing
    assert one(people_url, "select count(*) from last_position") == 40
    assert one(people_url, WRONG.replace("position as p", "last_position as p")) == 0

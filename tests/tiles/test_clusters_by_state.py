"""What gathered events tell of states and levels adds up to the events, whoever asks for which."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import mapbox_vector_tile
import psycopg
import pytest
from psycopg.rows import dict_row

from gis_gov.app import create_app
from gis_gov.events.tables import EVENT_LEVELS, EVENT_STATES
from gis_gov.geo.tile import Tile, tile_at
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, write_world

Event = dict[str, Any]
GRID: Final = "4401990010011003"
VARIED: Final = """
    update event set
        state = (array['pending', 'accepted', 'handling', 'verifying', 'closed', 'rejected',
            'suspended', 'closed', 'closed'])[1 + id % 9],
        level = (array['grid', 'community', 'street', 'district', null])[1 + id / 9 % 5],
        department = case id % 4 when 0 then 'D1' when 1 then 'D2' end,
        class_id = case id % 7
            when 0 then null
            when 1 then (select id from event_class where code = '0102')
            else class_id end;
"""
READ: Final = """
    select e.state, e.level, e.department, c.code as class_code, g.code as grid, e.area_id
    from event as e
    left join event_class as c on c.id = e.class_id
    left join grid as g on g.id = e.grid_id
    where e.geom is not null
"""
WHO: Final[dict[str, tuple[str, dict[str, Any], Callable[[Event], bool]]]] = {
    "commander": ("commander", {}, lambda _: True),
    "of a community": ("commander", {"area": "440199001001"}, lambda e: e["area_id"] == 3),
    "of a grid": ("supervisor", {"grid": GRID}, lambda e: e["grid"] == GRID),
    "of a department": (
        "department_officer",
        {"department": "D1"},
        lambda e: e["department"] == "D1",
    ),
}
ASKED: Final[list[tuple[dict[str, str], Callable[[Event], bool]]]] = [
    ({}, lambda _: True),
    ({"state": "closed"}, lambda e: e["state"] == "closed"),
    ({"level": "street"}, lambda e: e["level"] == "street"),
    ({"class_code": "0102"}, lambda e: e["class_code"] == "0102"),
    (
        {"class_code": "0401", "state": "closed", "level": "grid"},
        lambda e: (e["class_code"], e["state"], e["level"]) == ("0401", "closed", "grid"),
    ),
    (
        {"filter": "state NOT IN ('closed', 'rejected') AND NOT level = 'grid'"},
        lambda e: e["state"] not in {"closed", "rejected"} and e["level"] not in {"grid", None},
    ),
    (
        {"filter": "level IS NULL OR state = 'pending'"},
        lambda e: not e["level"] or e["state"] == "pending",
    ),
    (
        {"filter": "class_code IS NULL AND state LIKE 'clo%'"},
        lambda e: not e["class_code"] and e["state"] == "closed",
    ),
    (
        {"filter": "state = 'closed' AND department = 'D1'"},
        lambda e: (e["state"], e["department"]) == ("closed", "D1"),
    ),
]


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        write_world(made)
        with psycopg.connect(made) as conn:
            conn.execute(VARIED)
        yield made


def numbers(events: list[Event]) -> Counter[str]:
    """Count as a cluster tells it."""
    told = Counter[str]()
    for each in events:
        told["count"] += 1
        told[each["state"]] += 1
        if each["state"] not in {"closed", "rejected"}:
            told["open"] += 1
            if each["level"]:
                told[f"open_{each['level']}"] += 1
    return told


async def summed(url: str, key: str, zoom: int, asked: dict[str, str]) -> Counter[str]:
    """Add up all clusters of a zoom, each of which must add up by itself."""
    app = create_app(unhurried().with_database(url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as site:
        first, last = tile_at(WEST, SOUTH + 0.02, zoom), tile_at(WEST + 0.03, SOUTH, zoom)
        told = Counter[str]()
        for tile in (
            Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
        ):
            path = f"/tiles/events/{tile.z}/{tile.x}/{tile.y}.mvt"
            answer = await site.get(path, params=asked, headers=bearer(key))
            assert answer.status_code in {200, 204}, answer.text
            if answer.status_code == 204:
                continue
            for feature in mapbox_vector_tile.decode(answer.content)["events"]["features"]:
                one = {name: n for name, n in feature["properties"].items() if name != "cell"}
                assert all(n > 0 for n in one.values())
                of_states = {state: one.get(state, 0) for state in EVENT_STATES}
                assert sum(of_states.values()) == one["count"]
                is_over = of_states["closed"] + of_states["rejected"]
                assert one.get("open", 0) == one["count"] - is_over
                at_levels = sum(one.get(f"open_{level}", 0) for level in EVENT_LEVELS)
                assert at_levels <= one.get("open", 0)
                told.update(one)
    return told


def read(url: str) -> list[Event]:
    with psycopg.connect(url) as conn, conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(READ).fetchall()


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("asked", "held"), ASKED)
def test_states_and_levels_add_up_to_the_events(
    url: str, who: str, asked: dict[str, str], held: Callable[[Event], bool]
) -> None:
    role, limits, sees = WHO[who]
    key = make_key(url, role, **limits)
    wanted = numbers([each for each in read(url) if sees(each) and held(each)])
    for zoom in (0, 7, 10, 11):
        assert asyncio.run(summed(url, key, zoom, asked)) == wanted, zoom


@pytest.mark.parametrize("who", WHO)
def test_what_psql_wrote_a_moment_ago_is_among_them(
    postgis: TestServer, url: str, who: str
) -> None:
    role, limits, sees = WHO[who]
    with postgis.database(url) as other:
        key = make_key(other, role, **limits)
        with psycopg.connect(other) as conn:
            conn.execute("update event set cell = null where id % 3 = 0")
            conn.execute("update event set state = 'closed', level = 'district' where id % 11 = 0")
            conn.execute("delete from event where id % 13 = 0")
        for asked, held in (ASKED[0], ASKED[1], ASKED[3]):
            wanted = numbers([each for each in read(other) if sees(each) and held(each)])
            # (The server gives cells meanwhile, or not yet: the sums are the same.)
            assert asyncio.run(summed(other, key, 9, asked)) == wanted

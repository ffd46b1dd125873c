"""The things of a box come cell by cell, each once, whatever the box, the page and the place."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest
import shapely
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.counting.boxes import surely_holds_more
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import cells_of
from gis_gov.ogc.queries import COUNTED_MAX
from tests.conftest import TestServer
from tests.ogc.conftest import write_things
from tests.signed_in import Client, bearer, client_of, make_key, unhurried
from tests.waiting import until

NAMES = ("addresses", "persons", "houses")
BOXES = (
    "113,22,113.2,22.1",
    "113.04,22.02,113.12,22.08",
    "113.0999,22.01,113.1001,22.09",
    "113.05,22.05,113.05,22.05",
    "113.15,22.05,113.1500001,22.0500001",
    "70,0,140,55",
    "113,22.05,143,22.05",
    "113.05,0,113.05,80",
    "-180,-90,180,90",
    "10,10,11,11",
)


@dataclass(frozen=True)
class Thing:
    """Where something is, if anywhere."""

    code: str
    place: shapely.Geometry | None


def _spread(count: int) -> list[tuple[float, float]]:
    """Choose points, many of them twice and some on the edges of the boxes."""
    chance = random.Random(20)  # noqa: S311 - the same points each time
    edges = [113.0, 113.04, 113.05, 113.1, 113.12, 113.15, 113.2]
    lon = [*(chance.uniform(113, 113.2) for _ in range(20)), *edges]
    lat = [*(chance.uniform(22, 22.1) for _ in range(20)), 22.0, 22.02, 22.05, 22.08, 22.1]
    return [(chance.choice(lon), chance.choice(lat)) for _ in range(count)]


@dataclass(frozen=True)
class Filled:
    """A server, and the addresses, persons and houses all over its database."""

    url: str
    app: FastAPI
    things: dict[str, list[Thing]]

    def client(self, *roles: str) -> httpx.AsyncClient:
        return client_of(httpx.ASGITransport(self.app), bearer(make_key(self.url, *roles)))


@pytest.fixture(scope="module")
async def filled(postgis: TestServer) -> AsyncIterator[Filled]:
    with postgis.database() as url:
        write_things(url)
        with psycopg.connect(url) as conn:
            conn.execute("truncate person, house, enterprise, resource, address")
            with conn.pipeline():
                things = _write(conn, _spread(150))
        app = create_app(unhurried().with_database(url))
        async with app.router.lifespan_context(app):
            yield Filled(url, app, things)


def _write(
    conn: psycopg.Connection[Any], points: Sequence[tuple[float, float]]
) -> dict[str, list[Thing]]:
    """Write things, some of them nowhere or without a cell."""
    made: dict[str, list[Thing]] = {name: [] for name in NAMES}
    for n, (lon, lat) in enumerate(points, start=1000):
        place = None if n % 29 == 0 else shapely.Point(lon, lat)
        # What psql wrote a moment ago has no cell yet.
        cell = None if n % 7 == 0 or place is None else int(cells_of([lon], [lat])[0])
        conn.execute(
            "insert into address (id, code, full_text, level, geom, cell)"
            " values (%s, %s, '某处', 50, st_geomfromwkb(%s, 4490), %s)",
            [n, f"A{n}", None if place is None else shapely.to_wkb(place), cell],
        )
        made["addresses"].append(Thing(f"A{n}", place))
        for person in range(n % 4):
            address = None if n % 31 == 0 else n
            conn.execute(
                "insert into person (code, name, address_id) values (%s, '甲', %s)",
                [f"P{n}-{person}", address],
            )
            made["persons"].append(Thing(f"P{n}-{person}", place if address else None))
        shape = shapely.box(lon, lat, lon + 0.003, lat + 0.003) if n % 5 == 0 else None
        conn.execute(
            "insert into house (code, name, kind, address_id, geom)"
            " values (%s, '乙', 'building', %s, st_multi(st_geomfromwkb(%s, 4490)))",
            [f"H{n}", n, None if shape is None else shapely.to_wkb(shape)],
        )
        made["houses"].append(Thing(f"H{n}", shape or place))
    return made


async def _pages(client: httpx.AsyncClient, name: str, box: str, limit: int) -> list[list[str]]:
    """Follow the pages of a box, and see that each is full but for the last."""
    pages: list[list[str]] = []
    asked = f"/collections/{name}/items?bbox={box}&limit={limit}"
    while asked:
        document = (await client.get(asked)).raise_for_status().json()
        pages.append([each["id"] for each in document["features"]])
        if "numberMatched" in document:
            assert document["numberMatched"] >= len(pages[-1])
        asked = next((each["href"] for each in document["links"] if each["rel"] == "next"), "")
    assert all(len(page) == limit for page in pages[:-1])
    return pages


async def _cells_are_there(url: str) -> None:
    """Wait until the server has filled in the cells of what psql wrote."""
    missing = "select exists (select from address where geom is not null and cell is null)"
    with psycopg.connect(url, autocommit=True) as conn:
        await until(lambda: conn.execute(missing).fetchone() == (False,))


async def test_what_psql_wrote_a_moment_ago_is_there(filled: Filled) -> None:
    """Without a cell, as nobody fills it in while another holds the rows."""
    await _cells_are_there(filled.url)
    with psycopg.connect(filled.url) as conn, psycopg.connect(filled.url) as holding:
        conn.execute("update address set cell = null where id % 3 = 0")
        conn.commit()
        holding.execute("select from address for update")
        async with filled.client("commander") as client:
            for name in NAMES:
                pages = await _pages(client, name, BOXES[0], 100)
                found = sorted(code for page in pages for code in page)
                assert found == sorted(each.code for each in filled.things[name])


@pytest.mark.parametrize("limit", [7, 100, 1000])
async def test_each_thing_of_a_box_is_on_one_page(filled: Filled, limit: int) -> None:
    await _cells_are_there(filled.url)
    async with filled.client("commander") as client:
        for name in NAMES:
            for box in BOXES if limit != 7 else BOXES[:4]:
                west, south, east, north = map(float, box.split(","))
                around = shapely.box(west, south, east, north)
                expected = sorted(
                    each.code
                    for each in filled.things[name]
                    if each.place is None or around.intersects(each.place)
                )
                pages = await _pages(client, name, box, limit)
                found = [code for page in pages for code in page]
                assert sorted(found) == expected, (name, box)


async def test_what_has_no_cell_on_the_globe_comes_once(signed_in: Client, people_url: str) -> None:
    client = await signed_in("commander")
    await _cells_are_there(people_url)
    with psycopg.connect(people_url) as conn:
        conn.execute("update address set cell = 0 where code = 'B1'")
    for box in ("-180,-90,180,90", BOXES[0]):
        pages = await _pages(client, "addresses", box, 10)
        assert sorted(pages[0]) == ["B1", "R1", "R2"]
        persons = await _pages(client, "persons", box, 10)
        assert sorted(persons[0]) == ["P1", "P2", "P3", "P4"]


async def test_a_filter_leaves_what_it_leaves(filled: Filled) -> None:
    asked = {"bbox": BOXES[0], "limit": "1"}
    async with filled.client("commander") as client:
        for code in ("A1001", "A1000", "A9"):
            params = {**asked, "filter": f"code = '{code}'"}
            answer = (await client.get("/collections/addresses/items", params=params)).json()
            found = [each["id"] for each in answer["features"]]
            expected = [each.code for each in filled.things["addresses"] if each.code == code]
            assert found == expected
            assert answer["numberMatched"] == len(expected)


async def test_another_order_than_by_cell_is_had_by_asking(filled: Filled) -> None:
    by_code = {"bbox": BOXES[0], "limit": "1000", "sortby": "code"}
    async with filled.client("commander") as client:
        answer = (await client.get("/collections/persons/items", params=by_code)).json()
    found = [each["id"] for each in answer["features"]]
    assert found == sorted(found)
    assert len(found) == answer["numberMatched"] == len(filled.things["persons"])


async def test_who_sees_not_every_place_is_told_nothing_by_the_order(filled: Filled) -> None:
    """Who sees persons at the middle of their grid gets them by their codes."""
    params = {"bbox": BOXES[0], "limit": "1000"}
    async with filled.client("department_officer") as client:
        answer = (await client.get("/collections/persons/items", params=params)).json()
    found = [each["id"] for each in answer["features"]]
    assert found
    assert found == sorted(found)


async def test_more_than_are_counted(signed_in: Client, people_url: str) -> None:
    """Twelve thousand things are not counted, five thousand are; each comes once all the same."""
    with psycopg.connect(people_url) as conn:
        spots = np.random.default_rng(3).uniform([113.0, 22.0], [113.2, 22.1], (2_000, 2))
        cells = cells_of(spots[:, 0], spots[:, 1])
        conn.execute(
            "insert into address (id, code, full_text, level, geom, cell)"
            " select 10000 + 6 * n + k, 'M' || n || '-' || k, '某处', 50, st_point(x, y, 4490),"
            " cell"
            " from unnest(%s::float8[], %s::float8[], %s::bigint[])"
            " with ordinality as s (x, y, cell, n), generate_series(1, 6) as k",
            [spots[:, 0].tolist(), spots[:, 1].tolist(), cells.tolist()],
        )
    client = await signed_in("commander")
    for box in (BOXES[0], "113,22,113.08,22.1"):
        west, south, east, north = map(float, box.split(","))
        inside = (spots >= [west, south]).all(axis=1) & (spots <= [east, north]).all(axis=1)
        pages = await _pages(client, "addresses", box, 1000)
        made = [code for page in pages for code in page if code.startswith("M")]
        assert len(made) == len(set(made)) == 6 * inside.sum()
        answer = await client.get("/collections/addresses/items", params={"bbox": box})
        counted = answer.json().get("numberMatched")
        assert counted == (None if inside.all() else sum(map(len, pages)))


async def test_kept_counts_never_tell_of_more_than_lies_in_a_box(filled: Filled) -> None:
    await _cells_are_there(filled.url)
    state = filled.app.state.gis_gov
    actor = await state.actors.of_key(make_key(filled.url, "commander"))
    whole = 0
    for name in NAMES[:2]:
        for text in BOXES:
            box = BBox(*map(float, text.split(",")))
            around = shapely.box(box.west, box.south, box.east, box.north)
            places = [each.place for each in filled.things[name] if each.place is not None]
            inside = sum(around.intersects(place) for place in places)
            async with state.pool.connection(actor.scope) as conn:
                assert not await surely_holds_more(conn, name, box, inside)
                # Where no cell is cut, they tell of all.
                if inside == len(places):
                    whole += 1
                    assert await surely_holds_more(conn, name, box, inside - 1)
    assert whole


async def test_rooms_that_one_may_not_know_are_not_told_by_a_count_that_is_left_out(
    signed_in: Client, people_url: str
) -> None:
    """Of more rooms than are counted, and few houses beside them."""
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into address (id, code, full_text, level, geom, cell)"
            " select 100 + n, 'N' || n, case when n <= 5 then '东路' || n || '号'"
            " else '东路1号2幢' || n || '室' end, case when n <= 5 then 50 else 62 end,"
            " st_point(113.15, 22.05, 4490), %s from generate_series(1, %s) as n",
            [int(cells_of([113.15], [22.05])[0]), COUNTED_MAX + 100],
        )
    asked = {"bbox": BOXES[0], "limit": "1000"}
    for role in ("commander", "department_officer", "analyst"):
        client = await signed_in(role)
        answer = (await client.get("/collections/addresses/items", params=asked)).json()
        found, knows_rooms = len(answer["features"]), role == "commander"
        assert (found == 1000) == knows_rooms
        assert answer.get("numberMatched") == (None if knows_rooms else found)

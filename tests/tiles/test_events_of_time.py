"""Events of some time in tiles: each in one tile of a zoom, found by when they were closed."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import mapbox_vector_tile
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.app import create_app
from gis_gov.db.run import tuples
from gis_gov.db.scope import KINDS, bind
from gis_gov.events.tables import EVENT_STATES
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.ogc.tile_asked import chosen_by, drawn_of
from gis_gov.ogc.tile_queries import read_drawn
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.seen_by_all import vacuum
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, write_world

MANY: Final = 30_000
START: Final = datetime(2025, 1, 1, tzinfo=UTC)
DAYS: Final = 400
# One of 50 is open still; the others took up to 20 days.
EVENTS: Final = """
    insert into event (
        code, reported_at, closed_at, state, level, class_id, department, geom, cell
    )
    select
        'T' || n,
        at,
        case when n %% 50 > 0 then at + n %% 20 * interval '1 day' end,
        case n %% 50 when 0 then 'handling' when 1 then 'rejected' else 'closed' end,
        case n %% 3 when 0 then 'street' when 1 then 'grid' end,
        case when n %% 2 = 0 then (select id from event_class where code = '0102') end,
        case n %% 4 when 0 then 'D1' when 1 then 'D2' end,
        a.geom,
        a.cell
    from generate_series(1, %(many)s) as n
    cross join lateral (
        select %(start)s::timestamptz + n * interval '1 day' * %(days)s / %(many)s as at
    ) as t
    inner join address as a on a.id = 1 + n * 7 %% 400
"""
MATCHED: Final = """
    select state, count(*) from event
    where
        geom is not null
        and (%(until)s::timestamptz is null or reported_at < %(until)s)
        and (%(since)s::timestamptz is null or closed_at is null or closed_at >= %(since)s)
        and (%(state)s::text is null or state = %(state)s)
        and (%(department)s::text is null or department = %(department)s)
        and (%(area)s::bigint is null or area_id = %(area)s)
    group by 1
"""
READ: Final = """
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    from pg_stat_xact_user_tables where relname = 'event'
"""
MONTH: Final = {"datetime": "2026-01-05T00:00:00Z/2026-02-04T00:00:00Z"}
WHO: Final[dict[str, dict[str, Any]]] = {
    "everything": {},
    "a community": {"area": "440199001001"},
    "a department": {"department": "D1"},
}
REACH: Final = {"everything": {"all": True}, "a community": {"areas": [3]}}


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        write_world(made)
        with psycopg.connect(made) as conn:
            # What is not on disk yet no vacuum marks as seen by all.
            conn.execute("set synchronous_commit = on")
            conn.execute(EVENTS, {"many": MANY, "start": START, "days": DAYS})
        vacuum(made, "event")
        yield made


@pytest.fixture(scope="module")
def keys(url: str) -> dict[str, dict[str, str]]:
    return {name: bearer(make_key(url, "commander", **told)) for name, told in WHO.items()}


def tiles_over(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, SOUTH + 0.02, zoom), tile_at(WEST + 0.03, SOUTH, zoom)
    return [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


def features(body: bytes) -> list[dict[str, Any]]:
    return mapbox_vector_tile.decode(body).get("events", {"features": []})["features"]


def by_state(found: list[dict[str, Any]]) -> Counter[str]:
    """Add up what tiles of a zoom tell: of what is told singly, what lies inside of its tile."""
    told = Counter[str]()
    for each in found:
        properties, (column, row) = each["properties"], each["geometry"]["coordinates"]
        if "code" not in properties:
            states = Counter({state: properties.get(state, 0) for state in EVENT_STATES})
            assert properties["count"] == states.total()
            told += states
        elif 0 <= column < 4096 and 0 < row <= 4096:
            told[properties["state"]] += 1
    return told


async def asked(
    url: str, zoom: int, parameters: dict[str, str], headers: dict[str, str]
) -> dict[Tile, bytes]:
    """Draw by our route."""
    app = create_app(unhurried().with_database(url))
    drawn: dict[Tile, bytes] = {}
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as site:
        for tile in tiles_over(zoom):
            path = f"/tiles/events/{tile.z}/{tile.x}/{tile.y}.mvt"
            answer = await site.get(path, params=parameters, headers=headers)
            assert answer.status_code in {200, 204}, answer.text
            drawn[tile] = answer.content
    return drawn


def by_function(
    url: str, tiles: list[Tile], query: dict[str, str], reach: dict[str, Any]
) -> tuple[list[bytes], int]:
    """Draw as another server does, and tell how many events were read from their table for it."""
    with psycopg.connect(url) as conn:
        conn.execute("set local role gis_gov_app")
        for kind in KINDS:
            conn.execute(
                "select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", json.dumps(reach)]
            )
        told = [[tile.z, tile.x, tile.y, json.dumps(query)] for tile in tiles]
        rows = [
            conn.execute("select tile_events(%s, %s, %s, %s::json)", each).fetchone()
            for each in told
        ]
        read = conn.execute(READ).fetchone()
        conn.rollback()
    return [bytes(row[0] or b"") for row in rows if row], read[0] if read else 0


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.none() | st.integers(0, DAYS * 24),
    hours=st.none() | st.integers(1, 24 * 60),
    state=st.sampled_from([None, "closed", "handling"]),
    who=st.sampled_from(sorted(WHO)),
    zoom=st.sampled_from([7, 10, 11, 12, 14, 16]),
)
def test_each_is_told_once_whatever_the_time(
    url: str,
    keys: dict[str, dict[str, str]],
    first: int | None,
    hours: int | None,
    state: str | None,
    who: str,
    zoom: int,
) -> None:
    since = None if first is None else START + timedelta(hours=first)
    until = None if hours is None else (since or START) + timedelta(hours=hours)
    if since is None and until is None:
        return
    ends = [None if each is None else each.isoformat() for each in (since, until)]
    # The last moment of an interval is of it, there; a function is told what comes after it.
    last = until and (until - timedelta(microseconds=1)).isoformat()
    parameters = {"datetime": f"{ends[0] or '..'}/{last or '..'}"}
    told = {"since": since, "until": until, "state": state, "department": None, "area": None}
    if who == "a department":
        told["department"] = "D1"
    elif who == "a community":
        told["area"] = 3
    with psycopg.connect(url) as conn:
        wanted = Counter(dict(conn.execute(MATCHED, told).fetchall()))
    if state:
        parameters["state"] = state
    drawn = asyncio.run(asked(url, zoom, parameters, keys[who]))
    assert by_state([each for body in drawn.values() for each in features(body)]) == wanted
    if who in REACH:
        named = {"since": ends[0], "until": ends[1], "state": state}
        query = {name: value for name, value in named.items() if value}
        theirs, _ = by_function(url, list(drawn), query, REACH[who])
        assert [features(each) for each in theirs] == [features(each) for each in drawn.values()]


@pytest.mark.parametrize("who", REACH)
@pytest.mark.parametrize("zoom", [8, 10, 11])
def test_a_month_far_out_is_read_from_an_index_alone(url: str, who: str, zoom: int) -> None:
    since, until = MONTH["datetime"].split("/")
    query = {"since": since, "until": until}
    drawn, read = by_function(url, tiles_over(zoom), query, REACH[who])
    assert sum(by_state([each for body in drawn for each in features(body)]).values()) > 2_000
    assert read == 0


@pytest.mark.parametrize("zoom", [10, 12])
def test_our_route_reads_no_more(postgis: TestServer, url: str, zoom: int) -> None:
    actor = Actor("test", (Grant("commander"),))

    async def read() -> tuple[Counter[str], int]:
        async with await psycopg.AsyncConnection.connect(url) as conn:
            await conn.execute("set local role gis_gov_app")
            await bind(conn, actor.scope)
            drawn = drawn_of([LAYERS["events"]], chosen_by(MONTH), actor)
            bodies = [await read_drawn(conn, drawn, actor, tile) for tile in tiles_over(zoom)]
            ((count,),) = await tuples(conn, READ)
            await conn.rollback()
        return by_state([each for body in bodies for each in features(body)]), count

    told, count = asyncio.run(read())
    assert sum(told.values()) > 2_000
    assert count == 0

"""Where a filter picks very many events they are gathered farther in, by the kept counts."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.db.scope import KINDS
from gis_gov.geo.tile import Tile, tile_at
from tests.conftest import TestServer
from tests.seen_by_all import vacuum
from tests.signed_in import bearer, client_of, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, write_world

pytestmark = pytest.mark.anyio

MANY: Final = 52_000
EVENTS: Final = """
    insert into event (code, reported_at, closed_at, state, level, class_id, geom, cell)
    select
        'M' || n, '2026-03-01T08:00+08:00', '2026-03-02T08:00+08:00', 'closed',
        case when n %% 50 = 0 then 'street' when n %% 7 < 3 then 'community' else 'grid' end,
        case when n %% 2 = 0 then (select id from event_class where code = '0102') end,
        a.geom, a.cell
    from generate_series(1, %(many)s) as n
    inner join address as a on a.id = 1 + n %% 400
"""
MATCHED: Final = """
    select count(*) from event as e left join event_class as c on e.class_id = c.id
    where
        (%(state)s::text is null or e.state = %(state)s)
        and (%(level)s::text is null or e.level = %(level)s)
        and (%(class_code)s::text is null or c.code = %(class_code)s)
        and (%(area)s::bigint is null or e.area_id = %(area)s)
"""
REACH: Final = """
    select set_config('gis_gov.reach_' || u.kind, %(reach)s, true)
    from unnest(%(kinds)s::text[]) as u (kind)
"""
# How many may be read of events where some are picked far out: none.
READ: Final = """
    select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::integer
    from pg_stat_xact_user_tables where relname = 'event'
"""


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        write_world(made)
        with psycopg.connect(made) as conn:
            conn.execute(EVENTS, {"many": MANY})
        vacuum(made, "event")
        yield made


@pytest.fixture(scope="module")
async def site(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        yield opened


@pytest.fixture(scope="module")
def other(url: str) -> Iterator[psycopg.Connection[Any]]:
    """The connection of another server, which plans the function once."""
    with psycopg.connect(url) as conn:
        yield conn


def function(
    conn: psycopg.Connection[Any], tile: Tile, asked: dict[str, str], area: int | None
) -> tuple[bytes, int]:
    """Draw as another server does, and tell how many events were read for it."""
    reach = json.dumps({"all": True} if area is None else {"areas": [area]})
    with conn.transaction(force_rollback=True):
        conn.execute("set local role gis_gov_app")
        conn.execute(REACH, {"kinds": list(KINDS), "reach": reach})
        # What the transactions before have read may be counted yet.
        before = conn.execute(READ).fetchone()
        drawn = conn.execute(
            "select tile_events(%s, %s, %s, %s::json)", [tile.z, tile.x, tile.y, json.dumps(asked)]
        ).fetchone()
        read = conn.execute(READ).fetchone()
    assert drawn
    assert before
    assert read
    return bytes(drawn[0] or b""), read[0] - before[0]


def tiles_over(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, SOUTH + 0.02, zoom), tile_at(WEST + 0.03, SOUTH, zoom)
    return [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


def features(body: bytes) -> list[dict[str, Any]]:
    return mapbox_vector_tile.decode(body).get("events", {"features": []})["features"]


def is_inside(feature: dict[str, Any]) -> bool:
    column, row = feature["geometry"]["coordinates"]
    return 0 <= column < 4096 and 0 < row <= 4096


@pytest.mark.parametrize("area", [None, 3])
@pytest.mark.parametrize(
    ("asked", "gathered_to"),
    [
        ({"state": "closed"}, 15),
        ({"level": "grid"}, 15),
        ({"level": "community"}, 15),  # 22,000 of them
        ({"class_code": "0102"}, 13),
        ({"level": "street"}, 11),
        ({"state": "pending"}, 11),
    ],
)
async def test_many_are_gathered_farther_in_and_add_up(
    url: str,
    other: psycopg.Connection[Any],
    site: httpx.AsyncClient,
    asked: dict[str, str],
    gathered_to: int,
    area: int | None,
) -> None:
    limits = {} if area is None else {"area": "440199001001"}
    key = bearer(make_key(url, "commander", **limits))
    told = {"state": None, "level": None, "class_code": None, **asked, "area": area}
    with psycopg.connect(url) as conn:
        row = conn.execute(MATCHED, told).fetchone()
    assert row
    for zoom in range(10, 17):
        found: list[dict[str, Any]] = []
        for tile in tiles_over(zoom):
            path = f"/tiles/events/{tile.z}/{tile.x}/{tile.y}.mvt"
            answer = await site.get(path, params=asked, headers=key)
            assert answer.status_code in {200, 204}, answer.text
            theirs, read = function(other, tile, asked, area)
            assert features(theirs) == features(answer.content), tile
            found += features(answer.content)
            if zoom <= gathered_to:
                assert read == 0
        # What is told singly is in the margin of the next tile, too.
        single = {
            each["properties"]["code"]
            for each in found
            if "code" in each["properties"] and is_inside(each)
        }
        counted = [each["properties"] for each in found if "code" not in each["properties"]]
        assert len(single) + sum(each["count"] for each in counted) == row[0], zoom
        assert zoom > gathered_to or not single
        if asked == {"state": "pending"} and zoom > gathered_to:
            assert not counted

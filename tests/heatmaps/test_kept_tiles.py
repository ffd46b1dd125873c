"""Tiles of heat maps over the wire: an ETag by the bytes, packed, and built once while it holds."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import LiteralString

import brotli
import httpx
import psycopg
import pytest
from psycopg import sql

from gis_gov.app import create_app
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.tile import tile_at
from gis_gov.state import state_of
from tests.counting.granted import Grant
from tests.counting.village import SIDES, SOUTH, STEP, WEST, Village
from tests.signed_in import bearer, client_of, every_point_has_its_cell, make_key, unhurried
from tests.tiles.district import SOUTH as DISTRICT_SOUTH
from tests.tiles.district import WEST as DISTRICT_WEST
from tests.tiles.district import write_world

pytestmark = pytest.mark.anyio

PLACE = WEST + SIDES * STEP / 2, SOUTH + SIDES * STEP / 2
_MERCATOR, _GEODETIC = tile_at(*PLACE, 12), geodetic_tile_at(*PLACE, 11)
MVT = f"/heatmap/{_MERCATOR.z}/{_MERCATOR.x}/{_MERCATOR.y}.mvt?layer={{}}&resolution=10"
OF_SET = (
    f"/heatmap/tiles/CGCS2000Quad/{_GEODETIC.z}/{_GEODETIC.y}/{_GEODETIC.x}"
    "?layer={}&resolution=10"
)
PNG = f"/heatmap/density/{_MERCATOR.z}/{_MERCATOR.x}/{_MERCATOR.y}.png?layer={{}}&maximum_km2=900"
CODINGS = (
    ("identity", None, bytes),
    ("gzip", "gzip", gzip.decompress),
    ("gzip, br", "br", brotli.decompress),
)

MOVED = """
    update resource as r set cell = a.cell, geom = a.geom
    from address as a
    where r.code = 'O1' and a.code = 'A2'
"""


async def sent(
    asking: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> tuple[httpx.Response, bytes]:
    """An answer, and its bytes as they came."""
    async with asking.stream("GET", path, headers=headers) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("path", "role"),
    [
        *product((MVT, OF_SET, PNG), ("commander", "screen")),
        (f"{MVT}&filter=floors>2", "commander"),
    ],
)
async def test_each_form_has_an_etag_of_its_own(
    asking: httpx.AsyncClient, village: Village, path: str, role: str
) -> None:
    headers, path = Grant(role).key(village.url), path.format("houses")
    etags, bodies = set(), set()
    for asked, coding, unpack in CODINGS:
        answer, body = await sent(asking, path, {**headers, "accept-encoding": asked})
        assert answer.status_code == 200, body
        is_packed = answer.headers["content-type"] != "image/png"
        assert answer.headers.get("content-encoding") == (coding if is_packed else None)
        bodies.add(unpack(body) if is_packed else body)
        etag = answer.headers["etag"]
        etags.add(etag)
        again, nothing = await sent(
            asking, path, {**headers, "accept-encoding": asked, "if-none-match": etag}
        )
        assert (again.status_code, nothing) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == answer.headers["cache-control"]
    assert len(bodies) == 1
    assert len(etags) == (1 if "png" in path else 3)


@pytest.mark.parametrize(
    ("layer", "kept"), [("persons", "private, no-store"), ("cameras", "private, no-cache")]
)
@pytest.mark.parametrize("path", [MVT, OF_SET, PNG])
async def test_of_people_a_browser_keeps_nothing(
    asking: httpx.AsyncClient, village: Village, path: str, layer: str, kept: str
) -> None:
    answer = await asking.get(path.format(layer), headers=Grant("commander").key(village.url))
    assert answer.status_code in {200, 204}
    assert answer.headers["cache-control"] == kept


async def test_who_has_other_rights_has_other_etags(
    asking: httpx.AsyncClient, village: Village
) -> None:
    """Else it would tell him that another one is told the same."""
    told = [
        (await asking.get(MVT.format("events"), headers=Grant(role).key(village.url))).headers
        for role in ("commander", "supervisor")
    ]
    assert told[0]["etag"] != told[1]["etag"]


def built(url: str) -> int:
    """Return how many tiles of hexagons the database drew; it knows once a connection ends."""
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "select coalesce(sum(calls), 0) from pg_stat_user_functions"
            " where funcname = 'tile_heat_hexagons'"
        ).fetchone()
    assert row
    return int(row[0])


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A server on a small district in which each point has its cell; tiles are counted."""
    write_world(url)
    with psycopg.connect(url, autocommit=True) as conn:
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("alter database {} set track_functions = 'all'").format(name))
    key = bearer(make_key(url, "commander"))
    app = create_app(unhurried().with_database(url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app), key) as opened:
        await state_of(app).changes.cursor(10)
        await every_point_has_its_cell(url)
        yield opened


async def write(url: str, statement: LiteralString) -> None:
    async with await psycopg.AsyncConnection.connect(url) as conn:
        await conn.execute(statement)


async def test_a_known_tile_is_built_anew_once_something_in_it_is_counted_anew(
    own_database_url: str,
) -> None:
    tile = tile_at(DISTRICT_WEST + 0.006, DISTRICT_SOUTH + 0.006, 13)
    path = f"/heatmap/{tile.z}/{tile.x}/{tile.y}.mvt?layer=pois"
    async with serving(own_database_url) as client:

        async def asked(known: str = "") -> tuple[int, str]:
            answer = await client.get(path, headers={"if-none-match": known})
            return answer.status_code, answer.headers["etag"]

        status, first = await asked()
        assert status == 200
        assert set(await asyncio.gather(*(asked(first) for _ in range(20)))) == {(304, first)}
        await write(own_database_url, "update resource set name = '改' where code = 'O1'")
        await write(own_database_url, "insert into event (code, reported_at) values ('X', now())")
        assert await asked(first) == (304, first)
        await write(own_database_url, MOVED)
        status, second = await asked(first)
        assert status == 200
        assert second != first
        assert await asked(second) == (304, second)
    await asyncio.sleep(0.2)
    assert built(own_database_url) == 2

"""Whatever is counted in an H3 cell, a running server draws the cell and its parents."""

import asyncio
from typing import Any

import h3
import httpx
import psycopg
import pytest
import shapely
from psycopg import AsyncConnection, sql

from gis_gov.app import create_app
from gis_gov.db.hexagons import BATCH, draw_missing_hexagons
from gis_gov.db.migrate import migrate
from gis_gov.geo.cells import cells_of, outlines
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.sealed import SEALER
from tests.waiting import until

pytestmark = pytest.mark.anyio

LON, LAT = 113.3825, 22.9371
(CELL,) = cells_of([LON], [LAT]).tolist()
FAMILY = [h3.str_to_int(h3.cell_to_parent(h3.int_to_str(CELL), n)) for n in range(13)]
ADD = (
    "insert into address (code, full_text, geom, cell) values (%s, 'x', st_point(%s, %s, 4490), %s)"
)


def drawn(url: str) -> dict[int, bytes]:
    with psycopg.connect(url) as conn:
        return dict(conn.execute("select cell, st_asbinary(geom) from hexagon").fetchall())


def missing(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        rows = conn.execute("select cell from hexagon_missing order by 1").fetchall()
    return [cell for (cell,) in rows]


def add(conn: psycopg.Connection[Any], code: str, cell: int | None = CELL) -> None:
    conn.execute(ADD, [code, LON, LAT, cell])


async def draw(url: str) -> None:
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        await conn.execute("set role gis_gov_app")
        await draw_missing_hexagons(conn)


async def test_a_cell_is_drawn_with_all_its_parents(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        add(conn, "a")
        add(conn, "b")
    assert missing(own_database_url) == [CELL]
    await draw(own_database_url)
    found = {cell: shapely.from_wkb(shape) for cell, shape in drawn(own_database_url).items()}
    assert found == dict(zip(FAMILY, outlines(FAMILY).tolist(), strict=True))
    with psycopg.connect(own_database_url) as conn:
        row = conn.execute("select distinct st_srid(geom) from hexagon").fetchone()
        assert row == (4490,)
        add(conn, "c")
    assert missing(own_database_url) == []


async def test_what_is_no_cell_has_no_shape_and_holds_nothing_up(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        for n, cell in enumerate((-5, 1, 631000000000000001, FAMILY[7])):
            add(conn, f"x{n}", cell)
        add(conn, "a")
    await draw(own_database_url)
    assert missing(own_database_url) == []
    assert drawn(own_database_url).keys() == set(FAMILY)


async def test_many_are_drawn_in_batches_by_several_servers(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        lons = [113 + n / 2000 for n in range(2 * BATCH + 7)]
        cells = cells_of(lons, [23.0] * len(lons)).tolist()
        conn.execute(
            "insert into event (code, reported_at, geom, cell)"
            " select p.cell::text, now(), st_point(p.lon, 23, 4490), p.cell"
            " from unnest(%s::float8[], %s::bigint[]) as p (lon, cell)",
            [lons, cells],
        )
    await asyncio.gather(*(draw(own_database_url) for _ in range(3)))
    await draw(own_database_url)
    assert missing(own_database_url) == []
    assert drawn(own_database_url).keys() >= set(cells)


async def test_who_counts_in_the_same_new_cell_waits_for_nobody(own_database_url: str) -> None:
    with (
        psycopg.connect(own_database_url) as first,
        psycopg.connect(own_database_url) as second,
    ):
        add(first, "a")
        second.execute("set lock_timeout = '5s'")
        second.execute(
            "insert into event (code, reported_at, geom, cell)"
            " values ('e', now(), st_point(%s, %s, 4490), %s)",
            [LON, LAT, CELL],
        )
        second.commit()
        first.commit()
    assert missing(own_database_url) == [CELL, CELL]
    await draw(own_database_url)
    assert missing(own_database_url) == []


async def test_a_running_server_draws_what_psql_writes(
    client: httpx.AsyncClient, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url) as conn:
        add(conn, "a", None)
    await until(lambda: drawn(own_database_url).keys() == set(FAMILY))
    with psycopg.connect(own_database_url) as conn:
        conn.execute("update address set geom = st_point(100, 40, 4490)")
    (moved,) = cells_of([100], [40]).tolist()
    await until(lambda: moved in drawn(own_database_url))


async def test_what_was_counted_before_there_were_shapes_is_drawn(postgis: TestServer) -> None:
    with postgis.older_database("0048") as url:
        with psycopg.connect(url) as conn:
            conn.execute("grant usage on schema public to public")  # as it is in any database
            add(conn, "a")
            add(conn, "b", None)
        migrate(url, lambda: SEALER)
        assert missing(url) == [CELL]
        app = create_app(Settings().with_database(url))
        async with app.router.lifespan_context(app):
            await until(lambda: drawn(url).keys() == set(FAMILY))


async def test_the_servers_role_draws_and_changes_no_shape(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        add(conn, "a")
    await draw(own_database_url)
    for statement in ("update hexagon set cell = cell + 1", "delete from hexagon"):
        with psycopg.connect(own_database_url) as conn:
            conn.execute("set role gis_gov_app")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(sql.SQL(statement))  # type: ignore[arg-type]

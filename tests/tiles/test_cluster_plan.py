"""Clusters read the counts of their tile at zooms 12 to 14, and of things what has no cell yet."""

from collections.abc import Iterator
from itertools import product

import mapbox_vector_tile
import psycopg
import pytest
from psycopg import sql

from gis_gov.geo.tile import tile_at
from tests.conftest import TestServer

ALL = '{"all": true}'
ROWS = 60_000
SIDE = 245  # of the square of boxes
READ = """
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    from pg_stat_xact_user_tables where relname in ('tally', 'coarse_tally')
"""
FILL = """
    insert into {} (layer, grid_id, area_id, cell, count, west, south, east, north)
    select 'public_addresses', 1, 1, cell, 1, west, south, west + 0.0002, south + 0.0001
    from (
        select
            631000000000000000 + n as cell,
            113.2 + (n %% %(side)s) * 0.001 as west,
            22.9 + (n / %(side)s) * 0.001 as south
        from generate_series(1, %(rows)s) as n
    ) as t
"""
THINGS = """
    insert into address (code, full_text, level, geom, cell, area_id)
    select
        'A' || n, '某路', 43,
        st_point(113.2 + (n %% %(side)s) * 0.001, 22.9 + (n / %(side)s) * 0.001, 4490),
        case when n %% 10000 <> 0 then 631000000000000000 + n end,
        1
    from generate_series(1, %(rows)s) as n
"""
WITHOUT_CELL = ROWS // 10_000
READ_OF_ADDRESSES = """
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    from pg_stat_xact_user_tables where relname = 'address'
"""


@pytest.fixture(scope="module")
def counted_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("set session_replication_role = replica")
            for counts in (sql.Identifier("tally"), sql.Identifier("coarse_tally")):
                fill = sql.SQL(FILL).format(counts)
                conn.execute(fill, {"side": SIDE, "rows": ROWS})
                conn.execute(sql.SQL("vacuum analyze {}").format(counts))
        yield url


@pytest.mark.parametrize(
    ("zoom", "reach"),
    list(product((12, 13, 14), (ALL, '{"areas": [1]}', '{"areas": [2]}'))),
)
def test_no_more_is_read_than_lies_in_the_tile(counted_url: str, zoom: int, reach: str) -> None:
    tile = tile_at(113.33, 23.0, zoom)
    with psycopg.connect(counted_url) as conn:
        inside = conn.execute(
            """
            select count(*) from tally as t, tile_frame(%s, %s, %s) as f
            where (t.west + t.east) / 2 >= f.west and (t.west + t.east) / 2 < f.east
            and (t.south + t.north) / 2 >= f.south and (t.south + t.north) / 2 < f.north
            """,
            [tile.z, tile.x, tile.y],
        ).fetchone()
        assert inside
        conn.commit()
        conn.execute("set local role gis_gov_app")
        for kind in ("address", "count"):
            conn.execute("select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", reach])
        before = conn.execute(READ).fetchone()  # what is not handed over yet counts on
        row = conn.execute("select tile_addresses(%s, %s, %s)", [tile.z, tile.x, tile.y]).fetchone()
        read = conn.execute(READ).fetchone()
        conn.rollback()
    assert row
    assert read
    assert inside[0] > 300
    assert read[0] - (before[0] if before else 0) <= inside[0] + 4 * SIDE
    found = mapbox_vector_tile.decode(row[0]).get("addresses", {"features": []})["features"]
    counted = sum(feature["properties"]["count"] for feature in found)
    assert counted == (0 if "2" in reach else inside[0])


@pytest.mark.parametrize("reach", [ALL, '{"areas": [1]}', '{"areas": [2]}'])
def test_of_the_things_only_those_without_a_cell_are_read(postgis: TestServer, reach: str) -> None:
    with postgis.database() as url:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("set session_replication_role = replica")
            conn.execute(THINGS, {"side": SIDE, "rows": ROWS})
            conn.execute("vacuum analyze address")
        tile = tile_at(113.33, 23.0, 7)
        with psycopg.connect(url) as conn:
            conn.execute("set local role gis_gov_app")
            for kind in ("address", "count"):
                conn.execute("select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", reach])
            before = conn.execute(READ_OF_ADDRESSES).fetchone()
            row = conn.execute(
                "select tile_addresses(%s, %s, %s)", [tile.z, tile.x, tile.y]
            ).fetchone()
            read = conn.execute(READ_OF_ADDRESSES).fetchone()
    assert row
    assert read
    # Once to know whether there are any, and once to count them.
    assert read[0] - (before[0] if before else 0) <= 2 * WITHOUT_CELL + 1
    found = mapbox_vector_tile.decode(row[0] or b"").get("addresses", {"features": []})
    counted = sum(feature["properties"]["count"] for feature in found["features"])
    assert counted == (0 if "2" in reach else WITHOUT_CELL)

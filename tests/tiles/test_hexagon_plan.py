"""A tile that counts its hexagons reads the counts of its own place, from zoom 11 on."""

from collections.abc import Iterator

import mapbox_vector_tile
import psycopg
import pytest
from psycopg import sql

from gis_gov.geo.cells import cells_of, parents
from gis_gov.geo.tile import tile_at
from tests.conftest import TestServer

WEST, SOUTH, STEP, SIDE = 113.2, 22.9, 0.002, 250
READ = """
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    from pg_stat_xact_user_tables where relname in ('tally', 'coarse_tally')
    order by relname
"""
FILL = """
    insert into {} (layer, grid_id, area_id, cell, count, west, south, east, north)
    select 'centres', 1, 1, p.cell, count(*), min(p.lon), min(p.lat), max(p.lon), max(p.lat)
    from unnest(%s::bigint[], %s::float8[], %s::float8[]) as p (cell, lon, lat)
    group by p.cell
"""


@pytest.fixture(scope="module")
def counted_url(postgis: TestServer) -> Iterator[str]:
    lons = [WEST + n % SIDE * STEP for n in range(SIDE * SIDE)]
    lats = [SOUTH + n // SIDE * STEP for n in range(SIDE * SIDE)]
    fine = cells_of(lons, lats)
    with postgis.database() as url:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("set session_replication_role = replica")
            for name, cells in (("tally", fine), ("coarse_tally", parents(fine, 9))):
                table = sql.Identifier(name)
                conn.execute(sql.SQL(FILL).format(table), [cells.tolist(), lons, lats])
                conn.execute(sql.SQL("vacuum analyze {}").format(table))
        yield url


@pytest.mark.parametrize("reach", ['{"all": true}', '{"areas": [1]}'])
@pytest.mark.parametrize(("zoom", "most"), [(11, 14_000), (13, 1500), (14, 900), (16, 150)])
def test_no_more_is_read_than_may_lie_in_its_hexagons(
    counted_url: str, zoom: int, most: int, reach: str
) -> None:
    tile = tile_at(WEST + SIDE * STEP / 2, SOUTH + SIDE * STEP / 2, zoom)
    ask = 'select tile_heat_hexagons(%s, %s, %s, \'{"layer": "centres"}\')'
    with psycopg.connect(counted_url) as conn:
        conn.execute("set local role gis_gov_app")
        conn.execute("select set_config('gis_gov.reach_count', %s, true)", [reach])
        before = sum(read for (read,) in conn.execute(READ).fetchall())
        row = conn.execute(ask, [tile.z, tile.x, tile.y]).fetchone()
        read = sum(read for (read,) in conn.execute(READ).fetchall()) - before
    assert row
    drawn = mapbox_vector_tile.decode(row[0])["heatmap"]["features"]
    box = tile.bounds()
    columns, rows = (box.east - box.west) / STEP, (box.north - box.south) / STEP
    inside = (min(columns, SIDE) - 1) * (min(rows, SIDE) - 1)
    assert sum(each["properties"]["count"] for each in drawn) >= inside
    assert 0 < read <= most

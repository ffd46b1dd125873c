"""60,000 resources: the GiST indexes serve; how fast is told by `gis-gov bench`."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.db.run import compiled, sql_file
from gis_gov.geo.around import bbox_around
from gis_gov.patrols.service import StandingLimits
from gis_gov.resources import queries
from gis_gov.resources.near_queries import looking_at
from gis_gov.resources.schemas import KINDS
from gis_gov.resources.staff import Staff
from tests.conftest import TestServer

HERE = (113.35, 22.95)
ACTOR = Actor("test", (Grant("commander"),))
LIMITS = StandingLimits(600, 300)
STAFF = {"fresh": Staff(LIMITS, on_shift=True, max_age_s=300), "all": Staff(LIMITS, False, None)}


@pytest.fixture(scope="module")
def city_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url, psycopg.connect(url, autocommit=True) as conn:
        conn.execute("select setseed(0.5)")
        conn.execute("set gis_gov.placed = 'on'")
        conn.execute("""
            insert into resource (code, kind, name, range_m, geom)
            select 'R' || n, (array['camera', 'centre', 'poi'])[1 + n % 3], 'r', 100,
            st_point(113.25 + random() * 0.2, 22.85 + random() * 0.2, 4490)
            from generate_series(1, 60000) as n
        """)
        conn.execute("""
            insert into worker (code, name) select 'W' || n, 'w' from generate_series(1, 2500) as n
        """)
        conn.execute("""
            insert into position (device, time, worker_id, geom)
            select 'd' || id, now(), id,
            st_point(113.25 + random() * 0.2, 22.85 + random() * 0.2, 4490) from worker
        """)
        conn.execute("analyze")
        yield url


def limit_to(conn: psycopg.Connection[Any], reach: str) -> None:
    conn.execute("set role gis_gov_app")
    for kind in ("resource", "face_camera", "worker", "track"):
        conn.execute("select set_config(%s, %s, false)", [f"gis_gov.reach_{kind}", reach])


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("reach", ['{"all": true}', '{"areas": [1, 2, 3]}'])
@pytest.mark.parametrize("staff", STAFF)
def test_the_gist_indexes_serve_under_row_policies(
    city_url: str, mode: str, reach: str, staff: str
) -> None:
    with psycopg.connect(city_url, autocommit=True) as conn:
        limit_to(conn, reach)
        conn.execute(b"set plan_cache_mode = " + mode.encode())
        row = conn.execute(
            b"explain (format json) " + sql_file(queries.__package__ or "", "nearby").encode(),
            queries.nearby_parameters(
                ACTOR, *HERE, [500.0, 1000.0, 2000.0], KINDS, 50, STAFF[staff]
            ),
        ).fetchone()
    assert row
    plan = list(nodes(row[0][0]["Plan"]))
    used = {node["Index Name"] for node in plan if "Index Name" in node}
    assert {"resource_geom_idx", "last_position_geom_idx"} <= used
    scanned = {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}
    assert scanned.isdisjoint({"resource", "last_position"})


@pytest.mark.parametrize("reach", ['{"all": true}', '{"areas": [1, 2, 3]}'])
def test_the_index_of_the_sectors_serves_under_row_policies(city_url: str, reach: str) -> None:
    here = bbox_around(*HERE, 0)
    query, parameters = compiled(looking_at(ACTOR, here))
    with psycopg.connect(city_url, autocommit=True) as conn:
        limit_to(conn, reach)
        asked = sql.SQL("explain (format json) {}").format(sql.SQL(query))
        row = conn.execute(asked, parameters).fetchone()
    assert row
    plan = list(nodes(row[0][0]["Plan"]))
    assert "resource_sector_idx" in {node.get("Index Name") for node in plan}
    assert "Seq Scan" not in {node["Node Type"] for node in plan}

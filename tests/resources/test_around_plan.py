"""Where many live, indexes serve what is looked for around an event, under row policies, too."""

from collections.abc import Iterator
from typing import Any, LiteralString

import numpy as np
import psycopg
import pytest
from psycopg import sql

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.db.run import compiled, sql_file
from gis_gov.geo.around import bbox_around
from gis_gov.geo.cells import cells_of
from gis_gov.resources import vulnerable_queries
from gis_gov.resources.near_queries import enterprises_in
from gis_gov.resources.vulnerable_queries import homes_parameters, kept_parameters
from tests.conftest import TestServer
from tests.resources.test_nearby_plan import nodes
from tests.resources.test_vulnerable_kept import HOMES

ACTOR = Actor("test", (Grant("commander"),))
BOX = bbox_around(113.35, 22.95, 1000)
COUNT = 30_000
REACHES = ['{"all": true}', '{"areas": [1, 2, 3]}']


@pytest.fixture(scope="module")
def crowded(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    """Connect to where many live; everybody's cells are known."""
    places = np.random.default_rng(3).uniform((113.25, 22.85), (113.45, 23.05), (COUNT, 2))
    x, y = places.T
    with postgis.database() as url, psycopg.connect(url, autocommit=True) as conn:
        conn.execute("set gis_gov.placed = 'on'")
        told = {"x": x.tolist(), "y": y.tolist(), "cell": cells_of(x, y).tolist()}
        conn.execute(HOMES, told)
        conn.execute("""
            insert into person (code, name, person_class, address_id)
            select 'P' || n, '人', case when n % 5 = 0 then 'service' else 'other' end, n
            from generate_series(1, 30000) as n
        """)
        conn.execute("""
            update address set
                grid_id = 1 + floor((st_x(geom) - 113.25) / 0.01) * 20
                + floor((st_y(geom) - 22.85) / 0.01)
            where id % 10 = 0
        """)
        conn.execute("""
            insert into enterprise (code, name, risk_class, address_id)
            select 'F' || id, '店', (array['高', '低'])[1 + id / 10 % 2], id from address
            where id % 10 = 0
        """)
        conn.execute("analyze")
        yield conn


def plan(
    conn: psycopg.Connection[Any], reach: str, query: LiteralString, told: dict[str, Any]
) -> list[dict[str, Any]]:
    with conn.transaction(force_rollback=True):
        conn.execute("set local role gis_gov_app")
        for kind in ("address", "person", "enterprise", "count"):
            conn.execute("select set_config(%s, %s, true)", [f"gis_gov.reach_{kind}", reach])
        explained = conn.execute(sql.SQL("explain (format json) {}").format(sql.SQL(query)), told)
        ((found,),) = explained.fetchall()
    return list(nodes(found[0]["Plan"]))


def indexes(found: list[dict[str, Any]]) -> set[str]:
    scanned = {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"}
    assert scanned == set()
    return {node["Index Name"] for node in found if "Index Name" in node}


@pytest.mark.parametrize("reach", REACHES)
def test_kept_counts_are_found_by_their_place(crowded: psycopg.Connection[Any], reach: str) -> None:
    query = sql_file(vulnerable_queries.__package__ or "", "vulnerable_cells")
    found = plan(crowded, reach, query, kept_parameters(ACTOR, BOX))
    assert indexes(found) == {"tally_layer_west_idx"}


@pytest.mark.parametrize("reach", REACHES)
def test_homes_are_found_by_their_hexagons(crowded: psycopg.Connection[Any], reach: str) -> None:
    rows = crowded.execute("select distinct cell from address limit 300").fetchall()
    told = homes_parameters(ACTOR, [cell for (cell,) in rows], BOX, 500_001)
    query = sql_file(vulnerable_queries.__package__ or "", "vulnerable_homes")
    found = indexes(plan(crowded, reach, query, told))
    assert "address_cell_idx" in found
    assert "address_geom_idx" not in found
    assert "person_address_id_idx" in found


@pytest.mark.parametrize("reach", REACHES)
def test_enterprises_are_found_by_the_grids_that_have_any(
    crowded: psycopg.Connection[Any], reach: str
) -> None:
    query, told = compiled(enterprises_in(ACTOR, BOX, ["高"]))
    found = indexes(plan(crowded, reach, query, told))
    assert {"tally_layer_west_idx", "enterprise_grid_id_idx", "address_pkey"} <= found
    assert "address_geom_idx" not in found

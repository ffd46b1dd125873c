"""The resolution that a heat map has when none is asked for, and the limit of hexagons."""

from typing import Any

import h3
import httpx
import psycopg
import pytest

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.geo.bbox import BBox
from gis_gov.heatmaps import routes
from gis_gov.heatmaps.queries import read_extent
from gis_gov.heatmaps.service import HEXAGONS, fitting_resolution

EVERYBODY = Actor("test", (Grant("commander"),))


async def add_events(conn: psycopg.AsyncConnection[Any]) -> None:
    await conn.execute("""
        insert into event (code, reported_at, geom)
        select 'n' || n, now(), st_point(113.3 + n / 1e4, 22.9 + n / 1e4, 4490)
        from generate_series(0, 100) as n
    """)
    await conn.execute("""
        insert into event (code, reported_at, geom) values
        ('dummy', now(), st_point(0, 0, 4490)), ('none', now(), null)
    """)


async def test_a_dummy_place_does_not_set_the_scale(conn: psycopg.AsyncConnection[Any]) -> None:
    assert await read_extent(conn, EVERYBODY, "events") is None
    await add_events(conn)
    await conn.execute("update event set cell = id")  # any: a tally row each
    found = await read_extent(conn, EVERYBODY, "events")
    assert found is not None
    assert 113.3 <= found.west <= 113.301
    assert 113.309 <= found.east <= 113.31


async def test_positions_have_an_extent_too(conn: psycopg.AsyncConnection[Any]) -> None:
    await add_events(conn)
    await conn.execute("""
        insert into position (device, time, geom)
        select code, reported_at, geom from event where geom is not null
    """)
    found = await read_extent(conn, EVERYBODY, "positions")
    assert found is not None
    assert 113.3 <= found.west < found.east <= 113.31


async def test_grids_come_before_areas(conn: psycopg.AsyncConnection[Any]) -> None:
    await conn.execute("""
        insert into area (code, name, level, geom)
        values ('a1', 'a', 'district', st_multi(st_makeenvelope(113, 22, 114, 23, 4490)))
    """)
    assert await read_extent(conn, EVERYBODY, "pois") == BBox(113, 22, 114, 23)
    await conn.execute("""
        insert into grid (code, name, area_id, geom)
        select 'g1', 'g', id, st_multi(st_makeenvelope(113.2, 22.2, 113.3, 22.3, 4490)) from area
    """)
    assert await read_extent(conn, EVERYBODY, "pois") == BBox(113.2, 22.2, 113.3, 22.3)


@pytest.mark.parametrize("side", [1e-6, 0.01, 0.3, 5, 60])
def test_the_finest_resolution_that_fits_is_chosen(side: float) -> None:
    picked = fitting_resolution(BBox(113, 22, 113 + side, 22 + side))
    extent_km2 = (side * 111) ** 2 * 0.9
    hexagons = extent_km2 / h3.average_hexagon_area(picked, "km^2")
    assert hexagons <= HEXAGONS * 1.3
    if picked < 12:
        assert hexagons * 7 >= HEXAGONS * 0.7


def test_nothing_has_the_coarsest_resolution() -> None:
    assert fitting_resolution(None) == 0


async def test_too_many_hexagons_are_refused_or_made_coarser(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(routes.CELLS_MAX, "geojson", 20)
    asked = await client.get("/heatmap", params={"layer": "events", "resolution": 12})
    assert asked.status_code == 400
    assert asked.json()["type"] == "urn:gis-gov:problem:too-many-cells"
    fitted = (await client.get("/heatmap", params={"layer": "events"})).json()
    assert 0 < len(fitted["features"]) <= 20
    exact = (await client.get("/heatmap", params={"layer": "events", "f": "json"})).json()
    assert sum(f["properties"]["count"] for f in fitted["features"]) == sum(exact["cells"].values())

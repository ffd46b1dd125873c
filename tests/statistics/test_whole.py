"""Whatever is moved, deleted or redrawn: the grids and what lies outside of them are the whole."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, LiteralString

import geopandas as gpd
import h3
import httpx
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from gis_gov.app import create_app
from tests.conftest import TestServer
from tests.counting.tiling import SIDE, SOUTH, WEST, World, write_world
from tests.geo.stars import star
from tests.geo.tilings import Points
from tests.signed_in import client_of, every_point_has_its_cell, every_right, unhurried
from tests.statistics.drawing import figures

pytestmark = pytest.mark.anyio

MEASURES = (
    "persons", "buildings", "dwellings", "enterprises", "addresses", "cameras", "centres", "pois",
    "events",
)  # fmt: skip
AT_HEART = ("persons", "addresses", "events", "pois")
THINGS = """
    select 'addresses' as layer, geom from address where valid_to is null
    union all select kind || 's', geom from resource
    union all select 'events', geom from event
    union all
    select t.layer, a.geom
    from (
        select 'persons' as layer, address_id from person
        union all select kind || 's', address_id from house
        union all select 'enterprises', address_id from enterprise
    ) as t left join address as a on a.id = t.address_id
"""
GRIDS = """
    select code, layer, geom from grid where valid_to is null and layer in ('base', 'exclusive')
"""
MOVES = (
    "update address set geom = %(at)s, cell = null where id %% 20 = %(n)s",
    "update resource set geom = %(at)s, cell = null where id %% 20 = %(n)s",
    "update event set geom = %(at)s, cell = null where id %% 20 = %(n)s",
    "update resource set kind = 'poi' where id %% 20 = %(n)s",
    "update resource set geom = null where id %% 20 = %(n)s",
    "update address set geom = null, cell = null where id %% 20 = %(n)s",
    "update address set valid_to = '2026-01-01' where id %% 20 = %(n)s",
    "update person set address_id = 1 + %(n)s where id %% 20 = %(n)s",
    "update house set kind = 'dwelling', address_id = null where id %% 20 = %(n)s",
    "delete from event where id %% 20 = %(n)s",
    "delete from person where id %% 20 = %(n)s",
    "delete from resource where id %% 20 = %(n)s",
)
REDRAWN = (
    "update grid set geom = %(shape)s where id = %(grid)s",
    """
    update grid set geom = st_multi(st_collectionextract(st_union(geom, %(shape)s::geometry), 3))
    where id = %(grid)s
    """,
    "update grid set layer = 'exclusive' where id = %(grid)s",
    "update grid set layer = 'micro' where id = %(grid)s",
    "update grid set valid_to = '2026-05-01' where id = %(grid)s",
    "update grid set valid_to = null, layer = 'base' where id = %(grid)s",
    """
    insert into grid (code, name, area_id, geom)
    select 'N' || (select max(id) from grid), '新', area_id, %(shape)s::geometry
    from grid where id = %(grid)s
    """,
)


@pytest.fixture(scope="module")
def edited(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        yield write_world(url, 3)


@pytest.fixture(scope="module")
async def site(edited: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(edited.url))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(edited.url)) as opened,
    ):
        yield opened


def frame(conn: psycopg.Connection[Any], query: LiteralString) -> gpd.GeoDataFrame:
    """Read rows of which the last column is a geometry."""
    asked = sql.SQL("select t.*, st_asbinary(geom) as wkb from ({}) as t").format(sql.SQL(query))
    cursor = conn.execute(asked)
    names = [column.name for column in cursor.description or ()]
    rows = pd.DataFrame(cursor.fetchall(), columns=names)
    return gpd.GeoDataFrame(
        rows.drop(columns=["geom", "wkb"]), geometry=shapely.from_wkb(rows["wkb"]), crs=4490
    )


def edit(url: str, random: np.random.Generator) -> None:
    """Redraw a grid, move some things, delete others, in one transaction."""
    with psycopg.connect(url) as conn:
        points = shapely.get_coordinates(frame(conn, THINGS).geometry.dropna())
        grids = [number for (number,) in conn.execute("select id from grid order by id")]
        for statement in [*random.choice(REDRAWN, 2), *random.choice(MOVES, 3)]:
            lon, lat = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)) + SIDE / 10
            told = {
                "n": int(random.integers(20)),
                "at": f"SRID=4490;POINT({lon} {lat})",
                "grid": int(random.choice(grids)),
                "shape": some_shape(random, points),
            }
            conn.execute(str(statement).encode(), told)


def some_shape(random: np.random.Generator, points: Points) -> str:
    """Draw what is no star in vain: of several parts, with a hole, through some of the things."""
    shape = star(random, 9, WEST, SOUTH, SIDE, points)
    if shape.is_empty:
        shape = shapely.MultiPolygon([shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)])
    return f"SRID=4490;{shapely.to_wkt(shape, rounding_precision=-1)}"


def assigned(things: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Give each the code of its grid, as geopandas joins them: of several the first, base first."""
    ranked = grids.assign(rank=grids["layer"] != "base")[["code", "rank", "geometry"]]
    joined = things.sjoin(ranked, how="left", predicate="intersects")
    first = joined.sort_values(["rank", "code"]).groupby(level=0).head(1)
    return first["code"].fillna("").sort_index()


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 12))
async def test_the_parts_are_the_whole(
    edited: World, site: httpx.AsyncClient, seed: int, corners: int
) -> None:
    random = np.random.default_rng(seed)
    await asyncio.to_thread(edit, edited.url, random)
    with psycopg.connect(edited.url) as conn:
        things, grids = frame(conn, THINGS), frame(conn, GRIDS)
    whole = {measure: int((things["layer"] == measure).sum()) for measure in MEASURES}
    wanted = pd.crosstab(assigned(things, grids), things["layer"])
    for level in ("grid", "community", "street", "district"):
        asked = {"level": level, "measures": ",".join(MEASURES)}
        told = (await site.get("/statistics", params=asked)).json()
        rows = pd.DataFrame(told["rows"]).assign(code=lambda each: each["code"].fillna(""))
        assert {measure: told["total"][measure] for measure in MEASURES} == whole
        assert rows[list(MEASURES)].sum().to_dict() == whole
        if level == "grid":
            for measure in MEASURES[:-1]:  # an event keeps the grid of its day
                counts = rows.set_index("code")[measure]
                assert counts[counts > 0].to_dict() == counts_of(wanted, measure)
    await check_located(site, things, grids)
    await every_point_has_its_cell(edited.url)
    await check_hexagons(site, things)
    await check_polygon(site, things, random, corners)


def counts_of(wanted: pd.DataFrame, measure: str) -> dict[str, int]:
    counts = wanted.get(measure, pd.Series(dtype=int))
    return {str(code): int(count) for code, count in counts.items() if count}


async def check_located(
    site: httpx.AsyncClient, things: gpd.GeoDataFrame, grids: gpd.GeoDataFrame
) -> None:
    """Each place, and each corner of a grid, is located in the grid that things there count to."""
    places = np.concatenate(
        [
            shapely.get_coordinates(things.geometry.dropna()),
            shapely.get_coordinates(grids.geometry),
        ]
    )
    wanted = assigned(gpd.GeoDataFrame(geometry=shapely.points(places), crs=4490), grids).to_list()
    told: list[str] = []
    for _ in range(300):  # until it is heard of what others have just written
        answer = await site.post("/locate", json={"points": places.tolist()})
        told = [each["grid"]["code"] if each["grid"] else "" for each in answer.json()["results"]]
        if told == wanted:
            break
        await asyncio.sleep(0.02)
    assert told == wanted


async def check_hexagons(site: httpx.AsyncClient, things: gpd.GeoDataFrame) -> None:
    """Hexagons hold all that has a place, each where h3 has it."""
    placed = things[~things.geometry.isna() & ~things.geometry.is_empty]
    for layer in AT_HEART:
        asked = {"layer": layer, "resolution": 9, "f": "json"}
        told = (await site.get("/heatmap", params=asked)).json()["cells"]
        points = placed[placed["layer"] == layer].geometry
        places = shapely.get_coordinates(points).tolist()
        cells = pd.Series([h3.latlng_to_cell(lat, lon, 12) for lon, lat in places])
        wanted = cells.map(lambda cell: h3.cell_to_parent(cell, 9)).value_counts()
        assert told == wanted.to_dict()


async def check_polygon(
    site: httpx.AsyncClient,
    things: gpd.GeoDataFrame,
    random: np.random.Generator,
    corners: int,
) -> None:
    """A drawn polygon holds what geopandas finds in it, on its edges, and not in its hole."""
    points = shapely.get_coordinates(things.geometry.dropna())
    shape = star(random, corners, WEST, SOUTH, SIDE, points)
    if shape.is_empty:
        return
    asked = [measure for measure in MEASURES if measure not in {"cameras", "centres"}]
    found = await figures(site, shape, measures=",".join(asked))
    drawn = gpd.GeoDataFrame(geometry=[shape], crs=4490)
    inside = things.sjoin(drawn, predicate="intersects")["layer"].value_counts()
    assert {name: figure["count"] for name, figure in found.items()} == {
        measure: int(inside.get(measure, 0)) for measure in asked
    }
    # One by one, since the kept counts know no time.
    ever = await figures(site, shape, measures="events", datetime="2020-01-01/..")
    assert ever["events"]["count"] == int(inside.get("events", 0))

"""The loader's assignment and the database's: the same grid for the same point, always."""

from pathlib import Path
from typing import Any, LiteralString

import numpy as np
import psycopg
import pyogrio
import shapely
from numpy.typing import NDArray

from gis_gov.geo.assign import AreaIndex, GridIndex

Points = NDArray[np.float64]
Codes = list[str | None]

AREAS = """
    insert into area (code, name, level, geom)
    select 'A' || code, code, level, st_multi(st_geomfromwkb(wkb, 4490))
    from unnest(%(codes)s::text[], %(kinds)s::text[], %(wkb)s::bytea[]) as t (code, level, wkb)
"""
GRIDS = """
    insert into grid (code, name, layer, area_id, area_m2, geom)
    select code, code, layer, (select min(id) from area), 1, st_multi(st_geomfromwkb(wkb, 4490))
    from unnest(%(codes)s::text[], %(kinds)s::text[], %(wkb)s::bytea[]) as t (code, layer, wkb)
"""
PLACES = """
    select g.code, a.code
    from unnest(%(lon)s::float8[], %(lat)s::float8[]) with ordinality as t (lon, lat, n)
    cross join lateral place_of(st_setsrid(st_makepoint(lon, lat), 4490)) as p
    left join grid as g on g.id = p.grid_id
    left join area as a on a.id = p.area_id
    order by n
"""


async def insert(
    conn: psycopg.AsyncConnection[Any],
    statement: LiteralString,
    codes: list[str],
    kinds: list[str],
    polygons: NDArray[np.object_],
) -> None:
    wkb = list(shapely.to_wkb(polygons))
    await conn.execute(statement, {"codes": codes, "kinds": kinds, "wkb": wkb})


async def places(conn: psycopg.AsyncConnection[Any], points: Points) -> tuple[Codes, Codes]:
    lon, lat = points.T.tolist()
    rows = await (await conn.execute(PLACES, {"lon": lon, "lat": lat})).fetchall()
    assert len(rows) == len(points)
    return [row[0] for row in rows], [row[1] for row in rows]


def points_on_edges(polygons: NDArray[np.object_], count: int) -> Points:
    random = np.random.default_rng(11)
    corners = shapely.get_coordinates(polygons)
    start = random.integers(0, len(corners) - 1, count)
    return corners[start] + random.uniform(0, 1, (count, 1)) * (corners[start + 1] - corners[start])


async def test_real_cells_own_the_same_points(
    conn: psycopg.AsyncConnection[Any], shared_data: Path
) -> None:
    frame = pyogrio.read_dataframe(shared_data / "small-grid-polygons/grid_63000040.geojson")
    polygons = np.asarray(shapely.force_2d(frame.geometry.to_numpy()))
    codes = frame["CODEBASE"].tolist()
    # A few exclusive grids laid over and into the mesh: each 40th cell moved by half its size.
    moved = shapely.transform(polygons[::40], lambda xy: np.add(xy, (0.0004, 0.0003)))
    await insert(conn, AREAS, ["1"], ["street"], shapely.buffer(polygons[:1], 0.02))
    layers = ["base" if n % 7 else "exclusive" for n in range(len(codes))]
    codes += [f"X{n}" for n in range(len(moved))]
    layers += ["exclusive"] * len(moved)
    polygons = np.concatenate([polygons, moved])
    await insert(conn, GRIDS, codes, layers, polygons)

    random = np.random.default_rng(7)
    west, south, east, north = shapely.total_bounds(polygons)
    points = np.concatenate(
        [
            shapely.get_coordinates(polygons)[::4],
            points_on_edges(polygons, 3000),
            random.uniform([west, south], [east, north], (3000, 2)),
        ]
    )
    index = GridIndex(codes, polygons, layers)
    expected = index.codes_at(index.owner(*points.T))
    found, _ = await places(conn, points)
    assert found == expected
    assert 3000 < sum(code is not None for code in found) < len(found)


async def test_points_beside_long_edges_have_the_same_owner(
    conn: psycopg.AsyncConnection[Any],
) -> None:
    # st_covers rounds here, and counts one in fifty of these points to both sides.
    a, b = (113.3012345678, 23.1098765432), (119.87654321, 28.123456789)
    sides = np.array(
        [shapely.Polygon([a, b, (113.5, 28.5)]), shapely.Polygon([b, a, (119.5, 22.5)])]
    )
    along = np.random.default_rng(1).uniform(0.01, 0.99, (5000, 1))
    points = np.array(a) + along * (np.array(b) - np.array(a))
    await insert(conn, AREAS, ["1", "2"], ["district", "district"], sides)
    await insert(conn, GRIDS, ["2", "1"], ["base", "base"], sides)
    grids = GridIndex(["2", "1"], sides, ["base", "base"])
    found, _ = await places(conn, points)
    assert found == grids.codes_at(grids.owner(*points.T))
    assert set(found) == {"1", "2"}


async def test_areas_take_what_no_grid_covers(conn: psycopg.AsyncConnection[Any]) -> None:
    a, b = (113.3012345678, 23.1098765432), (119.87654321, 28.123456789)
    sides = np.array(
        [shapely.Polygon([a, b, (113.5, 28.5)]), shapely.Polygon([b, a, (119.5, 22.5)])]
    )
    whole = shapely.convex_hull(shapely.union_all(sides))
    polygons, levels = np.array([*sides, whole]), ["street", "street", "city"]
    await insert(conn, AREAS, ["2", "1", "0"], levels, polygons)
    index = AreaIndex(["A2", "A1", "A0"], polygons, levels)
    along = np.random.default_rng(1).uniform(-0.05, 1.05, (3000, 1))
    points = np.array(a) + along * (np.array(b) - np.array(a))
    _, found = await places(conn, points)
    assert found == index.codes_at(index.deepest(*points.T))
    assert {"A1", "A2", None} <= set(found)

"""Kept outlines are those that a tile would draw of the rows as they are, whoever wrote them."""

from collections.abc import Iterator
from typing import Any, LiteralString

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from gis_gov.tiles.queries import tile_parameters
from tests.conftest import TestServer
from tests.tiles.test_coverage import EDGE, SIDE, SOUTH, WEST, coverage

KEPT_AND_DRAWN: LiteralString = """
    select
        coalesce(k.object_id, g.id),
        st_asbinary(k.geom),
        st_asbinary(g.geom)
    from tile_outlines(%(z)s, %(x)s, %(y)s, %(query)s, 'grid') as k
    full join (
        select g.id, tile_face(g.geom, f.square, tile_zoom(%(z)s, %(query)s)) as geom
        from tile_frame(%(z)s, %(x)s, %(y)s, %(query)s) as f
        inner join grid as g on g.geom && f.reach
        where g.valid_to is null
    ) as g on k.object_id = g.id
    where k.geom is not null or g.geom is not null
"""
WRITES: tuple[LiteralString, ...] = (
    "update grid set geom = st_translate(geom, 0.003, -0.002) where id % 2 = 0",
    "update grid set name = 'x' where id % 3 = 0",
    "update grid set valid_to = '2026-01-01' where id % 4 = 1",
    "update grid set valid_to = null where id % 8 = 1",
    "delete from grid where id % 5 = 2",
)


@pytest.fixture(scope="module")
def conn(postgis: TestServer) -> Iterator[psycopg.Connection[Any]]:
    with postgis.database() as url, psycopg.connect(url) as opened:
        opened.execute(
            "insert into area (code, name, level) values ('440199001001', 'a', 'community')"
        )
        opened.commit()
        yield opened


def write(conn: psycopg.Connection[Any], seed: int, side: int, roughness: float) -> None:
    faces = [face for face in coverage(seed, side, roughness) if shapely.is_valid(face)]
    conn.cursor().executemany(
        "insert into grid (code, name, area_id, geom)"
        " select %s, 'g', a.id, st_multi(st_geomfromwkb(%s, 4490)) from area as a",
        [(f"G{n}", shapely.to_wkb(face)) for n, face in enumerate(faces)],
    )


def tiles(zoom: int) -> set[AnyTile]:
    places = [(WEST + SIDE * i / 2, SOUTH + SIDE * j / 2) for i in range(3) for j in range(3)]
    found: set[AnyTile] = {tile_at(*place, zoom) for place in places}
    return found | {geodetic_tile_at(*place, zoom - 1) for place in places}


def check(conn: psycopg.Connection[Any]) -> None:
    """Hold what is kept against what is drawn anew."""
    for zoom in (10, 11, 12):
        step = 4 if zoom < 12 else 1
        for tile in tiles(zoom):
            for number, *shapes in conn.execute(KEPT_AND_DRAWN, tile_parameters(tile)):
                kept, drawn = (shapely.from_wkb(shape) or shapely.Polygon() for shape in shapes)
                assert shapely.is_valid(kept), number
                assert np.array_equal(
                    shapely.get_coordinates(kept) % 1, 0 * shapely.get_coordinates(kept)
                )
                # A corner half-way between two points of the grid may go to either; and so one
                # of the two may reach far enough beyond the tile to be cut at its edge.
                differs = shapely.symmetric_difference(kept, drawn).intersection(EDGE)
                assert differs.buffer(-step).is_empty, number


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
)
@given(st.integers(0, 10_000), st.integers(1, 6), st.sampled_from([0.0, 0.02, 0.1]))
def test_outlines_follow_each_write(
    conn: psycopg.Connection[Any], seed: int, side: int, roughness: float
) -> None:
    with conn.transaction(force_rollback=True):
        write(conn, seed, side, roughness)
        check(conn)
        for statement in WRITES:
            conn.execute(statement)
        check(conn)


def test_a_layer_is_kept_from_the_zoom_on_at_which_it_is_drawn(
    conn: psycopg.Connection[Any],
) -> None:
    with conn.transaction(force_rollback=True):
        write(conn, 1, 2, 0.02)
        first = "select min(zoom), max(zoom) from outline where kind = 'grid'"
        for layer, zoom in (("base", 10), ("second", 11), ("micro", 12), ("exclusive", 10)):
            conn.execute("update grid set layer = %s", [layer])
            assert conn.execute(first).fetchone() == (zoom, 12)
        conn.execute(
            "update area set geom = st_multi(st_makeenvelope(113.3, 22.9, 113.4, 23, 4490))"
        )
        row = conn.execute("select count(*) from outline where kind = 'area'").fetchone()
        assert row
        assert row[0] > 20
        conn.execute("truncate grid cascade")
        rest = conn.execute("select distinct kind from outline").fetchall()
        assert rest == [("area",)]


def test_a_grid_that_no_map_of_the_world_shows_can_be_written(
    conn: psycopg.Connection[Any],
) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute(
            "insert into grid (code, name, area_id, geom)"
            " select 'pole', 'g', a.id, st_multi(st_makeenvelope(10, 80, 11, 90, 4490))"
            " from area as a"
        )
        assert conn.execute("select count(*) from outline").fetchone() == (0,)


def test_nobody_but_the_triggers_writes_outlines(conn: psycopg.Connection[Any]) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute("set local role gis_gov_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("delete from outline")

"""Bit arithmetic in SQL gives the parents that H3's library gives, and no cell is lost."""

from dataclasses import replace
from typing import Any

import h3
import numpy as np
import psycopg
import pytest

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.counting.cell_queries import count_by_cell
from gis_gov.counting.cells import gather
from gis_gov.counting.question import Question
from gis_gov.geo.bbox import BBox
from gis_gov.geo.cells import cells_of

PENTAGONS = [h3.cell_to_center_child(cell, 12) for cell in h3.get_pentagons(0)]


@pytest.mark.parametrize("resolution", range(13))
async def test_parents_are_those_of_h3(conn: psycopg.AsyncConnection[Any], resolution: int) -> None:
    random = np.random.default_rng(resolution)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
    lon = random.uniform(-180, 180, 300)
    cells = [*cells_of(lon, lat).tolist(), *map(h3.str_to_int, PENTAGONS)]
    rows = await (
        await conn.execute(
            "select cell_parent(cell, %s) from unnest(%s::bigint[]) with ordinality as c (cell, n)"
            " order by n",
            [resolution, cells],
        )
    ).fetchall()
    assert [h3.int_to_str(parent) for (parent,) in rows] == [
        h3.cell_to_parent(h3.int_to_str(cell), resolution) for cell in cells
    ]


@pytest.mark.parametrize("bbox", [None, BBox(113.3, 22.9, 113.4, 23.0)], ids=["all", "bbox"])
async def test_what_has_no_cell_yet_is_counted_all_the_same(
    conn: psycopg.AsyncConnection[Any], bbox: BBox | None
) -> None:
    """As in the moment between a write by psql and the server's filling the cell."""
    await conn.execute("""
        insert into address (code, full_text, geom) values
        ('a', 'x', 'SRID=4490;POINT(113.3 22.95)'), ('b', 'x', 'SRID=4490;POINT(113.31 22.95)'),
        ('far', 'x', 'SRID=4490;POINT(113.5 22.95)'), ('nowhere', 'x', null),
        ('swapped', 'x', 'SRID=4490;POINT(22.95 113.3)')
    """)
    filled = cells_of([113.31], [22.95]).tolist()
    await conn.execute("update address set cell = %s where code = 'b'", filled)
    # The server gives no cell (0) to a point that is on no place of the globe.
    await conn.execute("update address set cell = 0 where code = 'swapped'")
    await conn.execute("""
        insert into person (code, name, address_id)
        select a.code || n, 'p', a.id from address as a, generate_series(1, 3) as n
    """)
    everybody = Actor("test", (Grant("commander"),))
    counts = await count_by_cell(conn, Question(everybody, "persons", 9, bbox, None, 100))
    assert counts is not None
    points = [(113.3, 22.95), (113.31, 22.95), *([] if bbox else [(113.5, 22.95)])]
    wanted = {h3.str_to_int(h3.latlng_to_cell(lat, lon, 9)): 3 for lon, lat in points}
    assert gather(counts, 9) == wanted
    await conn.execute("""
        update address set cell = id << 30 where cell is null and geom is not null
    """)
    distinct = len(points)
    asked = Question(everybody, "persons", 12, bbox, None, distinct)
    assert await count_by_cell(conn, asked) is not None
    assert await count_by_cell(conn, replace(asked, limit=distinct - 1)) is None

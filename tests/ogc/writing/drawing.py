"""A land to redraw: two communities in a district, the eastern one of two grids, and things there.

The communities meet at 113.1, the grids of the east at 113.15; all of it is 22 to 22.1 north.
"""

from collections.abc import Iterator
from typing import Any, Final

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.ogc.writing.conftest import Site
from tests.registry.conftest import EAST, WEST

DISTRICT: Final = "440199000000"
LEFT, RIGHT, WESTERN_GRID = f"{EAST}101", f"{EAST}102", f"{WEST}101"
GRIDS, AREAS = "/collections/grids/items", "/collections/areas/items"
CONFLICT: Final = "urn:gis-gov:problem:boundary-conflict"
USED: Final = "urn:gis-gov:problem:still-used"
LAND: Final = f"""
    update area set geom = st_multi(st_makeenvelope(113, 22, 113.2, 22.1, 4490)) where id = 1;
    update grid set geom = st_multi(st_makeenvelope(113.1, 22, 113.15, 22.1, 4490)) where id = 1;
    insert into grid (id, code, name, area_id, geom) values
    (50, '{RIGHT}', '右网格', 2, st_multi(st_makeenvelope(113.15, 22, 113.2, 22.1, 4490)));
    insert into address (code, full_text, elements, geom)
    select 'Z' || n, '东路' || n || '号', '[]', st_point(113.1 + n * 0.002, 22.05, 4490)
    from generate_series(1, 49) as n;
    insert into person (code, name, address_id) select 'Z' || code, '某', id from address
    where code like 'Z%';
"""  # noqa: S608 - codes of this module
KEPT: Final = """
    select 'grid' as kind, id, geom::text, valid_to from grid
    union all select 'area' as kind, id, geom::text, valid_to from area
"""


@pytest.fixture(scope="module")
def land(site: Site) -> Site:
    with psycopg.connect(site.url) as conn:
        conn.execute(LAND)
    return site


@pytest.fixture
def as_it_was(land: Site) -> Iterator[Site]:
    """Put the boundaries back after a test that draws them."""
    kept = land.execute(KEPT)
    yield land
    with psycopg.connect(land.url) as conn:
        conn.execute(
            "delete from grid_worker where grid_id = 50; delete from event where code like 'Z%';"
            " delete from role_grant where grid_id = 50;"
            " delete from grid where id not in (1, 2, 9, 50); delete from area where id > 3"
        )
        now = set(conn.execute(KEPT).fetchall())
        for kind, id_, wkb, valid_to in set(kept) - now:
            conn.execute(
                sql.SQL("update {} set geom = %s::geometry, valid_to = %s where id = %s").format(
                    sql.Identifier(kind)
                ),
                [wkb, valid_to, id_],
            )


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Draw a rectangle."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def strip(west: float, east: float) -> dict[str, Any]:
    """Draw a part of the land from its southern to its northern edge."""
    return box(west, 22, east, 22.1)


def drawn(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """Write a feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


async def redrawn(
    client: httpx.AsyncClient, path: str, geometry: Any, **properties: Any
) -> httpx.Response:
    """Patch an outline."""
    return await client.patch(path, json={"geometry": geometry, "properties": properties})


def grids_of_addresses(site: Site) -> dict[str, str | None]:
    """Return in which grid each address lies."""
    return dict(
        site.execute(
            "select a.code, g.code from address as a left join grid as g on g.id = a.grid_id"
            " where a.code like 'Z%%' and a.geom is not null"
        )
    )

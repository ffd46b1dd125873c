"""The layers of points that the map page asks for in one tile weigh less than 500 kB together."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.bench.tile_questions import POINTS
from gis_gov.geo.tile import Tile, tile_at
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, every_point_has_its_cell, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, write_world

pytestmark = pytest.mark.anyio

CAMERAS: Final = 3_500
OTHERS: Final = 2_500
CROWD: Final = """
    insert into resource (
        code, kind, name, class, owner, azimuth_deg, field_of_view_deg, range_m, geom, cell
    )
    select
        'K' || n, 'camera', '测试路口高清摄像头' || n, '高清', '测试区公安分局',
        n %% 360, 40 + n %% 50, 100 + n %% 300, a.geom, a.cell
    from generate_series(1, %(cameras)s) as n
    inner join address as a on a.id = 1 + n * 7 %% 400;
    insert into resource (code, kind, name, class, geom, cell)
    select 'Q' || n, 'poi', '测试便利店' || n, '购物服务', a.geom, a.cell
    from generate_series(1, %(others)s) as n
    inner join address as a on a.id = 1 + n * 11 %% 400;
    insert into event (code, reported_at, title, state, level, geom, cell)
    select
        'N' || n, '2026-03-01T08:00+08:00', '井盖破损' || n,
        case when n %% 5 = 0 then 'handling' else 'closed' end, 'grid', a.geom, a.cell
    from generate_series(1, %(others)s) as n
    inner join address as a on a.id = 1 + n * 13 %% 400;
"""
LAYERS: Final = ("events", "pois", "cameras")
COUNT: Final = """
    select 'events', count(*) from event union all
    select kind || 's', count(*) from resource group by kind
"""


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        write_world(made)
        with psycopg.connect(made) as conn, psycopg.ClientCursor(conn) as cursor:
            cursor.execute(CROWD, {"cameras": CAMERAS, "others": OTHERS})
        yield made


@pytest.fixture(scope="module")
async def site(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        await every_point_has_its_cell(url)
        yield opened


def tiles_over(zoom: int) -> list[Tile]:
    first, last = tile_at(WEST, SOUTH + 0.02, zoom), tile_at(WEST + 0.03, SOUTH, zoom)
    return [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


@pytest.mark.parametrize("zoom", [8, 10, 11, 12])
async def test_far_out_they_are_light_and_add_up(
    url: str, site: httpx.AsyncClient, zoom: int
) -> None:
    key = bearer(make_key(url, "commander"))
    told = dict.fromkeys(LAYERS, 0)
    for tile in tiles_over(zoom):
        path = f"/tiles/{POINTS}/{tile.z}/{tile.x}/{tile.y}.mvt"
        answer = await site.get(path, headers=key)
        assert answer.status_code in {200, 204}, answer.text
        assert len(answer.content) < 500_000
        layers = mapbox_vector_tile.decode(answer.content)
        for layer in told:
            for feature in layers.get(layer, {"features": []})["features"]:
                if "code" not in feature["properties"] or is_inside(feature):
                    told[layer] += feature["properties"]["count"]
    with psycopg.connect(url) as conn:
        wanted = dict(conn.execute(COUNT).fetchall())
    assert told == {layer: wanted[layer] for layer in told}


async def test_cameras_stand_singly_with_their_ids_from_zoom_13_on(
    url: str, site: httpx.AsyncClient
) -> None:
    key = bearer(make_key(url, "commander"))
    found: dict[int, set[int]] = {zoom: set() for zoom in (12, 13)}
    for zoom, ids in found.items():
        for tile in tiles_over(zoom):
            path = f"/tiles/cameras/{tile.z}/{tile.x}/{tile.y}.mvt"
            answer = await site.get(path, headers=key)
            layers = mapbox_vector_tile.decode(answer.content)
            ids |= {
                feature["id"]
                for feature in layers.get("cameras", {"features": []})["features"]
                if "code" in feature["properties"]
            }
    with psycopg.connect(url) as conn:
        rows = conn.execute("select id from resource where kind = 'camera'").fetchall()
    assert found == {12: set(), 13: {id_ for (id_,) in rows}}


def is_inside(feature: dict[str, Any]) -> bool:
    column, row = feature["geometry"]["coordinates"]
    return 0 <= column < 4096 and 0 < row <= 4096

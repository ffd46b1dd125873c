"""Another tile server draws the same, with the rights that docs/operations.md tells to give it."""

import json
import math
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx
import mapbox_vector_tile
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from gis_gov.app import create_app
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.conftest import TestServer
from tests.signed_in import bearer, client_of, every_point_has_its_cell, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, write_world

pytestmark = pytest.mark.anyio

GUIDE: Final = Path(__file__).parents[2] / "docs" / "operations.md"
GRID: Final = "4401990010011003"
PLACES: Final = ((WEST + 0.005, SOUTH + 0.005), (WEST + 0.0105, SOUTH + 0.0105))
# Ways in the past stay as they are while they are compared.
WALKED: Final = """
    insert into position (device, time, worker_id, geom)
    select 'D1', '2026-03-01T08:00+08:00'::timestamptz + n * interval '30 seconds', 1,
        st_point(113.301 + n * 0.0003, 22.945, 4490)
    from generate_series(0, 30) as n
"""
SPAN: Final = {"since": "2026-03-01T07:00:00+08:00", "until": "2026-03-01T10:00:00+08:00"}
MORE: Final = """
    update resource set class = 'bullet' where kind = 'camera';
    update event set state = 'closed', closed_at = reported_at where id % 2 = 0;
    update event set level = 'street' where id % 3 = 0;
    update event set reported_at = reported_at + id * interval '1 day', closed_at = null
    where id % 5 = 0;
    update enterprise set category = 'C', risk_class = 'high';
    insert into enterprise (code, name, address_id, category, risk_class)
    select 'G' || n, '厂', n, (array['C', 'D'])[1 + n % 2], (array['high', 'low'])[1 + n % 3 / 2]
    from generate_series(10, 60) as n;
    insert into resource (code, kind, name, class, geom)
    select
        k.kind || n, k.kind, '某', case when n % 20 = 0 then 'few' else 'many' end,
        st_point(113.3045 + n % 50 * 0.00002, 22.9445 + n / 50 * 0.00002, 4490)
    from generate_series(1, 2200) as n
    cross join unnest(array['camera', 'poi', 'centre']) as k (kind);
"""
PLACED: Final = """
    select code, st_x(geom), st_y(geom) from resource where kind = %s and class = %s
"""
OF_CLASSES: Final = [("pois", "few"), ("pois", "many"), ("centres", "few")]
SINGLE: Final = {"pois": 13, "centres": 12}
NOTHING_PICKED: Final[Mapping[str, str]] = MappingProxyType({})
PICKED: Final = [
    ("cameras", {"class": "bullet"}, {}),
    ("cameras", {"class": "few"}, {}),
    ("cameras", {"class": "many"}, {}),
    ("pois", {"class": "few"}, {}),
    ("pois", {"class": "many"}, {}),
    ("centres", {"class": "few"}, {}),
    ("enterprises", {"risk_class": "high"}, {}),
    ("enterprises", {"category": "C", "risk_class": "low"}, {}),
    ("events", {"state": "closed"}, {}),
    ("events", {"state": "pending", "level": "street"}, {}),
    ("events", {"class_code": "0401"}, {}),
    ("events", {"class_code": "none"}, {}),
    (
        "events",
        {"datetime": "2026-03-20T00:00:00+08:00/2026-05-01T00:00:00+08:00"},
        {"since": "2026-03-20T00:00:00+08:00", "until": "2026-05-01T00:00:00+08:00"},
    ),
]
"""What our routes and the functions are asked, the same where nothing else is told."""


@dataclass(frozen=True)
class Reader:
    """A connection of the other server."""

    conn: psycopg.Connection

    def drawn(self, layer: str, tile: AnyTile, picked: Mapping[str, str] = NOTHING_PICKED) -> bytes:
        asked = sql.SQL("select {}(%s, %s, %s, %s::json)").format(sql.Identifier(f"tile_{layer}"))
        told = [tile.z, tile.x, tile.y, query_of(layer, tile, picked)]
        row = self.conn.execute(asked, told).fetchone()
        return bytes(row[0]) if row and row[0] else b""


@dataclass(frozen=True)
class Ground:
    """A district, and the URL by which another server reads it."""

    url: str
    foreign_url: str
    role: str

    @contextmanager
    def reader(self, reach: str | None = None) -> Iterator[Reader]:
        """Read as another server does: as a role that is nothing else, here of another reach."""
        everything = '{"all": true}'
        if reach is not None:
            self._set(reach)
        try:
            with psycopg.connect(self.foreign_url, autocommit=True) as conn:
                yield Reader(conn)
        finally:
            if reach is not None:
                self._set(everything)

    def _set(self, reach: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as conn:
            for name in re.findall(r"gis_gov\.(reach_\w+) =", grants()):
                setting = sql.Identifier("gis_gov", name)
                asked = sql.SQL("alter role {} set {} = {}")
                conn.execute(asked.format(sql.Identifier(self.role), setting, sql.Literal(reach)))


def grants() -> str:
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(r"## Tiles by another tile server\n.*?```sql\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def ground(postgis: TestServer) -> Iterator[Ground]:
    role, password = f"tiles_{secrets.token_hex(6)}", secrets.token_hex(12)
    with postgis.database() as url:
        write_world(url)
        with psycopg.connect(url) as conn:
            conn.execute(WALKED)
            conn.execute(MORE)
        with psycopg.connect(url) as conn:
            made = grants().replace("map_tiles", role).replace("'…'", f"'{password}'")
            conn.execute(made)  # type: ignore[arg-type]
        foreign = make_url(url).set(username=role, password=password)
        yield Ground(url, foreign.render_as_string(hide_password=False), role)
        with psycopg.connect(url) as conn:
            for statement in ("drop owned by {}", "drop role {}"):
                conn.execute(sql.SQL(statement).format(sql.Identifier(role)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def site(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(unhurried().with_database(ground.url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as opened:
        await every_point_has_its_cell(ground.url)
        yield opened


async def served(
    site: httpx.AsyncClient,
    key: dict[str, str],
    layer: str,
    tile: AnyTile,
    picked: Mapping[str, str] = NOTHING_PICKED,
) -> bytes:
    asked = {"collections": layer, **picked}
    if layer == "tracks":
        asked["datetime"] = f"{SPAN['since']}/{SPAN['until']}"
    path = f"/tiles/{tile.matrix_set}/{tile.z}/{tile.y}/{tile.x}"
    answer = await site.get(path, params=asked, headers=key)
    assert answer.status_code in {200, 204}, answer.text
    return answer.content


def query_of(layer: str, tile: AnyTile, picked: Mapping[str, str]) -> str:
    told = {**picked, **(SPAN if layer == "tracks" else {})}
    if tile.matrix_set == "CGCS2000Quad":
        told["matrix_set"] = tile.matrix_set
    return json.dumps(told)


TILES: Final[list[AnyTile]] = [
    *(tile_at(*PLACES[0], zoom) for zoom in (8, 11, 12, 14, 16)),
    tile_at(*PLACES[1], 16),
    geodetic_tile_at(*PLACES[0], 10),
    geodetic_tile_at(*PLACES[0], 15),
]


def grid_id(ground: Ground) -> int:
    with psycopg.connect(ground.url) as conn:
        row = conn.execute("select id from grid where code = %s", [GRID]).fetchone()
    assert row
    return int(row[0])


async def compare(reader: Reader, site: httpx.AsyncClient, key: dict[str, str]) -> dict[str, int]:
    """Compare all tiles of all layers; return how many of each layer are drawn."""
    filled = dict.fromkeys(LAYERS, 0)
    for layer in LAYERS:
        for tile in TILES:
            ours = await served(site, key, layer, tile)
            assert reader.drawn(layer, tile) == ours, (layer, tile)
            filled[layer] += bool(ours)
    return filled


async def test_it_draws_the_same_bytes(ground: Ground, site: httpx.AsyncClient) -> None:
    with ground.reader() as reader:
        filled = await compare(reader, site, bearer(make_key(ground.url, "commander")))
    assert all(filled.values()), filled


async def test_it_draws_the_same_of_a_grid(ground: Ground, site: httpx.AsyncClient) -> None:
    key = bearer(make_key(ground.url, "commander", grid=GRID))
    with ground.reader() as reader:
        whole = reader.drawn("addresses", TILES[3])
    with ground.reader(f'{{"grids": [{grid_id(ground)}]}}') as reader:
        filled = await compare(reader, site, key)
        assert b"" != reader.drawn("addresses", TILES[3]) != whole
    assert filled["addresses"]


@pytest.mark.parametrize("reach", ["all", "grid"])
@pytest.mark.parametrize(("layer", "asked", "told"), PICKED)
async def test_it_picks_the_same(
    ground: Ground,
    site: httpx.AsyncClient,
    layer: str,
    asked: dict[str, str],
    told: dict[str, str],
    reach: str,
) -> None:
    key, reached = bearer(make_key(ground.url, "commander")), None
    if reach == "grid":
        key = bearer(make_key(ground.url, "commander", grid=GRID))
        reached = f'{{"grids": [{grid_id(ground)}]}}'
    filled = 0
    with ground.reader(reached) as reader:
        for tile in TILES:
            ours = await served(site, key, layer, tile, asked)
            # Numbers are as wide as the column here, and double there.
            theirs = mapbox_vector_tile.decode(reader.drawn(layer, tile, told or asked))
            assert theirs == mapbox_vector_tile.decode(ours), tile
            filled += bool(ours)
    assert bool(filled) == ("none" not in asked.values())


@pytest.mark.parametrize("zoom", [8, 11, 12, 13, 14, 16])
@pytest.mark.parametrize(("layer", "of_class"), OF_CLASSES)
def test_a_class_is_what_the_rows_say(ground: Ground, layer: str, of_class: str, zoom: int) -> None:
    """Counted from the rows themselves, each in the tile that the formula of Web Mercator has."""
    with psycopg.connect(ground.url) as conn:
        rows = conn.execute(PLACED, [layer.removesuffix("s"), of_class]).fetchall()
    wanted = Counter(mercator(lon, lat, zoom) for _, lon, lat in rows)
    codes = {(code, mercator(lon, lat, zoom)) for code, lon, lat in rows}
    found, seen = Counter[tuple[int, int]](), set[tuple[str, tuple[int, int]]]()
    with ground.reader() as reader:
        for x, y in {(x + i, y + j) for x, y in wanted for i in (-1, 0, 1) for j in (-1, 0, 1)}:
            body = reader.drawn(layer, Tile(zoom, x, y), {"class": of_class})
            for each in mapbox_vector_tile.decode(body).get(layer, {"features": []})["features"]:
                told, (u, v) = each["properties"], each["geometry"]["coordinates"]
                if not (0 <= u < 4096 and 0 < v <= 4096) and "code" in told:
                    continue  # in the margin, and told by the next tile
                found[x, y] += told["count"]
                if "code" in told:
                    seen.add((told["code"], (x, y)))
                    assert told["class"] == of_class
    assert rows
    assert found == wanted
    assert seen in (set(), codes)
    assert bool(seen) == (zoom >= SINGLE[layer] and len(rows) < 2000)


def mercator(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    turns = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.tau
    return math.floor((lon / 360 + 0.5) * 2**zoom), math.floor((0.5 - turns) * 2**zoom)


async def test_without_a_reach_it_sees_the_map_alone(ground: Ground) -> None:
    with ground.reader("") as reader:
        seen = {layer for layer in LAYERS for tile in TILES if reader.drawn(layer, tile)}
    assert seen == {"areas", "grids", "area_labels", "grid_labels"}


@pytest.mark.parametrize(
    "statement",
    [
        "select name from person",
        "select * from worker",
        "select 1 from account",
        "select 1 from api_key",
        "select 1 from audit",
        "delete from event",
        "update resource set name = ''",
        "insert into event (code, reported_at) values ('X', now())",
    ],
)
def test_it_has_no_other_rights(ground: Ground, statement: str) -> None:
    with (
        psycopg.connect(ground.foreign_url) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement)  # type: ignore[arg-type]

"""Another tile server: its role as docs/operations.md tells to make it, and what it is asked."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import tile_at
from tests.conftest import TestServer
from tests.tiles.district import SOUTH, WEST, write_world

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
NOTHING_PICKED: Final[Mapping[str, str]] = MappingProxyType({})
TILES: Final[list[AnyTile]] = [
    *(tile_at(*PLACES[0], zoom) for zoom in (8, 11, 12, 14, 16)),
    tile_at(*PLACES[1], 16),
    geodetic_tile_at(*PLACES[0], 10),
    geodetic_tile_at(*PLACES[0], 15),
]


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

    @contextmanager
    def without(self, *kinds: str) -> Iterator[Reader]:
        """Read with everything in reach but what is of some kinds."""
        names = [f"reach_{kind}" for kind in kinds]
        self._set("", names)
        try:
            with self.reader() as reader:
                yield reader
        finally:
            self._set('{"all": true}', names)

    def _set(self, reach: str, names: Sequence[str] | None = None) -> None:
        with psycopg.connect(self.url, autocommit=True) as conn:
            everything = re.findall(r"gis_gov\.(reach_\w+) =", grants())
            for name in everything if names is None else names:
                setting = sql.Identifier("gis_gov", name)
                asked = sql.SQL("alter role {} set {} = {}")
                conn.execute(asked.format(sql.Identifier(self.role), setting, sql.Literal(reach)))


def grants() -> str:
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(r"## Tiles by another tile server\n.*?```sql\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def query_of(layer: str, tile: AnyTile, picked: Mapping[str, str]) -> str:
    told = {**picked, **(SPAN if layer == "tracks" else {})}
    if tile.matrix_set == "CGCS2000Quad":
        told["matrix_set"] = tile.matrix_set
    return json.dumps(told)


def grid_id(ground: Ground) -> int:
    with psycopg.connect(ground.url) as conn:
        row = conn.execute("select id from grid where code = %s", [GRID]).fetchone()
    assert row
    return int(row[0])


@contextmanager
def ground_of(postgis: TestServer) -> Iterator[Ground]:
    """Make a district, and the role of another server."""
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

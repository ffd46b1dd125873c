"""After an edit exactly the tiles change that meet the old or the new geometry, layer by layer.

One process keeps tiles, another one builds each anew. Where a tile of the first is not that of the
second, it was kept too long; where it is another one than before, far from what was edited, too
much has changed; and where its bytes are the same, its ETag has to be. What is gathered by cell
lies in the middle of the box of all that has been counted in its cell: what moves within that box
changes no tile. Positions of workers and tracks are not looked at here.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import h3
import psycopg
import pytest
import shapely
from shapely.geometry import Point as Spot
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.signed_in import every_point_has_its_cell, make_key, unhurried
from tests.tiles.district import SOUTH, WEST, World
from tests.tiles.processes import KEYS, Process, started

pytestmark = pytest.mark.anyio

Point = tuple[float, float]
Drawn = dict[Tile, tuple[str, bytes]]

EDGE = 64 / 4096
"""So much of its side a tile draws beyond it."""
HERE = h3.latlng_to_cell(22.9512, 113.3607, 12)
THERE = h3.latlng_to_cell(22.9642, 113.3817, 12)
_LAT, _LON = h3.cell_to_latlng(HERE)
FIRST: Point = (round(_LON, 7), round(_LAT, 7))
BESIDE: Point = (round(_LON + 4e-5, 7), round(_LAT + 2e-5, 7))
"""In the same cell of resolution 12; what lies there changes the box of the cell."""
FAR: Point = (round(h3.cell_to_latlng(THERE)[1], 7), round(h3.cell_to_latlng(THERE)[0], 7))
ZOOMS = (8, 12, 13, 14, 15, 16)
"""From where on nothing of the district is gathered together with what lies here."""
PLACES = {"here": FIRST, "beside": BESIDE, "far": FAR}

BY_ADDRESS = (
    """
    insert into {0} (code, {1}, address_id)
    select 'N', 'building', a.id from address as a where a.code = 'at ' || %(place)s
    """,
    """
    update {0} as t set address_id = a.id
    from address as a where t.code = 'N' and a.code = 'at ' || %(place)s
    """,
)
RESOURCE = (
    """
    insert into resource (code, kind, name, cell, geom)
    values ('N', '{}', '新', %(cell)s, st_point(%(lon)s, %(lat)s, 4490))
    """,
    """
    update resource set geom = st_point(%(lon)s, %(lat)s, 4490), cell = %(cell)s where code = 'N'
    """,
)
WRITTEN: dict[str, tuple[str, str]] = {
    "addresses": (
        """
        insert into address (code, full_text, level, cell, geom)
        values ('N', '新路1号', 43, %(cell)s, st_point(%(lon)s, %(lat)s, 4490))
        """,
        """
        update address set geom = st_point(%(lon)s, %(lat)s, 4490), cell = %(cell)s where code = 'N'
        """,
    ),
    "events": (
        """
        insert into event (code, title, reported_at, cell, geom)
        values ('N', '新', now(), %(cell)s, st_point(%(lon)s, %(lat)s, 4490))
        """,
        """
        update event set geom = st_point(%(lon)s, %(lat)s, 4490), cell = %(cell)s where code = 'N'
        """,
    ),
    **{f"{kind}s": (RESOURCE[0].format(kind), RESOURCE[1]) for kind in ("camera", "centre", "poi")},
    **{
        f"{kind}s": (BY_ADDRESS[0].format(kind, column), BY_ADDRESS[1].format(kind))
        for kind, column in (("house", "kind"), ("enterprise", "name"), ("person", "name"))
    },
}
ADD_ADDRESS = """
    insert into address (code, full_text, level, cell, geom) values
    ('at ' || %(place)s, '村路' || %(place)s, 43, %(cell)s, st_point(%(lon)s, %(lat)s, 4490))
"""
BEACON = "update enterprise set category = %s where code = 'F1'"
"""Told by one tile far from all others that are asked for: it says that a write was heard of."""


@dataclass
class Pair:
    """A process that keeps tiles and one that keeps none, and what both drew last."""

    world: World
    keeping: Process
    forgetful: Process
    turns: int = 0
    before: Drawn = field(default_factory=dict[Tile, tuple[str, bytes]])

    def beacon(self) -> Tile:
        lon, lat = self.world.addresses[4].tolist()
        return tile_at(lon, lat, 16)

    async def drawn(self, process: Process, layer: str, tiles: Iterable[Tile]) -> Drawn:
        answers = {tile: await process.tile(layer, tile) for tile in tiles}
        return {
            tile: (answer.headers.get("etag", ""), answer.content)
            for tile, answer in answers.items()
        }

    async def look(self, layer: str, tiles: Iterable[Tile]) -> None:
        """Have the tiles kept as they are now."""
        self.before = await self.drawn(self.keeping, layer, tiles)

    async def changed_by(self, layer: str, statement: str, **told: object) -> set[Tile]:
        """Write, and return which of the tiles that were looked at are others now.

        What moves within its cell is without one for a moment; that it has one again is heard of
        before the beacon, too.
        """
        beacon = self.beacon()
        shown = await self.drawn(self.keeping, "enterprises", [beacon])
        self.turns += 1
        with psycopg.connect(self.world.url, autocommit=True) as conn:
            conn.execute(statement.encode(), told)
            await every_point_has_its_cell(self.world.url)
            conn.execute(BEACON, [str(self.turns)])
        for _ in range(2000):
            if await self.drawn(self.keeping, "enterprises", [beacon]) != shown:
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError("the write is not heard of")
        before, self.before = self.before, await self.drawn(self.keeping, layer, self.before)
        assert self.before == await self.drawn(self.forgetful, layer, self.before)
        for tile, (etag, body) in self.before.items():
            was_etag, was_body = before[tile]
            assert (etag == was_etag) == (body == was_body)
        return {tile for tile in before if before[tile] != self.before[tile]}


@pytest.fixture
async def pair(world: World) -> AsyncIterator[Pair]:
    KEYS[world.url] = make_key(world.url, "commander")
    async with AsyncExitStack() as stack:
        keeping = await started(stack, world.url, unhurried())
        settings = unhurried().model_copy(update={"tile_memory_mb": 0})
        forgetful = await started(stack, world.url, settings)
        await every_point_has_its_cell(world.url)
        yield Pair(world, keeping, forgetful)


def around(tiles: Iterable[Tile]) -> list[Tile]:
    """Return tiles and those beside them."""
    return sorted(
        {
            Tile(tile.z, tile.x + east, tile.y + south)
            for tile in tiles
            for east in (-1, 0, 1)
            for south in (-1, 0, 1)
        },
        key=str,
    )


def widened(tile: Tile, part: float) -> shapely.Polygon:
    box = tile.bounds()
    margin = (box.east - box.west) * part
    return shapely.box(box.west - margin, box.south - margin, box.east + margin, box.north + margin)


def units_apart(one: Point, other: Point, zoom: int) -> float:
    """Return how far apart two points are drawn, in units of a tile."""
    box = tile_at(*one, zoom).bounds()
    return 4096 * max(
        abs(one[0] - other[0]) / (box.east - box.west),
        abs(one[1] - other[1]) / (box.north - box.south),
    )


def place_of(name: str) -> dict[str, object]:
    lon, lat = PLACES[name]
    cell = h3.str_to_int(h3.latlng_to_cell(lat, lon, 12))
    return {"place": name, "lon": lon, "lat": lat, "cell": cell}


def test_the_places_are_what_they_are_taken_for() -> None:
    cells = [h3.latlng_to_cell(lat, lon, 12) for lon, lat in (FIRST, BESIDE, FAR)]
    assert cells[0] == cells[1] != cells[2]
    # A coarse count of one cell has nothing of the other.
    assert len({h3.cell_to_parent(cell, 9) for cell in cells}) == 2
    for zoom in ZOOMS:
        assert tile_at(*FIRST, zoom) == tile_at(*BESIDE, zoom)


def middle_of(points: Iterable[Point]) -> Point:
    west, south, east, north = shapely.MultiPoint(list(points)).bounds
    return (west + east) / 2, (south + north) / 2


def check_gathered(zoom: int, changed: set[Tile], was: Point | None, now: Point) -> None:
    """Check the tiles of a zoom at which something alone in its cell is drawn in its middle."""
    expected = {tile_at(*point, zoom) for point in (was, now) if point is not None}
    if was == now:
        assert changed == set()
    elif was is not None and units_apart(was, now, zoom) < 1.01:
        assert changed <= expected
    else:
        assert changed == expected


@pytest.mark.parametrize("layer", WRITTEN)
async def test_exactly_the_tiles_of_a_point_change_single_and_gathered(
    pair: Pair, layer: str
) -> None:
    if layer in {"houses", "enterprises", "persons"}:
        with psycopg.connect(pair.world.url) as conn:
            for name in PLACES:
                conn.execute(ADD_ADDRESS, place_of(name))
    tiles = [tile for zoom in ZOOMS for tile in around(tile_at(*p, zoom) for p in (FIRST, FAR))]
    await pair.look(layer, tiles)
    make, move = WRITTEN[layer]
    counted: dict[str, list[Point]] = {HERE: [], THERE: []}
    was: Point | None = None
    gathered_was: Point | None = None
    # In the end it lies in the box of its cell, and goes back to one that was left long ago.
    for name in ("here", "beside", "here", "far", "beside"):
        now = PLACES[name]
        changed = await pair.changed_by(layer, move if was else make, **place_of(name))
        cell = h3.latlng_to_cell(now[1], now[0], 12)
        counted[cell].append(now)
        gathered = middle_of(counted[cell])
        for zoom in ZOOMS:
            found = {tile for tile in changed if tile.z == zoom}
            if zoom < LAYERS[layer].single_zoom:
                check_gathered(zoom, found, gathered_was, gathered)
                continue
            points = [point for point in (was, now) if point]
            assert found == {
                tile
                for tile in tiles
                if tile.z == zoom
                and any(widened(tile, EDGE).intersects(Spot(point)) for point in points)
            }
        was, gathered_was = now, gathered


@dataclass(frozen=True)
class Shape:
    """A polygon that is written: how, as what, and how much of it a tile draws beyond its side."""

    layer: str
    zooms: tuple[int, ...]
    write: str
    told: tuple[dict[str, float], ...]
    read: str
    drawn_beyond: float


AREA = """
    update area set geom = st_multi(st_makeenvelope(113.30, 22.94, %(east)s, 22.96, 4490))
    where code = '440199001001'
"""
GRID = """
    update grid set geom = st_multi(st_makeenvelope(113.30, 22.94, %(east)s, 22.95, 4490))
    where code = '4401990010011003'
"""
EDGES = ({"east": WEST + 0.006}, {"east": WEST + 0.0185})
SHAPES = {
    "houses": Shape(
        "houses",
        (15, 16, 17),
        "update house set geom = st_multi(st_buffer(st_point(%(lon)s, %(lat)s, 4490), 0.0004))"
        " where code = 'H1'",
        ({"lon": 113.3101, "lat": 22.9502}, {"lon": 113.3143, "lat": 22.9471}),
        "select st_asbinary(geom) from house where code = 'H1'",
        EDGE,
    ),
    "camera_sectors": Shape(
        "camera_sectors",
        (12, 14, 16),
        "update resource set geom = st_point(%(lon)s, %(lat)s, 4490), cell = 0 where code = 'C1'",
        ({"lon": 113.3101, "lat": 22.9502}, {"lon": 113.3143, "lat": 22.9471}),
        "select st_asbinary(sector) from resource where code = 'C1'",
        EDGE,
    ),
    "areas": Shape(
        "areas",
        (9, 11, 12, 13, 15),
        AREA,
        EDGES,
        "select st_asbinary(geom) from area where code = '440199001001'",
        0.25,
    ),
    "grids": Shape(
        "grids",
        (10, 12, 13, 15),
        GRID,
        EDGES,
        "select st_asbinary(geom) from grid where code = '4401990010011003'",
        0.25,
    ),
}


def read_shape(world: World, query: str) -> BaseGeometry:
    with psycopg.connect(world.url) as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row
    return shapely.from_wkb(row[0])


def tiles_around(shape: BaseGeometry, zooms: Iterable[int]) -> list[Tile]:
    west, south, east, north = shape.bounds
    found: set[Tile] = set()
    for zoom in zooms:
        first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
        found |= {
            Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
        }
    return around(found)


@pytest.mark.parametrize("name", SHAPES)
async def test_exactly_the_tiles_of_a_polygon_change(pair: Pair, name: str) -> None:
    """What is drawn alike before and after changes none, however near: two units are allowed for.

    A polygon of which a tile draws no more than a quarter of its side beyond it is cut there, and
    changes nothing in the tiles that only meet what stays of it.
    """
    shape = SHAPES[name]
    await pair.changed_by(shape.layer, shape.write, **shape.told[0])
    was = read_shape(pair.world, shape.read)
    everywhere = shapely.box(WEST - 0.002, SOUTH - 0.002, WEST + 0.022, SOUTH + 0.022)
    tiles = tiles_around(everywhere, shape.zooms)
    await pair.look(shape.layer, tiles)
    for told in (shape.told[1], shape.told[0]):
        changed = await pair.changed_by(shape.layer, shape.write, **told)
        now = read_shape(pair.world, shape.read)
        differs, either = was.symmetric_difference(now), was.union(now)
        two_units = 2 / 4096
        must = {tile for tile in tiles if widened(tile, EDGE - two_units).intersects(differs)}
        may = {
            tile
            for tile in tiles
            if widened(tile, EDGE + two_units).intersects(either)
            and widened(tile, shape.drawn_beyond + two_units).intersects(differs)
        }
        assert must <= changed <= may, (changed - may, must - changed)
        assert may < set(tiles)
        was = now


LABELS: dict[str, tuple[tuple[int, ...], str, str]] = {
    "area_labels": ((6, 9, 12, 15, 16), AREA, "area where code = '440199001001'"),
    "grid_labels": ((12, 13, 15, 16), GRID, "grid where code = '4401990010011003'"),
}


@pytest.mark.parametrize("layer", LABELS)
async def test_a_label_changes_the_tile_that_it_leaves_and_the_one_it_comes_to(
    pair: Pair, layer: str
) -> None:
    zooms, write, table = LABELS[layer]
    read = f"select st_asbinary(st_pointonsurface(geom)) from {table}"  # noqa: S608
    await pair.changed_by(layer, write, **EDGES[0])
    was = read_shape(pair.world, read)
    tiles = tiles_around(shapely.box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02), zooms)
    await pair.look(layer, tiles)
    for told in (EDGES[1], EDGES[0]):
        changed = await pair.changed_by(layer, write, **told)
        now = read_shape(pair.world, read)
        assert not was.equals(now)
        points = shapely.get_coordinates([was, now]).tolist()
        assert changed == {tile_at(lon, lat, zoom) for lon, lat in points for zoom in zooms}
        was = now

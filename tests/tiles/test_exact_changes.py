"""After an edit exactly the tiles change that meet the old or the new geometry, layer by layer.

One process keeps tiles, another one builds each anew. Where a tile of the first is not that of the
second, it was kept too long; where it is another one than before, far from what was edited, too
much has changed; and where its bytes are the same, its ETag has to be. What is gathered by cell
lies in the middle of the box of all that has been counted in its cell: what moves within that box
changes no tile. Positions of workers and tracks are not looked at here.
"""

from collections.abc import Iterable

import h3
import psycopg
import pytest
import shapely
from shapely.geometry import Point as Spot

from gis_gov.geo.tile import Tile, tile_at
from gis_gov.tiles.layers import LAYERS
from tests.tiles.processes import EDGE, Pair, around, widened

pytestmark = pytest.mark.anyio

Point = tuple[float, float]

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

"""How long the fullest tiles of each layer take to build, and how heavy they are."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import numpy as np
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.bench.measure import Speed
from gis_gov.bench.tile_questions import POINTS
from gis_gov.bench.wanted import Wanted
from gis_gov.counting.question import Question
from gis_gov.counting.threshold import Threshold
from gis_gov.db.pool import APP_ROLE
from gis_gov.db.run import scalar, sql_file, tuples
from gis_gov.db.scope import bind
from gis_gov.geo.geodetic_tile import GeodeticTile, geodetic_tile_at
from gis_gov.geo.matrix_set import MATRIX_SETS, AnyTile
from gis_gov.geo.tile import Tile
from gis_gov.heatmaps.hexagon_tile import LAYER as HEXAGONS
from gis_gov.heatmaps.hexagon_tile import read_hexagon_tile, resolution_of
from gis_gov.heatmaps.service import COARSEST
from gis_gov.tiles.queries import tile_parameters, tile_query
from gis_gov.tiles.service import LAYERS

ZOOMS: Final = range(6, 18)
COUNTED_ZOOM: Final = 16
BUILT_MS: Final = 50.0
SIZE_KB: Final = 500.0
TILES_MAX: Final = 3
"""How many of the fullest tiles of a zoom are built; what is told is of the slowest."""

_FULL_WHERE: Final = {
    "area_labels": "areas",
    "grid_labels": "grids",
    "camera_sectors": "cameras",
    "workers": "tracks",
}
"""Layers that are full where another one is."""

_TRACKS: Final = timedelta(days=1)

_NO_THRESHOLD: Final = Threshold(b"", 1)
"""It does not hold for who counts exactly."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn in a tile: layers, where it is full, and by which matrix set."""

    name: str
    layers: tuple[str, ...]
    full_where: str
    matrix_set: str = Tile.matrix_set

    @property
    def zoom_min(self) -> int:
        """Return from which zoom on there is something of the first layer."""
        first = LAYERS.get(self.layers[0])
        return 0 if first is None else first.zoom_min


DRAWINGS: Final = (
    *(Drawing(name, (name,), _FULL_WHERE.get(name, name)) for name in LAYERS),
    Drawing(HEXAGONS, (HEXAGONS,), "persons"),
    Drawing(POINTS, tuple(POINTS.split(",")), "events"),
    *(
        Drawing(f"{name}, {GeodeticTile.matrix_set}", (name,), name, GeodeticTile.matrix_set)
        for name in ("areas", "grids", "addresses", "events")
    ),
)


@dataclass(frozen=True, slots=True)
class TileBuilt:
    """How heavy a tile of a layer is, and how long it took each time."""

    layer: str
    tile: AnyTile
    size_bytes: int
    speed: Speed

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "layer": self.layer,
            "tile": f"{self.tile.z}/{self.tile.x}/{self.tile.y}",
            "bytes": self.size_bytes,
            "p50_ms": round(self.speed.percentile_ms(0.5), 1),
            "p95_ms": round(self.speed.percentile_ms(0.95), 1),
            "p99_ms": round(self.speed.percentile_ms(0.99), 1),
        }


def tiles_wanted(built: Sequence[TileBuilt]) -> list[Wanted]:
    """Tell how long the slowest tile may take, and how heavy the heaviest may be."""
    slowest = max((each.speed.percentile_ms(0.5) for each in built), default=None)
    heaviest = max((each.size_bytes / 1000 for each in built), default=None)
    return [
        Wanted("the slowest tile's median", "≤", BUILT_MS, slowest, " ms"),
        Wanted("the heaviest tile", "≤", SIZE_KB, heaviest, " kB"),
    ]


async def measure_tiles(
    url: str,
    times: int,
    drawings: Sequence[Drawing],
    progress: Callable[[str, float | None], None],
) -> list[TileBuilt]:
    """Build the fullest tiles of what is drawn, `times` each, as one who may see everything.

    Hexagons are counted and drawn, as their route does it. Tracks are those of the last day of
    which there are fixes.
    """
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        return await measure_on(conn, times, drawings, progress)


async def measure_on(
    conn: AsyncConnection[Any],
    times: int,
    drawings: Sequence[Drawing],
    progress: Callable[[str, float | None], None],
) -> list[TileBuilt]:
    """Measure on a connection of the owner; see `measure_tiles`."""
    found: list[TileBuilt] = []
    progress("looking for full tiles", None)
    full = _rolled_up(await tuples(conn, sql_file(__package__, "full_tiles")))
    last = await scalar(conn, sql_file(__package__, "last_fix"))
    span = {} if last is None else {"since": (last - _TRACKS).isoformat()}
    await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
    actor = Actor("bench", (Grant("commander"),))
    await bind(conn, actor.scope)
    for number, drawing in enumerate(drawings):
        progress(drawing.name, number / len(drawings))
        build = partial(_layers, conn, drawing, span if drawing.name == "tracks" else {})
        if drawing.name == HEXAGONS:
            build = partial(_hexagons, conn, actor)
        for zoom, tiles in full.get(drawing.full_where, {}).items():
            if zoom >= drawing.zoom_min:
                asked = dict.fromkeys(_in_set(drawing.matrix_set, tile) for tile in tiles)
                built = [await _timed(drawing.name, tile, build, times) for tile in asked]
                found.append(max(built, key=lambda each: each.speed.percentile_ms(0.5)))
    return found


def _in_set(matrix_set: str, tile: Tile) -> AnyTile:
    """Return the tile of a matrix set, about as wide as one of Web Mercator's, in its middle."""
    if matrix_set == Tile.matrix_set:
        return tile
    box, level = tile.bounds(), MATRIX_SETS[matrix_set].level_at(tile.z)
    return geodetic_tile_at((box.west + box.east) / 2, (box.south + box.north) / 2, level)


async def _timed(
    name: str, tile: AnyTile, build: Callable[[AnyTile], Awaitable[bytes]], times: int
) -> TileBuilt:
    speed, size = Speed(), 0
    for number in range(times + 1):
        started = time.perf_counter()
        size = len(await build(tile))
        if number:  # the first one plans
            speed.times_ms.append((time.perf_counter() - started) * 1000)
    return TileBuilt(name, tile, size, speed)


async def _layers(
    conn: AsyncConnection[Any], drawing: Drawing, query: Mapping[str, str], tile: AnyTile
) -> bytes:
    cursor = conn.cursor(binary=True)
    await cursor.execute(tile_query(drawing.layers), tile_parameters(tile, query), prepare=True)
    row = await cursor.fetchone()
    return row[0] or b"" if row else b""


async def _hexagons(conn: AsyncConnection[Any], actor: Actor, tile: AnyTile) -> bytes:
    asked = Question(actor, "persons", resolution_of(tile), None, None, 0)
    return await read_hexagon_tile(conn, asked, _NO_THRESHOLD, COARSEST, tile)


def _rolled_up(rows: Sequence[tuple[Any, ...]]) -> dict[str, dict[int, list[Tile]]]:
    """Return the fullest tiles of each layer and zoom."""
    by_layer: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for layer, x, y, things in rows:
        by_layer[layer].append((x, y, things))
    return {
        layer: {zoom: list(_fullest(np.array(counted), zoom)) for zoom in ZOOMS}
        for layer, counted in by_layer.items()
    }


def _fullest(counted: np.ndarray, zoom: int) -> Iterator[Tile]:
    """Give the fullest tiles of a zoom; past where they were counted, one in each fullest one."""
    shift = COUNTED_ZOOM - zoom
    places = counted[:, :2] >> shift if shift >= 0 else counted[:, :2] << -shift
    tiles, which = np.unique(places, axis=0, return_inverse=True)
    sums = np.bincount(which.ravel(), weights=counted[:, 2])
    for x, y in tiles[np.argsort(-sums)[:TILES_MAX]].tolist():
        yield Tile(zoom, x, y)

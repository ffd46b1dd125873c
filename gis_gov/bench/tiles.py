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
from gis_gov.bench.measure import Speed
from gis_gov.bench.tile_drawings import (
    EVERYTHING,
    Drawing,
    Viewer,
    read_filtered,
    read_viewers,
)
from gis_gov.bench.wanted import Wanted
from gis_gov.counting.question import Question
from gis_gov.counting.threshold import Threshold
from gis_gov.db.pool import APP_ROLE
from gis_gov.db.run import scalar, sql_file, tuples
from gis_gov.db.scope import bind
from gis_gov.geo.geodetic_tile import geodetic_tile_at
from gis_gov.geo.matrix_set import MATRIX_SETS, AnyTile
from gis_gov.geo.tile import Tile
from gis_gov.heatmaps.hexagon_tile import LAYER as HEXAGONS
from gis_gov.heatmaps.hexagon_tile import read_hexagon_tile, resolution_of
from gis_gov.heatmaps.service import COARSEST
from gis_gov.ogc.tile_asked import Drawn
from gis_gov.ogc.tile_queries import read_drawn
from gis_gov.tiles.queries import tile_parameters, tile_query

ZOOMS: Final = range(6, 18)
COUNTED_ZOOM: Final = 16
BUILT_MS: Final = 50.0
SIZE_KB: Final = 500.0
TILES_MAX: Final = 3
"""How many of the fullest tiles of a zoom are built; what is told is of the slowest."""

_TRACKS: Final = timedelta(days=1)

_NO_THRESHOLD: Final = Threshold(b"", 1)
"""It does not hold for who counts exactly."""


@dataclass(frozen=True, slots=True)
class TileBuilt:
    """How heavy a tile of a layer is, and how long it took each time, for one who sees so much."""

    layer: str
    tile: AnyTile
    size_bytes: int
    speed: Speed
    viewer: str = EVERYTHING
    is_filtered: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "layer": self.layer,
            "viewer": self.viewer,
            "filtered": self.is_filtered,
            "tile": f"{self.tile.z}/{self.tile.x}/{self.tile.y}",
            "bytes": self.size_bytes,
            "p50_ms": round(self.speed.percentile_ms(0.5), 1),
            "p95_ms": round(self.speed.percentile_ms(0.95), 1),
            "p99_ms": round(self.speed.percentile_ms(0.99), 1),
        }


def tiles_wanted(built: Sequence[TileBuilt]) -> list[Wanted]:
    """Tell how long the slowest tile may take, and how heavy the heaviest may be.

    That holds for each who was asked for, of whole layers and of filtered ones by themselves.
    """
    groups: dict[tuple[str, bool], list[TileBuilt]] = {(EVERYTHING, False): []}
    for each in built:
        groups.setdefault((each.viewer, each.is_filtered), []).append(each)
    wanted: list[Wanted] = []
    for (viewer, is_filtered), found in groups.items():
        of = f", {viewer}{', filtered' if is_filtered else ''}"
        slowest = max((each.speed.percentile_ms(0.5) for each in found), default=None)
        heaviest = max((each.size_bytes / 1000 for each in found), default=None)
        wanted += [
            Wanted(f"the slowest tile's median{of}", "≤", BUILT_MS, slowest, " ms"),
            Wanted(f"the heaviest tile{of}", "≤", SIZE_KB, heaviest, " kB"),
        ]
    return wanted


async def measure_tiles(
    url: str,
    times: int,
    drawings: Sequence[Drawing],
    progress: Callable[[str, float | None], None],
) -> list[TileBuilt]:
    """Build the fullest tiles of what is drawn, and of some of it, `times` each.

    They are built as one who may see everything, as one who has the district granted as an area,
    and as one of the fullest street. Hexagons are counted and drawn, as their route does it. Tracks
    are those of the last day of which there are fixes.
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
    progress("looking for full tiles", None)
    rows = await tuples(conn, sql_file(__package__, "full_tiles"))
    viewers = await read_viewers(conn, COUNTED_ZOOM)
    asked = [*drawings, *await read_filtered(conn)]
    last = await scalar(conn, sql_file(__package__, "last_fix"))
    span = {} if last is None else {"since": (last - _TRACKS).isoformat()}
    await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
    found: list[TileBuilt] = []
    for viewer in viewers:
        await bind(conn, viewer.actor.scope)
        full = _rolled_up([row for row in rows if viewer.looks_at(row[1], row[2])])
        drawn = viewer.sees_all(asked)
        for number, drawing in enumerate(drawn):
            progress(f"{drawing.name}, {viewer.name}", number / len(drawn))
            build = _builder(conn, drawing, viewer.actor, span)
            for zoom, tiles in full.get(drawing.full_where, {}).items():
                if zoom >= drawing.zoom_min:
                    some = tiles[: 1 if drawing.asked else TILES_MAX]
                    found.append(await _slowest(drawing, viewer, some, build, times))
    return found


Build = Callable[[AnyTile], Awaitable[bytes]]


def _builder(
    conn: AsyncConnection[Any], drawing: Drawing, actor: Actor, span: Mapping[str, str]
) -> Build:
    if drawing.asked:
        return partial(_some, conn, drawing.drawn(actor), actor)
    if drawing.name == HEXAGONS:
        return partial(_hexagons, conn, actor)
    return partial(_layers, conn, drawing, span if drawing.name == "tracks" else {})


async def _slowest(
    drawing: Drawing, viewer: Viewer, tiles: Sequence[Tile], build: Build, times: int
) -> TileBuilt:
    built: list[TileBuilt] = []
    for tile in dict.fromkeys(_in_set(drawing.matrix_set, each) for each in tiles):
        size, speed = await _timed(tile, build, times)
        told = (drawing.name, tile, size, speed, viewer.name, bool(drawing.asked))
        built.append(TileBuilt(*told))
    return max(built, key=lambda each: each.speed.percentile_ms(0.5))


def _in_set(matrix_set: str, tile: Tile) -> AnyTile:
    """Return the tile of a matrix set, about as wide as one of Web Mercator's, in its middle."""
    if matrix_set == Tile.matrix_set:
        return tile
    box, level = tile.bounds(), MATRIX_SETS[matrix_set].level_at(tile.z)
    return geodetic_tile_at((box.west + box.east) / 2, (box.south + box.north) / 2, level)


async def _timed(tile: AnyTile, build: Build, times: int) -> tuple[int, Speed]:
    speed, size = Speed(), 0
    for number in range(times + 1):
        started = time.perf_counter()
        size = len(await build(tile))
        if number:  # the first one plans
            speed.times_ms.append((time.perf_counter() - started) * 1000)
    return size, speed


async def _some(
    conn: AsyncConnection[Any], drawn: Sequence[Drawn], actor: Actor, tile: AnyTile
) -> bytes:
    return await read_drawn(conn, drawn, actor, tile)


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

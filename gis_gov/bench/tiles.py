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
from gis_gov.bench.wanted import Wanted
from gis_gov.counting.question import Question
from gis_gov.counting.threshold import Threshold
from gis_gov.db.pool import APP_ROLE
from gis_gov.db.run import scalar, sql_file, tuples
from gis_gov.db.scope import bind
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
    HEXAGONS: "persons",
}
"""Layers that are full where another one is."""

_TRACKS: Final = timedelta(days=1)

MEASURED: Final = (*LAYERS, HEXAGONS)
"""What can be measured: the layers, and the hexagons of a heat map of all persons."""

_NO_THRESHOLD: Final = Threshold(b"", 1)
"""It does not hold for who counts exactly."""


@dataclass(frozen=True, slots=True)
class TileBuilt:
    """How heavy a tile of a layer is, and how long it took each time."""

    layer: str
    tile: Tile
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
    url: str, times: int, names: Sequence[str], progress: Callable[[str, float | None], None]
) -> list[TileBuilt]:
    """Build the fullest tiles of the layers, `times` each, as one who may see everything.

    Hexagons are counted and drawn, as their route does it. Tracks are those of the last day of
    which there are fixes.
    """
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        return await measure_on(conn, times, names, progress)


async def measure_on(
    conn: AsyncConnection[Any],
    times: int,
    names: Sequence[str],
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
    for number, name in enumerate(names):
        progress(name, number / len(names))
        build = partial(_layer, conn, name, span if name == "tracks" else {})
        if name == HEXAGONS:
            build = partial(_hexagons, conn, actor)
        first = LAYERS[name].zoom_min if name in LAYERS else 0
        for zoom, tiles in full.get(_FULL_WHERE.get(name, name), {}).items():
            if zoom >= first:
                built = [await _timed(name, tile, build, times) for tile in tiles]
                found.append(max(built, key=lambda each: each.speed.percentile_ms(0.5)))
    return found


async def _timed(
    name: str, tile: Tile, build: Callable[[Tile], Awaitable[bytes]], times: int
) -> TileBuilt:
    speed, size = Speed(), 0
    for number in range(times + 1):
        started = time.perf_counter()
        size = len(await build(tile))
        if number:  # the first one plans
            speed.times_ms.append((time.perf_counter() - started) * 1000)
    return TileBuilt(name, tile, size, speed)


async def _layer(
    conn: AsyncConnection[Any], name: str, query: Mapping[str, str], tile: Tile
) -> bytes:
    cursor = conn.cursor(binary=True)
    await cursor.execute(tile_query([name]), tile_parameters(tile, query), prepare=True)
    row = await cursor.fetchone()
    return row[0] or b"" if row else b""


async def _hexagons(conn: AsyncConnection[Any], actor: Actor, tile: Tile) -> bytes:
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

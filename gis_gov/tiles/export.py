"""All tiles of the public layers, as of one moment, for an archive.

They are read under the application's role by somebody who may see and count resources, without any
right to persons, workers, addresses or events: what a row policy keeps from him is in no archive.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from psycopg import AsyncConnection

from gis_gov.db.pool import Pool
from gis_gov.db.run import sql_file, tuples
from gis_gov.db.scope import Scope, scope_of
from gis_gov.db.snapshot import snapshot
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.settings import Settings
from gis_gov.tiles.archives import Add, Pyramid, archive_order
from gis_gov.tiles.layers import LAYERS, Layer
from gis_gov.tiles.queries import read_tile
from gis_gov.tiles.service import tilejson_of
from gis_gov.tiles.style import Extent

PUBLIC: Final = tuple(layer for layer in LAYERS.values() if layer.public)
ADDRESS: Final = "{z}/{x}/{y}.mvt"
_READER: Final[Scope] = scope_of({"resource": {"all": True}, "count": {"all": True}})
_TILES_MAX: Final = 1_000_000


class TooManyTiles(Exception):
    """The pyramid is too large; the message is one line."""


class Writes(Protocol):
    """An archive: opened for a pyramid, it gives what adds a tile."""

    def __call__(self, file: Path, pyramid: Pyramid, /) -> AbstractContextManager[Add]:
        """Open the archive at a path."""
        ...


class Show(Protocol):
    """What shows how far the work is, from 0 to 1."""

    def __call__(self, what: str, done: float | None, /) -> None:
        """Show it."""
        ...


async def export(
    url: str,
    settings: Settings,
    file: Path,
    writes: Writes,
    layers: Sequence[Layer],
    zooms: range,
    show: Show,
) -> int:
    """Write the tiles of public layers to an archive, and return how many there are.

    Raises:
        ValueError: a layer is not public.
        TooManyTiles: the zooms are too high for so large a district.

    """
    if any(not layer.public for layer in layers):
        raise ValueError("only public layers are exported")
    one = settings.model_copy(update={"pool_min": 1, "pool_max": 1})
    async with Pool(url, one) as pool, pool.connection(_READER) as conn, snapshot(conn):
        extent = await _extent(conn)
        pyramid = Pyramid(
            tilejson_of(layers, ADDRESS, extent, zooms[-1]).model_copy(
                update={"minzoom": zooms[0]}
            ),
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        written = 0
        with writes(file, pyramid) as add:
            async for tile, body in _tiles(conn, layers, extent, zooms, show):
                add(tile, body)
                written += 1
    return written


async def _tiles(
    conn: AsyncConnection[Any],
    layers: Sequence[Layer],
    extent: Extent | None,
    zooms: range,
    show: Show,
) -> AsyncIterator[tuple[Tile, bytes]]:
    """Read the tiles that are not empty, in the order of archives."""
    names = [layer.name for layer in layers]
    tiles = [] if extent is None else tiles_over(extent, zooms)
    for number, tile in enumerate(tiles):
        show(f"zoom {tile.z}", number / len(tiles))
        if body := await read_tile(conn, names, tile):
            yield tile, body


def tiles_over(extent: Extent, zooms: range) -> list[Tile]:
    """List the tiles over west, south, east, north, in the order of archives.

    With those around them, for strokes and symbols at the edge, and since what is gathered by
    hexagon is drawn at the middle of a box that may be larger than what is in it.

    Raises:
        TooManyTiles: there are more than can be meant.

    """
    west, south, east, north = extent
    found: list[Tile] = []
    for zoom in zooms:
        last = 2**zoom - 1
        first, end = tile_at(west, north, zoom), tile_at(east, south, zoom)
        columns = range(max(first.x - 1, 0), min(end.x + 1, last) + 1)
        rows = range(max(first.y - 1, 0), min(end.y + 1, last) + 1)
        if len(found) + len(columns) * len(rows) > _TILES_MAX:
            raise TooManyTiles(
                f"up to zoom {zooms[-1]} there are more than {_TILES_MAX:,} tiles; export to a"
                f" lower zoom, as {zoom - 1}"
            )
        found += [Tile(zoom, x, y) for x in columns for y in rows]
    return sorted(found, key=archive_order)


async def _extent(conn: AsyncConnection[Any]) -> Extent | None:
    ((west, south, east, north),) = await tuples(conn, sql_file(__package__, "extent_of_public"))
    return None if west is None else (west, south, east, north)

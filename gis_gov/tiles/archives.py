"""Files that hold all tiles of a pyramid: MBTiles, PMTiles, or a folder of them.

What is written takes its name at the end, as a whole; a run that is broken off leaves nothing.
"""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from gis_gov.geo.tile import Tile
from gis_gov.tiles.layers import LAYERS
from gis_gov.tiles.schemas import TileJson
from gis_gov.whole_files import sync_folder

Add = Callable[[Tile, bytes], None]
"""Add a tile; they come in the order of `archive_order`."""

_E7: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Pyramid:
    """What an archive is of: the TileJSON of its layers, with bounds and both zooms."""

    told: TileJson
    moment: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return self.told.bounds or (-180.0, -85.0, 180.0, 85.0)

    @property
    def metadata(self) -> dict[str, Any]:
        """What both formats tell of the layers."""
        layers = [layer.model_dump() for layer in self.told.vector_layers]
        return {
            "name": self.told.name,
            "description": self.told.description,
            "type": "overlay",
            "version": self.moment,
            "vector_layers": layers,
        }


def archive_order(tile: Tile) -> int:
    """Return the place of a tile in an archive: by zoom, then along a Hilbert curve."""
    return zxy_to_tileid(tile.z, tile.x, tile.y)


@contextmanager
def mbtiles(file: Path, pyramid: Pyramid) -> Generator[Add]:
    """Write MBTiles 1.3, a SQLite database; its rows count from the south."""
    with _whole(file) as unfinished, closing(sqlite3.connect(unfinished)) as database:
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        database.execute("pragma application_id = 1297105496")  # MPBX, as the format asks
        database.execute("create table metadata (name text primary key, value text)")
        database.execute(
            "create table tiles (zoom_level integer, tile_column integer, tile_row integer,"
            " tile_data blob, primary key (zoom_level, tile_column, tile_row))"
        )
        told = {**pyramid.metadata, "format": "pbf"}
        layers = [
            # Of fields the format tells types, where TileJSON and PMTiles describe them.
            {**layer, "fields": LAYERS[layer["id"]].types}
            for layer in told.pop("vector_layers")
        ]
        west, south, east, north = pyramid.bounds
        lon, lat, zoom = pyramid.told.center or (0, 0, 0)
        told |= {
            "bounds": f"{west},{south},{east},{north}",
            "center": f"{lon},{lat},{zoom}",
            "minzoom": str(pyramid.told.minzoom),
            "maxzoom": str(pyramid.told.maxzoom),
            "json": orjson.dumps({"vector_layers": layers}).decode(),
        }
        database.executemany("insert into metadata values (?, ?)", told.items())

        def add(tile: Tile, body: bytes) -> None:
            row = 2**tile.z - 1 - tile.y
            values = (tile.z, tile.x, row, _packed(body))
            database.execute("insert into tiles values (?, ?, ?, ?)", values)

        yield add
        database.commit()


@contextmanager
def pmtiles(file: Path, pyramid: Pyramid) -> Generator[Add]:
    """Write PMTiles 3, which browsers read by ranges from any web server.

    Raises:
        NothingToWrite: no tile was added, which the format can't tell.

    """
    with _whole(file) as unfinished, unfinished.open("wb") as output:
        writer = Writer(output)
        with closing(writer.tile_f):  # which it closes itself at the end only

            def add(tile: Tile, body: bytes) -> None:
                writer.write_tile(archive_order(tile), _packed(body))

            yield add
            if not writer.tile_entries:
                raise NothingToWrite(f"{file.name}: there is nothing to draw")
            writer.finalize(_header(pyramid), pyramid.metadata)


def _header(pyramid: Pyramid) -> dict[str, Any]:
    west, south, east, north = (round(side * _E7) for side in pyramid.bounds)
    lon, lat, zoom = pyramid.told.center or (0, 0, 0)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": zoom,
        "center_lon_e7": round(lon * _E7),
        "center_lat_e7": round(lat * _E7),
    }


class NothingToWrite(Exception):
    """An archive would have no tile; the message is one line."""


@contextmanager
def folder(path: Path, pyramid: Pyramid) -> Generator[Add]:
    """Write a folder that any web server can serve: {z}/{x}/{y}.mvt, and tiles.json beside them.

    Raises:
        FileExistsError: there is something at the path that is not an older one of these.

    """
    if path.exists() and not (path / "tiles.json").is_file():
        raise FileExistsError(17, "is there already, and is no folder of tiles", str(path))
    unfinished, former = (path.with_name(f"{path.name}.{end}") for end in ("unfinished", "former"))
    for each in (unfinished, former):
        shutil.rmtree(each, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:

        def add(tile: Tile, body: bytes) -> None:
            file = unfinished / str(tile.z) / str(tile.x) / f"{tile.y}.mvt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)

        yield add
        told = pyramid.told.model_dump(exclude_none=True)
        (unfinished / "tiles.json").write_bytes(orjson.dumps(told))
        if path.exists():
            path.rename(former)
        unfinished.rename(path)
        sync_folder(path.parent)
    finally:
        for each in (unfinished, former):
            shutil.rmtree(each, ignore_errors=True)


@contextmanager
def _whole(file: Path) -> Generator[Path]:
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
        sync_folder(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _packed(body: bytes) -> bytes:
    # Without the time, so that the same tiles make the same file.
    return gzip.compress(body, compresslevel=9, mtime=0)

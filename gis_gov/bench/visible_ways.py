"""The ways by which things are written: by the API, by psql and by the loader.

Each returns when the write is committed, and not much later.
"""

import asyncio
import csv
import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import orjson
import psycopg
from shapely.geometry import MultiPolygon, box, mapping

from gis_gov.access.sealing import Sealer, new_key
from gis_gov.bench.http import Connection
from gis_gov.bench.visible_things import CODE, HALVES, Place
from gis_gov.db.run import sql_file
from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions

_OK: Final = 200
_TRIES: Final = 5

Done = TypeVar("Done")


class NotWritten(Exception):
    """A write was refused; the message says why."""


class Way(Protocol):
    """Moves the POI, and gives the grid another name and another edge."""

    name: str

    async def move_poi(self, to: Place) -> None:
        """Move the POI there."""
        ...

    async def edit_grid(self, at: Place, turn: int) -> None:
        """Name the grid, which lies there, after the turn, and move its edge."""
        ...


class BySql:
    """As psql writes: each statement is committed by itself."""

    name = "psql"

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn

    async def move_poi(self, to: Place) -> None:
        """Move the POI there."""
        told = {"code": CODE, "lon": to.lon, "lat": to.lat}
        await asyncio.to_thread(self._execute, "visible_move_poi", told)

    async def edit_grid(self, at: Place, turn: int) -> None:
        """Name the grid after the turn, and move its edge."""
        told = {"code": CODE, "lon": at.lon, "lat": at.lat, "half": HALVES[turn % 2]}
        await asyncio.to_thread(self._execute, "visible_edit_grid", {**told, "name": str(turn)})

    def _execute(self, name: str, told: Mapping[str, object]) -> None:
        _again(lambda: self._conn.execute(sql_file(__package__, name), told))


class ByApi:
    """By OGC API Features Part 4, at the servers in turns."""

    name = "API"

    def __init__(self, ports: Sequence[int], key: str) -> None:
        self._ports = itertools.cycle(ports)
        self._headers = f"authorization: Bearer {key}\r\ncontent-type: application/json\r\n"

    async def move_poi(self, to: Place) -> None:
        """Move the POI there."""
        point = {"type": "Point", "coordinates": [to.lon, to.lat]}
        await self._patch("pois", {"geometry": point})

    async def edit_grid(self, at: Place, turn: int) -> None:
        """Name the grid after the turn, and move its edge."""
        await self._patch(
            "grids", {"geometry": _square(at, turn), "properties": {"name": str(turn)}}
        )

    async def _patch(self, collection: str, sent: Mapping[str, object]) -> None:
        connection = await Connection.open(next(self._ports))
        try:
            path = f"/collections/{collection}/items/{CODE}"
            status, _, body = await connection.patch(path, orjson.dumps(sent), self._headers)
        finally:
            await connection.close()
        if status != _OK:
            raise NotWritten(f"PATCH {path}: {status} {body.decode(errors='replace')}")


class ByLoader:
    """By the loader, each time a file of one row, within this process: to start takes seconds."""

    name = "loader"

    def __init__(self, conn: psycopg.Connection[Any], folder: Path) -> None:
        self._conn = conn
        self._folder = folder
        # Neither kind has anything that is sealed.
        self._sealer = Sealer([new_key()])

    async def move_poi(self, to: Place) -> None:
        """Move the POI there."""
        file = self._folder / "visible.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            rows = (("code", "kind", "name", "lon", "lat"), (CODE, "poi", "测量点", to.lon, to.lat))
            csv.writer(out).writerows(rows)
        await asyncio.to_thread(self._load, "resources", file)

    async def edit_grid(self, at: Place, turn: int) -> None:
        """Name the grid after the turn, and move its edge."""
        file = self._folder / "visible.geojson"
        told = {"code": CODE, "name": str(turn), "layer": "exclusive", "area_code": at.area_code}
        feature = {"type": "Feature", "properties": told, "geometry": _square(at, turn)}
        file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [feature]}))
        await asyncio.to_thread(self._load, "grids", file)

    def _load(self, kind: str, file: Path) -> None:
        options = LoadOptions.told(crs="EPSG:4490", allow_gaps=True)
        try:
            report = _again(lambda: load(kind, [file], options, self._conn, self._sealer))
        finally:
            file.unlink()
        if report.updated != 1:
            raise NotWritten(f"the loader did not take {kind} in: {report.as_json()}")


def _square(at: Place, turn: int) -> dict[str, Any]:
    half = HALVES[turn % 2]
    square = box(at.lon - half, at.lat - half, at.lon + half, at.lat + half)
    return mapping(MultiPolygon([square]))


def _again(write: Callable[[], Done]) -> Done:
    """Write, and anew where the locks of another writer are met in a circle."""
    for _ in range(_TRIES - 1):
        try:
            return write()
        except psycopg.errors.DeadlockDetected:
            continue
    return write()

"""What is written to see how soon it is shown: a POI and a grid where the district is fullest."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from gis_gov.bench.edits import ended_by_a_signal
from gis_gov.db.run import sql_file
from gis_gov.geo.tile import tile_at

CODE: Final = "bench-visible"
ZOOM: Final = 14
"""The lowest at which a tile as full as can be has each POI by itself."""
HALVES: Final = (0.0001, 0.00012)
"""Half the grid's side in degrees, in turns."""


class NoPlace(Exception):
    """There is nowhere to put the things."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point (EPSG:4490) in a full tile, and the code of the community in which it lies."""

    lon: float
    lat: float
    area_code: str

    def tile_path(self) -> str:
        """Return the path of the tile of POIs that it lies in."""
        tile = tile_at(self.lon, self.lat, ZOOM)
        return f"/tiles/pois/{tile.z}/{tile.x}/{tile.y}.mvt"


@contextmanager
def visible_things(url: str) -> Generator[list[Place]]:
    """Make the POI and the grid for as long as the block lasts; yield two places of full tiles.

    What a killed one left is taken away before. The grid stays at the first place.

    Raises:
        NoPlace: nothing with a place lies well inside a community.

    """
    with ended_by_a_signal(), psycopg.connect(url, autocommit=True) as conn:
        _take_away(conn)
        places = _places(conn)
        first = places[0]
        told = {"code": CODE, "lon": first.lon, "lat": first.lat, "half": HALVES[0]}
        try:
            conn.execute(
                sql_file(__package__, "visible_make"), {**told, "area_code": first.area_code}
            )
            yield places
        finally:
            _take_away(conn)


def _places(conn: psycopg.Connection[Any]) -> list[Place]:
    asked = {"zoom": ZOOM, "tiles": 2**ZOOM}
    rows = conn.execute(sql_file(__package__, "visible_places"), asked).fetchall()
    places = [Place(*row) for row in rows]
    if not places:
        raise NoPlace("no POI or address lies well inside a community and outside exclusive grids")
    if len(places) == 1:  # all is in one tile: the other one is beside it
        first = places[0]
        places.append(Place(first.lon + 360 / 2**ZOOM, first.lat, first.area_code))
    return places


def _take_away(conn: psycopg.Connection[Any]) -> None:
    """Delete them; who meets another writer in a circle of locks begins again."""
    for table in ("delete from resource where code = %s", "delete from grid where code = %s"):
        while True:
            try:
                conn.execute(table, [CODE])
            except psycopg.errors.DeadlockDetected:
                continue
            break

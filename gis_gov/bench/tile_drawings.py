"""What is drawn in the tiles that are measured, and for whom: all of a layer, or some of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.bench.tile_questions import POINTS
from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.geo.geodetic_tile import GeodeticTile
from gis_gov.geo.tile import Tile, tile_at
from gis_gov.heatmaps.hexagon_tile import LAYER as HEXAGONS
from gis_gov.ogc.tile_asked import Drawn, chosen_by, drawn_of
from gis_gov.tiles.service import LAYERS

EVERYTHING: Final = "everything"
DISTRICT: Final = "the district as an area"
STREET: Final = "the fullest street"

_DAYS: Final = timedelta(days=30)
_FULL_WHERE: Final = {
    "area_labels": "areas",
    "grid_labels": "grids",
    "camera_sectors": "cameras",
    "workers": "tracks",
}
"""Layers that are full where another one is."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn in a tile: layers, where it is full, by which matrix set, and which of it."""

    name: str
    layers: tuple[str, ...]
    full_where: str
    matrix_set: str = Tile.matrix_set
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def zoom_min(self) -> int:
        """Return from which zoom on there is something of the first layer."""
        first = LAYERS.get(self.layers[0])
        return 0 if first is None else first.zoom_min

    def drawn(self, actor: Actor) -> list[Drawn]:
        """Read what is asked for as the routes do."""
        return drawn_of([LAYERS[each] for each in self.layers], chosen_by(self.asked), actor)


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
class Viewer:
    """For whom tiles are built; `inside` are the tiles of a zoom, west to east, north to south."""

    name: str
    actor: Actor
    west_north: Tile | None = None
    east_south: Tile | None = None

    def looks_at(self, column: int, row: int) -> bool:
        """Say whether a tile of the zoom lies where he sees anything."""
        if self.west_north is None or self.east_south is None:
            return True
        return (
            self.west_north.x <= column <= self.east_south.x
            and self.west_north.y <= row <= self.east_south.y
        )

    def sees_all(self, drawings: Sequence[Drawing]) -> list[Drawing]:
        """Return what is built for him: of who sees a part, each layer by itself."""
        if self.name == EVERYTHING:
            return list(drawings)
        return [
            each
            for each in drawings
            if len(each.layers) == 1
            and each.layers[0] in LAYERS
            and each.matrix_set == Tile.matrix_set
            and not (each.asked and self.name == STREET)
        ]


@dataclass(frozen=True, slots=True)
class _Part:
    path: str
    areas: list[int]
    west: float
    south: float
    east: float
    north: float


async def read_viewers(conn: AsyncConnection[Any], zoom: int) -> list[Viewer]:
    """Make who sees everything, who has the whole district as an area, and one of a street.

    Where there is no street or no district there is nobody of it. `zoom` is that of the tiles
    which are told apart by where he sees anything.
    """
    viewers = [Viewer(EVERYTHING, Actor("bench", (Grant("commander"),)))]
    for name, query in ((DISTRICT, "whole_district"), (STREET, "fullest_street")):
        for part in await rows_of(conn, _Part, sql_file(__package__, query)):
            grant = Grant("commander", path=part.path, areas=frozenset(part.areas))
            corners = ((part.west, part.north), (part.east, part.south))
            tiles = [tile_at(lon, lat, zoom) for lon, lat in corners]
            viewers.append(Viewer(name, Actor("bench", (grant,)), *tiles))
    return viewers


async def read_filtered(conn: AsyncConnection[Any]) -> list[Drawing]:
    """Make what is drawn of some things of a layer: those that there are the most of."""
    asked: list[tuple[str, dict[str, str]]] = [
        ("events", {"state": "closed"}),
        ("events", {"state": "handling"}),
        ("events", {"level": "grid"}),
        ("events", {"level": "district"}),
        ("events", {"state": "closed", "level": "street"}),
        ("events", {"filter": "state <> 'closed' AND level IN ('street', 'district')"}),
    ]
    for layer, name, value, last in await tuples(conn, sql_file(__package__, "usual_values")):
        if value is not None:
            asked.append((layer, {name: value}))
        if last is not None:
            asked.append((layer, {"datetime": f"{(last - _DAYS).isoformat()}/{last.isoformat()}"}))
    return [
        Drawing(f"{layer}?{'&'.join(_short(told))}", (layer,), layer, asked=told)
        for layer, told in asked
    ]


def _short(asked: Mapping[str, str]) -> list[str]:
    return [
        "datetime of 30 days" if name == "datetime" else f"{name}={value}"
        for name, value in asked.items()
    ]

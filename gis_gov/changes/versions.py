"""Versions of tiles: a number for any tile that grows with each change that may show in it.

Numbers are of one process, for keys of what it keeps in memory; they mean nothing to another one.
"""

from collections.abc import Collection, Iterator
from math import asinh, cos, inf, isfinite, pi, radians, tan
from typing import Final

from gis_gov.geo.bbox import BBox
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.geo.tile import Tile

ZOOM_MAX: Final = 15
"""Tiles of higher zooms have the version of the tile of this zoom that they lie in."""

KEPT_MAX: Final = 200_000
_AT_ONCE_MAX: Final = 16
# A thing that is gathered with others is drawn in the tile of their hexagon's middle: of resolution
# 9 up to zoom 13, of 12 from there on. Half as much again as a hexagon is wide.
_COARSE_ZOOM_MAX: Final = 13
_COARSE_M, _FINE_M = 700.0, 50.0
# What is drawn at a tile's edge shows in the next one, too: by a 64th of its side.
_MARGIN: Final = 1 / 32
_METRES_ROUND: Final = 2 * pi * 6_378_137.0

Place = tuple[int, int, int]
Square = tuple[float, float, float, float]


class TileVersions:
    """Count changes, and keep for each kind and tile the number of the last one.

    `add` and `version` agree whatever the box: at the highest zoom at which a box meets few tiles,
    those are kept as changed with all that lies in them, and at the lower zooms as changed
    themselves. When too many are kept, all tiles are taken as changed.
    """

    def __init__(self, kept_max: int = KEPT_MAX) -> None:
        self._kept_max = kept_max
        self._number = 0
        self._base = 0
        self._newest: dict[str, int] = {}
        self._all: dict[str, int] = {}
        self._touched: dict[tuple[str, Place], int] = {}
        self._within: dict[tuple[str, Place], int] = {}

    def add_all(self) -> None:
        """Take whatever there is as changed."""
        self._number += 1
        self._base = self._number
        self._newest.clear()
        self._all.clear()
        self._touched.clear()
        self._within.clear()

    def add(self, kind: str, box: BBox | None) -> None:
        """Take what lies in a box as changed; infinite sides reach everywhere, None nowhere."""
        if box is None:
            return
        self._number += 1
        self._newest[kind] = self._number
        if not all(map(isfinite, (box.west, box.south, box.east, box.north))):
            self._all[kind] = self._number
            return
        zoom = ZOOM_MAX
        while zoom and _count(met(box, zoom)) > _AT_ONCE_MAX:
            zoom -= 1
        for place in _places(zoom, met(box, zoom)):
            self._within[kind, place] = self._number
        for lower in range(zoom):
            for place in _places(lower, met(box, lower)):
                self._touched[kind, place] = self._number
        if len(self._touched) + len(self._within) > self._kept_max:
            self.add_all()

    def version(self, kinds: Collection[str], tile: AnyTile) -> int:
        """Return the number of the last change of one of the kinds that may show in a tile."""
        return max(self._version(kinds, each) for each in tile.mercator_tiles())

    def _version(self, kinds: Collection[str], tile: Tile) -> int:
        beyond = max(tile.z - ZOOM_MAX, 0)
        own = (tile.z - beyond, tile.x >> beyond, tile.y >> beyond)
        last = self._base
        for kind in kinds:
            if self._newest.get(kind, 0) <= last:
                continue  # most kinds were written nowhere since: no need to look at each zoom
            last = max(last, self._all.get(kind, 0), self._touched.get((kind, own), 0))
            for place in _above(own):
                last = max(last, self._within.get((kind, place), 0))
        return last


def met(box: BBox, zoom: int) -> tuple[int, int, int, int]:
    """Return the first and last column, and row, of the tiles in which a box may show."""
    count = 1 << zoom
    margin_m = _COARSE_M if zoom <= _COARSE_ZOOM_MAX else _FINE_M
    west, north, east, south = _square(box, margin_m)
    edge = _MARGIN / count
    return (
        _tile((west - edge) * count, count),
        _tile((east + edge) * count, count),
        _tile((north - edge) * count, count),
        _tile((south + edge) * count, count),
    )


def _square(box: BBox, margin_m: float) -> Square:
    """Give a box with a margin on the square map, 0 to 1 from its north-western corner."""
    farthest = max(abs(box.south), abs(box.north))
    # On the map a metre is longer the farther from the equator.
    margin = margin_m / (_METRES_ROUND * max(cos(radians(min(farthest + 0.1, 89.0))), 0.01))
    return (
        (box.west + 180) / 360 - margin,
        _down(box.north) - margin,
        (box.east + 180) / 360 + margin,
        _down(box.south) + margin,
    )


def _down(lat: float) -> float:
    if lat >= 90:
        return -inf
    if lat <= -90:
        return inf
    return (1 - asinh(tan(radians(lat))) / pi) / 2


def _tile(place: float, count: int) -> int:
    return int(min(max(place, 0), count - 1))


def _count(columns_and_rows: tuple[int, int, int, int]) -> int:
    first, last, top, bottom = columns_and_rows
    return (last - first + 1) * (bottom - top + 1)


def _places(zoom: int, columns_and_rows: tuple[int, int, int, int]) -> Iterator[Place]:
    first, last, top, bottom = columns_and_rows
    for x in range(first, last + 1):
        for y in range(top, bottom + 1):
            yield zoom, x, y


def _above(place: Place) -> Iterator[Place]:
    """Give a tile, and those of lower zooms that it lies in."""
    zoom, x, y = place
    for steps in range(zoom + 1):
        yield zoom - steps, x >> steps, y >> steps

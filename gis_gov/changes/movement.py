"""Where workers moved and of which hours ways changed, as versions of the tiles that show it.

Ten thousand fixes a second are no changes to be logged, and no tile's version is a row that their
writers share: each statement announces the squares in which workers were or are last, and the hours
of the ways that it changed. Numbers are of one process, as those of `TileVersions`.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import product
from math import floor, inf
from typing import Final

from gis_gov.geo.bbox import BBox
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.interval import Interval

CHANNEL: Final = "moved_at"
POSITION: Final = "position"
"""The kind of where workers are last; no change in the log is of it."""
WAY: Final = "way"
"""The kind of where workers went, which is not in the log either."""

KEPT_MAX: Final = 200_000
_PER_DEGREE: Final = 100
_COARSER: Final = 16
_LEVELS: Final = 3
_LOOKED_AT_MAX: Final = 400
# What is drawn at a tile's edge shows in the next one, too: by a 64th of its side.
_MARGIN: Final = 1 / 32
_HOUR_S: Final = 3_600

Square = tuple[int, int]


class Movement:
    """Number what is announced, and keep the last number of each square and hour.

    `hear` is the handler of CHANNEL, `session` numbers the connection on which that is heard (0:
    none). Squares of a hundredth of a degree are kept in coarser ones, too, for tiles over which
    there are many.
    """

    def __init__(self, session: Callable[[], int], kept_max: int = KEPT_MAX) -> None:
        self._session = session
        self._kept_max = kept_max
        self._heard_in_session = 0
        self._number = 0
        self._anywhere = 0
        self._anytime = 0
        self._newest = 0
        self._squares: tuple[dict[Square, int], ...] = tuple({} for _ in range(_LEVELS))
        self._hours: dict[int, int] = {}

    async def hear(self, payload: str) -> None:
        """Take note of where and when something changed; for an empty payload, of everything."""
        session = self._session()
        self._number += 1
        kind, _, told = payload.partition(" ")
        match kind, told:
            case "at", "":
                self._change_anywhere()
            case "at", _:
                self._change_at(told)
            case "in", "":
                self._change_anytime()
            case "in", _:
                self._change_in(told)
            case _:
                self._change_anywhere()
                self._change_anytime()
                # From now on all is heard: what came before has just been doubted.
                self._heard_in_session = session

    def is_current(self) -> bool:
        """Say whether it is heard who moves, with nothing left out that was not doubted since."""
        return 0 != self._session() == self._heard_in_session

    def version(
        self, kinds: Collection[str], tile: AnyTile, ways: Interval | None
    ) -> tuple[int, int]:
        """Return the numbers of the last changes of positions in a tile, and of ways of a time."""
        return (
            self._of_places(tile) if POSITION in kinds else 0,
            self._of_ways(ways) if WAY in kinds else 0,
        )

    def _change_anywhere(self) -> None:
        self._anywhere = self._newest = self._number
        for squares in self._squares:
            squares.clear()

    def _change_anytime(self) -> None:
        self._anytime = self._number
        self._hours.clear()

    def _change_at(self, told: str) -> None:
        self._newest = self._number
        for place in told.split(","):
            lon, lat = map(int, place.split(":"))
            for squares in self._squares:
                squares[lon, lat] = self._number
                lon, lat = lon // _COARSER, lat // _COARSER
        if sum(map(len, self._squares)) > self._kept_max:
            self._change_anywhere()

    def _change_in(self, told: str) -> None:
        self._hours.update(dict.fromkeys(map(int, told.split(",")), self._number))
        if len(self._hours) > self._kept_max:
            self._change_anytime()

    def _of_places(self, tile: AnyTile) -> int:
        if self._newest == self._anywhere:
            return self._anywhere
        box, side = tile.bounds(), 1.0 / _PER_DEGREE
        for squares in self._squares:
            west, south, east, north = _reach(box, side)
            if (east - west + 1) * (north - south + 1) <= _LOOKED_AT_MAX:
                looked_at = product(range(west, east + 1), range(south, north + 1))
                return max(self._anywhere, *(squares.get(each, 0) for each in looked_at))
            side *= _COARSER
        return self._newest

    def _of_ways(self, ways: Interval | None) -> int:
        """Return the last number of the hours in which a time lies, all of them without one."""
        first, last = (-inf, inf) if ways is None else _hours(ways)
        return max(self._anytime, *self._numbers(first, last), 0)

    def _numbers(self, first: float, last: float) -> Iterator[int]:
        if last - first < len(self._hours):
            return (self._hours.get(hour, 0) for hour in range(int(first), int(last) + 1))
        return (number for hour, number in self._hours.items() if first <= hour <= last)


def _reach(box: BBox, side: float) -> tuple[int, int, int, int]:
    """Return the first and last column and row of squares in which lies what a tile shows."""
    margin = (box.east - box.west) * _MARGIN
    return (
        floor((box.west - margin) / side),
        floor((box.south - margin) / side),
        floor((box.east + margin) / side),
        floor((box.north + margin) / side),
    )


def _hours(ways: Interval) -> tuple[float, float]:
    """Return the first and last hour since 1970 in which a time lies."""
    since, until = ways.since, ways.until
    return (
        -inf if since is None else since.timestamp() // _HOUR_S,
        inf if until is None else until.timestamp() // _HOUR_S,
    )

"""Where workers moved and what tracks changed, as versions of the tiles that show it.

Ten thousand fixes a second are no changes to be logged, and no tile's version is a row that their
writers share: each statement announces the squares in which workers were or are last, and where in
which hours it changed tracks. Numbers are of one process, as those of `TileVersions`.
"""

from collections.abc import Callable, Collection
from typing import Final

from gis_gov.changes.queries import read_newest_track
from gis_gov.changes.squares import Squares, widened
from gis_gov.changes.tracks import HOUR_S, Tracks
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.interval import Interval

CHANNEL: Final = "moved_at"
POSITION: Final = "position"
"""The kind of where workers are last; no change in the log is of it."""
TRACK: Final = "track"
"""The kind of where workers went, which is not in the log either."""

KEPT_MAX: Final = 200_000
# What is drawn at a tile's edge shows in the next one, too: by a 64th of its side.
_MARGIN: Final = 1 / 32


class Movement:
    """Number what is announced, and keep the last numbers by place, and of tracks by hour.

    `hear` is the handler of CHANNEL, `session` numbers the connection on which that is heard (0:
    none).
    """

    def __init__(self, pool: Pool, session: Callable[[], int], kept_max: int = KEPT_MAX) -> None:
        self._pool = pool
        self._session = session
        self._kept_max = kept_max
        self._heard_in_session = 0
        self._number = 0
        self._anywhere = 0
        self._newest = 0
        self._squares = Squares()
        self._tracks = Tracks()

    async def hear(self, payload: str) -> None:
        """Take note of where and when something changed; for an empty payload, of everything."""
        kind, _, told = payload.partition(" ")
        if kind == "":
            await self._begin()
            return
        self._number += 1
        match kind, told:
            case "at", "":
                self._change_anywhere()
            case "at", _:
                self._change_at(told)
            case "by", _:
                self._tracks.change_by(told, self._number)
            case "in", _ if told:
                self._tracks.change_in(told, self._number)
            case _:
                self._tracks.change_anytime(self._number)

    def is_current(self) -> bool:
        """Say whether it is heard who moves, with nothing left out that was not doubted since."""
        return 0 != self._session() == self._heard_in_session

    def version(
        self, kinds: Collection[str], tile: AnyTile, tracks: Interval | None
    ) -> tuple[int, int]:
        """Return the last changes' numbers: of positions in a tile, and of tracks of a time."""
        bounds = tile.bounds()
        box = widened(bounds, (bounds.east - bounds.west) * _MARGIN)
        places = self._anywhere
        if POSITION in kinds and self._newest > places:
            found = self._squares.last(box)
            places = self._newest if found is None else max(places, found)
        return places, self._tracks.last(box, tracks) if TRACK in kinds else 0

    async def _begin(self) -> None:
        """Doubt all that came before: from now on it is heard of."""
        session = self._session()
        async with self._pool.connection(SYSTEM) as conn:
            newest = await read_newest_track(conn)
        self._number += 1
        self._change_anywhere()
        self._tracks.begin(self._number, newest.timestamp() // HOUR_S)
        self._heard_in_session = session

    def _change_anywhere(self) -> None:
        self._anywhere = self._newest = self._number
        self._squares = Squares()

    def _change_at(self, told: str) -> None:
        self._newest = self._number
        places = (each.split(":") for each in told.split(","))
        self._squares.change(((int(lon), int(lat)) for lon, lat in places), self._number)
        if len(self._squares) > self._kept_max:
            self._change_anywhere()

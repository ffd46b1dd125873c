"""The tracks of many workers at once, as columns that a player reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import orjson
from psycopg import AsyncConnection

from gis_gov.db.run import sql_file, tuples
from gis_gov.geo.arrays import Floats
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import is_gap

POINTS_MAX: Final = 400_000
"""Of a page; so many workers fewer are told."""
_DIGITS: Final = 6
_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is played: the time from `since` up to, and without, `until`, in steps; and where.

    That is in some areas, in a grid, or anywhere.
    """

    since: datetime
    until: datetime
    step_s: float
    areas: Sequence[int] | None = None
    grid_id: int | None = None
    is_live: bool = False

    @property
    def workers_max(self) -> int:
        """How many workers have room in a page."""
        steps = (self.until - self.since).total_seconds() / self.step_s + 1
        return max(1, int(POINTS_MAX / steps))


@dataclass(frozen=True, slots=True)
class Played:
    """A worker with the fixes that are told of him: seconds after the begin, and degrees."""

    id: int
    code: str
    name: str
    kind: str | None
    after_s: Floats
    lon: Floats
    lat: Floats


async def read_played(
    conn: AsyncConnection[Any], shown: Shown, after: int, most: int
) -> list[Played]:
    """Read workers after one, by their ids, with the fixes that whoever asks may know."""
    asked = {
        "since": shown.since,
        "until": shown.until,
        "step_s": shown.step_s,
        "anywhere": shown.areas is None and shown.grid_id is None,
        "areas": list(shown.areas or ()),
        "grid_id": shown.grid_id,
        "is_live": shown.is_live,
        "after": after,
        "most": most,
    }
    rows = await tuples(conn, sql_file(_PACKAGE, "playback"), asked, binary=True)
    return [Played(*who, *map(_floats, columns)) for *who, columns in map(_split, rows)]


def _split(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return *row[:4], row[4:]


def _floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def told(shown: Shown, played: Sequence[Played], following: str | None) -> bytes:
    """Tell workers with their columns; `breaks` are where nobody knows how one came there."""
    answer = {
        "from": shown.since,
        "to": shown.until,
        "step_s": shown.step_s,
        "workers": [
            {
                "code": each.code,
                "name": each.name,
                "kind": each.kind,
                "t": np.round(each.after_s, 1),
                "lon": np.round(each.lon, _DIGITS),
                "lat": np.round(each.lat, _DIGITS),
                "breaks": _breaks(each),
            }
            for each in played
        ],
        "next": following,
    }
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)


def _breaks(each: Played) -> list[int]:
    nothing = np.full(len(each.lon), np.nan)
    gap = is_gap(Fixes(each.after_s, each.lon, each.lat, nothing))
    return (np.flatnonzero(gap) + 1).tolist()

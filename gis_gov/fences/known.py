"""The versions of fences, as the engine takes them, kept in the memory of the process."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np
import shapely
import structlog
from psycopg import AsyncConnection

from gis_gov.db.run import rows_of, scalar, sql_file
from gis_gov.fences.schedules import schedule_of
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.patrols.service import OLDEST_DAYS

log = structlog.get_logger()

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class Version:
    """What a fence was, or is, and of whom it tells; times are in seconds since 1970."""

    id: int
    fence_id: int
    width_m: float | None
    tells: Sequence[str]
    dwell_s: float
    hysteresis_m: float
    windows: Sequence[dict[str, Any]] | None
    for_workers: Sequence[int] | None
    area_id: int | None
    grid_id: int | None
    wkb: bytes
    from_s: float
    to_s: float | None
    for_area_id: int | None

    def is_for(self, worker_id: int, employed_in: Sequence[int]) -> bool:
        """Say whether it watches a worker who is employed in an area, and so in those above it."""
        if self.for_workers is not None:
            return worker_id in self.for_workers
        return self.for_area_id is None or self.for_area_id in employed_in


class Expecting:
    """The versions of fences in which somebody should be, found by who that is."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._by_worker: defaultdict[int, list[Version]] = defaultdict(list)
        self._by_area: defaultdict[int | None, list[Version]] = defaultdict(list)
        for each in versions:
            if "outside" not in each.tells:
                continue
            if each.for_workers is None:
                self._by_area[each.for_area_id].append(each)
            for worker_id in each.for_workers or ():
                self._by_worker[worker_id].append(each)

    def of(self, worker_id: int, employed_in: Sequence[int]) -> Iterator[Version]:
        """Return those in which a worker should be, when they are in force."""
        yield from self._by_worker.get(worker_id, ())
        for area_id in (None, *employed_in):
            yield from self._by_area.get(area_id, ())


@dataclass(frozen=True, slots=True)
class Known:
    """All versions by id, and as a set of the engine's; a fence of the set is a version."""

    number: int
    versions: dict[int, Version]
    fences: GeofenceSet
    expecting: Expecting

    def fence(self, version_id: int) -> Geofence | None:
        """Return a version as the engine has it, if it has."""
        place = int(np.searchsorted(self.fences.ids, version_id))
        if place == len(self.fences) or self.fences.ids[place] != version_id:
            return None
        return self.fences.fences[place]


class KnownFences:
    """Reads the versions anew whenever there are others.

    Of fixes that are older than `days` none is taken any more, so nothing is looked at anew.
    """

    def __init__(self, kept_days: int = OLDEST_DAYS) -> None:
        self.days: Final = (kept_days or OLDEST_DAYS) + 1
        self._known = Known(-1, {}, GeofenceSet([]), Expecting([]))

    async def held(self, conn: AsyncConnection[Any]) -> Known:
        """Return the versions as they are until the end of the transaction that `conn` is in."""
        await conn.execute(sql_file(_PACKAGE, "hold_fences"))
        number = int(await scalar(conn, sql_file(_PACKAGE, "number")))
        if number != self._known.number:
            asked = {"days": self.days}
            versions = await rows_of(conn, Version, sql_file(_PACKAGE, "versions"), asked)
            self._known = Known(
                number,
                {each.id: each for each in versions},
                GeofenceSet(fence for each in versions if (fence := _fence(each)) is not None),
                Expecting(versions),
            )
        return self._known


def _fence(version: Version) -> Geofence | None:
    shape: Any = shapely.from_wkb(version.wkb)  # of which kind it is, the engine looks at
    try:
        return Geofence(
            version.id,
            shape,
            width_m=version.width_m,
            hysteresis_m=version.hysteresis_m,
            dwell_s=version.dwell_s,
            schedule=schedule_of(version.windows),
            valid_from_s=version.from_s,
            valid_to_s=inf if version.to_s is None else version.to_s,
        )
    except ValueError as error:  # of one that was written past us the others must not suffer
        log.warning("fence not understood", version=version.id, error=str(error))
        return None

"""The workers and devices that tell where they are, in the memory of each process."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.db.pool import Pool
from gis_gov.db.run import rows_of, sql_file
from gis_gov.db.scope import SYSTEM

CHANNEL: Final = "movers"


@dataclass(frozen=True, slots=True)
class Mover:
    """A worker, and where he is employed."""

    id: int
    code: str
    area_id: int | None


@dataclass(frozen=True, slots=True)
class Device:
    """A device that is registered, and with whom; a phone that shows a secret has its digest."""

    code: str
    worker_id: int | None
    secret_digest: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    by_code: Mapping[str, Mover]
    by_id: Mapping[int, Mover]
    devices: Mapping[str, Device]


class Movers:
    """Knows who tells positions; reads them anew after `hear`, the handler of `CHANNEL`."""

    def __init__(self, pool: Pool, session: Callable[[], int]) -> None:
        self._pool = pool
        self._session = session
        self._known: _Known | None = None
        self._heard = self._read_in_session = 0

    async def hear(self, _payload: str) -> None:
        """Take note that a worker or a device was written."""
        self._heard += 1
        self._known = None

    async def worker(self, code: str) -> Mover | None:
        """Find a worker by his code."""
        return (await self._newest()).by_code.get(code)

    async def worker_by_id(self, number: int) -> Mover | None:
        """Find a worker by the id that an account has."""
        return (await self._newest()).by_id.get(number)

    async def ids(self) -> Collection[int]:
        """Return the ids of all workers."""
        return (await self._newest()).by_id.keys()

    async def device(self, code: str) -> Device | None:
        """Find a device by its code."""
        return (await self._newest()).devices.get(code)

    async def _newest(self) -> _Known:
        session = self._session()
        if self._known is not None and session != 0 and session == self._read_in_session:
            return self._known
        heard = self._heard
        async with self._pool.connection(SYSTEM) as conn:
            workers = await rows_of(conn, Mover, sql_file(__package__ or "", "movers"))
            devices = await rows_of(conn, Device, sql_file(__package__ or "", "devices"))
        known = _Known(
            {each.code: each for each in workers},
            {each.id: each for each in workers},
            {each.code: each for each in devices},
        )
        if heard == self._heard:
            self._known, self._read_in_session = known, session
        return known


def check_may_tell(actor: Actor, mover: Mover | None) -> Mover:
    """Let who may tell where a worker is: he himself, or with the right where he is employed.

    Raises:
        NotAllowed: he may not, or there is no such worker; which of the two is not told.

    """
    reach = actor.reach(Permission.TRACK_WRITE)
    if mover is not None and (mover.id == actor.worker_id or reach.holds(mover.area_id, None)):
        return mover
    raise NotAllowed(
        f"There is no such worker of whom you may tell: it needs {Permission.TRACK_WRITE}"
        " where he is employed, or an account of his.",
        right=str(Permission.TRACK_WRITE),
    )

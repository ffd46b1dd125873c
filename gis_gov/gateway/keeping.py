"""What gateways take goes the way of all positions."""

from collections.abc import Sequence

import structlog

from gis_gov.days import utc_now
from gis_gov.gateway.counting import FIXES
from gis_gov.gateway.jt808.positions import Position
from gis_gov.patrols.arrival import NEWEST, OLDEST_DAYS, oldest_of
from gis_gov.patrols.device_keys import key_of_registered
from gis_gov.patrols.fix import Fix
from gis_gov.patrols.movers import Movers
from gis_gov.patrols.sos import Call
from gis_gov.patrols.taking import Intake
from gis_gov.patrols.told import Told

log = structlog.get_logger()

DATUM = "EPSG:4490"


class Keeping:
    """Keeps the fixes of a device for the worker with whom it is registered, if there is one."""

    def __init__(self, intake: Intake, movers: Movers, kept_days: int = OLDEST_DAYS) -> None:
        self._kept_days = kept_days
        self._intake = intake
        self._movers = movers

    async def __call__(self, device: str, fixes: Sequence[Fix], /) -> None:
        """Keep fixes, and return once they are committed.

        Those that are too old or of a day to come are left out: a terminal that is not answered
        would send them for ever. Nor are those stored of times at which the worker was off shift.

        Raises:
            Unavailable: they can't be kept now.

        """
        now = utc_now()
        registered = await self._movers.device(device)
        worker_id = None if registered is None else registered.worker_id
        mover = None if worker_id is None else await self._movers.worker_by_id(worker_id)
        other = key_of_registered(device, mover and mover.code).other
        oldest = oldest_of(now, self._kept_days)
        kept = [
            Told(device, worker_id, fix, DATUM, now, other_device=other)
            for fix in fixes
            if oldest <= fix.time <= now + NEWEST
        ]
        if len(kept) < len(fixes):
            log.info("fixes of another time left out", device=device, fixes=len(fixes) - len(kept))
        await self._intake.take(kept)
        FIXES.labels("taken").inc(len(kept))
        FIXES.labels("refused").inc(len(fixes) - len(kept))

    async def unplaced(self, device: str, positions: Sequence[Position], /) -> None:
        """Open an alarm for calls for help of a device that did not know where it was.

        Raises:
            Error: it can't be opened now.

        """
        registered = await self._movers.device(device)
        if registered is None or registered.worker_id is None:
            return
        now = utc_now()
        calls = [
            Call(registered.worker_id, each.time if each.time and each.time <= now else now)
            for each in positions
            if each.is_emergency
        ]
        if calls:
            await self._intake.call(calls)

"""Two communities with a worker each, as for patrols, and a pool of connections to them."""

from collections.abc import AsyncIterator

import pytest

from gis_gov.db.pool import Pool
from gis_gov.fences.alarm_keeper import AlarmKeeper
from gis_gov.fences.known import KnownFences
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.settings import Settings
from tests.patrols.conftest import people_url, running, signed_in

__all__ = ["people_url", "running", "signed_in"]


@pytest.fixture
async def pool(people_url: str) -> AsyncIterator[Pool]:
    async with Pool(people_url, Settings(pool_min=1, pool_max=3)) as pool:
        yield pool


@pytest.fixture
def keeper(pool: Pool) -> AlarmKeeper:
    """Return a keeper of alarms, for workers who are on shift unless it is told otherwise."""
    return AlarmKeeper(pool, KnownFences(), ShiftMemory(pool, lambda: 0, unless_told=True))

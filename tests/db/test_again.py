"""What PostgreSQL gave up is done anew, and not for ever."""

import pytest
from psycopg import errors

from gis_gov.db.again import TRIES, again_if_given_up

pytestmark = pytest.mark.anyio


class Work:
    """Work that is given up some times."""

    def __init__(self, times: int, error: type[Exception] = errors.DeadlockDetected) -> None:
        self.times = times
        self.error = error
        self.done = 0

    async def __call__(self) -> int:
        self.done += 1
        if self.done <= self.times:
            raise self.error
        return self.done


@pytest.mark.parametrize("error", [errors.DeadlockDetected, errors.SerializationFailure])
async def test_it_is_done_until_it_succeeds(error: type[Exception]) -> None:
    assert await again_if_given_up(Work(TRIES - 1, error)) == TRIES


async def test_in_the_end_it_is_told() -> None:
    work = Work(TRIES)
    with pytest.raises(errors.DeadlockDetected):
        await again_if_given_up(work)
    assert work.done == TRIES


async def test_what_failed_otherwise_is_not_done_anew() -> None:
    work = Work(1, errors.UniqueViolation)
    with pytest.raises(errors.UniqueViolation):
        await again_if_given_up(work)
    assert work.done == 1

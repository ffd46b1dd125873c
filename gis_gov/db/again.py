"""Do anew what PostgreSQL gave up for the sake of another transaction."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from psycopg import errors

log = structlog.get_logger()

TRIES: Final = 5
PAUSE_S: Final = 0.05
"""At most before the second try; twice as long before each that follows."""

Done = TypeVar("Done")


async def again_if_given_up(work: Callable[[], Awaitable[Done]]) -> Done:
    """Do `work`, a whole transaction, and do it anew if it locked rows crosswise with another one.

    Raises:
        DeadlockDetected, SerializationFailure: it was given up TRIES times.

    """
    for number in range(1, TRIES):
        try:
            return await work()
        except (errors.DeadlockDetected, errors.SerializationFailure) as error:
            log.info("transaction given up, done anew", error=type(error).__name__, number=number)
        # Not together with the other one, which is done anew, too.
        pause_s = PAUSE_S * 2 ** (number - 1)
        await asyncio.sleep(random.uniform(0, pause_s))  # noqa: S311 - no secret
    return await work()

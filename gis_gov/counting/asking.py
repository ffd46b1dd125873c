"""Who asks for counts, of heat maps and of statistics."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder, Recording
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState
from gis_gov.counting.answers import Answer, kinds_of, rights_of
from gis_gov.counting.threshold import Threshold, noise_key
from gis_gov.problems import InvalidRequest
from gis_gov.state import State

Counter = Annotated[Actor, may(Permission.MAP_READ, Permission.COUNT)]


Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for counts, the threshold that may hold for him, and where it is recorded."""

    actor: Actor
    threshold: Threshold
    record: Recording
    state: State

    async def answered(
        self,
        measures: Iterable[str],
        asked: Hashable,
        read: Callable[[AsyncConnection[Any]], Awaitable[Read]],
        write: Callable[[Read], Answer],
    ) -> Answer:
        """Read and write an answer about layers or measures, or take one that is as good.

        `asked` is all that decides the answer but who asks: others with the same rights share it.
        """

        async def make() -> Answer:
            async with self.state.pool.connection(self.actor.scope) as conn:
                found = await read(conn)
            return await asyncio.to_thread(write, found)

        return await self.made(measures, asked, make)

    async def made(
        self, measures: Iterable[str], asked: Hashable, make: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Make an answer about layers or measures, or take one that is as good; see `answered`."""
        kinds = kinds_of(measures)
        if kinds is None:
            return await make()
        key = (asked, rights_of(self.actor), self.threshold)
        return await self.state.answers.get(key, kinds, make)


async def _asker(actor: Counter, state: AppState, record: Recorder) -> Asker:
    threshold = Threshold(noise_key(state.sealer), state.settings.k_threshold)
    return Asker(actor, threshold, record, state)


Asking = Annotated[Asker, Depends(_asker)]


class NoTime(InvalidRequest):
    """A time was asked for, but the things have none."""

    slug, title, status = "no-time", "These things have no time", 400

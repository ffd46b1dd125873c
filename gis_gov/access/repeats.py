"""What is asked for again and again: the first time of a minute is an entry, the rest are counted.

A map asks for dozens of tiles at each move. The first is written before it is answered, so that
nothing goes out unaudited even if the server is killed; how many more there were is written when
the minute is over, or the server ends.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import structlog

from gis_gov.access.entry import Entry
from gis_gov.cancellation import obey_cancellation
from gis_gov.problems import Unavailable

log = structlog.get_logger()

KEPT_MAX: Final = 20_000
FLUSH_EVERY_S: Final = 5.0

_Key = tuple[int, str, str | None, str, str, str | None, str | None, str | None]


@dataclass(slots=True)
class _Count:
    entry: Entry
    actor: str
    client: str | None
    network: str | None
    first: asyncio.Task[None]
    more: int = 0


class Repeats:
    """Count entries that differ in nothing but their detail, by the minute.

    What comes from a `network` by nobody known is told apart by neither the address nor the object:
    whoever asks may choose both, and would have an entry for each.
    """

    def __init__(self, write: Callable[[Entry, str, str | None], Awaitable[None]]) -> None:
        self._write = write
        self._counts: dict[_Key, _Count] = {}

    async def write(
        self, entry: Entry, actor: str, client: str | None, network: str | None = None
    ) -> None:
        """Return once an entry of this minute is committed that stands for this one, too.

        Raises:
            Unavailable: it can't be written.

        """
        if len(self._counts) >= KEPT_MAX:
            await self._write(entry, actor, client)
            return
        told = entry if network is None else replace(entry, object_code=None)
        key = (_minute(), actor, network or client, *_told(told))
        count = self._counts.get(key)
        if count is None:
            # A task of its own: whoever came first may leave, the others still wait for it.
            first = asyncio.create_task(_as_task(self._write(entry, actor, client)))
            count = self._counts[key] = _Count(told, actor, client, network, first)
        else:
            count.more += 1
        try:
            await asyncio.shield(count.first)
        except Unavailable:
            if self._counts.get(key) is count:
                del self._counts[key]
            raise

    async def run(self) -> None:
        """Write what was counted, as each minute ends, until cancelled."""
        while True:
            obey_cancellation()
            await asyncio.sleep(FLUSH_EVERY_S)
            await self.flush(_minute())

    async def flush(self, before: int | None = None) -> None:
        """Write what was counted in minutes `before` one, or in all."""
        for key in [key for key in self._counts if before is None or key[0] < before]:
            count = self._counts.pop(key, None)  # another flush may have come first
            if count is None or not count.more:
                continue
            minute = datetime.fromtimestamp(key[0] * 60, UTC).isoformat()
            detail: dict[str, object] = {"minute": minute, "times_more": count.more}
            if count.network not in {None, count.client}:
                detail["network"] = count.network
            entry = replace(count.entry, detail=detail)
            try:
                await self._write(entry, count.actor, count.client)
            except Unavailable:
                self._counts.setdefault(key, count)


async def _as_task(writing: Awaitable[None]) -> None:
    await writing


def _minute() -> int:
    return int(datetime.now(UTC).timestamp() // 60)


def _told(entry: Entry) -> tuple[str, str, str | None, str | None, str | None]:
    return entry.action, entry.result, entry.object_kind, entry.object_code, entry.reason

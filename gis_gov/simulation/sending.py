"""Send a simulated day to a server, as phones do: again and again until it is taken."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import anyio
import httpx
import orjson

from gis_gov.simulation.bodies import body_of
from gis_gov.simulation.day import Message, messages_of
from gis_gov.simulation.phone import Phone

_RETRY_S: Final = (0.5, 30.0)
_BUSY: Final = frozenset({429, 502, 503, 504})
_HEADERS: Final = {"content-type": "application/json"}


class NotTaken(Exception):
    """A server refuses what it is sent, and always will."""


@dataclass(slots=True)
class Sent:
    """What became of the fixes that were sent."""

    messages: int = 0
    fixes: int = 0
    stored: int = 0
    repeated: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """When what: so many times as fast as it was, from `begins_s` on; 0 is as fast as it goes.

    `began_s` is the time at which that moment is now, both in seconds since 1970.
    """

    speed_up: float
    begins_s: float
    began_s: float

    def wait_s(self, at_s: float) -> float:
        """Return how long it is until a moment of the day."""
        if not self.speed_up:
            return 0.0
        return self.began_s + (at_s - self.begins_s) / self.speed_up - time.time()


async def send(
    client: httpx.AsyncClient,
    phones: Sequence[Phone],
    pace: Pace,
    progress: Callable[[Sent], None] = lambda _: None,
    *,
    at_once: int = 32,
) -> Sent:
    """Send all that phones tell; each waits for its answer before it tells more.

    Raises:
        NotTaken: the server refuses a message for good.

    """
    sent = Sent()
    free = asyncio.Semaphore(at_once)

    async def tell(phone: Phone) -> None:
        for message in messages_of(phone):
            if (wait_s := pace.wait_s(message.at_s)) > 0:
                await asyncio.sleep(wait_s)
            async with free:
                await _put(client, message, sent)
            progress(sent)

    # Before Python 3.12 a group of asyncio leaves who waits for it cancelled, if a task fails then.
    async with anyio.create_task_group() as group:
        for phone in phones:
            group.start_soon(tell, phone)
    return sent


async def _put(client: httpx.AsyncClient, message: Message, sent: Sent) -> None:
    body = orjson.dumps(body_of(message))
    retry_s, longest_s = _RETRY_S
    while True:
        try:
            answer = await client.post("/positions", content=body, headers=_HEADERS)
        except httpx.TransportError:
            answer = None  # it is down; a phone keeps what is not answered
        if answer is not None and answer.status_code not in _BUSY:
            break
        asked_s = answer.headers.get("retry-after", "") if answer is not None else ""
        await asyncio.sleep(float(asked_s) if asked_s.isdecimal() else retry_s)
        retry_s = min(2 * retry_s, longest_s)
    if not answer.is_success:
        raise NotTaken(f"{answer.status_code}: {answer.text[:300]}")
    told = answer.json()
    sent.messages += 1
    sent.fixes += len(message.fixes)
    sent.stored += told["stored"]
    sent.repeated += told["repeated"]
    sent.refused += len(told["refused"])

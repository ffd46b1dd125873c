"""A client of the live stream that comes back by its last id, however often it breaks off."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.live.listening import Listening, client_at, listening

AGAIN_S = 0.1


@dataclass
class Follower:
    """What it was told of crossings and alarms, by the id of each.

    `breaks` is how often it had to come back.

    A `reset` is no way out here: whoever comes back in time is told all that he missed.
    """

    address: str
    key: str
    crossings: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    alarms: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    resets: int = 0
    breaks: int = 0
    mark: str | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Listen until cancelled."""
        while True:
            # As AssertionError: answered that the database can't be asked now.
            with suppress(httpx.TransportError, TimeoutError, AssertionError):
                async with (
                    client_at(self.address, self.key) as client,
                    listening(client, self.mark, kinds="crossing,alarm") as heard,
                ):
                    self.begun.set()
                    await self._hear(heard)
            self.breaks += 1
            await asyncio.sleep(AGAIN_S)

    async def _hear(self, heard: Listening) -> None:
        while True:
            for message in heard.messages:
                if message.name == "crossing":
                    self.crossings[message.data["id"]] = message.data
                elif message.name == "alarm":
                    self.alarms[message.data["id"]] = message.data
                self.resets += message.name == "reset"
            heard.messages.clear()
            # It stands after what it covers.
            self.mark = heard.id
            if heard.ended:
                return
            heard.heard.clear()
            await heard.heard.wait()

    def standing(self) -> set[tuple[int, str, str, str]]:
        """Return the crossings that were not withdrawn: id, worker, kind and time."""
        return {
            (number, told["worker"], told["kind"], told["at"])
            for number, told in self.crossings.items()
            if told["withdrawn_at"] is None
        }

    def warnings(self) -> set[tuple[int, str, str, str]]:
        """Return the alarms that are over and were not withdrawn: id, worker, from and to when."""
        return {
            (number, told["worker"], told["since"], told["last_at"])
            for number, told in self.alarms.items()
            if told["withdrawn_at"] is None and told["closed_at"] is not None
        }

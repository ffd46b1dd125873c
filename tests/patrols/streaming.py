"""Phones, terminals and a platform that tell where who is until all of it was acknowledged."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from gis_gov.days import LOCAL
from gis_gov.gateway.jt808.answers import Result
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.jt808.positions import POSITIONED, Position, encode_position
from gis_gov.gateway.jt809.header import Type as Type809
from gis_gov.gateway.jt809.positions import position_of
from gis_gov.gateway.jt809.vehicles import Vehicle, encode_positions, encode_vehicle
from gis_gov.gateway.server809 import device_of
from gis_gov.patrols.fix import Fix
from tests.gateway.talking808 import PlayedTerminal
from tests.gateway.talking809 import PLATFORM, PlayedPlatform
from tests.plain_http import UNTRUSTING
from tests.signed_in import bearer

START: Final = datetime.now(LOCAL).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(1)
AGAIN_S: Final = 0.2
WITHIN_S: Final = 90.0
PACE_S: Final = 0.02

Key = tuple[str, datetime]


@dataclass
class Acknowledged:
    """What the other side has said to have taken, and how often it was asked in vain."""

    keys: set[Key] = field(default_factory=set[Key])
    failed: int = 0

    async def told(self, keys: Sequence[Key], tell: Callable[[], Awaitable[bool]]) -> None:
        """Tell something until it is taken, as a client does that forgets nothing."""
        async with asyncio.timeout(WITHIN_S):
            while not await tell():
                self.failed += 1
                await asyncio.sleep(AGAIN_S)
        self.keys.update(keys)
        await asyncio.sleep(PACE_S)


def moments(number: int) -> list[datetime]:
    """Return times of yesterday, ten seconds apart."""
    return [START + timedelta(seconds=10 * n) for n in range(number)]


async def phone(
    address: str, key: str, worker: str, number: int, acknowledged: Acknowledged
) -> None:
    """Walk, and tell it by HTTP in batches that come out of order, each first one twice."""
    chance = random.Random(worker)  # noqa: S311 - no secret
    fixes = [
        {
            "time": at.isoformat(),
            "lon": 113.11 + n * 1e-4 + chance.gauss(0, 1e-5),
            "lat": 22.05,
            "accuracy_m": 6.0,
        }
        for n, at in enumerate(moments(number))
    ]
    batches = [fixes[at : at + 4] for at in range(0, number, 4)]
    chance.shuffle(batches)
    timeout = httpx.Timeout(15)
    async with httpx.AsyncClient(
        base_url=address, headers=bearer(key), timeout=timeout, verify=UNTRUSTING
    ) as client:
        for batch in [*batches, batches[0]]:

            async def tell(batch: Sequence[object] = batch) -> bool:
                body = {"worker": worker, "positions": batch}
                try:
                    answer = await client.post("/positions", json=body)
                except httpx.TransportError:
                    return False
                # 503: it is not taken now; nothing else may be answered, whatever was killed.
                assert answer.status_code in (200, 503), answer.text
                return answer.status_code == 200

            keys = [(worker, datetime.fromisoformat(str(fix["time"]))) for fix in batch]
            await acknowledged.told(keys, tell)


async def terminal(
    address: tuple[str, int], number_of_it: str, device: str, number: int, known: Acknowledged
) -> None:
    """Drive, and tell each position by JT/T 808; sign in anew whenever the link has ended."""
    played: PlayedTerminal | None = None

    async def signed_in() -> PlayedTerminal:
        nonlocal played
        if played is None:
            link = await PlayedTerminal.connected(address, number_of_it)
            _, code = await link.register()
            if await link.authenticate(code or "") != Result.DONE:
                link.leave()
                raise ConnectionError("not let in")
            played = link
        return played

    for n, at in enumerate(moments(number)):
        lat, lon = 22_050_000, 113_110_000 + n * 100
        body = encode_position(Position(0, POSITIONED, lat, lon, 4, 36, 90, at))

        async def tell(body: bytes = body) -> bool:
            nonlocal played
            try:
                return await (await signed_in()).ask(Type.POSITION, body) == Result.DONE
            except (OSError, EOFError, TimeoutError, AssertionError):
                # An answer that comes late is none to what was asked since: another link.
                if played is not None:
                    played.leave()
                played = None
                return False

        await known.told([(device, at.astimezone(UTC))], tell)
    if played is not None:
        played.leave()
        await asyncio.sleep(0)


async def platform(
    address: tuple[str, int], vehicle: Vehicle, number: int, known: Acknowledged
) -> None:
    """Tell the way of a vehicle by JT/T 809; what a link test follows that is answered is taken."""
    device = device_of(PLATFORM.platform_id, vehicle)
    played: PlayedPlatform | None = None

    async def signed_in() -> PlayedPlatform:
        nonlocal played
        if played is None:
            link = await PlayedPlatform.connected(address)
            if await link.log_in() != 0:
                link.leave()
                raise ConnectionError("not let in")
            played = link
        return played

    times = moments(number)
    for first in range(0, number, 4):
        fixes = [
            Fix(at, 113.11 + (first + n) * 1e-4, 22.05, speed_mps=1.0)
            for n, at in enumerate(times[first : first + 4])
        ]
        told = tuple(position_of(fix, 2011) for fix in fixes)
        body = encode_vehicle(encode_positions(vehicle, told, 2011))

        async def tell(body: bytes = body) -> bool:
            nonlocal played
            try:
                link = await signed_in()
                link.send(Type809.VEHICLES, body)
                is_taken = await link.is_answered()
            except (OSError, EOFError, TimeoutError):
                is_taken = False
            if not is_taken:
                if played is not None:
                    played.leave()
                played = None
            return is_taken

        await known.told([(device, fix.time.astimezone(UTC)) for fix in fixes], tell)
    if played is not None:
        played.leave()
        await asyncio.sleep(0)

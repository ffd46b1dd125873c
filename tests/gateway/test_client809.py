"""What is forwarded by JT/T 809: in order, at least once, whatever happens to the links."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from gis_gov.gateway.client809 import Client809, Forwarded, Patience, Superior
from gis_gov.gateway.jt809.header import Edition
from gis_gov.gateway.jt809.vehicles import Vehicle
from gis_gov.gateway.listening import Limits
from gis_gov.gateway.server809 import LowerPlatform, Server809, device_of
from gis_gov.patrols.fix import Fix
from tests.gateway.packets809 import MADE_CIPHER
from tests.gateway.talking808 import Taken
from tests.gateway.talking809 import PLATFORM, START, VEHICLE, forwarded
from tests.waiting import until

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)
QUICK = Patience(answer_s=1, link_test_s=0.05, first_retry_s=0.01, last_retry_s=0.05, unconfirmed=7)
DEVICE = device_of(PLATFORM.platform_id, VEHICLE)


def superior(address: tuple[str, int], platform: LowerPlatform = PLATFORM) -> Superior:
    return Superior(
        *address, platform.platform_id, platform.user_id, platform.password, cipher=platform.cipher
    )


@dataclass
class Confirmed:
    """What was confirmed."""

    numbers: list[int] = field(default_factory=list[int])

    async def __call__(self, some: Sequence[Forwarded], /) -> None:
        self.numbers += [(one.fix.time - START).seconds for one in some]


async def of(*numbers: int) -> AsyncIterator[Forwarded]:
    for number in numbers:
        yield forwarded(number)


def seconds(taken: Taken, device: str = DEVICE) -> list[int]:
    return [(fix.time - START).seconds for fix in taken.by_device.get(device, [])]


@pytest.mark.parametrize("edition", [2011, 2019])
async def test_all_is_forwarded_in_order_and_confirmed(edition: int) -> None:
    year: Edition = 2011 if edition == 2011 else 2019
    platform = replace(PLATFORM, cipher=MADE_CIPHER)
    taken, confirmed = Taken(), Confirmed()
    async with Server809([platform], taken).listening(*HERE) as address:
        us = replace(superior(address, platform), edition=year, key=99)
        async with asyncio.timeout(30):
            await Client809(us, confirmed, QUICK).forward(of(*range(50)))
    assert seconds(taken) == confirmed.numbers == list(range(50))


@dataclass
class Shaky:
    """Take, but fail now and then, before or after it is kept."""

    taken: Taken = field(default_factory=Taken)
    calls: int = 0

    async def __call__(self, device: str, fixes: Sequence[Fix], /) -> None:
        self.calls += 1
        if self.calls % 5 == 3:
            raise ConnectionError
        await self.taken(device, fixes)
        if self.calls % 11 == 7:
            raise ConnectionError


async def test_links_that_break_lose_nothing() -> None:
    shaky, confirmed = Shaky(), Confirmed()
    async with Server809([PLATFORM], shaky).listening(*HERE) as address:
        async with asyncio.timeout(30):
            await Client809(superior(address), confirmed, QUICK).forward(of(*range(40)))
    assert confirmed.numbers == list(range(40))
    told = seconds(shaky.taken)
    assert list(dict.fromkeys(told)) == list(range(40))  # the first time of each is in order
    assert len(told) > 40


async def test_a_superior_that_is_away_is_waited_for() -> None:
    taken, confirmed = Taken(), Confirmed()
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        pass
    client = Client809(superior(address), confirmed, QUICK)
    forwarding = asyncio.create_task(client.forward(of(*range(10))))
    await asyncio.sleep(0.1)
    assert confirmed.numbers == []
    async with Server809([PLATFORM], taken).listening(*address), asyncio.timeout(30):
        await forwarding
    assert seconds(taken) == confirmed.numbers == list(range(10))


async def test_a_superior_that_refuses_us_is_asked_again_later() -> None:
    taken = Taken()
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        us = replace(superior(address), password="wrong")
        forwarding = asyncio.create_task(Client809(us, None, QUICK).forward(of(1)))
        await asyncio.sleep(0.2)
        assert not forwarding.done()
        forwarding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await forwarding
    assert taken.by_device == {}
    assert "wrong" not in repr(us)


async def test_positions_are_held_back_while_they_are_not_confirmed() -> None:
    given = 0

    async def endless() -> AsyncIterator[Forwarded]:
        nonlocal given
        while True:
            given += 1
            yield forwarded(given)

    taken = Taken(wait_s=60)
    server = Server809([PLATFORM], taken, Limits(leave_s=0.1))
    async with server.listening(*HERE) as address:
        client = Client809(superior(address), None, replace(QUICK, answer_s=30))
        forwarding = asyncio.create_task(client.forward(endless()))
        await until(lambda: taken.pending > 0)
        await asyncio.sleep(0.05)
        assert given <= 2 * QUICK.unconfirmed + 2
        forwarding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await forwarding


async def test_a_link_without_positions_is_kept_and_tested() -> None:
    may_go_on = asyncio.Event()

    async def slow() -> AsyncIterator[Forwarded]:
        yield forwarded(1)
        await may_go_on.wait()
        yield forwarded(2)

    taken, confirmed = Taken(), Confirmed()
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        client = Client809(superior(address), confirmed, QUICK)
        forwarding = asyncio.create_task(client.forward(slow()))
        await asyncio.sleep(0.3)
        assert confirmed.numbers == [1]
        may_go_on.set()
        async with asyncio.timeout(30):
            await forwarding
    assert seconds(taken) == [1, 2]


async def test_what_can_not_be_told_holds_up_nothing_else() -> None:
    async def some() -> AsyncIterator[Forwarded]:
        yield forwarded(1)
        yield forwarded(2, Vehicle("a plate longer than any is", 1))
        yield forwarded(3, Vehicle("😀", 1))
        yield forwarded(4)

    taken, confirmed = Taken(), Confirmed()
    async with Server809([PLATFORM], taken).listening(*HERE) as address, asyncio.timeout(30):
        await Client809(superior(address), confirmed, QUICK).forward(some())
    assert seconds(taken) == [1, 4]
    assert confirmed.numbers == [1, 2, 3, 4]


async def test_what_the_giver_raises_is_raised_after_all_before_it() -> None:
    async def failing() -> AsyncIterator[Forwarded]:
        yield forwarded(1)
        raise RuntimeError("no more")

    taken = Taken()
    async with Server809([PLATFORM], taken).listening(*HERE) as address, asyncio.timeout(30):
        with pytest.raises(RuntimeError, match="no more"):
            await Client809(superior(address), None, QUICK).forward(failing())
    assert seconds(taken) == [1]

"""Lower platforms of JT/T 809 over TCP: who is heard, and what an answered link test says."""

import asyncio
from dataclasses import replace

import pytest

from gis_gov.gateway.jt809.cipher import Cipher
from gis_gov.gateway.jt809.header import Edition, Type
from gis_gov.gateway.jt809.vehicles import Vehicle, VehicleMessage, encode_vehicle
from gis_gov.gateway.listening import Limits
from gis_gov.gateway.server809 import LowerPlatform, Server809, device_of
from tests.gateway.packets809 import MADE_CIPHER
from tests.gateway.talking808 import Taken
from tests.gateway.talking809 import PLATFORM, START, VEHICLE, PlayedPlatform, body_of
from tests.waiting import until

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)
DEVICE = "jt809/4711/浙A12345/2"


def seconds(taken: Taken, device: str = DEVICE) -> list[int]:
    return [(fix.time - START).seconds for fix in taken.by_device.get(device, [])]


@pytest.mark.parametrize("edition", [2011, 2019])
@pytest.mark.parametrize("cipher", [None, MADE_CIPHER])
async def test_a_platform_logs_in_and_tells(edition: int, cipher: Cipher | None) -> None:
    taken = Taken()
    year: Edition = 2011 if edition == 2011 else 2019
    server = Server809([replace(PLATFORM, cipher=cipher)], taken)
    async with server.listening(*HERE) as address:
        platform = await PlayedPlatform.connected(address, year, cipher)
        assert await platform.log_in() == 0
        platform.send(Type.VEHICLES, body_of(1, edition=year))
        platform.send(Type.VEHICLES, body_of(2, 3, 4, edition=year))
        platform.send(Type.VEHICLES, encode_vehicle(VehicleMessage(VEHICLE, 0x1201, b"abc")))
        platform.send(0x1300, b"abc")
        assert await platform.is_answered()
        assert seconds(taken) == [1, 2, 3, 4]
        platform.send(Type.LOG_OUT)
        assert (await platform.hear()).type == Type.LOG_OUT_ANSWER
        with pytest.raises(EOFError):
            await platform.hear()
        platform.leave()
    fixes = taken.by_device[DEVICE]
    assert (fixes[0].source, fixes[0].lon, fixes[0].lat) == ("jt809", 121.5, 31.2)
    assert fixes[0].sequence == 2


async def test_who_does_not_show_who_it_is_is_left() -> None:
    taken = Taken()
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        for user_id, password, platform_id in (
            (13, "secret", 4711),
            (12, "Secret", 4711),
            (12, "", 4711),
            (12, "secret", 4712),
        ):
            platform = await PlayedPlatform.connected(address)
            platform.platform_id = platform_id
            assert await platform.log_in(user_id, password) == 4
            assert not await platform.is_answered()
            platform.leave()
        platform = await PlayedPlatform.connected(address)
        platform.send(Type.VEHICLES, body_of(1))
        platform.send(Type.LINK_TEST)
        assert await platform.log_in() == 0  # nothing before it is answered, or taken
        platform.platform_id = 4712
        platform.send(Type.VEHICLES, body_of(2))
        platform.platform_id = 4711
        assert await platform.is_answered()
        platform.leave()
    assert taken.by_device == {}
    assert "secret" not in repr(PLATFORM)


async def test_a_link_test_is_answered_after_the_commit() -> None:
    taken = Taken(wait_s=0.15)
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        platform = await PlayedPlatform.connected(address)
        await platform.log_in()
        platform.send(Type.VEHICLES, body_of(1))
        platform.send(Type.LINK_TEST)
        await until(lambda: taken.pending > 0)
        assert not platform.heard
        assert (await platform.hear()).type == Type.LINK_TEST_ANSWER
        assert seconds(taken) == [1]
        platform.leave()


async def test_if_nothing_can_be_taken_no_link_test_is_answered() -> None:
    taken = Taken(is_broken=True)
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        platform = await PlayedPlatform.connected(address)
        await platform.log_in()
        platform.send(Type.VEHICLES, body_of(1))
        assert not await platform.is_answered()
        platform.leave()


async def test_what_is_refused_loses_nothing_else() -> None:
    taken = Taken()
    async with Server809([PLATFORM], taken).listening(*HERE) as address:
        platform = await PlayedPlatform.connected(address)
        await platform.log_in()
        good = body_of(1)
        shifted = good[:28] + b"\1" + good[29:]
        no_day = good[:29] + b"\x20" + good[30:]
        for body in (shifted, no_day, b"short", body_of(5, vehicle=Vehicle("", 1)), good):
            platform.send(Type.VEHICLES, body)
        platform.writer.write(b"\r\n[\0\0]")
        assert await platform.is_answered()
        platform.leave()
    assert taken.by_device.keys() == {DEVICE}
    assert seconds(taken) == [1]


async def test_a_platform_connects_anew_and_another_beside_it() -> None:
    other = LowerPlatform(1, 1, "other")
    taken = Taken()
    async with Server809([PLATFORM, other], taken).listening(*HERE) as address:
        older = await PlayedPlatform.connected(address)
        newer = await PlayedPlatform.connected(address)
        beside = await PlayedPlatform.connected(address)
        beside.platform_id = 1
        assert await older.log_in() == await newer.log_in() == 0
        assert await beside.log_in(1, "other") == 0
        assert not await older.is_answered()
        for platform in (newer, beside):
            platform.send(Type.VEHICLES, body_of(1))
            assert await platform.is_answered()
        for platform in (older, newer, beside):
            platform.leave()
    assert taken.by_device.keys() == {DEVICE, device_of(1, VEHICLE)}


async def test_wrong_frames_end_a_connection() -> None:
    server = Server809([PLATFORM], Taken(), Limits(faults=3))
    async with server.listening(*HERE) as address:
        platform = await PlayedPlatform.connected(address)
        await platform.log_in()
        platform.writer.write(b"[abc]" * 4)
        assert not await platform.is_answered()
        platform.leave()
        await asyncio.sleep(0)

"""Terminals that are many, silent, loud or broken: nothing that is answered is lost."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from gis_gov.gateway.jt808.answers import Result
from gis_gov.gateway.jt808.header import encode_framed
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.jt808.positions import encode_position
from gis_gov.gateway.listening import Limits
from gis_gov.gateway.server808 import Server808
from gis_gov.patrols.fix import Fix
from tests.gateway.packets808 import ALL
from tests.gateway.talking808 import (
    START,
    KnownTerminals,
    PlayedTerminal,
    Taken,
    known,
    position,
)
from tests.waiting import until

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)


async def test_while_a_take_is_pending_nothing_more_is_read() -> None:
    taken = Taken(wait_s=60)
    frame = encode_framed(
        PlayedTerminal(None, None, "1", is_2019=True).message(  # type: ignore[arg-type]
            Type.POSITION, encode_position(position())
        )
    )
    limits = Limits(leave_s=0.1)
    async with Server808(known("1"), taken, limits=limits).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        sent, is_held_back = 0, False
        while not is_held_back and sent < 100_000_000:
            terminal.writer.write(frame * 2000)
            sent += len(frame) * 2000
            drained = asyncio.ensure_future(terminal.writer.drain())
            _, waiting = await asyncio.wait({drained}, timeout=0.3)
            is_held_back = drained in waiting
            drained.cancel()
        assert is_held_back
        assert sent < 20_000_000
        terminal.leave()


async def test_a_connection_that_dies_in_a_frame_harms_nobody() -> None:
    taken = Taken()
    async with Server808(known("1", "2"), taken).listening(*HERE) as address:
        one, two = [await PlayedTerminal.connected(address, phone) for phone in ("1", "2")]
        assert await one.authenticate() is await two.authenticate() is Result.DONE
        assert await one.tell(1) == [Result.DONE]
        frame = encode_framed(one.message(Type.POSITION, encode_position(position(2))))
        one.writer.write(frame[: len(frame) // 2])
        await one.writer.drain()
        one.leave()
        assert await two.tell(1) == [Result.DONE]
        again = await PlayedTerminal.connected(address, "1")
        assert await again.authenticate() is Result.DONE
        assert await again.tell(2) == [Result.DONE]
        again.leave()
        two.leave()
    assert [(fix.time - START).seconds for fix in taken.by_device["d1"]] == [1, 2]


async def test_garbage_and_wrong_frames_are_passed_over_up_to_a_limit() -> None:
    async with Server808(known("1"), Taken(), limits=Limits(faults=5)).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        frame = ALL["HEARTBEAT_2019"]
        wrong = frame[:-2] + b"\0\x7e"
        terminal.writer.write(b"GET / HTTP/1.1\r\n\r\n" + wrong + frame[:7] + wrong * 2)
        assert await terminal.authenticate() is Result.DONE
        assert await terminal.tell(1) == [Result.DONE]
        terminal.writer.write(wrong * 10)
        assert await terminal.is_left()
        terminal.leave()


async def test_silence_ends_a_connection() -> None:
    limits = Limits(sign_in_s=0.1, idle_s=0.6)
    async with Server808(known("1"), Taken(), limits=limits).listening(*HERE) as address:
        silent = await PlayedTerminal.connected(address, "1")
        assert await silent.is_left()
        begun_s = time.monotonic()
        known_one = await PlayedTerminal.connected(address, "1")
        await known_one.authenticate()
        await asyncio.sleep(0.2)
        assert await known_one.ask(Type.HEARTBEAT) is Result.DONE
        assert await known_one.is_left()
        assert time.monotonic() - begun_s >= 0.8
        for terminal in (silent, known_one):
            terminal.leave()


async def test_connections_are_counted() -> None:
    limits = Limits(connections=3, connections_per_address=2)
    async with Server808(known("1"), Taken(), limits=limits).listening(*HERE) as address:
        first, second, third = [await PlayedTerminal.connected(address, "1") for _ in range(3)]
        assert await third.is_left()
        assert await first.authenticate() is Result.DONE
        first.leave()

        async def is_place_free() -> bool:
            another = await PlayedTerminal.connected(address, "1")
            try:
                return await another.authenticate() is Result.DONE
            except (EOFError, ConnectionError):
                return False
            finally:
                another.leave()

        async with asyncio.timeout(30):
            while not await is_place_free():
                pass
        for terminal in (first, second, third):
            terminal.leave()


async def test_who_sends_too_much_is_slowed_down() -> None:
    limits = Limits(messages_per_s=100, burst=10)
    async with Server808(known("1"), Taken(), limits=limits).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        begun_s = time.monotonic()
        for number in range(40):
            terminal.send(terminal.message(Type.POSITION, encode_position(position(number))))
        for _ in range(40):
            await terminal.hear()
        assert time.monotonic() - begun_s >= 0.25
        terminal.leave()


async def test_what_is_taken_at_the_end_is_answered() -> None:
    taken = Taken(wait_s=0.2)
    async with Server808(known("1"), taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        terminal.send(terminal.message(Type.POSITION, encode_position(position(1))))
        await until(lambda: taken.pending)
    assert len(taken.by_device["d1"]) == 1
    assert (await terminal.hear()).type == Type.GENERAL_ANSWER
    assert await terminal.is_left()
    terminal.leave()


async def test_what_is_answered_is_kept_whatever_fails() -> None:
    kept: set[tuple[str, int]] = set()
    calls = 0

    async def take(device: str, fixes: Sequence[Fix], /) -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        if calls % 3 == 0:
            raise ConnectionError
        kept.update((device, (fix.time - START).seconds) for fix in fixes)
        if calls % 7 == 0:
            raise ConnectionError  # kept, and the sender can't know it

    answered: set[tuple[str, int]] = set()

    async def play(phone: str, address: tuple[str, int]) -> None:
        second = 0
        while second < 20:
            terminal = await PlayedTerminal.connected(address, phone)
            assert await terminal.authenticate() is Result.DONE
            for _ in range(6):
                if await terminal.tell(second) == [Result.DONE]:
                    answered.add((f"d{phone}", second))
                    assert answered <= kept
                    second += 1
            # It is cut off in a frame, with one position on its way.
            frame = encode_framed(terminal.message(Type.POSITION, encode_position(position(99))))
            terminal.writer.write(frame + frame[:9])
            terminal.leave()

    phones = [str(number) for number in range(1, 21)]
    server = Server808(known(*phones), take).listening(*HERE)
    async with server as address, asyncio.timeout(60), asyncio.TaskGroup() as group:
        for phone in phones:
            group.create_task(play(phone, address))
    expected = {(f"d{phone}", second) for phone in phones for second in range(20)}
    assert expected <= answered <= kept


async def test_a_thousand_terminals_at_once_lose_nothing() -> None:
    phones = [str(13_500_000_000 + number) for number in range(1000)]
    terminals: KnownTerminals = known(*phones)
    taken = Taken(wait_s=0.05)
    acknowledged: dict[str, list[int]] = {}

    async def play(phone: str, number: int, address: tuple[str, int]) -> None:
        terminal = await PlayedTerminal.connected(address, phone, is_2019=number % 2 == 0)
        assert await terminal.authenticate() is Result.DONE
        for second in range(3):
            if await terminal.tell(second) == [Result.DONE]:
                acknowledged.setdefault(f"d{phone}", []).append(second)
            if number % 10 == 0 and second == 1:
                break  # some go away without a word
        terminal.leave()

    server = Server808(terminals, taken).listening(*HERE)
    async with server as address, asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number, phone in enumerate(phones):
            group.create_task(play(phone, number, address))
    told = {
        device: [(fix.time - START).seconds for fix in fixes]
        for device, fixes in taken.by_device.items()
    }
    assert told == acknowledged
    assert sum(map(len, told.values())) == 2900
    assert taken.most_pending > 50

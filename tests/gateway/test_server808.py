"""Terminals of JT/T 808 over TCP: who is heard, and that what is answered is kept."""

import asyncio
from dataclasses import replace

import pytest

from gis_gov.gateway.jt808.answers import Enrolment, Result, decode_general_answer
from gis_gov.gateway.jt808.header import Piece
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.jt808.positions import EMERGENCY, Position, encode_batch, encode_position
from gis_gov.gateway.listening import Limits
from gis_gov.gateway.server808 import Server808
from tests.gateway.talking808 import (
    CODE,
    START,
    PlayedTerminal,
    Taken,
    known,
    position,
)
from tests.waiting import until

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)


@pytest.mark.parametrize("is_2019", [True, False])
async def test_a_terminal_registers_shows_its_code_and_is_heard(is_2019: bool) -> None:
    terminals, taken = known("13500000001"), Taken()
    async with Server808(terminals, taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "13500000001", is_2019=is_2019)
        enrolment, code = await terminal.register()
        assert enrolment is Enrolment.DONE
        assert code is not None
        assert terminals.registered[0].plate == "浙A12345"
        assert code.encode() not in repr(terminals).encode()
        assert await terminal.authenticate(code) is Result.DONE
        assert await terminal.ask(Type.HEARTBEAT) is Result.DONE
        assert await terminal.tell(1, 2) == [Result.DONE] * 2
        body = encode_batch("catch_up", [position(0), position(3)])
        assert await terminal.ask(Type.BATCH, body) is Result.DONE
        asked = b"\0\7" + encode_position(position(4))
        assert await terminal.ask(Type.ASKED_POSITION, asked) is Result.DONE
        assert await terminal.ask(0x0900, b"abc") is Result.UNSPOKEN
        terminal.leave()
    fixes = taken.by_device["d13500000001"]
    assert [(fix.time - START).seconds for fix in fixes] == [1, 2, 0, 3, 4]
    assert [fix.attrs.get("batch") for fix in fixes] == [None, None, "catch_up", "catch_up", None]
    assert fixes[0].sequence is not None


async def test_a_code_is_kept_for_the_next_connection_until_log_out() -> None:
    terminals = known("1")
    async with Server808(terminals, Taken()).listening(*HERE) as address:
        for expected in (Result.DONE, Result.FAILED):
            terminal = await PlayedTerminal.connected(address, "1")
            assert await terminal.authenticate() is expected
            if expected is Result.DONE:
                assert await terminal.ask(Type.LOG_OUT) is Result.DONE
                assert await terminal.tell(1) == [Result.FAILED]
            terminal.leave()


async def test_who_is_not_known_is_not_heard() -> None:
    taken = Taken()
    async with Server808(known("1"), taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "2")
        assert await terminal.register() == (Enrolment.NO_SUCH_TERMINAL, None)
        assert await terminal.authenticate() is Result.FAILED
        assert await terminal.tell(1) == [Result.FAILED]
        terminal.phone = "1"
        assert await terminal.authenticate("other") is Result.FAILED
        assert await terminal.register(plate="taken") == (Enrolment.TERMINAL_TAKEN, None)
        assert await terminal.tell(1) == [Result.FAILED]
        assert await terminal.authenticate() is Result.DONE
        terminal.phone = "2"  # one terminal does not speak for another one
        assert await terminal.tell(1) == [Result.FAILED]
        terminal.leave()
    assert taken.by_device == {}


async def test_another_device_can_not_register_in_the_place_of_a_terminal() -> None:
    terminals = known("1")
    async with Server808(terminals, Taken()).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        assert (await terminal.register())[0] is Enrolment.DONE
        assert await terminal.register(terminal_id="id2") == (Enrolment.TERMINAL_TAKEN, None)
        enrolment, code = await terminal.register()  # it has lost its code
        assert enrolment is Enrolment.DONE
        assert await terminal.authenticate(code or "") is Result.DONE
        assert await terminal.authenticate(CODE) is Result.FAILED
        terminal.leave()


async def test_guessing_ends_a_connection() -> None:
    async with Server808(known("1"), Taken(), limits=Limits(faults=3)).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        for _ in range(4):
            assert await terminal.authenticate("guess") is Result.FAILED
        assert await terminal.is_left()
        terminal.leave()


async def test_what_could_not_be_taken_is_told_so() -> None:
    terminals, taken = known("1"), Taken(is_broken=True)
    async with Server808(terminals, taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        assert await terminal.tell(1) == [Result.FAILED]
        taken.is_broken = False
        assert await terminal.tell(1) == [Result.DONE]
        terminals.is_broken = True
        assert await terminal.authenticate() is Result.FAILED
        terminal.leave()
    assert len(taken.by_device["d1"]) == 1


async def test_impossible_positions_are_told_so_and_lose_no_others() -> None:
    taken = Taken()
    async with Server808(known("1"), taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        impossible = encode_position(position())[:22] + b"\x24\x13\x32\0\0\0"
        assert await terminal.ask(Type.POSITION, impossible) is Result.WRONG
        batch = b"\0\2\0" + b"".join(
            len(body).to_bytes(2, "big") + body
            for body in (impossible, encode_position(position(5)))
        )
        assert await terminal.ask(Type.BATCH, batch) is Result.WRONG
        assert await terminal.ask(Type.BATCH, b"\0\2\0") is Result.WRONG
        assert await terminal.ask(Type.POSITION, b"short") is Result.WRONG
        terminal.leave()
    assert [(fix.time - START).seconds for fix in taken.by_device["d1"]] == [5]


async def test_an_emergency_without_a_place_is_handed_on() -> None:
    unplaced: list[tuple[str, Position]] = []

    async def take_unplaced(device: str, positions: object) -> None:
        assert isinstance(positions, list)
        unplaced.extend((device, one) for one in positions)

    taken = Taken()
    async with Server808(known("1"), taken, take_unplaced).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        sent = position(1, status=0, alarm=EMERGENCY)
        assert await terminal.ask(Type.POSITION, encode_position(sent)) is Result.DONE
        terminal.leave()
    assert unplaced == [("d1", sent)]
    assert taken.by_device == {}


async def test_pieces_are_answered_when_all_is_taken() -> None:
    taken = Taken()
    async with Server808(known("1"), taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        body = encode_batch("normal", [position(one) for one in range(60)])
        half = len(body) // 2
        for number, part in ((1, body[:half]), (2, body[half:])):
            message = replace(terminal.message(Type.BATCH, part), piece=Piece(2, number))
            assert not terminal.heard
            terminal.send(message)
        serials = {int.from_bytes((await terminal.hear()).body[:2], "big") for _ in range(2)}
        assert serials == {terminal.serial - 1, terminal.serial}
        terminal.leave()
    assert len(taken.by_device["d1"]) == 60


async def test_pictures_in_pieces_are_not_kept() -> None:
    async with Server808(known("1"), Taken()).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        for number in range(1, 4):
            picture = replace(terminal.message(0x0801, bytes(900)), piece=Piece(9, number))
            terminal.send(picture)
            serial, _, result = decode_general_answer((await terminal.hear()).body)
            assert (serial, result) == (picture.serial, Result.UNSPOKEN)
        wrong = replace(terminal.message(Type.BATCH, b"abc"), piece=Piece(999, 1))
        terminal.send(wrong)
        assert await terminal.ask(Type.HEARTBEAT) is Result.DONE
        terminal.leave()


async def test_an_answer_comes_after_the_commit() -> None:
    taken = Taken(wait_s=0.2)
    async with Server808(known("1"), taken).listening(*HERE) as address:
        terminal = await PlayedTerminal.connected(address, "1")
        await terminal.authenticate()
        for number in range(3):
            terminal.send(terminal.message(Type.POSITION, encode_position(position(number))))
        await until(lambda: taken.pending)
        assert taken.by_device == {}
        for number in range(3):
            await terminal.hear()
            assert len(taken.by_device["d1"]) >= number + 1
        assert taken.most_pending == 1
        terminal.leave()


async def test_a_terminal_that_connects_anew_is_the_one_that_is_heard() -> None:
    taken = Taken()
    server = Server808(known("1"), taken)
    async with server.listening(*HERE) as address:
        older = await PlayedTerminal.connected(address, "1")
        await older.authenticate()
        newer = await PlayedTerminal.connected(address, "1")
        assert await newer.authenticate() is Result.DONE
        assert await older.is_left()
        assert server.phones == {"1"}
        assert await newer.tell(1) == [Result.DONE]
        older.leave()
        await asyncio.sleep(0.01)
        assert server.phones == {"1"}
        newer.leave()
        await until(lambda: not server.phones)

"""The lower platform's end of JT/T 809: our positions, forwarded to a superior platform."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import structlog

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt809.cipher import Cipher
from gis_gov.gateway.jt809.framing import FrameDecoder
from gis_gov.gateway.jt809.header import Edition, Message, Type, decode_message, encode_framed
from gis_gov.gateway.jt809.login import (
    Login,
    LoginResult,
    decode_login_answer,
    encode_log_out,
    encode_login,
)
from gis_gov.gateway.jt809.positions import position_of
from gis_gov.gateway.jt809.vehicles import MAX_BATCH, Vehicle, encode_positions, encode_vehicle
from gis_gov.patrols.fix import Fix

log = structlog.get_logger()

_CHUNK_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Superior:
    """A platform that we forward to, and who we are to it.

    With a `cipher`, messages are hidden by it and by `key`. It may call back at `address`.
    """

    host: str
    port: int
    platform_id: int
    user_id: int
    password: str = field(repr=False)
    edition: Edition = 2011
    cipher: Cipher | None = None
    key: int = field(default=0, repr=False)
    address: str = ""
    callback_port: int = 0


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A fix of a vehicle, for another platform."""

    vehicle: Vehicle
    fix: Fix


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, and how many positions may be unconfirmed."""

    answer_s: float = 30.0
    link_test_s: float = 30.0
    first_retry_s: float = 1.0
    last_retry_s: float = 60.0
    unconfirmed: int = 500


Confirm = Callable[[Sequence[Forwarded]], Awaitable[None]]
"""Be told of positions that the superior has: whoever gives them need not keep them any more."""


class LinkLost(ConnectionError):
    """Tell that a link to a superior is of no use any more."""


class Client809:
    """Forward positions in their order, each at least once.

    JT/T 809 answers no position. A link test follows them: its answer comes after all before it
    has been read, and only then are they done with. What is not confirmed when a link ends is sent
    again by the next one, as positions of the past (0x1203).
    """

    def __init__(
        self,
        superior: Superior,
        confirm: Confirm | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._superior = superior
        self._confirm = confirm
        self._patience = patience or Patience()
        self._waiting: asyncio.Queue[Forwarded | None] = asyncio.Queue(self._patience.unconfirmed)
        self._unconfirmed: list[Forwarded] = []
        self._is_at_end = False
        self._has_signed_in = False

    async def forward(self, positions: AsyncIterator[Forwarded]) -> None:
        """Forward all that comes, through any number of links, until its end is confirmed.

        What the iterator raises, is raised.
        """
        reading = asyncio.create_task(self._read(positions))
        retry_s = self._patience.first_retry_s
        try:
            while not self._is_at_end or self._unconfirmed:
                self._has_signed_in = False
                try:
                    await self._talk()
                except (OSError, TimeoutError, MessageFault) as error:
                    log.warning("link lost", host=self._superior.host, error=str(error))
                    if self._has_signed_in:
                        retry_s = self._patience.first_retry_s
                    # Not all lower platforms at once, when the superior comes back.
                    await asyncio.sleep(retry_s * random.uniform(0.5, 1))  # noqa: S311 - no secret
                    retry_s = min(2 * retry_s, self._patience.last_retry_s)
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _read(self, positions: AsyncIterator[Forwarded]) -> None:
        try:
            async for position in positions:
                await self._waiting.put(position)
        except Exception:
            await self._waiting.put(None)  # first what has come is forwarded
            raise
        finally:
            if isinstance(positions, AsyncGenerator):
                await positions.aclose()
        await self._waiting.put(None)

    async def _talk(self) -> None:
        """Sign in, and forward what comes; return when all is confirmed that there is."""
        superior, patience = self._superior, self._patience
        async with asyncio.timeout(patience.answer_s):
            reader, writer = await asyncio.open_connection(superior.host, superior.port)
        link = _Link(superior, reader, writer, patience.answer_s)
        try:
            await link.sign_in()
            self._has_signed_in = True
            await self._forward_by(link, is_again=True)
            while not self._is_at_end:
                await self._gather()
                await self._forward_by(link, is_again=False)
            await link.sign_out()
        finally:
            writer.close()
            writer.transport.abort()

    async def _gather(self) -> None:
        """Wait for positions, until it is time for a link test without any."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience.link_test_s):
                self._note(await self._waiting.get())
        while not self._waiting.empty() and len(self._unconfirmed) < self._patience.unconfirmed:
            self._note(self._waiting.get_nowait())

    def _note(self, position: Forwarded | None) -> None:
        if position is None:
            self._is_at_end = True
        else:
            self._unconfirmed.append(position)

    async def _forward_by(self, link: "_Link", *, is_again: bool) -> None:
        for body in _bodies(self._unconfirmed, self._superior.edition, is_again=is_again):
            await link.send(Type.VEHICLES, body)
        await link.send(Type.LINK_TEST)
        await link.answered(Type.LINK_TEST_ANSWER)
        if self._unconfirmed and self._confirm is not None:
            await self._confirm(tuple(self._unconfirmed))
        self._unconfirmed.clear()


class _Link:
    """One connection to a superior."""

    def __init__(
        self,
        superior: Superior,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer_s: float,
    ) -> None:
        self._superior = superior
        self._reader = reader
        self._writer = writer
        self._answer_s = answer_s
        self._frames = FrameDecoder()
        self._found: list[bytes | MessageFault] = []
        self._serial = 0

    async def sign_in(self) -> None:
        """Sign in.

        Raises:
            LinkLost: the superior does not want us.

        """
        us = self._superior
        login = Login(us.user_id, us.password, us.address, us.callback_port, us.platform_id)
        await self.send(Type.LOGIN, encode_login(login, us.edition))
        answer = await self.answered(Type.LOGIN_ANSWER)
        result, _ = decode_login_answer(answer.body)
        if result is not LoginResult.DONE:
            raise LinkLost(f"login refused: {result.name}")

    async def sign_out(self) -> None:
        """Sign out; all is confirmed, so a superior that does not answer is no harm."""
        with suppress(OSError, TimeoutError, MessageFault):
            us = self._superior
            await self.send(Type.LOG_OUT, encode_log_out(us.user_id, us.password))
            await self.answered(Type.LOG_OUT_ANSWER)

    async def send(self, kind: Type, body: bytes = b"") -> None:
        """Send a message; wait while the superior does not take it."""
        us = self._superior
        is_hidden = us.cipher is not None
        sent_s = int(time.time())
        message = Message(
            kind, self._serial, us.platform_id, body, (1, 0, 0), is_hidden, us.key, sent_s
        )
        self._serial += 1
        self._writer.write(encode_framed(message, us.edition, us.cipher))
        async with asyncio.timeout(self._answer_s):
            await self._writer.drain()

    async def answered(self, kind: Type) -> Message:
        """Wait for an answer; what else the superior says is passed over.

        Raises:
            LinkLost: the connection ended.
            TimeoutError: it did not come in time.

        """
        async with asyncio.timeout(self._answer_s):
            while True:
                while self._found:
                    found = self._found.pop(0)
                    if isinstance(found, MessageFault):
                        log.info("message refused", host=self._superior.host, fault=str(found))
                        continue
                    message = decode_message(found, self._superior.edition, self._superior.cipher)
                    if message.type == kind:
                        return message
                data = await self._reader.read(_CHUNK_BYTES)
                if not data:
                    raise LinkLost("the superior ended the connection")
                self._found = self._frames.feed(data)


def _bodies(positions: Sequence[Forwarded], edition: Edition, *, is_again: bool) -> Iterator[bytes]:
    """Give the bodies that tell positions in their order, one each, or some if sent again.

    What can't be told at all, is left out: to send it again would be of no use.
    """
    at_once = MAX_BATCH if is_again else 1
    for vehicle, run in groupby(positions, key=lambda one: one.vehicle):
        told = list(run)
        for start in range(0, len(told), at_once):
            some = told[start : start + at_once]
            try:
                placed = tuple(position_of(one.fix, edition) for one in some)
                yield encode_vehicle(encode_positions(vehicle, placed, edition))
            except (ValueError, OverflowError) as error:
                log.warning("not forwarded", plate=vehicle.plate, error=str(error))

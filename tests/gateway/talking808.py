"""A terminal of JT/T 808 as tests play it, and the terminals that the platform knows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gis_gov.days import LOCAL
from gis_gov.gateway.jt808.answers import (
    Enrolment,
    Result,
    decode_general_answer,
    decode_registration_answer,
)
from gis_gov.gateway.jt808.framing import FrameDecoder
from gis_gov.gateway.jt808.header import Message, decode_message, encode_framed
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.jt808.positions import POSITIONED, Position, encode_position
from gis_gov.gateway.jt808.signing_in import (
    Authentication,
    Registration,
    encode_authentication,
    encode_registration,
)
from gis_gov.gateway.terminals import Terminal, digest_of
from gis_gov.patrols.fix import Fix

CODE = "c0de"
START = datetime(2024, 5, 6, 8, tzinfo=LOCAL)


@dataclass
class KnownTerminals:
    """Terminals in memory."""

    by_phone: dict[str, Terminal]
    is_broken: bool = False
    registered: list[Registration] = field(default_factory=list[Registration])

    async def find(self, phone: str) -> Terminal | None:
        if self.is_broken:
            raise ConnectionError
        return self.by_phone.get(phone)

    async def enrol(self, phone: str, registration: Registration, code_digest: bytes) -> bool:
        terminal = self.by_phone[phone]
        if registration.plate == "taken":
            return False
        self.registered.append(registration)
        self.by_phone[phone] = replace(
            terminal, code_digest=code_digest, terminal_id=registration.terminal_id
        )
        return True

    async def withdraw(self, phone: str) -> None:
        self.by_phone[phone] = replace(self.by_phone[phone], code_digest=None)


@dataclass
class Taken:
    """What was taken; it takes `wait_s`, and fails while `is_broken`."""

    wait_s: float = 0
    is_broken: bool = False
    by_device: dict[str, list[Fix]] = field(default_factory=dict[str, list[Fix]])
    pending: int = 0
    most_pending: int = 0

    async def __call__(self, device: str, fixes: Sequence[Fix], /) -> None:
        self.pending += 1
        self.most_pending = max(self.most_pending, self.pending)
        try:
            await asyncio.sleep(self.wait_s)
            if self.is_broken:
                raise ConnectionError
            self.by_device.setdefault(device, []).extend(fixes)
        finally:
            self.pending -= 1


def known(*phones: str) -> KnownTerminals:
    """Return terminals that all have the same code."""
    return KnownTerminals(
        {phone: Terminal(phone, f"d{phone}", None, digest_of(CODE)) for phone in phones}
    )


def position(number: int = 0, *, status: int = POSITIONED, alarm: int = 0) -> Position:
    """Return a position of some second after the start."""
    time = START + timedelta(seconds=number)
    return Position(alarm, status, 31_200_000, 121_500_000, 4, 100, 90, time)


class PlayedTerminal:
    """Speak as a terminal does."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        phone: str,
        *,
        is_2019: bool,
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.phone = phone
        self.is_2019 = is_2019
        self.serial = 0
        self.frames = FrameDecoder()
        self.heard: list[Message] = []

    @classmethod
    async def connected(
        cls, address: tuple[str, int], phone: str, *, is_2019: bool = True
    ) -> "PlayedTerminal":
        return cls(*await asyncio.open_connection(*address), phone, is_2019=is_2019)

    def message(self, kind: int, body: bytes = b"") -> Message:
        self.serial += 1
        return Message(kind, self.phone, self.serial, body, 1 if self.is_2019 else None)

    def send(self, message: Message) -> None:
        self.writer.write(encode_framed(message))

    async def hear(self) -> Message:
        """Wait for one answer."""
        while not self.heard:
            data = await asyncio.wait_for(self.reader.read(4096), 30)
            if not data:
                raise EOFError
            for content in self.frames.feed(data):
                assert isinstance(content, bytes)
                self.heard.append(decode_message(content))
        return self.heard.pop(0)

    async def ask(self, kind: int, body: bytes = b"") -> Result:
        """Send a message; return the result that is answered to it."""
        message = self.message(kind, body)
        self.send(message)
        answer = await self.hear()
        assert answer.type == Type.GENERAL_ANSWER
        assert (answer.phone, answer.is_2019) == (self.phone, self.is_2019)
        serial, asked, result = decode_general_answer(answer.body)
        assert (serial, asked) == (message.serial, kind)
        return result

    async def register(self, **changes: str) -> tuple[Enrolment, str | None]:
        registration = replace(
            Registration(33, 1, "maker", "model", "id1", 1, "浙A12345"), **changes
        )
        body = encode_registration(registration, is_2019=self.is_2019)
        self.send(self.message(Type.REGISTRATION, body))
        _, enrolment, code = decode_registration_answer((await self.hear()).body)
        return enrolment, code

    async def authenticate(self, code: str = CODE) -> Result:
        body = encode_authentication(Authentication(code), is_2019=self.is_2019)
        return await self.ask(Type.AUTHENTICATION, body)

    async def tell(self, *numbers: int) -> list[Result]:
        return [await self.ask(Type.POSITION, encode_position(position(one))) for one in numbers]

    async def is_left(self) -> bool:
        """Say whether the platform ended the connection, with nothing said before."""
        try:
            return not await asyncio.wait_for(self.reader.read(4096), 30)
        except ConnectionError:
            return True

    def leave(self) -> None:
        self.writer.transport.abort()

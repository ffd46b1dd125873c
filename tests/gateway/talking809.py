"""A lower and a superior platform of JT/T 809 as tests play them."""

import asyncio
from datetime import datetime, timedelta

from gis_gov.days import LOCAL
from gis_gov.gateway.client809 import Forwarded
from gis_gov.gateway.jt809.cipher import Cipher
from gis_gov.gateway.jt809.framing import FrameDecoder
from gis_gov.gateway.jt809.header import Edition, Message, Type, decode_message, encode_framed
from gis_gov.gateway.jt809.login import Login, encode_login
from gis_gov.gateway.jt809.positions import position_of
from gis_gov.gateway.jt809.vehicles import Vehicle, encode_positions, encode_vehicle
from gis_gov.gateway.server809 import LowerPlatform
from gis_gov.patrols.fix import Fix

START = datetime(2024, 5, 6, 8, tzinfo=LOCAL)
VEHICLE = Vehicle("浙A12345", 2)
PLATFORM = LowerPlatform(platform_id=4711, user_id=12, password="secret")


def fix(number: int = 0) -> Fix:
    """Return a fix of some second after the start."""
    return Fix(START + timedelta(seconds=number), 121.5, 31.2, speed_mps=10.0)


def forwarded(number: int = 0, vehicle: Vehicle = VEHICLE) -> Forwarded:
    """Return a fix of some second after the start, to be forwarded."""
    return Forwarded(vehicle, fix(number))


def body_of(*numbers: int, edition: Edition = 2011, vehicle: Vehicle = VEHICLE) -> bytes:
    """Return the body that tells of some seconds after the start."""
    told = tuple(position_of(fix(number), edition) for number in numbers)
    return encode_vehicle(encode_positions(vehicle, told, edition))


class PlayedPlatform:
    """Speak as a lower platform does."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        edition: Edition = 2011,
        cipher: Cipher | None = None,
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.edition: Edition = edition
        self.cipher = cipher
        self.platform_id = PLATFORM.platform_id
        self.serial = 0
        self.frames = FrameDecoder()
        self.heard: list[Message] = []

    @classmethod
    async def connected(
        cls, address: tuple[str, int], edition: Edition = 2011, cipher: Cipher | None = None
    ) -> "PlayedPlatform":
        return cls(*await asyncio.open_connection(*address), edition, cipher)

    def send(self, kind: int, body: bytes = b"") -> None:
        self.serial += 1
        is_hidden = self.cipher is not None
        message = Message(
            kind, self.serial, self.platform_id, body, (1, 0, 0), is_hidden, 7, 1_700_000_000
        )
        self.writer.write(encode_framed(message, self.edition, self.cipher))

    async def hear(self) -> Message:
        while not self.heard:
            data = await asyncio.wait_for(self.reader.read(4096), 30)
            if not data:
                raise EOFError
            for content in self.frames.feed(data):
                assert isinstance(content, bytes)
                self.heard.append(decode_message(content, self.edition, self.cipher))
        return self.heard.pop(0)

    async def log_in(self, user_id: int = PLATFORM.user_id, password: str | None = None) -> int:
        """Log in; return the result."""
        password = PLATFORM.password if password is None else password
        self.send(Type.LOGIN, encode_login(Login(user_id, password, "127.0.0.1", 1), self.edition))
        answer = await self.hear()
        assert answer.type == Type.LOGIN_ANSWER
        return answer.body[0]

    async def is_answered(self) -> bool:
        """Say whether a link test is answered, or the connection is ended."""
        self.send(Type.LINK_TEST)
        try:
            return (await self.hear()).type == Type.LINK_TEST_ANSWER
        except (EOFError, ConnectionError):
            return False

    def leave(self) -> None:
        self.writer.transport.abort()

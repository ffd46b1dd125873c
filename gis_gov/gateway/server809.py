"""The superior's end of JT/T 809: lower platforms connect, sign in and tell of their vehicles."""

import hmac
import time
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from ssl import SSLContext

import structlog

from gis_gov.gateway.counting import count_message
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt809.cipher import Cipher
from gis_gov.gateway.jt809.framing import FrameDecoder
from gis_gov.gateway.jt809.header import (
    Edition,
    Message,
    Type,
    decode_message,
    edition_of_login,
    encode_framed,
    platform_of,
)
from gis_gov.gateway.jt809.login import Login, LoginResult, decode_login, encode_login_answer
from gis_gov.gateway.jt809.positions import fix_of
from gis_gov.gateway.jt809.vehicles import Told, Vehicle, decode_positions, decode_vehicle
from gis_gov.gateway.listening import Connection, Limits, listening
from gis_gov.gateway.taking import Take

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LowerPlatform:
    """A platform that may sign in, by what was agreed on with it."""

    platform_id: int
    user_id: int
    password: str = field(repr=False)
    cipher: Cipher | None = None

    def is_shown_by(self, login: Login) -> bool:
        """Say whether a login is its, in a time that tells nothing of the password."""
        is_password = hmac.compare_digest(login.password.encode(), self.password.encode())
        return is_password and login.user_id == self.user_id


@dataclass(slots=True)
class _Link:
    """What is known of a connection; no `platform` has signed in yet where it is None."""

    connection: Connection
    platform: LowerPlatform | None = None
    cipher: Cipher | None = None
    edition: Edition = 2011
    serial: int = 0

    async def answer(self, to: Message, kind: Type, body: bytes = b"") -> None:
        """Answer a message, hidden if it was."""
        answer = replace(to, type=kind, serial=self.serial, body=body, sent_s=int(time.time()))
        self.serial += 1
        await self.connection.write(encode_framed(answer, self.edition, self.cipher))


def device_of(platform_id: int, vehicle: Vehicle) -> str:
    """Name a vehicle of a lower platform: none can tell of the vehicles of another one."""
    return f"jt809/{platform_id}/{vehicle.plate}/{vehicle.color}"


class Server809:
    """Take the positions of the vehicles of lower platforms.

    No position is answered in JT/T 809. What is answered is the link test, and in order: a
    platform whose link test is answered knows that all before it is kept, or refused for good. If
    something could not be taken, the connection is ended instead.
    """

    def __init__(
        self, platforms: Iterable[LowerPlatform], take: Take, limits: Limits | None = None
    ) -> None:
        self._platforms = {platform.platform_id: platform for platform in platforms}
        self._take = take
        self._limits = limits or Limits(messages_per_s=5_000, burst=50_000)
        self._by_platform: dict[int, Connection] = {}

    def listening(
        self, host: str, port: int, tls: SSLContext | None = None
    ) -> AbstractAsyncContextManager[tuple[str, int]]:
        """Serve until the block is left; give the address that is listened on."""
        return listening(self._talk, host, port, self._limits, tls)

    async def _talk(self, connection: Connection) -> None:
        frames = FrameDecoder()
        link = _Link(connection)
        try:
            while data := await connection.read():
                for found in frames.feed(data):
                    await connection.pace()
                    if not await self._is_heard(link, found):
                        return
        finally:
            platform = link.platform
            if platform and self._by_platform.get(platform.platform_id) is connection:
                del self._by_platform[platform.platform_id]

    async def _is_heard(self, link: _Link, found: bytes | MessageFault) -> bool:
        """Do what one message asks; say whether to hear the next one."""
        try:
            if isinstance(found, MessageFault):
                raise found
            if link.platform is None:
                return await self._signed_in(link, found)
            message = decode_message(found, link.edition, link.cipher)
            count_message("809", Type, message.type)
            is_next_heard = await self._done(link, link.platform, message)
            link.connection.is_heard()
        except MessageFault as fault:
            log.info("message refused", address=link.connection.address, fault=str(fault))
            return fault.reason == "garbage" or not link.connection.is_wrong()
        return is_next_heard

    async def _signed_in(self, link: _Link, content: bytes) -> bool:
        """Take a login, which is what comes first; whoever fails has to connect anew."""
        link.edition = edition_of_login(content)
        platform = self._platforms.get(platform_of(content))
        link.cipher = platform.cipher if platform else None
        message = decode_message(content, link.edition, link.cipher)
        count_message("809", Type, message.type)
        login = decode_login(message.body, link.edition)
        # Which of the three was wrong is for our log alone.
        if platform is None or not platform.is_shown_by(login):
            log.warning("wrong login", platform=message.platform_id, user=login.user_id)
            wrong = encode_login_answer(LoginResult.WRONG_PASSWORD)
            await link.answer(message, Type.LOGIN_ANSWER, wrong)
            return False
        older = self._by_platform.get(platform.platform_id)
        if older is not None:
            older.leave()
        self._by_platform[platform.platform_id] = link.connection
        link.platform = platform
        link.connection.is_heard()
        await link.answer(message, Type.LOGIN_ANSWER, encode_login_answer(LoginResult.DONE))
        return True

    async def _done(self, link: _Link, platform: LowerPlatform, message: Message) -> bool:
        if message.platform_id != platform.platform_id:
            raise MessageFault("value", f"a message of platform {message.platform_id}")
        match message.type:
            case Type.LINK_TEST:
                await link.answer(message, Type.LINK_TEST_ANSWER)
            case Type.LOG_OUT:
                await link.answer(message, Type.LOG_OUT_ANSWER)
                return False
            case Type.VEHICLES:
                return await self._is_taken(platform, link.edition, message)
            case _:
                log.debug("message not spoken", type=message.type)
        return True

    async def _is_taken(self, platform: LowerPlatform, edition: Edition, message: Message) -> bool:
        told = decode_vehicle(message.body)
        if told.told not in tuple(Told):
            log.debug("not spoken of a vehicle", told=told.told)
            return True
        if not (told.vehicle.plate and told.vehicle.plate.isprintable()):
            raise MessageFault("text", f"{told.vehicle.plate!r} is no plate")
        read = decode_positions(told, edition)
        device = device_of(platform.platform_id, told.vehicle)
        for fault in read.faults:
            log.info("position refused", device=device, fault=str(fault))
        is_one = told.told == Told.POSITION
        sequence = message.serial if is_one else None
        fixes = [fix_of(position, sequence=sequence) for position in read.positions]
        placed = [fix for fix in fixes if fix is not None]
        if not placed:
            return True
        try:
            await self._take(device, placed)
        except Exception as error:  # the end of the link says that they have to be sent again
            log.warning("positions not taken", device=device, error=type(error).__name__)
            return False
        return True

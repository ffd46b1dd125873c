"""The platform's end of JT/T 808: terminals connect over TCP, and are answered."""

from contextlib import AbstractAsyncContextManager
from ssl import SSLContext

import structlog

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.framing import FrameDecoder
from gis_gov.gateway.jt808.header import decode_message, encode_framed
from gis_gov.gateway.listening import Connection, Limits, listening
from gis_gov.gateway.session808 import Session808, TakeUnplaced
from gis_gov.gateway.taking import Take
from gis_gov.gateway.terminals import Terminals

log = structlog.get_logger()


class Server808:
    """Take the positions of terminals that have shown their code.

    While `take` is pending nothing more is read of its connection, so the terminal is held back by
    TCP itself. A terminal has one connection: the older one is left when it connects anew.
    """

    def __init__(
        self,
        terminals: Terminals,
        take: Take,
        take_unplaced: TakeUnplaced | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._terminals = terminals
        self._take = take
        self._take_unplaced = take_unplaced
        self._limits = limits or Limits()
        self._by_phone: dict[str, Connection] = {}

    @property
    def phones(self) -> frozenset[str]:
        """Return the terminals that are connected, and have shown their code."""
        return frozenset(self._by_phone)

    def listening(
        self, host: str, port: int, tls: SSLContext | None = None
    ) -> AbstractAsyncContextManager[tuple[str, int]]:
        """Serve until the block is left; give the address that is listened on."""
        return listening(self._talk, host, port, self._limits, tls)

    async def _talk(self, connection: Connection) -> None:
        frames = FrameDecoder()
        session = Session808(self._terminals, self._take, self._take_unplaced)
        try:
            while data := await connection.read():
                for found in frames.feed(data):
                    if not await self._heard(connection, session, found):
                        return
        finally:
            self._forget(connection, session.phone)

    async def _heard(
        self, connection: Connection, session: Session808, found: bytes | MessageFault
    ) -> bool:
        """Answer one frame; say whether to hear the next one."""
        await connection.pace()
        known_as = session.phone
        try:
            if isinstance(found, MessageFault):
                raise found
            answers = await session.answers(decode_message(found))
        except MessageFault as fault:
            log.info("frame refused", address=connection.address, reason=fault.reason)
            # What lies between frames is no fault of theirs: some end them with a line break.
            return fault.reason == "garbage" or not connection.is_wrong()
        if session.phone != known_as:
            self._forget(connection, known_as)
            self._remember(connection, session.phone)
        if session.phone is not None:
            connection.is_heard()
        await connection.write(b"".join(map(encode_framed, answers)))
        return not (session.is_suspect and connection.is_wrong())

    def _remember(self, connection: Connection, phone: str | None) -> None:
        if phone is None:
            return
        older = self._by_phone.get(phone)
        if older is not None:
            log.info("terminal connected anew", phone=phone)
            older.leave()
        self._by_phone[phone] = connection

    def _forget(self, connection: Connection, phone: str | None) -> None:
        if phone is not None and self._by_phone.get(phone) is connection:
            del self._by_phone[phone]

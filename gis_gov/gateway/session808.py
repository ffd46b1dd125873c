"""What a platform says to one terminal of JT/T 808, message by message."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from gis_gov.gateway.counting import count_message
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.answers import Enrolment, Result, general_answer, registration_answer
from gis_gov.gateway.jt808.header import Message
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.jt808.pieces import Pieces
from gis_gov.gateway.jt808.positions import (
    Position,
    decode_asked,
    decode_batch,
    decode_position,
    fix_of,
)
from gis_gov.gateway.jt808.signing_in import decode_authentication, decode_registration
from gis_gov.gateway.taking import Take
from gis_gov.gateway.terminals import Terminals, digest_of, new_code, shows
from gis_gov.patrols.fix import Fix

log = structlog.get_logger()

TakeUnplaced = Callable[[str, Sequence[Position]], Awaitable[None]]
"""Keep what a device told when it did not know where it was: an alarm may be among it."""

_BEFORE_SIGN_IN: Final = frozenset({Type.REGISTRATION, Type.AUTHENTICATION})
# Pictures come in pieces, too, and are not kept in memory for nothing.
_IN_PIECES: Final = frozenset({Type.POSITION, Type.ASKED_POSITION, Type.BATCH})


@dataclass(slots=True)
class Session808:
    """One terminal's talk: first it shows who it is, then its positions are taken.

    `phone` and `device` are those of the terminal that has shown its code. `is_suspect` says that
    the last message was one that only somebody else, or somebody broken, sends.
    """

    terminals: Terminals
    take: Take
    take_unplaced: TakeUnplaced | None = None
    phone: str | None = None
    device: str = ""
    is_suspect: bool = False
    serial: int = -1
    pieces: Pieces = field(default_factory=Pieces)

    async def answers(self, message: Message) -> list[Message]:
        """Do what a message asks; give the answers, which say what became of it.

        A message in pieces is answered piece by piece, but only when all of it has been done:
        what has been answered may be forgotten by the terminal.

        Raises:
            MessageFault: its pieces do not fit together.

        """
        count_message("808", Type, message.type)
        self.is_suspect = False
        if message.type == Type.TERMINAL_ANSWER:
            return []
        if message.type not in _BEFORE_SIGN_IN and message.phone != self.phone:
            self.is_suspect = True
            return [general_answer(message, self._next_serial(), Result.FAILED)]
        if message.piece is not None and message.type not in _IN_PIECES:
            return [general_answer(message, self._next_serial(), Result.UNSPOKEN)]
        whole = self.pieces.add(message)
        if whole is None:
            return []
        if message.type == Type.REGISTRATION:
            return await self._registered(whole.message)
        try:
            result = await self._result(whole.message)
        except MessageFault as fault:
            log.info("message refused", phone=message.phone, type=message.type, fault=str(fault))
            result = Result.WRONG
        return [
            general_answer(whole.message, self._next_serial(), result, asked=serial)
            for serial in whole.serials
        ]

    async def _result(self, message: Message) -> Result:
        match message.type:
            case Type.AUTHENTICATION:
                return await self._authenticated(message)
            case Type.HEARTBEAT:
                return Result.DONE
            case Type.LOG_OUT:
                return await self._logged_out(message)
            case Type.POSITION:
                position = decode_position(message.body)
                return await self._taken([position], [], sequence=message.serial)
            case Type.ASKED_POSITION:
                _, position = decode_asked(message.body)
                return await self._taken([position], [])
            case Type.BATCH:
                batch = decode_batch(message.body)
                for fault in batch.faults:
                    log.info("position refused", phone=message.phone, fault=str(fault))
                result = await self._taken(batch.positions, [("batch", batch.kind)])
                return Result.WRONG if batch.faults and result is Result.DONE else result
            case _:
                return Result.UNSPOKEN

    async def _registered(self, message: Message) -> list[Message]:
        code = new_code()
        try:
            registration = decode_registration(message.body, is_2019=message.is_2019)
            terminal = await self.terminals.find(message.phone)
            if terminal is None:
                enrolment = Enrolment.NO_SUCH_TERMINAL
            elif terminal.terminal_id not in (None, registration.terminal_id):
                enrolment = Enrolment.TERMINAL_TAKEN
            elif await self.terminals.enrol(message.phone, registration, digest_of(code)):
                enrolment = Enrolment.DONE
            else:
                enrolment = Enrolment.TERMINAL_TAKEN
        except MessageFault as fault:
            log.info("registration refused", phone=message.phone, fault=str(fault))
            return [general_answer(message, self._next_serial(), Result.WRONG)]
        except Exception as error:  # whatever the store raises is not to end the connection
            log.warning("not registered", phone=message.phone, error=type(error).__name__)
            return [general_answer(message, self._next_serial(), Result.FAILED)]
        self.is_suspect = enrolment is not Enrolment.DONE
        log.info("registration", phone=message.phone, enrolment=enrolment.name)
        given = code if enrolment is Enrolment.DONE else None
        return [registration_answer(message, self._next_serial(), enrolment, given)]

    async def _authenticated(self, message: Message) -> Result:
        authentication = decode_authentication(message.body, is_2019=message.is_2019)
        try:
            terminal = await self.terminals.find(message.phone)
        except Exception as error:  # as above
            log.warning("not authenticated", phone=message.phone, error=type(error).__name__)
            return Result.FAILED
        if not shows(terminal, authentication.code) or terminal is None:
            log.warning("wrong code", phone=message.phone)
            self.is_suspect = True
            return Result.FAILED
        self.phone, self.device = message.phone, terminal.device
        return Result.DONE

    async def _logged_out(self, message: Message) -> Result:
        try:
            await self.terminals.withdraw(message.phone)
        except Exception as error:  # as above
            log.warning("not logged out", phone=message.phone, error=type(error).__name__)
            return Result.FAILED
        self.phone = None
        return Result.DONE

    async def _taken(
        self,
        positions: Iterable[Position],
        attrs: Sequence[tuple[str, object]],
        sequence: int | None = None,
    ) -> Result:
        fixes: list[Fix] = []
        unplaced: list[Position] = []
        for position in positions:
            fix = fix_of(position, sequence=sequence)
            if fix is None:
                unplaced.append(position)
            else:
                fixes.append(replace(fix, attrs={**fix.attrs, **dict(attrs)}))
        try:
            if fixes:
                await self.take(self.device, fixes)
            if unplaced and self.take_unplaced is not None:
                await self.take_unplaced(self.device, unplaced)
        except Exception as error:  # it is told that they are not kept, and sends them again
            log.warning("positions not taken", device=self.device, error=type(error).__name__)
            return Result.FAILED
        return Result.DONE

    def _next_serial(self) -> int:
        self.serial = (self.serial + 1) & 0xFFFF
        return self.serial

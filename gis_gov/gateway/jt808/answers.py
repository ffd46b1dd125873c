"""What a platform answers: 0x8001 and 0x8100 (JT/T 808-2013 §8.2 and §8.6)."""

from enum import IntEnum

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.header import Message
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.octets import Octets, octets_of


class Result(IntEnum):
    """What became of a message."""

    DONE = 0
    FAILED = 1
    WRONG = 2
    UNSPOKEN = 3


class Enrolment(IntEnum):
    """What became of a registration."""

    DONE = 0
    VEHICLE_TAKEN = 1
    NO_SUCH_VEHICLE = 2
    TERMINAL_TAKEN = 3
    NO_SUCH_TERMINAL = 4


def general_answer(
    to: Message, serial: int, result: Result, *, asked: int | None = None
) -> Message:
    """Answer a message, in its layout; `asked` is the serial of a piece of it."""
    asked = to.serial if asked is None else asked
    body = asked.to_bytes(2, "big") + to.type.to_bytes(2, "big") + bytes([result])
    return Message(Type.GENERAL_ANSWER, to.phone, serial, body, to.protocol)


def registration_answer(
    to: Message, serial: int, enrolment: Enrolment, code: str | None = None
) -> Message:
    """Answer a registration, in its layout; the code only if it is done."""
    body = to.serial.to_bytes(2, "big") + bytes([enrolment])
    if enrolment is Enrolment.DONE and code is not None:
        body += octets_of(code)
    return Message(Type.REGISTRATION_ANSWER, to.phone, serial, body, to.protocol)


def decode_general_answer(body: bytes) -> tuple[int, int, Result]:
    """Read the body of 0x8001: serial and type of what is answered, and the result.

    Raises:
        MessageFault: it is too short, or its result is none of ours.

    """
    octets = Octets(body)
    serial, kind, result = octets.number(2), octets.number(2), octets.number(1)
    if result not in tuple(Result):
        raise MessageFault("value", f"result {result} of a general answer")
    return serial, kind, Result(result)


def decode_registration_answer(body: bytes) -> tuple[int, Enrolment, str | None]:
    """Read the body of 0x8100: serial of the registration, what became of it, and the code.

    Raises:
        MessageFault: it is too short, its result is none, or its code no text.

    """
    octets = Octets(body)
    serial, result = octets.number(2), octets.number(1)
    if result not in tuple(Enrolment):
        raise MessageFault("value", f"result {result} of a registration")
    enrolment = Enrolment(result)
    code = octets.text(octets.left) if enrolment is Enrolment.DONE else None
    return serial, enrolment, code

"""How a lower platform signs in and out: 0x1001 to 0x1004 (JT/T 809-2011 §5.4)."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt809.header import Edition
from gis_gov.gateway.octets import Octets, padded

PASSWORD_BYTES: Final = 8
_ADDRESS_BYTES: Final = 32


class LoginResult(IntEnum):
    """What became of a login."""

    DONE = 0
    WRONG_ADDRESS = 1
    WRONG_PLATFORM = 2
    NO_SUCH_USER = 3
    WRONG_PASSWORD = 4
    TOO_MANY = 5
    OTHER = 6


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in; the address is where the lower platform would be called back.

    `center_id` is told since 2019: the id of the lower platform once more.
    """

    user_id: int
    password: str = field(repr=False)
    address: str = ""
    port: int = 0
    center_id: int = 0


def decode_login(body: bytes, edition: Edition) -> Login:
    """Read the body of 0x1001.

    Raises:
        MessageFault: it is too short, or its texts are none.

    """
    octets = Octets(body)
    user_id, password = octets.number(4), octets.text(PASSWORD_BYTES)
    center_id = octets.number(4) if edition == 2019 else 0
    return Login(user_id, password, octets.text(_ADDRESS_BYTES), octets.number(2), center_id)


def encode_login(login: Login, edition: Edition) -> bytes:
    """Write the body of 0x1001.

    Raises:
        MessageFault: a text is too long.

    """
    center = login.center_id.to_bytes(4, "big") if edition == 2019 else b""
    user = login.user_id.to_bytes(4, "big") + padded(login.password, PASSWORD_BYTES)
    return user + center + padded(login.address, _ADDRESS_BYTES) + login.port.to_bytes(2, "big")


def decode_login_answer(body: bytes) -> tuple[LoginResult, int]:
    """Read the body of 0x1002: the result, and a code by which we could be called back.

    Raises:
        MessageFault: it is too short, or its result is none.

    """
    octets = Octets(body)
    result = octets.number(1)
    if result not in tuple(LoginResult):
        raise MessageFault("value", f"result {result} of a login")
    return LoginResult(result), octets.number(4)


def encode_login_answer(result: LoginResult, code: int = 0) -> bytes:
    """Write the body of 0x1002."""
    return bytes([result]) + code.to_bytes(4, "big")


def encode_log_out(user_id: int, password: str) -> bytes:
    """Write the body of 0x1003.

    Raises:
        MessageFault: the password is too long.

    """
    return user_id.to_bytes(4, "big") + padded(password, PASSWORD_BYTES)

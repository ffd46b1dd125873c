"""The header of a JT/T 809 message (JT/T 809-2011 §4.5.2; 2019 adds a time)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt809.cipher import Cipher
from gis_gov.gateway.jt809.framing import encode_frame
from gis_gov.gateway.octets import Octets

Edition = Literal[2011, 2019]

_HEADER_BYTES: Final[dict[Edition, int]] = {2011: 22, 2019: 30}
_AROUND_BYTES: Final = 4  # two flags and the CRC, which the told length has in it
# Header, body and what is around, of a login: by it alone the edition can be known.
_LOGIN_BYTES: Final[dict[int, Edition]] = {72: 2011, 84: 2019}
_NO_VERSION: Final = (1, 0, 0)


class Type(IntEnum):
    """Number the messages that are spoken, all on the main link."""

    LOGIN = 0x1001
    LOGIN_ANSWER = 0x1002
    LOG_OUT = 0x1003
    LOG_OUT_ANSWER = 0x1004
    LINK_TEST = 0x1005
    LINK_TEST_ANSWER = 0x1006
    VEHICLES = 0x1200


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `platform_id` is the lower platform's, whoever sends it.

    `key` is what its body is hidden by, and 0 with `is_hidden` is a key, too. `sent_s` is the time
    in seconds since 1970, of 2019 only.
    """

    type: int
    serial: int
    platform_id: int
    body: bytes = b""
    version: tuple[int, int, int] = _NO_VERSION
    is_hidden: bool = False
    key: int = 0
    sent_s: int | None = None


def edition_of_login(content: bytes) -> Edition:
    """Tell the edition in which a login is written, by its length.

    Raises:
        MessageFault: it is no login.

    """
    edition = _LOGIN_BYTES.get(len(content) + _AROUND_BYTES)
    if edition is None or int.from_bytes(content[8:10], "big") != Type.LOGIN:
        raise MessageFault("unknown", "not a login of 2011 or 2019")
    return edition


def platform_of(content: bytes) -> int:
    """Return the lower platform's id, which is before all that editions differ in.

    Raises:
        MessageFault: the message is too short.

    """
    octets = Octets(content)
    octets.take(10)
    return octets.number(4)


def decode_message(content: bytes, edition: Edition, cipher: Cipher | None = None) -> Message:
    """Read a message, and open its body.

    Raises:
        MessageFault: it is too short, of another length than it says, or hidden without a cipher
            being agreed on.

    """
    octets = Octets(content)
    length = octets.number(4)
    if length != len(content) + _AROUND_BYTES:
        raise MessageFault("length", f"{len(content) + _AROUND_BYTES} bytes, {length} are told")
    serial, kind, platform_id = octets.number(4), octets.number(2), octets.number(4)
    first, second, third = octets.take(3)
    flag, key = octets.number(1), octets.number(4)
    sent_s = octets.number(8) if edition == 2019 else None
    body = octets.rest()
    if flag > 1:
        raise MessageFault("encrypted", f"encryption {flag} is not spoken")
    if flag and cipher is None:
        raise MessageFault("encrypted", "encrypted, and no M1, IA1 and IC1 are agreed on")
    if flag and cipher is not None:
        body = cipher.apply(body, key)
    version = (first, second, third)
    return Message(kind, serial, platform_id, body, version, bool(flag), key, sent_s)


def encode_message(message: Message, edition: Edition, cipher: Cipher | None = None) -> bytes:
    """Write a message with its header, without its frame.

    Raises:
        MessageFault: it is to be hidden without a cipher.

    """
    body = message.body
    if message.is_hidden:
        if cipher is None:
            raise MessageFault("encrypted", "nothing to hide it by")
        body = cipher.apply(body, message.key)
    length = _HEADER_BYTES[edition] + len(body) + _AROUND_BYTES
    content = b"".join(
        (
            length.to_bytes(4, "big"),
            (message.serial & 0xFFFF_FFFF).to_bytes(4, "big"),
            message.type.to_bytes(2, "big"),
            message.platform_id.to_bytes(4, "big"),
            bytes(message.version),
            bytes([message.is_hidden]),
            message.key.to_bytes(4, "big"),
        )
    )
    if edition == 2019:
        content += (message.sent_s or 0).to_bytes(8, "big")
    return content + body


def encode_framed(message: Message, edition: Edition, cipher: Cipher | None = None) -> bytes:
    """Write a message as it is sent.

    Raises:
        MessageFault: as `encode_message`.

    """
    return encode_frame(encode_message(message, edition, cipher))

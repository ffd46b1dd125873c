"""How a terminal registers and shows its code: 0x0100, 0x0102 (JT/T 808-2013 §8.5, §8.8)."""

from dataclasses import dataclass
from typing import Final

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.octets import Octets, octets_of, padded

_LEAST_2013: Final = 37
# Bytes of manufacturer, model and terminal id.
_LAYOUT_2011: Final = (5, 8, 7)
_LAYOUT_2013: Final = (5, 20, 7)
_LAYOUT_2019: Final = (11, 30, 30)
_IMEI_BYTES: Final = 15
_VERSION_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class Registration:
    """What a terminal says of itself and of its vehicle; a `plate_color` of 0 is none."""

    province: int
    city: int
    manufacturer: str
    model: str
    terminal_id: str
    plate_color: int
    plate: str


@dataclass(frozen=True, slots=True)
class Authentication:
    """The code that a terminal was given, and since 2019 what it is."""

    code: str
    imei: str | None = None
    software: str | None = None


def decode_registration(body: bytes, *, is_2019: bool) -> Registration:
    """Read the body of 0x0100, of 2019, of 2013, or of 2011 where it is too short for that.

    Raises:
        MessageFault: it is too short, or its texts are none.

    """
    octets = Octets(body)
    lengths = _LAYOUT_2019 if is_2019 else _LAYOUT_2013
    if not is_2019 and len(body) < _LEAST_2013:
        lengths = _LAYOUT_2011
    province, city = octets.number(2), octets.number(2)
    for_manufacturer, for_model, for_id = lengths
    return Registration(
        province,
        city,
        octets.loose_text(for_manufacturer),
        octets.loose_text(for_model),
        octets.text(for_id),
        octets.number(1),
        octets.text(octets.left),
    )


def encode_registration(registration: Registration, *, is_2019: bool) -> bytes:
    """Write the body of 0x0100, of 2019 or of 2013.

    Raises:
        MessageFault: a text is too long, or has characters that GBK has not.

    """
    for_manufacturer, for_model, for_id = _LAYOUT_2019 if is_2019 else _LAYOUT_2013
    return b"".join(
        (
            registration.province.to_bytes(2, "big"),
            registration.city.to_bytes(2, "big"),
            padded(registration.manufacturer, for_manufacturer),
            padded(registration.model, for_model),
            padded(registration.terminal_id, for_id),
            bytes([registration.plate_color]),
            octets_of(registration.plate),
        )
    )


def decode_authentication(body: bytes, *, is_2019: bool) -> Authentication:
    """Read the body of 0x0102.

    Raises:
        MessageFault: it is too short, or no text.

    """
    octets = Octets(body)
    if not is_2019:
        return Authentication(octets.text(octets.left))
    code = octets.text(octets.number(1))
    # Terminals are met that leave out the end of it; who they are is told by the code.
    return Authentication(code, octets.loose_text(_IMEI_BYTES), octets.loose_text(_VERSION_BYTES))


def encode_authentication(authentication: Authentication, *, is_2019: bool) -> bytes:
    """Write the body of 0x0102.

    Raises:
        MessageFault: a text is too long, or has characters that GBK has not.

    """
    code = octets_of(authentication.code)
    if not is_2019:
        return code
    if len(code) > 0xFF:
        raise MessageFault("oversized", f"a code of {len(code)} bytes of 255")
    imei = padded(authentication.imei or "", _IMEI_BYTES)
    return bytes([len(code)]) + code + imei + padded(authentication.software or "", _VERSION_BYTES)

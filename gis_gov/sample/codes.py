"""Codes and identifiers, all in ranges that nothing real can bear, with right check characters.

- Area codes begin with 99. No province has that number (the table of 2023 goes from 11 to 65; 71,
  81, 82 and 91 are in use elsewhere).
- ID numbers begin with such an area code too.
- Phone numbers begin with 154, which has never been assigned but looks like a mobile number.
- Credit codes carry such an area code in places 3 to 8.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.columns import digits, fixed_text

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

PROVINCE_CODE = "99"
PHONE_PREFIX = "154"

_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_CREDIT_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
_CREDIT_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ORGANISATION_CHECKS = np.frombuffer(b"0X987654321", dtype=np.uint8)
_GRID_KIND = {"base": 5, "exclusive": 2, "second": 6, "micro": 7}
_PHONE_STRIDE = 61_803_399
"""Coprime to 10**8, so that every running number has its own phone number."""
_PHONE_FIRST = 27_182_818


def area_code(number: str) -> str:
    """Pad an area number to 12 digits."""
    return number.ljust(12, "0")


def grid_code(community: str, layer: str, sequence: int) -> str:
    """Make the 16 digits of a grid: community, kind of layer, three digits of sequence."""
    if not 0 < sequence <= 999:
        raise ValueError(f"{community}: grid {sequence} does not fit three digits")
    return f"{community}{_GRID_KIND[layer]}{sequence:03d}"


def id_numbers(area: Ints, birth: Ints, order: Ints) -> pa.Array:
    """Make ID numbers (GB 11643) of 6-digit area, birth date yyyymmdd and order 1 to 999."""
    body = np.hstack([digits(area, 6), digits(birth, 8), digits(order, 3)])
    check = _ID_CHECKS[((body - 48) @ _ID_WEIGHTS) % 11]
    return fixed_text(np.hstack([body, check[:, None]]))


def credit_codes(area: Ints, organisation: Ints) -> pa.Array:
    """Make credit codes (GB 32100) of enterprises: 6-digit area, running number of 8 digits.

    The ninth character of the organisation's part carries its own check (GB 11714).
    """
    number = digits(organisation, 8)
    total = (number - 48) @ _ORGANISATION_WEIGHTS
    inner = _ORGANISATION_CHECKS[total % 11][:, None]
    head = np.broadcast_to(np.frombuffer(b"91", dtype=np.uint8), (len(number), 2))
    body = np.hstack([head, digits(area, 6), number, inner])
    value = np.searchsorted(_CREDIT_ALPHABET, body)
    check = _CREDIT_ALPHABET[(31 - value @ _CREDIT_WEIGHTS % 31) % 31]
    return fixed_text(np.hstack([body, check[:, None]]))


def phones(running: Ints) -> pa.Array:
    """Make phone numbers, a different one for each running number below 10**8."""
    prefix = np.frombuffer(PHONE_PREFIX.encode(), dtype=np.uint8)
    head = np.broadcast_to(prefix, (len(running), len(prefix)))
    return fixed_text(
        np.hstack([head, digits((running * _PHONE_STRIDE + _PHONE_FIRST) % 10**8, 8)])
    )


def device_ids(county: Ints, sequence: Ints) -> pa.Array:
    """Make GB/T 28181 ids of IP cameras: area 8, industry 00, type 132, network 0, serial 6."""
    industry = np.broadcast_to(np.frombuffer(b"00001320", dtype=np.uint8), (len(county), 8))
    return fixed_text(np.hstack([digits(county, 6), industry, digits(sequence, 6)]))

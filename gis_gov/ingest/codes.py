"""Administrative codes: 12 digits, their level, and the codes above them.

Source: 统计用区划代码和城乡划分代码编制规则: 2 digits of the province, 2 of the city, 2 of the
district, 3 of the street, 3 of the community; GB/T 2260 and GB/T 10114 for the first nine.
"""

import pyarrow as pa

from gis_gov.ingest.arrow import pc

FULL_LENGTH = 12
_LENGTHS = {2: "province", 4: "city", 6: "district", 9: "street", 12: "community"}
_SHORT = r"^(\d{2}|\d{4}|\d{6}|\d{9})$"
_FULL = r"^\d{12}$"


def padded(codes: pa.Array) -> pa.Array:
    """Write the short forms (2, 4, 6 or 9 digits) with 12 digits; leave others as they are."""
    short = pc.match_substring_regex(codes, _SHORT)
    return pc.if_else(short, pc.utf8_rpad(codes, FULL_LENGTH, "0"), codes)


def level_of(code: str) -> str | None:
    """Tell the level of a 12-digit code by its trailing zeros; None for another code."""
    if len(code) != FULL_LENGTH or not code.isascii() or not code.isdigit():
        return None
    return next(level for length, level in _LENGTHS.items() if not code[length:].strip("0"))


def levels_of(codes: pa.Array) -> pa.Array:
    """Tell the level of each 12-digit code; null for others."""
    encoded = codes.dictionary_encode()
    levels = [level_of(code) for code in encoded.dictionary.to_pylist()]
    return pa.array(levels, pa.string()).take(encoded.indices)

"""Citizen ID numbers: whether they can be right, and what they tell.

Source: GB 11643-1999: 6 digits of the place, 8 of the date of birth, 3 in sequence (odd for men),
and a check character; the older form has 15 digits and no check.
"""

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.ingest.arrow import pc
from gis_gov.ingest.times import MonthOrDay, dates

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_SHAPE = r"^\d{17}[\dX]$"
_OLD_SHAPE = r"^\d{15}$"


class Told(NamedTuple):
    """What ID numbers tell: sex, date of birth (null where unknown); and which can't be right."""

    sex: pa.Array
    birth_date: pa.Array
    invalid: NDArray[np.bool_]


def from_id_numbers(numbers: pa.Array) -> Told:
    """Check ID numbers (upper case) and read what they tell."""
    old = pc.match_substring_regex(numbers, _OLD_SHAPE).fill_null(False)
    long = pc.if_else(
        old,
        pc.binary_join_element_wise(
            pc.utf8_slice_codeunits(numbers, 0, 6),
            "19",
            pc.utf8_slice_codeunits(numbers, 6, 15),
            "0",
            "",
        ),
        numbers,
    )
    shaped = np.asarray(pc.match_substring_regex(long, _SHAPE).fill_null(False))
    born, bad_date = dates(
        pc.utf8_slice_codeunits(long.filter(pa.array(shaped)), 6, 14), MonthOrDay()
    )
    matrix = _characters(long, shaped)
    digits = matrix[:, :17].astype(np.int64) - ord("0")
    good = (_CHECKS[(digits @ _WEIGHTS) % 11] == matrix[:, 17]) | np.asarray(old)[shaped]
    good &= ~bad_date
    positions = np.flatnonzero(shaped)
    right = np.zeros(len(numbers), dtype=bool)
    right[positions[good]] = True
    sex = np.full(len(numbers), None, dtype=object)
    sex[positions] = np.where(digits[:, 16] % 2 == 1, "male", "female")
    sex[~right] = None
    birth = np.full(len(numbers), None, dtype=object)
    birth[positions] = born.to_pylist()
    birth[~right] = None
    invalid = np.asarray(numbers.is_valid()) & ~right
    return Told(pa.array(sex, pa.string()), pa.array(birth, pa.date32()), invalid)


def mistyped(number: str) -> bool:
    """Say whether a number has the form of a citizen's and can't be right."""
    folded = pa.array([number.strip().upper()], pa.string())
    if not re.fullmatch(f"{_SHAPE}|{_OLD_SHAPE}", folded[0].as_py()):
        return False
    return bool(from_id_numbers(folded).invalid[0])


def _characters(texts: pa.Array, where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Lay the 18-character texts out as a matrix of bytes."""
    joined = "".join(texts.filter(pa.array(where)).to_pylist()).encode("ascii")
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, 18)

"""What mobile and ID numbers look like in running text, however they are written."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple


class _Fold(dict[int, str]):
    """Fold characters one to one, so that places in a text stay the same."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _folded(chr(code))
        return made


def _folded(character: str) -> str:
    """Return the digit, letter, dash or blank that a character stands for."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    kind = unicodedata.category(character)
    if kind == "No":
        return character  # the ① of a list would be taken for a part of the number after it
    if kind == "Pd" or character == "\u2212":  # the sign for minus
        return "-"
    if kind in ("Zs", "Cf") or character.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


_FOLD = _Fold()
# Up to three: 138 - 0013 - 8000. A dot only between all groups: 133.12345678 is a longitude.
_GAP = "[ -]{0,3}"
_MOBILE = (
    rf"1[3-9]\d(?:\.\d{{4}}\.\d{{4}}|{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|{_GAP}\d{{3}}{_GAP}\d{{5}}|\d{_GAP}\d{{4}}{_GAP}\d{{3}}|\d\d{_GAP}\d{{3}}{_GAP}\d{{3}})"
)
_PREFIX = rf"(?:(?:\+|00)?86{_GAP}|0)?"
_DAY = rf"(?:19|20)\d\d{_GAP}(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12]\d|3[01])"
_ANY_DAY = rf"\d{{4}}{_GAP}\d\d{_GAP}\d\d"
# The older form: a province, an area in it, a day in a year of two digits. Years from 20 on, or
# codes of grids would be ID numbers: a street (0..) or town (1..) stands there in them.
_OLD_PLACE = rf"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{_GAP}\d{{3}}"
_OLD_DAY = (
    rf"[2-9]\d{_GAP}(?:(?:0[13578]|1[02]){_GAP}(?:0[1-9]|[12]\d|3[01])"
    rf"|(?:0[469]|11){_GAP}(?:0[1-9]|[12]\d|30)|02{_GAP}(?:0[1-9]|[12]\d))"
)
_OLD_ID_NUMBER = rf"{_OLD_PLACE}{_GAP}{_OLD_DAY}{_GAP}\d{{3}}"
_STARS = {"id": 11, "old": 8, "mobile": 4}
_ID_NUMBER = rf"[1-9]\d{{2}}{_GAP}\d{{3}}{_GAP}%s{_GAP}\d{{3}}{_GAP}[\dX]"


class Personal(NamedTuple):
    """Where a number stands in a text, prefix and gaps included, and what is left of it."""

    start: int
    end: int
    masked: str


class Numbers:
    """Finds the numbers in texts; what stands beside one must not be of `beside`.

    With `dated`, only what has a day of birth is an ID number: other 18 digits may be a code. An ID
    number of 15 digits always has one.
    """

    def __init__(self, beside: str, *, dated: bool) -> None:
        number = _ID_NUMBER % (_DAY if dated else _ANY_DAY)
        self._looks = re.compile(
            rf"(?<!{beside})(?:(?P<id>{number})|(?P<old>{_OLD_ID_NUMBER})"
            rf"|{_PREFIX}(?P<mobile>{_MOBILE}))(?!{beside})",
            re.ASCII | re.IGNORECASE,
        )

    def masked(self, text: str) -> str:
        """Return a text of whose numbers the first three and the last four characters are left."""
        parts: list[str] = []
        done = 0
        for found in self._found(text):
            parts += text[done : found.start], found.masked
            done = found.end
        return "".join([*parts, text[done:]]) if done else text

    def _found(self, text: str) -> Iterator[Personal]:
        folded = text if text.isascii() else text.translate(_FOLD)
        for found in self._looks.finditer(folded):
            kind = found.lastgroup or "mobile"
            stars = "*" * _STARS[kind]
            plain = re.sub(r"[ .-]", "", found[kind])
            yield Personal(*found.span(), plain[:3] + stars + plain[-4:])


IN_TEXT: Final = Numbers(r"\d", dated=False)
"""For what people wrote."""
IN_AUDIT: Final = Numbers("[0-9A-Za-z]", dated=True)
"""For codes and hashes, of which no part is anybody's number."""

# For the engine that looks through whole columns (RE2): eleven digits of any kind, and more than
# what is found in the end.
MAYBE: Final = r"\p{Nd}(?:[\s.\p{Z}\p{Pd}\p{Cf}\x{2212}]{0,3}\p{Nd}){10}"

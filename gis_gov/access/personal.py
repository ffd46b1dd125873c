"""Which personal fields are sealed, and how each is written where equal ones are to be found."""

import re
import unicodedata
from typing import Final

SEALED: Final = (
    ("person", "id_number"),
    ("person", "phone"),
    ("worker", "phone"),
    ("enterprise", "phone"),
)
"""Table and field: the columns are `<field>_sealed` and those of `digest_columns`."""
NUMBERS_MAX: Final = 3
"""Of a field with several phone numbers, how many are found each for itself."""

_NO_DIGIT = re.compile(r"[\s().\-–—/]")
_CHINA = re.compile(r"^(?:\+|00)?86(?=1\d{10}$|0\d{9,11}$)")

_NUMBER = re.compile(
    r"(?<!\d)(?:"
    r"(?:(?:\+|00)?86[ \-–—]?)?"
    r"(?:1[3-9]\d[ \-–—]?\d{4}[ \-–—]?\d{4}|\(?0[1-9]\d{1,2}\)?[ \-–—]?\d{3,4}[ \-–—]?\d{4})"
    r"|[48]00[ \-–—]?\d{3}[ \-–—]?\d{4}|\d{7,8})(?!\d)"
)
_ONE_NUMBER = re.compile(r"1[3-9]\d{9}|0[1-9]\d{8,10}|[48]00\d{7}|\d{7,8}")


def context(table: str, field: str) -> str:
    """Return what a sealed value of a column is bound to."""
    return f"{table}.{field}"


def canonical(field: str, text: str) -> str:
    """Write a value as all its spellings are digested.

    Full-width characters are made half-width and blanks left out; of a phone number also dashes,
    brackets and China's prefix.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if field == "id_number":
        return "".join(text.split()).upper()
    return _CHINA.sub("", _NO_DIGIT.sub("", text))


def digest_columns(field: str) -> tuple[str, ...]:
    """Name the columns of digests: of the whole text, and of the single numbers of a phone."""
    whole = f"{field}_digest"
    if field != "phone":
        return (whole,)
    return (whole, *(f"{field}_digest_{number}" for number in range(1, NUMBERS_MAX + 1)))


def digested(field: str, text: str) -> tuple[str | None, ...]:
    """Write what the columns of `digest_columns` digest, None where there is nothing to digest."""
    whole = canonical(field, text)
    if field != "phone":
        return (whole,)
    numbers = phone_numbers(text)[:NUMBERS_MAX]
    return (whole, *numbers, *(None,) * (NUMBERS_MAX - len(numbers)))


def phone_numbers(text: str) -> list[str]:
    """Find the phone numbers in a text as `canonical` writes them; none where it is itself one."""
    if _ONE_NUMBER.fullmatch(canonical("phone", text)):
        return []
    found = _NUMBER.findall(unicodedata.normalize("NFKC", text))
    return list(dict.fromkeys(canonical("phone", number) for number in found))

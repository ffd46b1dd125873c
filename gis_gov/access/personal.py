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
"""Table and field: the columns are `<field>_sealed` and `<field>_digest`."""

_NO_DIGIT = re.compile(r"[\s().\-–—/]")
_CHINA = re.compile(r"^(?:\+|00)?86(?=1\d{10}$|0\d{9,11}$)")


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

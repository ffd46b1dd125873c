"""Names of columns: folded for comparison, and recognised as fields."""

import re
import unicodedata
from functools import cache

_BRACKETS = re.compile(r"[(\[{【<][^()\[\]{}【】<>]*[)\]}】>]")
_NOISE = re.compile(r"[\s_\-.·:;*'\"/\\、，。]+")


@cache
def folded(name: str) -> str:
    """Fold a column's name: full-width to half-width, case, blanks and punctuation left out.

    `身份证号码（必填）*` keeps what is in its brackets: see `without_brackets`.
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", name).casefold())


@cache
def without_brackets(name: str) -> str:
    """Fold a column's name without what stands in brackets, which is mostly a unit or a remark."""
    return folded(_BRACKETS.sub("", unicodedata.normalize("NFKC", name)))

"""What makes values of values: spelling and arithmetic."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from sqlalchemy import Double, Numeric, cast, collate, func, literal

from gis_gov.cql.kinds import Expression, Kind, Value
from gis_gov.cql.reader import Node, Reader, number, of_kind

Function = Callable[[Reader, list[Node]], Value]

_MARKS: Final = "[\u0300-\u036f]"
_ALL_OF_UNICODE: Final = "und-x-icu"
_BYTEWISE: Final = "C"
# A letter of private use stands in for the one whose capital is another's.
_DOTLESS, _STAND_IN, _FINAL_SIGMA, _SIGMA = "\u0131", "\ue000", "\u03c2", "\u03c3"


def _casei(reader: Reader, args: list[Node]) -> Value:
    (inner,) = args
    text = of_kind(reader, inner, Kind.TEXT)
    return text if _is(inner, "casei") else Value(Kind.TEXT, _folded(text.expression))


def _folded(text: Expression) -> Expression:
    """Fold case in full: small letters alone leave "ß" apart from "SS", and "ς" from "Σ"."""
    kept = collate(func.translate(text, _DOTLESS, _STAND_IN), _ALL_OF_UNICODE)
    small = func.lower(func.upper(func.lower(kept)))
    made = func.translate(small, _FINAL_SIGMA + _STAND_IN, _SIGMA + _DOTLESS)
    return collate(made, _BYTEWISE)


def _accenti(reader: Reader, args: list[Node]) -> Value:
    (inner,) = args
    told = of_kind(reader, inner, Kind.TEXT)
    if _is(inner, "accenti"):
        return told
    text = told.expression
    apart = func.pg_catalog.normalize(text, "NFD")
    bare = func.regexp_replace(apart, _MARKS, "", "g")
    return Value(Kind.TEXT, func.pg_catalog.normalize(bare, "NFC"))


def _is(node: Node, op: str) -> bool:
    """Say whether a part is itself of an operation that does nothing when done again."""
    return isinstance(node, dict) and str(node.get("op")).lower() == op


def _computed(op: str, reader: Reader, args: list[Node]) -> Value:
    left, right = (cast(number(reader, each).expression, Double) for each in args)
    return Value(Kind.NUMBER, _ARITHMETIC[op](left, right))


def _divisor(value: Expression) -> Expression:
    # Divided by zero is null, for which no comparison holds; an error would end the query.
    return func.nullif(value, cast(literal(0.0), Double))


_ARITHMETIC: Final[Mapping[str, Callable[[Expression, Expression], Expression]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / _divisor(b),
    "^": func.power,
    "div": lambda a, b: func.trunc(a / _divisor(b)),
    # The remainder of doubles is none of PostgreSQL's operators; that of decimals is.
    "%": lambda a, b: cast(func.mod(cast(a, Numeric), cast(_divisor(b), Numeric)), Double),
}
FUNCTIONS: Final[Mapping[tuple[str, int], Function]] = {
    ("casei", 1): _casei,
    ("accenti", 1): _accenti,
    **{(op, 2): partial(_computed, op) for op in _ARITHMETIC},
}
"""By name and number of arguments."""

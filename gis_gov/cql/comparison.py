"""How two values compare."""

from collections.abc import Callable, Mapping
from typing import Final

from gis_gov.cql import moments
from gis_gov.cql.kinds import Condition, Expression, Kind, Value
from gis_gov.cql.problems import InvalidFilter

SIGNS: Final[Mapping[str, Callable[[Expression, Expression], Condition]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_SHOULD: Final = {
    Kind.GEOMETRY: "shapes are compared by s_equals",
    Kind.TEXTS: "lists are compared by a_equals",
}


def compared(sign: str, left: Value, right: Value) -> Condition:
    """Compare two values.

    Raises:
        InvalidFilter: they are of kinds that can't be compared.

    """
    for kind in (left.kind, right.kind):
        if kind in _SHOULD:
            raise InvalidFilter(_SHOULD[kind])
    left, right = _as_time(left, right), _as_time(right, left)
    first, second = left.expression, right.expression
    if left.kind.is_time and right.kind.is_time and left.kind is not right.kind:
        # A moment is equal to the day that it lies in.
        first, second = moments.day_of(left), moments.day_of(right)
    elif left.kind.is_time is not right.kind.is_time:
        raise InvalidFilter("a time is compared with DATE('…') or TIMESTAMP('…')")
    elif left.kind is not right.kind and not (left.kind.is_number and right.kind.is_number):
        raise InvalidFilter(f"{left.kind} and {right.kind} cannot be compared")
    return SIGNS[sign](first, second)


def _as_time(value: Value, other: Value) -> Value:
    """Read a text that is compared with a time as a time."""
    if value.text is None or not other.kind.is_time:
        return value
    return moments.time_value(value.text)

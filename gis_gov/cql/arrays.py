"""How two lists lie to each other, as sets.

A list is a property that holds texts, or one that the filter holds itself, of whatever it likes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Text, and_, case, cast, false, or_
from sqlalchemy.dialects.postgresql import ARRAY, array

from gis_gov.cql.comparison import compared
from gis_gov.cql.kinds import Condition, Expression, Kind, Value
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.reader import Node, Reader
from gis_gov.cql.spatial import SPATIAL_RELATIONS

PAIRS_MAX: Final = 1_000
DEPTH_MAX: Final = 2
"""Lists may lie in lists so deep."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that a filter holds itself."""

    items: Sequence["Value | Listed"]


Array = Expression | Listed


def read_array(reader: Reader, node: Node) -> Array:
    """Read a list; in CQL2 text one of a single item looks like the item.

    Raises:
        InvalidFilter: it is none.

    """
    if isinstance(node, list):
        return Listed([_read_item(reader, each, 1) for each in node])
    value = reader.value(node)
    return value.expression if value.kind is Kind.TEXTS else Listed([value])


def _read_item(reader: Reader, node: Node, depth: int) -> Value | Listed:
    if isinstance(node, list):
        if depth >= DEPTH_MAX:
            raise InvalidFilter(f"lists lie in lists more than {DEPTH_MAX} deep")
        return Listed([_read_item(reader, each, depth + 1) for each in node])
    value = reader.value(node)
    if value.kind is Kind.BOOLEAN and not isinstance(node, bool):
        raise InvalidFilter("a list holds values, no conditions")
    return value


def pairs_of(first: "Array | Value", second: "Array | Value") -> int:
    """Return how many comparisons it takes to compare two lists, at most."""
    match first, second:
        case Listed(), Listed():
            pairs = len(first.items) * len(second.items)
            if pairs > PAIRS_MAX:
                raise InvalidFilter(f"compares more than {PAIRS_MAX} pairs of items of two lists")
            return 2 * sum(pairs_of(a, b) for a in first.items for b in second.items)
    return 1


def _contains(first: Array, second: Array) -> Condition:
    match first, second:
        case Listed(), Listed():
            return and_(*(_among(each, first) for each in second.items), ~false())
        case Listed(), _:
            return _sign("<@", second, _texts(first))
        case _, Listed():
            texts = _texts(second)
            holds = _sign("@>", first, texts)
            return holds if len(texts.clauses) == len(second.items) else _never(first)
        case _:
            return _sign("@>", first, second)


def _overlaps(first: Array, second: Array) -> Condition:
    match first, second:
        case Listed(), Listed():
            return or_(false(), *(_among(each, first) for each in second.items))
        case Listed(), _:
            return _sign("&&", second, _texts(first))
        case _, Listed():
            return _sign("&&", first, _texts(second))
        case _:
            return _sign("&&", first, second)


def _equals(first: Array, second: Array) -> Condition:
    return and_(_contains(first, second), _contains(second, first))


def _among(item: Value | Listed, listed: Listed) -> Condition:
    return or_(false(), *(_same(item, each) for each in listed.items))


def _same(first: Value | Listed, second: Value | Listed) -> Condition:
    match first, second:
        case Listed(), Listed():
            return _equals(first, second)
        case Value(), Value() if first.kind is second.kind is Kind.GEOMETRY:
            return SPATIAL_RELATIONS["s_equals"](first, second)
        case Value(), Value() if _comparable(first.kind, second.kind):
            return compared("=", first, second)
    return false()


def _comparable(first: Kind, second: Kind) -> bool:
    if Kind.TEXTS in {first, second}:
        return False
    return first is second or (first.is_number and second.is_number)


def _texts(listed: Listed) -> Any:
    """Make a list of a filter's texts; what is none can be in no list of texts."""
    found = [
        each.expression
        for each in listed.items
        if isinstance(each, Value) and each.kind is Kind.TEXT
    ]
    made: Any = array([cast(each, Text) for each in found])
    return made


def _sign(sign: str, first: Any, second: Any) -> Condition:
    made = cast(second, ARRAY(Text)) if isinstance(second, array) else second
    return first.op(sign, is_comparison=True)(made)


def _never(listed: Expression) -> Condition:
    """Hold for no list, and be null where there is none."""
    return case((listed.is_not(None), false()))


def _turned(relation: Callable[[Array, Array], Condition]) -> Callable[[Array, Array], Condition]:
    return lambda first, second: relation(second, first)


ARRAY_RELATIONS: Final[Mapping[str, Callable[[Array, Array], Condition]]] = {
    "a_equals": _equals,
    "a_contains": _contains,
    "a_containedby": _turned(_contains),
    "a_overlaps": _overlaps,
}

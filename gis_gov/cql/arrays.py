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
        return Listed([_read_item(reader, each) for each in node])
    value = reader.value(node)
    return value.expression if value.kind is Kind.TEXTS else Listed([value])


def _read_item(reader: Reader, node: Node) -> Value | Listed:
    if isinstance(node, list):
        return Listed([_read_item(reader, each) for each in node])
    return reader.value(node)


def _contains(first: Array, second: Array) -> Condition:
    match first, second:
        case Listed(), Listed():
            _check_pairs(first, second)
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
            _check_pairs(first, second)
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


def _check_pairs(first: Listed, second: Listed) -> None:
    if len(first.items) * len(second.items) > PAIRS_MAX:
        raise InvalidFilter(f"compares more than {PAIRS_MAX} pairs of items of two lists")


def _turned(relation: Callable[[Array, Array], Condition]) -> Callable[[Array, Array], Condition]:
    return lambda first, second: relation(second, first)


ARRAY_RELATIONS: Final[Mapping[str, Callable[[Array, Array], Condition]]] = {
    "a_equals": _equals,
    "a_contains": _contains,
    "a_containedby": _turned(_contains),
    "a_overlaps": _overlaps,
}

"""How two lists of texts lie to each other, as sets."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import and_

from gis_gov.cql.kinds import Condition, Expression


def _relation(sign: str) -> Callable[[Expression, Expression], Condition]:
    return lambda first, second: first.op(sign, is_comparison=True)(second)


_contains, _contained = _relation("@>"), _relation("<@")
ARRAY_RELATIONS: Final[Mapping[str, Callable[[Expression, Expression], Condition]]] = {
    "a_equals": lambda a, b: and_(_contains(a, b), _contained(a, b)),
    "a_contains": _contains,
    "a_containedby": _contained,
    "a_overlaps": _relation("&&"),
}

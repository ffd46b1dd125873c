"""How two lists of texts lie to each other, as sets."""

from collections.abc import Callable, Mapping
from typing import Final

from gis_gov.cql.kinds import Condition, Expression

ARRAY_RELATIONS: Final[Mapping[str, Callable[[Expression, Expression], Condition]]] = {
    "a_equals": lambda a, b: a.op("@>")(b) & a.op("<@")(b),
    "a_contains": lambda a, b: a.op("@>", is_comparison=True)(b),
    "a_containedby": lambda a, b: a.op("<@", is_comparison=True)(b),
    "a_overlaps": lambda a, b: a.op("&&", is_comparison=True)(b),
}

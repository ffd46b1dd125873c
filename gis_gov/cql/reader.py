"""What the operations of filters ask of the compiler: to read their parts."""

from typing import Any, Protocol

from gis_gov.cql.kinds import Condition, Kind, Span, Value
from gis_gov.cql.problems import InvalidFilter

Node = Any


class Reader(Protocol):
    """Reads the parts of a filter, each once and one level deeper than what it is part of.

    `parts` is how many were read. What stands in the query more often than in the filter is to be
    charged: parts that repeat parts would grow without bound. `by_index` tells that a condition may
    be false where it is null, for an index's sake: not so in what is negated, or compared.
    """

    parts: int
    by_index: bool

    def charge(self, parts: int) -> None:
        """Count parts that the query has more of than the filter."""
        ...

    def condition(self, node: Node) -> Condition:
        """Read a part that holds or does not."""
        ...

    def negated(self, node: Node) -> Condition:
        """Read a part that is to be negated."""
        ...

    def value(self, node: Node) -> Value:
        """Read a part that has a value."""
        ...

    def span(self, node: Node) -> Span:
        """Read a part that is a time: a moment, a day or an interval."""
        ...


def of_kind(reader: Reader, node: Node, kind: Kind) -> Value:
    """Read a part that has a value of a kind.

    Raises:
        InvalidFilter: it is of another.

    """
    value = reader.value(node)
    if value.kind is not kind:
        raise InvalidFilter(f"{kind} is expected, and {value.kind} given")
    return value


def number(reader: Reader, node: Node) -> Value:
    """Read a part that is a number.

    Raises:
        InvalidFilter: it is none.

    """
    value = reader.value(node)
    if not value.kind.is_number:
        raise InvalidFilter(f"a number is expected, and {value.kind} given")
    return value


def repeated(reader: Reader, node: Node, times: int) -> Value:
    """Read a part that has a value, and that the query is to hold so many times."""
    before = reader.parts
    value = reader.value(node)
    reader.charge((reader.parts - before) * (times - 1))
    return value

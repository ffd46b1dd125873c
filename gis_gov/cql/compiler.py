"""From a filter to a condition of SQLAlchemy.

Only operations and properties that are listed get through, and each value of the filter becomes a
bound parameter: no part of a filter is ever part of the query's text.
"""

from collections.abc import Mapping
from typing import Final, NoReturn

import orjson
import shapely
from sqlalchemy import Boolean, cast, literal

from gis_gov.cql import moments
from gis_gov.cql.functions import FUNCTIONS
from gis_gov.cql.kinds import Condition, Expression, Kind, Queryable, Span, Value
from gis_gov.cql.literals import literal_value
from gis_gov.cql.operations import ANY_NUMBER, OPERATIONS
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.reader import Node
from gis_gov.cql.shapes import VERTICES_MAX, Frame
from gis_gov.cql.text import parse_text

TEXT_MAX: Final = 8_000
DEPTH_MAX: Final = 16
PARTS_MAX: Final = 1_000
VERTICES_OF_ALL_MAX: Final = 5 * VERTICES_MAX
"""So many vertices all geometries of a filter may have, edges cut as they are for the query."""


def compile_filter(
    text: str, language: str, names: Mapping[str, Queryable], frame: Frame
) -> Condition:
    """Make the condition of a filter in `cql2-json`, or in any other `language` of CQL2 text.

    Raises:
        InvalidFilter: it can't be used; tells why.

    """
    if language != "cql2-json":
        return compile_text(text, names, frame)
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidFilter("is no JSON; for CQL2 text, say filter-lang=cql2-text") from None
    return compile_tree(tree, names, frame)


def compile_text(text: str, names: Mapping[str, Queryable], frame: Frame) -> Condition:
    """Make the condition of a filter in CQL2 text.

    Raises:
        InvalidFilter: it can't be used; tells why.

    """
    if len(text) > TEXT_MAX:
        raise InvalidFilter(f"has {len(text)} characters; {TEXT_MAX} are allowed")
    return compile_tree(parse_text(text), names, frame)


def compile_tree(tree: Node, names: Mapping[str, Queryable], frame: Frame) -> Condition:
    """Make the condition of a filter in CQL2 JSON, decoded; `frame` is what its coordinates are in.

    Raises:
        InvalidFilter: it can't be used; tells why.

    """
    return _Compiler(names, frame).condition(tree)


class _Compiler:
    """Compiles one filter, and sees that it is no larger than allowed."""

    def __init__(self, names: Mapping[str, Queryable], frame: Frame) -> None:
        self._names = names
        self._frame = frame
        self._depth = 0
        self._vertices = 0
        self.parts = 0
        self.by_index = True

    def condition(self, node: Node) -> Condition:
        """Read a part that holds or does not."""
        match node:
            case bool():
                self._count()
                return cast(literal(node), Boolean)
            case {"op": str(op), "args": [*args]}:
                found = OPERATIONS.get((op.lower(), len(args)))
                if found is None and args:
                    found = OPERATIONS.get((op.lower(), ANY_NUMBER))
                if found is None:
                    _unknown(op, args)
                self._enter()
                made = found(self, args)
                self._depth -= 1
                return made
            case {"property": str(name)}:
                value = self._property(name)
                if value.kind is Kind.BOOLEAN:
                    return value.expression
        raise InvalidFilter("a condition is expected, such as `state = 'pending'`")

    def value(self, node: Node) -> Value:
        """Read a part that has a value."""
        match node:
            case {"property": str(name)}:
                return self._property(name)
            case {"op": str(op), "args": [*args]}:
                found = FUNCTIONS.get((op.lower(), len(args)))
                if found is None:
                    return Value(Kind.BOOLEAN, self._read(node, by_index=False))
                self._enter()
                made = found(self, args)
                self._depth -= 1
                return made
        self._count()
        if made := literal_value(node, self._frame):
            self._count_vertices(made)
            return made
        raise InvalidFilter("a value is expected: a property, a literal or a function of them")

    def negated(self, node: Node) -> Condition:
        """Read a part that is to be negated."""
        return self._read(node, by_index=not self.by_index)

    def _read(self, node: Node, *, by_index: bool) -> Condition:
        before, self.by_index = self.by_index, by_index
        try:
            return self.condition(node)
        finally:
            self.by_index = before

    def span(self, node: Node) -> Span:
        """Read a part that is a time: a moment, a day or an interval."""
        match node:
            case {"interval": [start, end]}:
                return self._interval(start, end)
        return moments.span_of(self.value(node))

    def _interval(self, start: Node, end: Node) -> Span:
        first, last = self._end(start, is_last=False), self._end(end, is_last=True)
        if first is None or last is None:
            return Span(
                moments.EARLIEST if first is None else first,
                moments.LATEST if last is None else last,
            )
        if isinstance(start, dict) or isinstance(end, dict):  # a property may be null
            return moments.interval_of_two(first, last)
        return Span(first, last)

    def _end(self, node: Node, *, is_last: bool) -> Expression | None:
        """Read an end of an interval; None is open."""
        if node in ("..", ""):
            return None
        value = moments.time_value(node) if isinstance(node, str) else self.value(node)
        span = moments.span_of(value)
        return span.end if is_last else span.start

    def _property(self, name: str) -> Value:
        self._count()
        found = self._names.get(name)
        if found is None:
            listed = ", ".join(sorted(self._names))
            raise InvalidFilter(f"{name[:80]!r} cannot be filtered by; known: {listed}")
        return Value(found.kind, found.expression, near=found.near)

    def charge(self, parts: int) -> None:
        """Count parts that the query has more of than the filter, where one stands repeatedly."""
        self.parts += parts
        if self.parts > PARTS_MAX:
            raise InvalidFilter(f"has, or makes, more than {PARTS_MAX} parts")

    def _enter(self) -> None:
        self._count()
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise InvalidFilter(f"is nested deeper than {DEPTH_MAX} levels")

    def _count_vertices(self, made: Value) -> None:
        if made.shape is None:
            return
        self._vertices += int(shapely.get_num_coordinates(made.shape))
        if self._vertices > VERTICES_OF_ALL_MAX:
            raise InvalidFilter(
                f"has geometries of more than {VERTICES_OF_ALL_MAX} vertices, or of too long edges"
            )

    def _count(self) -> None:
        self.charge(1)


def _unknown(op: str, args: list[Node]) -> NoReturn:
    raise InvalidFilter(f"there is no {op[:40]!r} of {len(args)} here")

"""What makes conditions: logic, comparisons, and the relations of shapes, times and lists."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from sqlalchemy import and_, not_, or_

from gis_gov.cql.arrays import ARRAY_RELATIONS, pairs_of, read_array
from gis_gov.cql.comparison import SIGNS, compared
from gis_gov.cql.kinds import Condition, Kind
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.reader import Node, Reader, of_kind, repeated
from gis_gov.cql.relations import TEMPORAL_RELATIONS
from gis_gov.cql.spatial import SPATIAL_RELATIONS, within_distance

Operation = Callable[[Reader, list[Node]], Condition]


def _and(reader: Reader, args: list[Node]) -> Condition:
    return and_(*map(reader.condition, args))


def _or(reader: Reader, args: list[Node]) -> Condition:
    return or_(*map(reader.condition, args))


def _not(reader: Reader, args: list[Node]) -> Condition:
    return not_(reader.negated(args[0]))


def _is_null(reader: Reader, args: list[Node]) -> Condition:
    match args:
        case [{"interval": _} as interval]:
            span = reader.span(interval)
            return or_(span.start.is_(None), span.end.is_(None))
    return reader.value(args[0]).expression.is_(None)


def _like(reader: Reader, args: list[Node]) -> Condition:
    told, pattern = args
    _check_pattern(pattern)
    return of_kind(reader, told, Kind.TEXT).expression.like(
        of_kind(reader, pattern, Kind.TEXT).expression
    )


def _check_pattern(pattern: Node) -> None:
    """Refuse what is no pattern before any row is compared with it: an error would tell of rows."""
    match pattern:
        case {"op": str(op), "args": [inner]} if op.lower() in {"casei", "accenti"}:
            _check_pattern(inner)
        case str():
            if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
                raise InvalidFilter("a pattern ends with a backslash that escapes nothing")
        case _:
            raise InvalidFilter("like needs a pattern, such as '%路%'")


def _between(reader: Reader, args: list[Node]) -> Condition:
    value = repeated(reader, args[0], 2)
    least, most = map(reader.value, args[1:])
    return and_(compared(">=", value, least), compared("<=", value, most))


def _in(reader: Reader, args: list[Node]) -> Condition:
    items = args[1]
    if not isinstance(items, list) or not items:
        raise InvalidFilter("in needs a list of values")
    value = repeated(reader, args[0], len(items))
    return or_(*(compared("=", value, reader.value(each)) for each in items))


def _compared(sign: str, reader: Reader, args: list[Node]) -> Condition:
    return compared(sign, *map(reader.value, args))


def _spatial(op: str, reader: Reader, args: list[Node]) -> Condition:
    first, second = (of_kind(reader, each, Kind.GEOMETRY) for each in args)
    return SPATIAL_RELATIONS[op](first, second, by_index=reader.by_index)


def _within_distance(reader: Reader, args: list[Node]) -> Condition:
    *shapes, distance_m = args
    if isinstance(distance_m, bool) or not isinstance(distance_m, int | float):
        raise InvalidFilter("s_dwithin needs a distance in metres")
    first, second = (of_kind(reader, each, Kind.GEOMETRY) for each in shapes)
    return within_distance(first, second, float(distance_m), by_index=reader.by_index)


def _temporal(op: str, reader: Reader, args: list[Node]) -> Condition:
    return TEMPORAL_RELATIONS[op](*map(reader.span, args))


def _array(op: str, reader: Reader, args: list[Node]) -> Condition:
    first, second = (read_array(reader, each) for each in args)
    reader.charge(pairs_of(first, second))
    return ARRAY_RELATIONS[op](first, second)


ANY_NUMBER: Final = -1
OPERATIONS: Final[Mapping[tuple[str, int], Operation]] = {
    ("and", ANY_NUMBER): _and,
    ("or", ANY_NUMBER): _or,
    ("not", 1): _not,
    ("isnull", 1): _is_null,
    ("like", 2): _like,
    ("between", 3): _between,
    ("in", 2): _in,
    ("s_dwithin", 3): _within_distance,
    **{(sign, 2): partial(_compared, sign) for sign in SIGNS},
    **{(op, 2): partial(_spatial, op) for op in SPATIAL_RELATIONS},
    **{(op, 2): partial(_temporal, op) for op in TEMPORAL_RELATIONS},
    **{(op, 2): partial(_array, op) for op in ARRAY_RELATIONS},
}
"""By name and number of arguments."""

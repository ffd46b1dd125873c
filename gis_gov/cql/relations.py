"""How two times lie to each other (Allen's relations, as CQL2 names them)."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import and_, not_, or_

from gis_gov.cql.kinds import Condition, Span

Relation = Callable[[Span, Span], Condition]


def _before(a: Span, b: Span) -> Condition:
    return a.end < b.start


def _disjoint(a: Span, b: Span) -> Condition:
    return or_(_before(a, b), _before(b, a))


def _during(a: Span, b: Span) -> Condition:
    return and_(a.start > b.start, a.end < b.end)


def _starts(a: Span, b: Span) -> Condition:
    return and_(a.start == b.start, a.end < b.end)


def _finishes(a: Span, b: Span) -> Condition:
    return and_(a.end == b.end, a.start > b.start)


def _meets(a: Span, b: Span) -> Condition:
    return a.end == b.start


def _overlaps(a: Span, b: Span) -> Condition:
    return and_(a.start < b.start, a.end > b.start, a.end < b.end)


def _turned(relation: Relation) -> Relation:
    return lambda a, b: relation(b, a)


TEMPORAL_RELATIONS: Final[Mapping[str, Relation]] = {
    "t_before": _before,
    "t_after": _turned(_before),
    "t_equals": lambda a, b: and_(a.start == b.start, a.end == b.end),
    "t_disjoint": _disjoint,
    "t_intersects": lambda a, b: not_(_disjoint(a, b)),
    "t_during": _during,
    "t_contains": _turned(_during),
    "t_starts": _starts,
    "t_startedby": _turned(_starts),
    "t_finishes": _finishes,
    "t_finishedby": _turned(_finishes),
    "t_meets": _meets,
    "t_metby": _turned(_meets),
    "t_overlaps": _overlaps,
    "t_overlappedby": _turned(_overlaps),
}

"""How two times lie to each other (Allen's relations, as CQL2 names them)."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import and_, false, not_, true

from gis_gov.cql.kinds import Condition, Expression, Span

Relation = Callable[[Span, Span], Condition]


def _before(end: Expression | None, start: Expression | None) -> Condition:
    """Hold where an end comes before a start; an open end never does."""
    return false() if end is None or start is None else end < start


def _later(first: Expression | None, second: Expression | None) -> Condition:
    """Hold where one start comes after another; an open start is the earliest."""
    if first is None:
        return false()
    return true() if second is None else first > second


def _sooner(first: Expression | None, second: Expression | None) -> Condition:
    """Hold where one end comes before another; an open end is the latest."""
    if first is None:
        return false()
    return true() if second is None else first < second


def _same(first: Expression | None, second: Expression | None) -> Condition:
    if first is None or second is None:
        return true() if first is second else false()
    return first == second


def _disjoint(a: Span, b: Span) -> Condition:
    return _before(a.end, b.start) | _before(b.end, a.start)


def _during(a: Span, b: Span) -> Condition:
    return and_(_later(a.start, b.start), _sooner(a.end, b.end))


def _starts(a: Span, b: Span) -> Condition:
    return and_(_same(a.start, b.start), _sooner(a.end, b.end))


def _finishes(a: Span, b: Span) -> Condition:
    return and_(_same(a.end, b.end), _later(a.start, b.start))


def _meets(a: Span, b: Span) -> Condition:
    return false() if a.end is None or b.start is None else a.end == b.start


def _overlaps(a: Span, b: Span) -> Condition:
    return and_(_later(b.start, a.start), not_(_meets_or_before(a, b)), _sooner(a.end, b.end))


def _meets_or_before(a: Span, b: Span) -> Condition:
    return false() if a.end is None or b.start is None else a.end <= b.start


def _turned(relation: Relation) -> Relation:
    return lambda a, b: relation(b, a)


TEMPORAL_RELATIONS: Final[Mapping[str, Relation]] = {
    "t_before": lambda a, b: _before(a.end, b.start),
    "t_after": lambda a, b: _before(b.end, a.start),
    "t_equals": lambda a, b: and_(_same(a.start, b.start), _same(a.end, b.end)),
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

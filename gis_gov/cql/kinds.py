"""What the parts of a filter are: their kinds, and the expressions that stand for them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement


class Kind(StrEnum):
    """What sort of value a property or an expression has."""

    TEXT = "text"
    TEXTS = "texts"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    GEOMETRY = "geometry"

    @property
    def is_number(self) -> bool:
        """Whether one can calculate with it."""
        return self in {Kind.INTEGER, Kind.NUMBER}

    @property
    def is_time(self) -> bool:
        """Whether it is a moment or a day."""
        return self in {Kind.DATE, Kind.INSTANT}


Expression = ColumnElement[Any]
Condition = ColumnElement[bool]
Near = Callable[[Expression], Condition]


@dataclass(frozen=True, slots=True)
class Queryable:
    """A property that filters may name, as it is for whoever filters: null where he may not see it.

    `near(box)` holds for every row whose geometry may meet a box (EPSG:4490), by an index; without
    it the geometry's own box is compared. `absent` are conditions, each for an index, of which one
    holds where there is no value; without them the expression is looked at.
    """

    kind: Kind
    expression: Expression
    near: Near | None = None
    absent: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A part of a filter that has a value; `shape` and `text` are what the filter holds itself."""

    kind: Kind
    expression: Expression
    shape: BaseGeometry | None = None
    near: Near | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A time from one moment to another, both included; an open one is infinitely early or late."""

    start: Expression
    end: Expression

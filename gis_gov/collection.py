"""What a feature offers as a collection of features: to standard clients, filters and exports.

A collection is registered by hand, in `collections.py` of the feature that owns its table, and says
for each property how who asks may see it. Filters and sorting get the same expressions: what is
masked for somebody is null there, so that no question finds out what no answer tells.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import REAL, ColumnElement, Double, Select, Text, case, cast, func, null
from sqlalchemy.sql.elements import True_

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.sealing import Sealer
from gis_gov.cql.kinds import Condition, Expression, Kind, Queryable

DEGREE_DIGITS: Final = 7

Row = Mapping[str, Any]
Feature = dict[str, Any]
Expressed = Callable[[Actor], Expression]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a collection's features; without an `expression` filters can't name it.

    `needs` is the right without which it is refused to filter or sort by it; where the right
    reaches some rows only, the expression is null for the others.
    """

    name: str
    kind: Kind
    title: str
    expression: Expressed | None = None
    needs: Permission | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Celled:
    """Of what a collection's things have their cell: ids and cells, by indexes.

    `missing` holds for what is placed and has no cell yet, by an index, too; `apart` is the
    geometry of things that lie elsewhere than their cell says, null for others. A cell tells where
    a thing is: it is for whoever sees the places of all things.
    """

    id: ColumnElement[int]
    cell: ColumnElement[int]
    missing: Condition
    apart: ColumnElement[Any] | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of things that standard clients can read.

    `rows(actor)` selects what a feature needs of each row that who asks may have, among it the
    `code`; `feature` tells it, masked. `times` name the properties from and to when a thing holds,
    and `current` those rows that hold now: what is told if nobody asks for another time. `taken`
    holds for the rows that who asks may take out as a file; without it that is everybody's to do.
    `celled` makes the things of a box be told cell by cell to whoever sees all their places.
    What does not `stays_inside` of where the areas, grids and counted things lie goes anywhere.
    `passing` names the properties that change by themselves, and the geometry with them.
    """

    name: str
    title: str
    title_zh: str
    description: str
    right: Permission
    key: Expression
    rows: Callable[[Actor], Select[Any]]
    feature: Callable[[Actor, Sealer, Row], Feature]
    properties: tuple[Property, ...]
    shape: Callable[[Actor], Queryable]
    shape_type: str
    times: tuple[str, str] | None = None
    current: Condition | None = None
    taken: Callable[[Actor], Condition] | None = None
    celled: Callable[[Actor], Celled | None] | None = None
    personal: bool = False
    stays_inside: bool = True
    passing: tuple[str, ...] = ()
    by_name: Mapping[str, Property] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.properties})

    @property
    def singular(self) -> str:
        """What one of its things is called, in the audit too."""
        return self.name[:-2] if self.name.endswith("sses") else self.name[:-1]


def column(
    column: ColumnElement[Any],
    kind: Kind,
    title: str,
    *,
    choices: Sequence[str] = (),
    name: str = "",
) -> Property:
    """Make a property of a column that whoever sees the row may see."""
    told = name or str(getattr(column, "name", ""))
    # What is told of a narrow number is not equal to it, but to what its text is as a double.
    narrow = isinstance(column.type, REAL)
    expression = cast(cast(column, Text), Double) if narrow else column
    return Property(told, kind, title, lambda _actor: expression, None, tuple(choices))


def selected(properties: Sequence[Property], actor: Actor) -> list[ColumnElement[Any]]:
    """Return the columns of the properties that have an expression, named after them."""
    return [each.expression(actor).label(each.name) for each in properties if each.expression]


def masked_unless(seen: Condition, expression: Expression) -> Expression:
    """Return an expression that is null where it may not be seen."""
    if isinstance(seen, True_):  # of a column that is never null that can be known, and sorted by
        return expression
    return case((seen, expression), else_=null())


def plain_feature(properties: Sequence[Property]) -> Callable[[Actor, Sealer, Row], Feature]:
    """Tell features whose rows have a column for each property, already as who asks may see it."""
    names = [each.name for each in properties]

    def feature(_actor: Actor, _sealer: Sealer, row: Row) -> Feature:
        return {
            "type": "Feature",
            "id": row["code"],
            "geometry": geometry_of(row),
            "properties": {name: row[name] for name in names},
        }

    return feature


def shape_column(geometry: Expression) -> ColumnElement[str]:
    """Select a geometry as the text of a GeoJSON geometry (CRS84), its rings by the right hand."""
    told = func.st_asgeojson(func.st_forcepolygonccw(geometry), DEGREE_DIGITS, 0)
    return cast(told, Text).label("shape")


def line_column(geometry: Expression) -> ColumnElement[str]:
    """Select lines as `shape_column` selects polygons: that would turn them around."""
    return cast(func.st_asgeojson(geometry, DEGREE_DIGITS, 0), Text).label("shape")


def geometry_of(row: Row) -> orjson.Fragment | None:
    """Take the geometry that `shape_column` selected, as it is."""
    return None if row["shape"] is None else orjson.Fragment(row["shape"])

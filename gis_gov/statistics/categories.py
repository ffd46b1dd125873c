"""By what the things of a layer can be told apart, as far as who asks may know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Text, and_, case, cast, literal, null, select, true

from gis_gov.access.actor import Actor
from gis_gov.access.filters import within_reach
from gis_gov.access.permissions import Permission
from gis_gov.days import today
from gis_gov.events.tables import event, event_class
from gis_gov.registry.tables import enterprise, house, person
from gis_gov.resources.tables import resource

Expressed = Callable[[Actor], ColumnElement[Any]]

AGE_BANDS: Final = ((0, 5), (6, 13), (14, 17), (18, 59), (60, 64), (65, 79), (80, None))
"""First and last age of each band: school, 14 and 18 years, and 60, 65 and 80 begin one."""


def _itself(key: ColumnElement[Any]) -> ColumnElement[Any]:
    return key


@dataclass(frozen=True, slots=True)
class Category:
    """What things are told apart by: an expression, null where it is unknown or masked.

    Who has not the `right` anywhere can't ask by it. What is a key alone is `named` when things of
    the same are counted: to name each of a million takes longer than to count them. Of one that is
    not `followed` the change log takes no change for one of counts (`0023_counted_changes.sql`).
    """

    expression: Expressed
    right: Permission | None = None
    named: Callable[[ColumnElement[Any]], ColumnElement[Any]] = _itself
    followed: bool = True

    def value(self, actor: Actor) -> ColumnElement[Any]:
        """Return the name of what a single thing is of."""
        return self.named(self.expression(actor))


def age_band(first: int, last: int | None) -> str:
    """Name a band of ages."""
    return f"{first}+" if last is None else f"{first}-{last}"


def _as_is(column: ColumnElement[Any], *, followed: bool = True) -> Category:
    return Category(lambda _actor: cast(column, Text), followed=followed)


def _age_band(_actor: Actor) -> ColumnElement[Any]:
    # By the year alone, as everybody who reads persons is told it: the day on which somebody
    # changes the band would tell the birthday.
    born, year = person.c.birth_date, today().year
    bands = [
        (
            and_(
                born < literal(date(year - first + 1, 1, 1), Date),
                true() if last is None else born >= literal(date(year - last, 1, 1), Date),
            ),
            literal(age_band(first, last), Text),
        )
        for first, last in AGE_BANDS
    ]
    return case(*bands, else_=null())


def _person_class(actor: Actor) -> ColumnElement[Any]:
    plain = within_reach(actor.reach(Permission.PLAIN_CLASS), person, person.c.person_class)
    return case((plain, person.c.person_class), else_=null())


def _code_of_class(class_id: ColumnElement[Any]) -> ColumnElement[Any]:
    found = select(event_class.c.code).where(event_class.c.id == class_id)
    return found.correlate_except(event_class).scalar_subquery()


_OF_RESOURCES: Final = {"class": _as_is(resource.c["class"])}
CATEGORIES: Final[Mapping[str, Mapping[str, Category]]] = {
    "persons": {
        "age_band": Category(_age_band),
        "sex": _as_is(person.c.sex),
        "person_class": Category(_person_class, Permission.PLAIN_CLASS),
    },
    "houses": {"kind": _as_is(house.c.kind), "usage": _as_is(house.c.usage, followed=False)},
    "enterprises": {
        "category": _as_is(enterprise.c.category),
        "risk_class": _as_is(enterprise.c.risk_class),
    },
    "events": {
        "class": Category(lambda _actor: event.c.class_id, named=_code_of_class),
        "state": _as_is(event.c.state, followed=False),
        "level": _as_is(event.c.level, followed=False),
        "source": _as_is(event.c.source, followed=False),
        "department": _as_is(event.c.department),
    },
    "cameras": _OF_RESOURCES,
    "centres": _OF_RESOURCES,
    "pois": _OF_RESOURCES,
}
"""The categories of each layer, by the names that requests use."""

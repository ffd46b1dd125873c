"""Events as a collection."""

from typing import Any

from sqlalchemy import Select, Text, case, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import cast, literal, null

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.collection import Collection, Property, column, plain_feature, selected, shape_column
from gis_gov.cql.kinds import Expression, Kind, Queryable
from gis_gov.events.tables import EVENT_LEVELS, EVENT_STATES, event, event_class


def _address(actor: Actor) -> Expression:
    """Return where it was said to be, cut at the building for whoever may not see rooms."""
    cut = func.address_to_building(event.c.address_text, cast(literal("[]", Text), JSONB), null())
    rooms = within_reach(actor.reach(Permission.PLAIN_ROOM), event)
    return case((rooms, event.c.address_text), else_=cut)


_EVENT = (
    column(event.c.code, Kind.TEXT, "Natural key"),
    column(event.c.title, Kind.TEXT, "Title"),
    column(event.c.description, Kind.TEXT, "Description"),
    column(event_class.c.code, Kind.TEXT, "Class code", name="class_code"),
    column(event_class.c.name, Kind.TEXT, "Class", name="class_name"),
    column(event.c.state, Kind.TEXT, "State", choices=EVENT_STATES),
    column(event.c.level, Kind.TEXT, "Level that handles it", choices=EVENT_LEVELS),
    column(event.c.source, Kind.TEXT, "Source"),
    column(event.c.department, Kind.TEXT, "Department that handles it"),
    column(event.c.reported_at, Kind.INSTANT, "When it was reported"),
    column(event.c.due_at, Kind.INSTANT, "When it has to be closed"),
    column(event.c.closed_at, Kind.INSTANT, "When it was closed"),
    Property("address", Kind.TEXT, "Where it was said to be, cut at the building", _address),
    column(grid.c.code, Kind.TEXT, "Code of its grid", name="grid_code"),
    column(area.c.code, Kind.TEXT, "Code of its area", name="area_code"),
)


def _events(actor: Actor) -> Select[Any]:
    return (
        select(*selected(_EVENT, actor), shape_column(event.c.geom))
        .select_from(event)
        .outerjoin(event_class, event_class.c.id == event.c.class_id)
        .outerjoin(grid, grid.c.id == event.c.grid_id)
        .outerjoin(area, area.c.id == event.c.area_id)
        .where(visible(actor, Permission.EVENT_READ, event, event.c.department))
    )


EVENTS = Collection(
    name="events",
    title="Events",
    title_zh="事件",
    description="What was reported or found, each with the grid of its day.",
    right=Permission.EVENT_READ,
    key=event.c.code,
    rows=_events,
    feature=plain_feature(_EVENT),
    properties=_EVENT,
    taken=lambda actor: within_reach(actor.reach(Permission.EXPORT), event),
    shape=lambda _actor: Queryable(Kind.GEOMETRY, event.c.geom),
    shape_type="Point",
    times=("reported_at", "closed_at"),
    personal=True,  # what people report tells of people
)
COLLECTIONS = (EVENTS,)

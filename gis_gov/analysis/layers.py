"""What can be counted, and where each thing's point, time and place are stored."""

from typing import Literal, get_args

from sqlalchemy import ColumnElement, FromClause, Select, select

from gis_gov.events.tables import event
from gis_gov.patrols.tables import position
from gis_gov.registry.tables import address, enterprise, house, person
from gis_gov.resources.tables import resource

Layer = Literal[
    "persons",
    "houses",
    "buildings",
    "dwellings",
    "enterprises",
    "events",
    "addresses",
    "cameras",
    "centres",
    "pois",
    "positions",
]
LAYERS: tuple[Layer, ...] = get_args(Layer)

TIMED = {"events": event.c.reported_at, "positions": position.c.time}
"""The layers that have a time, and its column."""

AUDITED = frozenset({"persons", "positions"})
"""The layers that tell of persons or workers: reading them is audited."""

UNTALLIED = ("positions",)
"""The layers that have no kept counts."""

_WHERE: dict[str, tuple[FromClause, FromClause, ColumnElement[bool] | None]] = {
    "persons": (person.join(address, person.c.address_id == address.c.id), address, None),
    "buildings": (
        house.join(address, house.c.address_id == address.c.id),
        address,
        house.c.kind == "building",
    ),
    "dwellings": (
        house.join(address, house.c.address_id == address.c.id),
        address,
        house.c.kind == "dwelling",
    ),
    "houses": (house.join(address, house.c.address_id == address.c.id), address, None),
    "enterprises": (
        enterprise.join(address, enterprise.c.address_id == address.c.id),
        address,
        None,
    ),
    "addresses": (address, address, None),
    "events": (event, event, None),
    "cameras": (resource, resource, resource.c.kind == "camera"),
    "centres": (resource, resource, resource.c.kind == "centre"),
    "pois": (resource, resource, resource.c.kind == "poi"),
    "positions": (position, position, None),
}


def tallies(layer: str) -> list[str]:
    """Return the names under which the tally counts a layer."""
    return ["buildings", "dwellings"] if layer == "houses" else [layer]


def placed(layer: str) -> tuple[Select[tuple[()]], FromClause]:
    """Return a select over the things of a layer, without columns, and the table that places them.

    That table has the columns `geom` (EPSG:4490), `cell`, `grid_id` and `area_id`.
    """
    source, place, condition = _WHERE[layer]
    query = select().select_from(source)
    return (query if condition is None else query.where(condition)), place

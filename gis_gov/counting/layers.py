"""What can be counted, and where each thing's point, time and place are stored."""

from typing import Literal, cast, get_args

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Join,
    Select,
    Table,
    and_,
    func,
    not_,
    select,
)

from gis_gov.events.tables import event
from gis_gov.patrols.tables import last_position, position, worker
from gis_gov.registry.tables import ROOM_LEVEL, address, enterprise, house, person
from gis_gov.resources.tables import KNOWS_FACES, resource

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
    "workers",
]
LAYERS: tuple[Layer, ...] = get_args(Layer)

TIMED = {"events": event.c.reported_at, "positions": position.c.time}
"""The layers that have a time, and its column."""

AUDITED = frozenset({"persons", "positions"})
"""The layers that tell of persons, or where workers were: reading them is audited."""

UNTALLIED = ("positions", "workers")
"""The layers that have no kept counts."""

_PERSONS = person.join(address, person.c.address_id == address.c.id)
_HOUSES = house.join(address, house.c.address_id == address.c.id)
_FIRMS = enterprise.join(address, enterprise.c.address_id == address.c.id)
_SEEN = last_position.join(worker, last_position.c.worker_id == worker.c.id)
_CURRENT = address.c.valid_to.is_(None)
_ROOM = func.coalesce(address.c.known_level, ROOM_LEVEL) >= ROOM_LEVEL
_CAMERA = resource.c.kind == "camera"

_WHERE: dict[str, tuple[FromClause, FromClause, ColumnElement[bool] | None]] = {
    "persons": (_PERSONS, address, None),
    "buildings": (_HOUSES, address, house.c.kind == "building"),
    "dwellings": (_HOUSES, address, house.c.kind == "dwelling"),
    "houses": (_HOUSES, address, None),
    "enterprises": (_FIRMS, address, None),
    "addresses": (address, address, _CURRENT),
    "public_addresses": (address, address, and_(_CURRENT, not_(_ROOM))),
    "room_addresses": (address, address, and_(_CURRENT, _ROOM)),
    "events": (event, event, None),
    "cameras": (resource, resource, _CAMERA),
    "plain_cameras": (resource, resource, and_(_CAMERA, not_(KNOWS_FACES))),
    "face_cameras": (resource, resource, KNOWS_FACES),
    "centres": (resource, resource, resource.c.kind == "centre"),
    "pois": (resource, resource, resource.c.kind == "poi"),
    "positions": (position, position, None),
    "workers": (
        last_position.join(worker, last_position.c.worker_id == worker.c.id),
        last_position,
        None,
    ),
}

_PARTS: dict[str, list[str]] = {
    "houses": ["buildings", "dwellings"],
    "addresses": ["public_addresses", "room_addresses"],
    "cameras": ["plain_cameras", "face_cameras"],
}


def tallies(layer: str) -> list[str]:
    """Return the names under which the tally counts a layer."""
    return _PARTS.get(layer, [layer])


def placed(layer: str) -> tuple[Select[tuple[()]], FromClause]:
    """Return a select over the things of a layer, without columns, and the table that places them.

    That table has the columns `geom` (EPSG:4490), `grid_id`, `area_id`, and `cell` unless
    `has_cells` says otherwise.
    """
    source, place, condition = _WHERE[layer]
    query = select().select_from(source)
    return (query if condition is None else query.where(condition)), place


def has_cells(layer: str) -> bool:
    """Say whether the cell of each thing is stored; where workers are changes too often for it."""
    return layer != "workers"


def own_table(layer: str) -> tuple[Table, list[ColumnElement[bool]]]:
    """Return the table that a layer's things are rows of, and which of its rows they are.

    It has the columns `grid_id` and `area_id`. Things without a place are among them.
    """
    source, _, condition = _WHERE[layer]
    table = cast("Table", source.left if isinstance(source, Join) else source)
    return table, [] if condition is None else [condition]

"""The collections that can be written, and how: by the loader's fields, under which rights.

A property of a collection is written through the field of its own name, or of the one that
`renamed` tells; what has no field follows from others, and is for reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Column, ColumnElement, Table

from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.collection import Collection, Property
from gis_gov.events.tables import event
from gis_gov.ingest.kinds import KINDS
from gis_gov.ingest.spec import Field, Kind, Place
from gis_gov.registry.tables import person


@dataclass(frozen=True, slots=True)
class Writable:
    """How the things of a collection are written.

    `fixed` are fields that are the same in the whole collection. Who changes a property of `masked`
    has to have the right to see it. `refers` names the collections in which codes of fields are
    looked up. Rows of some classes only are reached by `row_class`. `terms` is the property that
    lists the grids that are served. What is `revealed` for a reason is changed by that right, too.
    Of a field others are `following` that are not told. A boundary is written by the right to the
    area that its column `lies_in` tells, which has to be a place of who writes.
    """

    right: Permission
    kind: Kind
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    masked: Mapping[str, Permission] = field(default_factory=dict[str, Permission])
    refers: Mapping[str, str] = field(default_factory=dict[str, str])
    row_class: ColumnElement[str] | None = None
    terms: str = ""
    revealed: frozenset[str] = frozenset()
    following: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    lies_in: Column[int] | None = None

    @property
    def is_boundary(self) -> bool:
        """Say whether its outline decides where other things lie."""
        return self.lies_in is not None

    @property
    def table(self) -> Table:
        """Return the table that is written."""
        return self.kind.table

    @property
    def is_placed_by_address(self) -> bool:
        """Say whether its place is its address's."""
        return "address_id" in self.table.c and self.kind.place is not Place.POINT

    @property
    def has_shape(self) -> bool:
        """Say whether it has a geometry of its own."""
        return self.kind.place is not Place.NONE

    @property
    def goes_about(self) -> bool:
        """Say whether it is where it was seen last, which nobody writes."""
        return not self.has_shape and not self.is_placed_by_address

    def field_of(self, told: Property) -> Field | None:
        """Return the field by which a property is written, None for one that is for reading."""
        name = self.renamed.get(told.name, told.name)
        return None if name in self.fixed else self.kind.by_name.get(name)

    def written(self, collection: Collection) -> dict[str, Field]:
        """Return the fields of the properties that can be written, by property."""
        found = {each.name: self.field_of(each) for each in collection.properties}
        return {name: each for name, each in found.items() if each is not None}


def _resource(kind: str) -> Writable:
    return Writable(Permission.RESOURCE_WRITE, KINDS["resources"], fixed={"kind": kind})


WRITABLE: Final[Mapping[str, Writable]] = {
    "cameras": _resource("camera"),
    "centres": _resource("centre"),
    "pois": _resource("poi"),
    "events": Writable(
        Permission.EVENT_WRITE,
        KINDS["events"],
        renamed={"address": "address_text"},
        masked={"address": Permission.PLAIN_ROOM},
        row_class=event.c.department,
    ),
    "addresses": Writable(
        Permission.ADDRESS_WRITE,
        KINDS["addresses"],
        masked={"full_text": Permission.PLAIN_ROOM},
    ),
    "houses": Writable(
        Permission.HOUSE_WRITE,
        KINDS["houses"],
        masked={"address_code": Permission.PLAIN_ROOM},
        refers={"address_code": "addresses", "parent_code": "houses"},
    ),
    "enterprises": Writable(
        Permission.ENTERPRISE_WRITE,
        KINDS["enterprises"],
        masked={
            "contact_name": Permission.PLAIN_NAME,
            "phone": Permission.PLAIN_PHONE,
            "address_code": Permission.PLAIN_ROOM,
        },
        refers={"address_code": "addresses"},
    ),
    "persons": Writable(
        Permission.PERSON_WRITE,
        KINDS["persons"],
        masked={
            "name": Permission.PLAIN_NAME,
            "id_number": Permission.PLAIN_ID_NUMBER,
            "birth_date": Permission.PLAIN_ID_NUMBER,
            "phone": Permission.PLAIN_PHONE,
            "person_class": Permission.PLAIN_CLASS,
            "tags": Permission.PLAIN_CLASS,
            "address_code": Permission.PLAIN_ROOM,
            "house_code": Permission.PLAIN_ROOM,
        },
        # No role sees ID numbers as they are: who may ask for one, giving a reason, may correct it.
        revealed=frozenset({"id_number", "birth_date"}),
        refers={"address_code": "addresses", "house_code": "houses"},
        row_class=person.c.person_class,
        following={"id_number": ("birth_date", "sex")},
    ),
    "workers": Writable(
        Permission.WORKER_WRITE,
        KINDS["workers"],
        masked={"phone": Permission.PLAIN_PHONE},
        refers={"area_code": "areas"},
        terms="grid_codes",
    ),
    "areas": Writable(
        Permission.AREA_WRITE,
        KINDS["areas"],
        refers={"parent_code": "areas"},
        lies_in=area.c.parent_id,
    ),
    "grids": Writable(
        Permission.GRID_WRITE,
        KINDS["grids"],
        refers={"area_code": "areas", "parent_code": "grids"},
        lies_in=grid.c.area_id,
    ),
}

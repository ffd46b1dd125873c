"""What is told of persons, houses and enterprises to whom: plain, masked, or not at all."""

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from gis_gov.access.actor import Actor
from gis_gov.access.address_mask import address_to_building, as_written
from gis_gov.access.masks import mask_id_number, mask_name, mask_phone
from gis_gov.access.permissions import Permission
from gis_gov.access.sealing import Sealer
from gis_gov.registry.rows import EnterpriseRow, HouseRow, PersonRow
from gis_gov.registry.schemas import RevealedField
from gis_gov.registry.tables import ROOM_LEVEL

DEGREE_DIGITS: Final = 7
PLACE_DIGITS: Final = 4
"""Of the middle of a grid: more would make it look like somebody's door."""

Value = TypeVar("Value")
Feature = dict[str, Any]


def counts_vulnerable(actor: Actor) -> bool:
    """Say whether he may be told how many vulnerable persons there are in a shape of any form.

    So he may if he knows where each lives whom he may read, and of which class each is: two shapes
    may differ by one home.
    """
    read = actor.reach(Permission.PERSON_READ)
    plain = (Permission.PLAIN_PLACE, Permission.PLAIN_CLASS)
    return bool(read) and all(actor.reach(right).covers(read) for right in plain)


@dataclass
class _View:
    """Masks what one row holds for one actor, and notes which properties that were."""

    actor: Actor
    area_id: int | None
    grid_id: int | None
    row_class: str | None = None
    masked: list[str] = field(default_factory=list)

    def sees(self, right: Permission) -> bool:
        return self.actor.reach(right).holds(self.area_id, self.grid_id, self.row_class)

    def plain(self, name: str, right: Permission, value: Value, mask: Value) -> Value:
        """Return a value to who has the right, else what stands for it."""
        if value is None or self.sees(right):
            return value
        self.masked.append(name)
        return mask


def person_feature(actor: Actor, sealer: Sealer, row: PersonRow) -> Feature:
    """Tell of a person."""
    view = _View(actor, row.area_id, row.grid_id, row.person_class)
    number, phone = opened(sealer, "id_number", row), opened(sealer, "phone", row)
    rooms = view.sees(Permission.PLAIN_ROOM)
    properties = {
        "code": row.code,
        "name": view.plain("name", Permission.PLAIN_NAME, row.name, mask_name(row.name)),
        "sex": row.sex,
        "birth_year": row.birth_date and row.birth_date.year,
        # With the ends of an ID number the day of birth would tell nearly all of it.
        "birth_date": view.plain("birth_date", Permission.PLAIN_ID_NUMBER, row.birth_date, None),
        "id_number": view.plain(
            "id_number", Permission.PLAIN_ID_NUMBER, number, number and mask_id_number(number)
        ),
        "phone": view.plain("phone", Permission.PLAIN_PHONE, phone, phone and mask_phone(phone)),
        "person_class": view.plain("person_class", Permission.PLAIN_CLASS, row.person_class, None),
        "tags": view.plain("tags", Permission.PLAIN_CLASS, row.tags, None),
        **_address(view, row, rooms=rooms),
        "house_code": row.house_code if rooms or row.house_kind == "building" else None,
        "grid_code": row.grid_code,
        "area_code": row.area_code,
        "masked": view.masked,
    }
    if row.house_code and properties["house_code"] is None:
        view.masked.append("house_code")
    geometry = _point(row.lon, row.lat, DEGREE_DIGITS)
    if geometry and not view.sees(Permission.PLAIN_PLACE):
        view.masked.append("geometry")
        geometry = _point(row.grid_lon, row.grid_lat, PLACE_DIGITS)
    return _feature(row.code, geometry, properties)


def house_feature(actor: Actor, row: HouseRow) -> Feature:
    """Tell of a house."""
    view = _View(actor, row.area_id, row.grid_id)
    properties = {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "parent_code": row.parent_code,
        "usage": row.usage,
        "floors": row.floors,
        "height_m": row.height_m,
        "area_m2": row.area_m2,
        **_address(view, row, rooms=view.sees(Permission.PLAIN_ROOM)),
        "grid_code": row.grid_code,
        "area_code": row.area_code,
        "masked": view.masked,
    }
    return _feature(row.code, row.shape or _point(row.lon, row.lat, DEGREE_DIGITS), properties)


def enterprise_feature(actor: Actor, sealer: Sealer, row: EnterpriseRow) -> Feature:
    """Tell of an enterprise."""
    view = _View(actor, row.area_id, row.grid_id)
    name, phone = row.contact_name, opened(sealer, "phone", row, "enterprise")
    properties = {
        "code": row.code,
        "name": row.name,
        "uscc": row.uscc,
        "category": row.category,
        "risk_class": row.risk_class,
        "contact_name": view.plain(
            "contact_name", Permission.PLAIN_NAME, name, name and mask_name(name)
        ),
        "phone": view.plain("phone", Permission.PLAIN_PHONE, phone, phone and mask_phone(phone)),
        **_address(view, row, rooms=view.sees(Permission.PLAIN_ROOM)),
        "grid_code": row.grid_code,
        "area_code": row.area_code,
        "masked": view.masked,
    }
    return _feature(row.code, _point(row.lon, row.lat, DEGREE_DIGITS), properties)


def may_reveal(actor: Actor, row: PersonRow) -> bool:
    """Say whether somebody may have a person's masked fields for a reason."""
    return actor.reach(Permission.REVEAL).holds(row.area_id, row.grid_id, row.person_class)


def revealed(sealer: Sealer, row: PersonRow, fields: list[RevealedField]) -> dict[str, Any]:
    """Return the fields that were asked for as they are."""
    values = {
        "id_number": lambda: opened(sealer, "id_number", row),
        "phone": lambda: opened(sealer, "phone", row),
        "name": lambda: row.name,
        "room": lambda: row.address,
        "class": lambda: row.person_class,
    }
    return {"code": row.code, **{name: values[name]() for name in dict.fromkeys(fields)}}


def opened(
    sealer: Sealer, name: str, row: PersonRow | EnterpriseRow, table: str = "person"
) -> str | None:
    """Open a sealed field of a row."""
    sealed: bytes | None = getattr(row, f"{name}_sealed")
    return None if sealed is None else sealer.open(sealed, f"{table}.{name}")


def _address(
    view: _View, row: PersonRow | HouseRow | EnterpriseRow, *, rooms: bool
) -> dict[str, str | None]:
    """Tell the address, and its code unless that is a room's."""
    if rooms or row.address is None:
        return {"address": row.address, "address_code": row.address_code}
    cut = address_to_building(row.address, row.elements or (), row.level)
    is_known = row.level is not None and row.level < ROOM_LEVEL
    if cut != as_written(row.address):
        view.masked.append("address")
    if not is_known:
        view.masked.append("address_code")
    return {"address": cut, "address_code": row.address_code if is_known else None}


def _point(lon: float | None, lat: float | None, digits: int) -> dict[str, Any] | None:
    if lon is None or lat is None:
        return None
    return {"type": "Point", "coordinates": [round(lon, digits), round(lat, digits)]}


def _feature(code: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "id": code, "geometry": geometry, "properties": properties}

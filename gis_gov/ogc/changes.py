"""What a client's values change of a feature: typed, compared with what he was told, judged."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.masks import HIDDEN
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.collection import Collection, Feature, Property
from gis_gov.cql.kinds import Kind
from gis_gov.cql.shapes import Frame
from gis_gov.ingest.idnumber import mistyped
from gis_gov.ingest.spec import Field, Place
from gis_gov.ogc.crs import in_frame
from gis_gov.ogc.sent import Sent, shape_of
from gis_gov.ogc.writable import Writable
from gis_gov.ogc.write_queries import Held
from gis_gov.problems import InvalidRequest

TEXT_MAX: Final = 10_000
TEXTS_MAX: Final = 1_000
_TOLERANCE_DEG: Final = 1e-7
_TOLERANCE_M: Final = 1e-2
_SHAPES: Final = {
    Place.POINT: ("Point",),
    Place.POLYGON: ("Polygon", "MultiPolygon"),
}


@dataclass(frozen=True, slots=True)
class Changes:
    """Values by property, and which of them (and whether the geometry) differ from what is told."""

    values: Mapping[str, Any]
    changed: frozenset[str]
    shape: BaseGeometry | None
    is_moved: bool

    @property
    def names(self) -> list[str]:
        """Name what changes, for the audit."""
        return sorted(self.changed | ({"geometry"} if self.is_moved else set()))


def checked(collection: Collection, writable: Writable, sent: Sent) -> dict[str, Any]:
    """Return the properties that were sent and can be written, each of its type.

    Those that follow from others are left out: clients send them back as they came.

    Raises:
        InvalidRequest: there is no such property, or a value is not of its type.

    """
    fields = writable.written(collection)
    made: dict[str, Any] = {}
    for name, value in sent.members.get("properties", {}).items():
        told = collection.by_name.get(name)
        if told is None:
            if name == "masked":  # the list of what is masked, sent back
                continue
            listed = ", ".join(fields)
            raise InvalidRequest.at("body.properties", f"{name[:80]!r} is none; known: {listed}")
        if name in fields:
            made[name] = _typed(told, fields[name], value)
    return made


def of_new(collection: Collection, writable: Writable, sent: Sent) -> Changes:
    """Return the values of a thing that is to be created."""
    values = checked(collection, writable, sent)
    _refuse_masks(collection, writable, values)
    shape = _own_shape(writable, shape_of(sent.members.get("geometry"), sent.frame))
    return Changes(values, frozenset(values), shape, shape is not None)


def of_replacement(
    collection: Collection, writable: Writable, actor: Actor, told: Feature, held: Held, sent: Sent
) -> Changes:
    """Return what a whole new feature changes of the one that was told.

    What it leaves out is emptied; but not what is masked for who asks, which stays.
    """
    for member in ("geometry", "properties"):
        if member not in sent.members:
            raise InvalidRequest.at("body", f"a feature has the member {member!r}, null for none")
    values = _but_masks(writable, actor, told, held, sent, checked(collection, writable, sent))
    for name, field in writable.written(collection).items():
        if name not in values and not _is_masked(writable, actor, held, name):
            values[name] = _nothing(collection.by_name[name], field)
    return _compared(
        collection, writable, actor, told, held, values, sent, sent.members.get("geometry")
    )


def of_patch(
    collection: Collection, writable: Writable, actor: Actor, told: Feature, held: Held, sent: Sent
) -> Changes:
    """Return what a merge patch (RFC 7396) of the feature changes of it."""
    values = _but_masks(writable, actor, told, held, sent, checked(collection, writable, sent))
    if values.get("code", told["id"]) != told["id"]:
        raise InvalidRequest.at("body.properties.code", "stays as it is")
    geometry = _plain(in_frame(told["geometry"], sent.frame))
    if "geometry" in sent.members:
        patch = sent.members["geometry"]
        if isinstance(patch, dict) and geometry is not None:
            patch = {
                name: value for name, value in {**geometry, **patch}.items() if value is not None
            }
        geometry = patch
    return _compared(collection, writable, actor, told, held, values, sent, geometry)


def _but_masks(
    writable: Writable,
    actor: Actor,
    told: Feature,
    held: Held,
    sent: Sent,
    values: dict[str, Any],
) -> dict[str, Any]:
    """Leave out what came back as its mask, of which some are null."""
    came, masks = sent.members.get("properties", {}), told["properties"]
    return {
        name: value
        for name, value in values.items()
        if came[name] != masks[name] or not _is_masked(writable, actor, held, name)
    }


def _compared(
    collection: Collection,
    writable: Writable,
    actor: Actor,
    told: Feature,
    held: Held,
    values: dict[str, Any],
    sent: Sent,
    geometry: Any,
) -> Changes:
    properties, fields = told["properties"], writable.written(collection)
    changed = {name for name, value in values.items() if value != properties[name]}
    changed.discard("code")
    for name in sorted(changed):
        if _is_masked(writable, actor, held, name) and not _may_reveal(writable, actor, held, name):
            right = writable.masked[name]
            raise NotAllowed(f"{name} is masked for you: {right} is needed.", right=str(right))
    _refuse_masks(collection, writable, {name: values[name] for name in changed})
    known = {
        name: properties[name]
        # What has to be told is read as its mask, which is not written.
        for name in values.keys() | properties.keys()
        if name in properties
        and (not _is_masked(writable, actor, held, name) or fields[name].required)
    }
    for name in changed & writable.following.keys():
        for following in writable.following[name]:
            known.pop(following, None)
    if writable.goes_about:
        return Changes({**known, **values}, frozenset(changed), None, is_moved=False)
    shape = shape_of(geometry, sent.frame)
    before = shape_of(_plain(in_frame(told["geometry"], sent.frame)), sent.frame)
    is_moved = not _same(before, shape, sent.frame)
    if is_moved:
        shape = _own_shape(writable, shape)
    return Changes({**known, **values}, frozenset(changed), shape, is_moved and writable.has_shape)


def _refuse_masks(collection: Collection, writable: Writable, values: Mapping[str, Any]) -> None:
    """Refuse what is left of a number or name for whom it is masked: it is not the number."""
    fields = writable.written(collection)
    for name, value in values.items():
        of_masks = fields[name].sealed or writable.masked.get(name) is Permission.PLAIN_NAME
        if of_masks and value is not None and HIDDEN in value:
            raise InvalidRequest.at(f"body.properties.{name}", "is masked: write the whole of it")


def _is_masked(writable: Writable, actor: Actor, held: Held, name: str) -> bool:
    right = writable.masked.get(name)
    return right is not None and not actor.reach(right).holds(
        held.area_id, held.grid_id, held.row_class
    )


def _may_reveal(writable: Writable, actor: Actor, held: Held, name: str) -> bool:
    return name in writable.revealed and actor.reach(Permission.REVEAL).holds(
        held.area_id, held.grid_id, held.row_class
    )


def _own_shape(writable: Writable, shape: BaseGeometry | None) -> BaseGeometry | None:
    where = "body.geometry"
    if shape is None or writable.goes_about:
        return None
    if not writable.has_shape:
        raise InvalidRequest.at(where, "follows from address_code: leave it out, or as it was")
    kinds = _SHAPES[writable.kind.place]
    if shape.geom_type not in kinds:
        raise InvalidRequest.at(where, f"is a {shape.geom_type}, not a {' or '.join(kinds)}")
    return shape


def _plain(geometry: Any) -> Any:
    return None if geometry is None else orjson.loads(orjson.dumps(geometry))


def _same(before: BaseGeometry | None, after: BaseGeometry | None, frame: Frame) -> bool:
    """Say whether a geometry came back as it was told, which was rounded."""
    if before is None or after is None:
        return before is after
    tolerance = _TOLERANCE_M if frame.datum.is_metric else _TOLERANCE_DEG
    pair = [_multi(before), _multi(after)]
    return bool(shapely.equals_exact(*pair, tolerance=tolerance))


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


def _typed(told: Property, field: Field, value: Any) -> Any:
    """Read a JSON value as one of its property's kind."""
    where = f"body.properties.{told.name}"
    if value is None:
        return _nothing(told, field)
    match told.kind, value:
        case Kind.TEXT, str():
            fault = _text_fault(value, told) or _number_fault(value, field)
        case Kind.INTEGER, int() if not isinstance(value, bool):
            fault = "" if abs(value) < 2**53 else "is out of range"
        case Kind.NUMBER, int() | float() if not isinstance(value, bool):
            fault = "" if math.isfinite(value) else "is no number"
            value = _narrow(value)
        case Kind.TEXTS, list():
            fault = _texts_fault(value, told)
            if not fault and not field.stored:
                value = sorted(set(value))
        case Kind.DATE | Kind.INSTANT, str():
            return _time(where, told.kind, value)
        case _:
            fault = f"is no {told.kind.value}"
    if fault:
        raise InvalidRequest.at(where, fault)
    return value


def _narrow(value: float) -> float:
    """Round to what a REAL column keeps, as which it is told again."""
    with np.errstate(over="ignore"):
        return float(str(np.float32(value)))


def _text_fault(value: str, told: Property) -> str:
    if "\0" in value:
        return "has a null character"
    if len(value) > TEXT_MAX:
        return f"has more than {TEXT_MAX} characters"
    if told.choices and value not in told.choices:
        return f"is one of {', '.join(told.choices)}"
    return ""


def _number_fault(value: str, field: Field) -> str:
    """Refuse a citizen's number that is mistyped; documents of others have other forms."""
    is_mistyped = field.name == "id_number" and mistyped(value)
    return "is no citizen's number: its date or its check character is wrong" if is_mistyped else ""


def _texts_fault(values: list[Any], told: Property) -> str:
    if len(values) > TEXTS_MAX:
        return f"has more than {TEXTS_MAX} texts"
    if not all(isinstance(each, str) and each.strip() == each != "" for each in values):
        return "is no list of texts without blanks around them"
    return next((fault for each in values if (fault := _text_fault(each, told))), "")


def _nothing(told: Property, field: Field) -> Any:
    """Return what a property is where nothing is told of it."""
    return [] if told.kind is Kind.TEXTS else field.default


def _time(where: str, kind: Kind, text: str) -> date | datetime:
    try:
        made = date.fromisoformat(text) if kind is Kind.DATE else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest.at(where, f"is no {kind.value} of RFC 3339") from None
    if isinstance(made, datetime) and made.tzinfo is None:
        raise InvalidRequest.at(where, "needs an offset, such as Z or +08:00")
    return made

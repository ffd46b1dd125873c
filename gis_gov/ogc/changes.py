"""What a client's values change of a feature: compared with what he was told, and judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.masks import HIDDEN
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.collection import Collection, Feature
from gis_gov.cql.shapes import Frame
from gis_gov.ingest.spec import Place
from gis_gov.ogc.crs import in_frame
from gis_gov.ogc.sent import Sent, shape_of
from gis_gov.ogc.typed import checked, nothing
from gis_gov.ogc.writable import Writable
from gis_gov.ogc.write_queries import Held
from gis_gov.problems import InvalidRequest

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


@dataclass(frozen=True, slots=True)
class Edit:
    """What was sent to change a thing that is there: of it, `told` is what the actor may see."""

    collection: Collection
    writable: Writable
    actor: Actor
    told: Feature
    held: Held
    sent: Sent

    @property
    def geometry(self) -> Any:
        """Return the geometry that was told, as JSON of the CRS in which another was sent."""
        geometry = in_frame(self.told["geometry"], self.sent.frame)
        return None if geometry is None else orjson.loads(orjson.dumps(geometry))

    def is_masked(self, name: str) -> bool:
        """Say whether the actor sees a property's mask alone."""
        right = self.writable.masked.get(name)
        return right is not None and not self._holds(right)

    def may_reveal(self, name: str) -> bool:
        """Say whether the actor may have it revealed: then he may write over its mask."""
        return name in self.writable.revealed and self._holds(Permission.REVEAL)

    def _holds(self, right: Permission) -> bool:
        held = self.held
        return self.actor.reach(right).holds(held.area_id, held.grid_id, held.row_class)


def of_new(collection: Collection, writable: Writable, sent: Sent) -> Changes:
    """Return the values of a thing that is to be created."""
    values = checked(collection, writable, sent)
    _refuse_masks(collection, writable, values)
    shape = _own_shape(writable, shape_of(sent.members.get("geometry"), sent.frame))
    return Changes(values, frozenset(values), shape, shape is not None)


def of_replacement(edit: Edit) -> Changes:
    """Return what a whole new feature changes of the one that was told.

    What it leaves out is emptied; but not what is masked for who asks, which stays.
    """
    members = edit.sent.members
    for member in ("geometry", "properties"):
        if member not in members:
            raise InvalidRequest.at("body", f"a feature has the member {member!r}, null for none")
    values = _but_masks(edit)
    for name, field in edit.writable.written(edit.collection).items():
        if name not in values and not edit.is_masked(name):
            values[name] = nothing(edit.collection.by_name[name], field)
    return _compared(edit, values, members.get("geometry"))


def of_patch(edit: Edit) -> Changes:
    """Return what a merge patch (RFC 7396) of the feature changes of it."""
    values = _but_masks(edit)
    if values.get("code", edit.told["id"]) != edit.told["id"]:
        raise InvalidRequest.at("body.properties.code", "stays as it is")
    geometry = edit.geometry
    if "geometry" in edit.sent.members:
        patch = edit.sent.members["geometry"]
        if isinstance(patch, dict) and geometry is not None:
            patch = {
                name: value for name, value in {**geometry, **patch}.items() if value is not None
            }
        geometry = patch
    return _compared(edit, values, geometry)


def _but_masks(edit: Edit) -> dict[str, Any]:
    """Return what was sent, without what came back as its mask, of which some are null."""
    came, masks = edit.sent.members.get("properties", {}), edit.told["properties"]
    return {
        name: value
        for name, value in checked(edit.collection, edit.writable, edit.sent).items()
        if came[name] != masks[name] or not edit.is_masked(name)
    }


def _compared(edit: Edit, values: dict[str, Any], geometry: Any) -> Changes:
    collection, writable, frame = edit.collection, edit.writable, edit.sent.frame
    properties = edit.told["properties"]
    changed = {name for name, value in values.items() if value != properties[name]}
    changed.discard("code")
    for name in sorted(changed):
        if edit.is_masked(name) and not edit.may_reveal(name):
            right = writable.masked[name]
            raise NotAllowed(f"{name} is masked for you: {right} is needed.", right=str(right))
    _refuse_masks(collection, writable, {name: values[name] for name in changed})
    known = {**_known(edit, changed), **values}
    if writable.goes_about:
        return Changes(known, frozenset(changed), None, is_moved=False)
    shape = shape_of(geometry, frame)
    is_moved = not _same(shape_of(edit.geometry, frame), shape, frame)
    if is_moved:
        shape = _own_shape(writable, shape)
    return Changes(known, frozenset(changed), shape, is_moved and writable.has_shape)


def _known(edit: Edit, changed: set[str]) -> dict[str, Any]:
    """Return what was told and may be read again, without what follows from what changes."""
    properties, fields = edit.told["properties"], edit.writable.written(edit.collection)
    followed = {each for name in changed for each in edit.writable.following.get(name, ())}
    return {
        name: value
        for name, value in properties.items()
        # What has to be told is read as its mask, which is not written.
        if name not in followed and (not edit.is_masked(name) or fields[name].required)
    }


def _refuse_masks(collection: Collection, writable: Writable, values: Mapping[str, Any]) -> None:
    """Refuse what is left of a number or name for whom it is masked: it is not the number."""
    fields = writable.written(collection)
    for name, value in values.items():
        of_masks = fields[name].sealed or writable.masked.get(name) is Permission.PLAIN_NAME
        if of_masks and value is not None and HIDDEN in value:
            raise InvalidRequest.at(f"body.properties.{name}", "is masked: write the whole of it")


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


def _same(before: BaseGeometry | None, after: BaseGeometry | None, frame: Frame) -> bool:
    """Say whether a geometry came back as it was told, which was rounded."""
    if before is None or after is None:
        return before is after
    tolerance = _TOLERANCE_M if frame.datum.is_metric else _TOLERANCE_DEG
    pair = [_multi(before), _multi(after)]
    return bool(shapely.equals_exact(*pair, tolerance=tolerance))


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape

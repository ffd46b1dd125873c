"""What may be seen of the things in a box, before it is measured how far each of them is."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Double,
    Select,
    Text,
    and_,
    any_,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible
from gis_gov.access.permissions import Permission
from gis_gov.cql.kinds import Condition
from gis_gov.db.metadata import SRID
from gis_gov.db.run import dicts, rows_of
from gis_gov.geo.around import bbox_around_box
from gis_gov.geo.bbox import BBox
from gis_gov.patrols.service import is_off_shift, is_outside, told_place
from gis_gov.patrols.tables import last_position, worker
from gis_gov.registry.tables import address, enterprise
from gis_gov.resources.kept_grids import grids_met
from gis_gov.resources.queries import Resource
from gis_gov.resources.staff import Staff, with_standing
from gis_gov.resources.tables import KNOWS_FACES, resource

_SECTOR_SLACK_M = 2_000.0
"""The sector of a camera may be so much smaller, 50 km from it, than what it sees: it has chords
for an arc, and sides that are straight in degrees."""


async def read_resources_in(
    conn: AsyncConnection[Any], actor: Actor, box: BBox, kinds: Sequence[str], *more: Condition
) -> list[Resource]:
    """Return the cameras, centres and POIs in a box that somebody may see, of whom `more` holds."""
    wanted = (resource.c.kind == _one_of(kinds), in_box(resource.c.geom, box), *more)
    return await rows_of(conn, Resource, _resources(actor).where(*wanted))


async def read_looking_at(
    conn: AsyncConnection[Any], actor: Actor, box: BBox, *more: Condition
) -> list[Resource]:
    """Return the cameras of whom `more` holds that may see a place in a box, some that do not, too.

    Some that see it from over 50 km away may be missing.
    """
    return await rows_of(conn, Resource, looking_at(actor, box).where(*more))


def looking_at(actor: Actor, box: BBox) -> Select[*tuple[Any, ...]]:
    """Make the query of `read_looking_at`."""
    looks = resource.c.sector.op("&&")(_envelope(bbox_around_box(box, _SECTOR_SLACK_M)))
    return _resources(actor).where(resource.c.kind == "camera", _placed(resource.c.geom), looks)


async def read_camera(conn: AsyncConnection[Any], actor: Actor, code: str) -> Resource | None:
    """Return the camera with a code; None if there is none that somebody may see, or no place."""
    wanted = (resource.c.code == code, resource.c.kind == "camera", _placed(resource.c.geom))
    return next(iter(await rows_of(conn, Resource, _resources(actor).where(*wanted))), None)


def _resources(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select(
        resource.c.id,
        resource.c.kind,
        resource.c.code,
        resource.c.name,
        resource.c["class"].label("resource_class"),
        resource.c.owner.label("resource_owner"),
        resource.c.azimuth_deg,
        resource.c.field_of_view_deg,
        resource.c.range_m,
        resource.c.area_id,
        resource.c.grid_id,
        func.st_x(resource.c.geom).label("lon"),
        func.st_y(resource.c.geom).label("lat"),
    ).where(
        visible(actor, Permission.RESOURCE_READ, resource),
        or_(not_(KNOWS_FACES), visible(actor, Permission.FACE_CAMERA_READ, resource)),
    )


async def read_workers_in(
    conn: AsyncConnection[Any], actor: Actor, box: BBox, staff: Staff, *more: Condition
) -> list[dict[str, Any]]:
    """Return the workers whose last position is in a box, as far as somebody may know it.

    Those of `staff` of whom `more` holds, too. The columns are what `told_of` tells.
    """
    age = func.statement_timestamp() - last_position.c.time
    age_s = func.extract("epoch", age)
    query = (
        select(
            literal("worker").label("kind"),
            worker.c.code,
            worker.c.name,
            worker.c.kind.label("worker_kind"),
            worker.c.organisation,
            last_position.c.time.label("seen_at"),
            cast(age_s, Double).label("age_s"),
            last_position.c.accuracy_m,
            last_position.c.speed_mps,
            last_position.c.bearing_deg.label("heading_deg"),
            last_position.c.still_since,
            is_outside().label("is_outside"),
            is_off_shift().label("is_off_shift"),
            func.st_x(last_position.c.geom).label("lon"),
            func.st_y(last_position.c.geom).label("lat"),
        )
        .select_from(last_position.join(worker, worker.c.id == last_position.c.worker_id))
        .where(
            in_box(last_position.c.geom, box),
            told_place(actor),
            *more,
        )
    )
    if staff.on_shift:
        query = query.where(~is_off_shift())
    if staff.max_age_s is not None:
        query = query.where(age_s <= staff.max_age_s)
    return [with_standing(row, staff.limits) for row in await dicts(conn, query)]


async def read_enterprises_in(
    conn: AsyncConnection[Any],
    actor: Actor,
    box: BBox,
    risk_classes: Sequence[str] | None,
    *more: Condition,
) -> list[dict[str, Any]]:
    """Return the enterprises in a box that somebody may see, all or of some risk classes.

    Those of whom `more` holds, too. The columns are what `told_of` tells.
    """
    # Planned for each box: one plan for all boxes reads every address in them (40 times as long).
    return await dicts(conn, enterprises_in(actor, box, risk_classes, *more), prepare=False)


def enterprises_in(
    actor: Actor, box: BBox, risk_classes: Sequence[str] | None, *more: Condition
) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """Make the query of `read_enterprises_in`."""
    query = (
        select(
            literal("enterprise").label("kind"),
            enterprise.c.code,
            enterprise.c.name,
            enterprise.c.category,
            enterprise.c.risk_class,
            func.st_x(address.c.geom).label("lon"),
            func.st_y(address.c.geom).label("lat"),
        )
        .select_from(address.join(enterprise, enterprise.c.address_id == address.c.id))
        .where(
            in_box(address.c.geom, box),
            visible(actor, Permission.ADDRESS_READ, address),
            visible(actor, Permission.ENTERPRISE_READ, enterprise),
            *more,
        )
    )
    if risk_classes is not None:
        query = query.where(enterprise.c.risk_class == _one_of(risk_classes))
    if not actor.reach(Permission.COUNT).covers(actor.reach(Permission.ENTERPRISE_READ)):
        return query
    # Who may count what he reads has it from the grids that are met, and need not see each address.
    is_near = enterprise.c.grid_id == any_(grids_met("enterprises", box))
    return union_all(
        query.where(address.c.cell.is_not(None), or_(is_near, enterprise.c.grid_id.is_(None))),
        query.where(address.c.cell.is_(None)),
    )


def in_box(geom: ColumnElement[Any], box: BBox) -> ColumnElement[bool]:
    """Hold for what is somewhere, and has its box in another, by an index."""
    return and_(geom.op("&&")(_envelope(box)), _placed(geom))


def _envelope(box: BBox) -> ColumnElement[Any]:
    return func.st_makeenvelope(box.west, box.south, box.east, box.north, SRID)


def _placed(geom: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(geom.is_not(None), not_(func.st_isempty(geom)))


def _one_of(names: Sequence[str]) -> ColumnElement[Any]:
    return any_(literal(list(names), ARRAY(Text)))

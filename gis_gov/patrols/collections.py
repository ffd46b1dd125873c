"""Positions as a collection."""

from typing import Any

from sqlalchemy import Select, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.collection import Collection, column, plain_feature, selected, shape_column
from gis_gov.cql.kinds import Kind, Queryable
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import position, worker

_POSITION = (
    column(position.c.code, Kind.TEXT, "Number"),
    column(position.c.device, Kind.TEXT, "Device that told it"),
    column(worker.c.code, Kind.TEXT, "Code of the worker", name="worker_code"),
    column(position.c.time, Kind.INSTANT, "When it was there"),
    column(position.c.accuracy_m, Kind.NUMBER, "Accuracy, metres"),
    column(position.c.speed_mps, Kind.NUMBER, "Speed, metres a second"),
    column(position.c.bearing_deg, Kind.NUMBER, "Direction, degrees from north"),
    column(position.c.altitude_m, Kind.NUMBER, "Altitude, metres"),
    column(position.c.source, Kind.TEXT, "Source"),
    column(position.c.received_at, Kind.INSTANT, "When it was received"),
    column(grid.c.code, Kind.TEXT, "Code of its grid", name="grid_code"),
    column(area.c.code, Kind.TEXT, "Code of its area", name="area_code"),
)


def _positions(actor: Actor) -> Select[Any]:
    return (
        select(*selected(_POSITION, actor), shape_column(position.c.geom))
        .select_from(position)
        .outerjoin(worker, worker.c.id == position.c.worker_id)
        .outerjoin(grid, grid.c.id == position.c.grid_id)
        .outerjoin(area, area.c.id == position.c.area_id)
        .where(
            visible(actor, Permission.TRACK_READ, position, own_column=position.c.worker_id),
            # A device may tell who its worker is.
            or_(position.c.worker_id.is_(None), known_workers(actor)),
        )
    )


POSITIONS = Collection(
    name="positions",
    title="Positions",
    title_zh="定位点",
    description="Where devices were, fix by fix.",
    right=Permission.TRACK_READ,
    key=position.c.code,
    rows=_positions,
    feature=plain_feature(_POSITION),
    properties=_POSITION,
    taken=lambda actor: within_reach(actor.reach(Permission.EXPORT), position),
    shape=lambda _actor: Queryable(Kind.GEOMETRY, position.c.geom),
    shape_type="Point",
    times=("time", "time"),
    personal=True,
    stays_inside=False,
)
COLLECTIONS = (POSITIONS,)

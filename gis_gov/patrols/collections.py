"""Positions and patrols as collections."""

from typing import Any

from sqlalchemy import Select, func, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import area, grid
from gis_gov.collection import (
    Collection,
    column,
    line_column,
    plain_feature,
    selected,
    shape_column,
)
from gis_gov.cql.kinds import Kind, Queryable
from gis_gov.db.metadata import SRID
from gis_gov.patrols.patrol_reading import followed
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import patrol, position, worker

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
    column(position.c.rejected_for, Kind.TEXT, "Why it does not count; null if it does"),
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

_LINE = func.nullif(patrol.c.geom, func.st_geomfromtext("MULTILINESTRING EMPTY", SRID))
_PATROL = (
    column(patrol.c.code, Kind.TEXT, "Code"),
    column(worker.c.code, Kind.TEXT, "Code of the worker", name="worker_code"),
    column(worker.c.name, Kind.TEXT, "Name of the worker", name="worker_name"),
    column(patrol.c.kind, Kind.TEXT, "Kind"),
    column(patrol.c.is_detected, Kind.BOOLEAN, "Whether nobody started it"),
    column(patrol.c.begins_at, Kind.INSTANT, "When it began"),
    column(patrol.c.ends_at, Kind.INSTANT, "When it ended"),
    column(patrol.c.mileage_m, Kind.NUMBER, "Mileage as received, metres"),
    column(patrol.c.valid_mileage_m, Kind.NUMBER, "Valid mileage, metres"),
    column(patrol.c.duration_s, Kind.NUMBER, "Duration without gaps, seconds"),
    column(patrol.c.stay_s, Kind.NUMBER, "In stays, seconds"),
    column(patrol.c.gap_s, Kind.NUMBER, "In gaps, seconds"),
    column(patrol.c.fixes, Kind.INTEGER, "Fixes that count"),
    column(patrol.c.rejected, Kind.INTEGER, "Fixes that don't"),
    column(patrol.c.own_grid_share, Kind.NUMBER, "Share of time in the worker's own grids"),
    column(patrol.c.version, Kind.INTEGER, "Version of the figures"),
    column(patrol.c.computed_at, Kind.INSTANT, "When they were computed"),
    column(area.c.code, Kind.TEXT, "Code of the area that employs the worker", name="area_code"),
)


def _patrols(actor: Actor) -> Select[Any]:
    return (
        select(*selected(_PATROL, actor), line_column(_LINE))
        .select_from(patrol)
        .join(worker, worker.c.id == patrol.c.worker_id)
        .outerjoin(area, area.c.id == patrol.c.area_id)
        # The code of a patrol tells who its worker is.
        .where(followed(actor), known_workers(actor))
    )


PATROLS = Collection(
    name="patrols",
    title="Patrols",
    title_zh="巡查记录",
    description="What workers went, each in one go, with its figures; a line 5 m at most beside"
    " the fixes.",
    right=Permission.TRACK_READ,
    key=patrol.c.code,
    rows=_patrols,
    feature=plain_feature(_PATROL),
    properties=_PATROL,
    taken=lambda actor: within_reach(actor.reach(Permission.EXPORT), patrol),
    shape=lambda _actor: Queryable(Kind.GEOMETRY, patrol.c.geom),
    shape_type="MultiLineString",
    times=("begins_at", "ends_at"),
    personal=True,
    stays_inside=False,
)
COLLECTIONS = (POSITIONS, PATROLS)

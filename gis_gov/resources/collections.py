"""Cameras, centres, POIs and workers as collections."""

from functools import partial
from typing import Any

from sqlalchemy import ARRAY, Select, Text, and_, cast, func, or_, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import visible, within_reach
from gis_gov.access.masks import mask_phone
from gis_gov.access.permissions import Permission
from gis_gov.access.sealing import Sealer
from gis_gov.areas.tables import TERM_GOES_ON, area, grid, grid_worker
from gis_gov.collection import (
    Collection,
    Feature,
    Property,
    Row,
    column,
    geometry_of,
    plain_feature,
    selected,
    shape_column,
)
from gis_gov.cql.kinds import Kind, Queryable
from gis_gov.patrols.service import known_workers, told_place
from gis_gov.patrols.tables import last_position, worker
from gis_gov.resources.tables import KNOWS_FACES, resource

_SITE = (
    column(resource.c.code, Kind.TEXT, "Natural key"),
    column(resource.c.name, Kind.TEXT, "Name"),
    column(resource.c["class"], Kind.TEXT, "Class"),
    column(resource.c.owner, Kind.TEXT, "Owner"),
    column(grid.c.code, Kind.TEXT, "Code of its grid", name="grid_code"),
    column(area.c.code, Kind.TEXT, "Code of its area", name="area_code"),
)
_CAMERA = (
    *_SITE,
    column(resource.c.azimuth_deg, Kind.NUMBER, "Direction, degrees from north"),
    column(resource.c.field_of_view_deg, Kind.NUMBER, "Field of view, degrees"),
    column(resource.c.range_m, Kind.NUMBER, "Range, metres"),
)
_SERVED = func.array(
    select(grid.c.code)
    .join(grid_worker, grid_worker.c.grid_id == grid.c.id)
    .where(grid_worker.c.worker_id == worker.c.id, TERM_GOES_ON)
    .distinct()
    .order_by(grid.c.code)
    .correlate(worker)
    .scalar_subquery()
)
_WORKER = (
    column(worker.c.code, Kind.TEXT, "Natural key"),
    column(worker.c.name, Kind.TEXT, "Name"),
    column(worker.c.kind, Kind.TEXT, "Kind"),
    column(worker.c.organisation, Kind.TEXT, "Organisation"),
    Property("phone", Kind.TEXT, "Phone, 138****8000 where it is masked"),
    column(area.c.code, Kind.TEXT, "Code of the area", name="area_code"),
    column(
        cast(_SERVED, ARRAY(Text)),
        Kind.TEXTS,
        "Codes of grids served",
        name="grid_codes",
    ),
    column(last_position.c.time, Kind.INSTANT, "When last seen there", name="seen_at"),
)


def _sites(kind: str, properties: tuple[Property, ...], actor: Actor) -> Select[Any]:
    return (
        select(*selected(properties, actor), shape_column(resource.c.geom))
        .select_from(resource)
        .outerjoin(grid, grid.c.id == resource.c.grid_id)
        .outerjoin(area, area.c.id == resource.c.area_id)
        .where(
            resource.c.kind == kind,
            visible(actor, Permission.RESOURCE_READ, resource),
            # A camera that knows faces tells where somebody was.
            or_(~KNOWS_FACES, within_reach(actor.reach(Permission.FACE_CAMERA_READ), resource)),
        )
    )


def _workers(actor: Actor) -> Select[Any]:
    there = and_(last_position.c.worker_id == worker.c.id, told_place(actor))
    return (
        select(
            *selected(_WORKER, actor),
            worker.c.phone_sealed,
            worker.c.area_id,
            shape_column(last_position.c.geom),
        )
        .select_from(
            worker.outerjoin(area, area.c.id == worker.c.area_id).outerjoin(last_position, there)
        )
        .where(known_workers(actor))
    )


def _worker_feature(actor: Actor, sealer: Sealer, row: Row) -> Feature:
    sealed, masked = row["phone_sealed"], list[str]()
    phone = None if sealed is None else sealer.open(sealed, "worker.phone")
    if phone and not actor.reach(Permission.PLAIN_PHONE).holds(row["area_id"], None):
        phone, masked = mask_phone(phone), ["phone"]
    told = {each.name: row[each.name] for each in _WORKER if each.name != "phone"}
    return {
        "type": "Feature",
        "id": row["code"],
        "geometry": geometry_of(row),
        "properties": {**told, "phone": phone, "masked": masked},
    }


def _site(
    name: str, title: str, title_zh: str, kind: str, properties: tuple[Property, ...]
) -> Collection:
    return Collection(
        name=name,
        title=title,
        title_zh=title_zh,
        description=f"{title} of the district, each at its point.",
        right=Permission.RESOURCE_READ,
        key=resource.c.code,
        rows=partial(_sites, kind, properties),
        feature=plain_feature(properties),
        properties=properties,
        taken=lambda actor: within_reach(actor.reach(Permission.EXPORT), resource),
        shape=lambda _actor: Queryable(Kind.GEOMETRY, resource.c.geom),
        shape_type="Point",
    )


CAMERAS = _site("cameras", "Cameras", "摄像头", "camera", _CAMERA)
CENTRES = _site("centres", "Governance centres", "治理中心", "centre", _SITE)
POIS = _site("pois", "Points of interest", "兴趣点", "poi", _SITE)
WORKERS = Collection(
    name="workers",
    title="Workers",
    title_zh="网格员",
    description="Grid workers and others who patrol, where they were last.",
    right=Permission.WORKER_READ,
    key=worker.c.code,
    rows=_workers,
    feature=_worker_feature,
    properties=_WORKER,
    taken=lambda actor: within_reach(actor.reach(Permission.EXPORT), worker),
    # A last position has a place, but not every worker has a last position.
    shape=lambda _actor: Queryable(
        Kind.GEOMETRY, last_position.c.geom, absent=(last_position.c.geom.is_(None),)
    ),
    shape_type="Point",
    personal=True,
    stays_inside=False,
    passing=("seen_at",),
)
COLLECTIONS = (CAMERAS, CENTRES, POIS, WORKERS)

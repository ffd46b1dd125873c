"""What is around a place."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Depends, Path, Query, Request

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may, signed_in
from gis_gov.api import (
    AppState,
    Conn,
    DeclaredDatum,
    GeoJsonResponse,
    Lat,
    Lon,
    Radius,
    UnusableDatum,
)
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.geo.datum import Datum
from gis_gov.geo.surroundings import Surroundings, UnfitShape
from gis_gov.openapi import problems
from gis_gov.problems import Conflict, InvalidRequest, NotFound
from gis_gov.resources import queries, service
from gis_gov.resources.near import Sought
from gis_gov.resources.near_queries import read_camera
from gis_gov.resources.schemas import ALL_KINDS, KINDS, NEAREST_MAX, Around, Nearby, NearbyEvent
from gis_gov.state import State

router = APIRouter(tags=["resources"])

RADIUS_M = 1000.0


class EventWithoutPlace(Conflict):
    """Nobody told where the event is, so nothing is near it."""

    slug, title, status = "event-without-place", "It is not known where the event is", 409


class CameraWithoutView(Conflict):
    """Nobody told how far the camera sees."""

    slug, title, status = "camera-without-view", "It is not known what the camera sees", 409


class UnknownKind(InvalidRequest):
    """A kind was asked for that does not exist."""

    slug, title, status = "unknown-kind", "Unknown kind", 400


EventReader = Annotated[Actor, may(Permission.MAP_READ, Permission.EVENT_READ)]
Code = Annotated[
    str, Path(max_length=255, description="Natural key", examples=["99010120250101000001"])
]
MapReader = Annotated[Actor, may(Permission.MAP_READ)]
RIGHTS = {
    "camera": Permission.RESOURCE_READ,
    "centre": Permission.RESOURCE_READ,
    "poi": Permission.RESOURCE_READ,
    "worker": Permission.TRACK_READ,
    "enterprise": Permission.ENTERPRISE_READ,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for around a point, as a query says it."""

    kinds: Sequence[str]
    radius_m: float | None
    limit: int
    nearest: int | None
    classes: Sequence[str] | None
    risk_classes: Sequence[str] | None
    on_shift: bool

    @property
    def is_plain(self) -> bool:
        """Say whether nothing is asked beyond what the shortest way answers."""
        limits = (self.nearest, self.classes, self.risk_classes)
        limited = self.on_shift or any(limit is not None for limit in limits)
        return not limited and "enterprise" not in self.kinds


def _kinds(actor: Actor, named: Sequence[str] | None) -> list[str]:
    if named is None:
        return [kind for kind in KINDS if actor.may(RIGHTS[kind])]
    picked = list(dict.fromkeys(named))
    for kind in picked:
        if kind not in ALL_KINDS:
            raise UnknownKind(f"query.kinds: {kind!r} is not known; known: {', '.join(ALL_KINDS)}")
        actor.require(RIGHTS[kind])
    return picked


# Each dependency costs a request time, so this one does not ask anew who asks.
async def _wanted(
    request: Request,
    kinds: Annotated[
        str | None,
        Query(
            description="What to look for, with commas between: camera, worker, centre, poi,"
            " enterprise; without it, all but enterprises that you may see",
            examples=["camera,worker"],
        ),
    ] = None,
    radius: Radius = None,
    limit: Annotated[
        int,
        Query(ge=1, description=f"Features at most; more than {service.LIMIT_MAX} count as that"),
    ] = 50,
    k: Annotated[
        int | None,
        Query(
            ge=1,
            le=NEAREST_MAX,
            description="So many of each kind, the nearest; without `radius` up to 50 km away",
            examples=[3],
        ),
    ] = None,
    classes: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Only cameras, centres and POIs of these classes, with commas between",
            examples=["bullet,dome"],
        ),
    ] = None,
    risk_classes: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Only enterprises of these risk classes, with commas between",
            examples=["high"],
        ),
    ] = None,
    on_shift: Annotated[
        bool, Query(description="Only workers who were heard of in the last 5 minutes")
    ] = False,
) -> Wanted:
    return Wanted(
        _kinds(await signed_in(request), _listed(kinds)),
        RADIUS_M if radius is None and k is None else radius,
        min(limit, service.LIMIT_MAX),
        k,
        _listed(classes),
        _listed(risk_classes),
        on_shift,
    )


def _listed(names: str | None) -> list[str] | None:
    return None if names is None else names.split(",")


AsWanted = Annotated[Wanted, Depends(_wanted)]


async def _around_point(
    state: State, actor: Actor, lon: float, lat: float, wanted: Wanted
) -> dict[str, object]:
    if wanted.is_plain and wanted.radius_m is not None:
        asked = service.Around(lon, lat, wanted.radius_m, wanted.kinds, wanted.limit)
        return await service.find_around(asked, actor, state.resources, state.pool)
    try:
        around = Surroundings(shapely.Point(lon, lat))
    except UnfitShape as error:
        raise InvalidRequest.at("query.lon, query.lat", str(error)) from None
    sought = Sought(
        around,
        wanted.kinds,
        wanted.radius_m,
        wanted.limit,
        wanted.nearest,
        wanted.classes,
        wanted.risk_classes,
        wanted.on_shift,
    )
    return await service.find_sought(sought, actor, state.resources, state.pool)


@router.get(
    "/nearby",
    summary="What is around a point, by distance",
    response_model=Nearby,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, UnknownKind),
)
async def nearby(
    record: Recorder,
    state: AppState,
    actor: MapReader,
    lon: Lon,
    lat: Lat,
    wanted: AsWanted,
) -> GeoJsonResponse:
    """Answer a page of features by distance, and the counts over all within the radius.

    Distances are geodesic. Equal distances go by kind, then code. Workers count at their last
    position. The rings' edges are 0, 500, 1000 and 2000 m, cut at the radius; a hit on an edge
    counts to the inner ring.

    With `k` the features are the nearest of each kind. Without `radius` then, the counts are those
    of the features, and there are no rings.
    """
    if "worker" in wanted.kinds:
        where = {"lon": lon, "lat": lat, "radius": wanted.radius_m}
        await record(Entry("nearby.read", "ok", "worker", detail=where))
    return GeoJsonResponse(await _around_point(state, actor, lon, lat, wanted))


@router.post(
    "/nearby",
    summary="What is in and around a shape, by distance",
    response_model=Nearby,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, BadShape, UnusableDatum, NotFound, CameraWithoutView),
)
async def around_shape(
    record: Recorder, state: AppState, actor: MapReader, datum: DeclaredDatum, asked: Around
) -> GeoJsonResponse:
    """Answer as `GET /nearby` does for a point, a line, a polygon, or what a camera sees.

    The distance is that to the nearest place of the shape, 0 in a polygon and on its edge; holes
    are outside. A line with a radius is a road with what lies along it. A camera `covers` the shape
    if its view meets it. `crs` is that of the geometry; the answer is CRS84.
    """
    kinds = _kinds(actor, asked.kinds)
    around = await _shape_of(state, actor, datum, asked)
    radius_m = RADIUS_M if asked.radius_m is None and asked.k is None else asked.radius_m
    if "worker" in kinds:
        west, south, east, north = around.shape.bounds
        box = [round(degrees, 5) for degrees in (west, south, east, north)]
        where = {"bbox": box, "radius": radius_m, "camera": asked.camera}
        await record(Entry("nearby.read", "ok", "worker", detail=where))
    sought = Sought(
        around,
        kinds,
        radius_m,
        min(asked.limit, service.LIMIT_MAX),
        asked.k,
        asked.classes,
        asked.risk_classes,
        asked.on_shift,
    )
    return GeoJsonResponse(await service.find_sought(sought, actor, state.resources, state.pool))


def _surroundings(geometry: Mapping[str, Any], datum: Datum | None) -> Surroundings:
    return Surroundings(shape_of(geometry, datum))


async def _shape_of(state: State, actor: Actor, datum: Datum | None, asked: Around) -> Surroundings:
    if asked.geometry is not None:
        return await asyncio.to_thread(_surroundings, asked.geometry, datum)
    actor.require(Permission.RESOURCE_READ)
    code = asked.camera or ""
    async with state.pool.connection(actor.scope) as conn:
        camera = None if "\0" in code else await read_camera(conn, actor, code)
    if camera is None:
        raise NotFound("There is no such camera with a place, or it is not yours to see.")
    try:
        view = await asyncio.to_thread(service.view_of, camera)
    except UnfitShape as error:
        raise CameraWithoutView(f"Its range and place make no view: {error}") from None
    if view is None:
        raise CameraWithoutView("Give the camera a range first.")
    return view


@router.get(
    "/events/{code}/nearby",
    summary="What is around an event, and who answers for it",
    response_model=NearbyEvent,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, UnknownKind, NotFound, EventWithoutPlace),
)
async def around_event(
    record: Recorder,
    state: AppState,
    conn: Conn,
    actor: EventReader,
    code: Code,
    wanted: AsWanted,
) -> GeoJsonResponse:
    """Answer as `GET /nearby` does for the event's point, with the event and who answers for it.

    That is the grid that it belonged to on its day, the areas above, and the workers of that grid
    of whom you may know. A camera that `covers` the point sees it.
    """
    event = None if "\0" in code else await queries.read_event_place(conn, actor, code)
    if event is None:
        raise NotFound("There is no such event, or it is not yours to see.")
    if event.lon is None or event.lat is None:
        raise EventWithoutPlace("Give the event a place first.")
    responsible = service.tell_responsible(await queries.read_responsible(conn, actor, event.id))
    if "worker" in wanted.kinds or responsible["workers"]:
        detail = {"kinds": wanted.kinds}
        await record(Entry("nearby.read", "ok", "event", event.code, detail=detail))
    told = await _around_point(state, actor, event.lon, event.lat, wanted)
    about = {"code": event.code, "title": event.title, "state": event.state}
    return GeoJsonResponse({**told, "event": about, "responsible": responsible})

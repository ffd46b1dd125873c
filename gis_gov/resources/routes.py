"""What is around a place."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Path

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder, Recording
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, DeclaredDatum, GeoJsonResponse, Lat, Lon, UnusableDatum
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.cql.problems import InvalidFilter
from gis_gov.direct_route import direct_get
from gis_gov.geo.datum import Datum
from gis_gov.geo.surroundings import Surroundings, UnfitShape
from gis_gov.natural_key import WithSlashes
from gis_gov.openapi import problems
from gis_gov.patrols.service import limits_of
from gis_gov.problems import Conflict, InvalidRequest, NotFound
from gis_gov.resources import queries, service
from gis_gov.resources.asked import NearbyAsked
from gis_gov.resources.near_queries import read_camera
from gis_gov.resources.picking import is_personal
from gis_gov.resources.schemas import NearbyEvent, NearbyPoint, NearbyShape
from gis_gov.resources.seeing import view_of
from gis_gov.resources.selecting import (
    FilterLanguage,
    FilterText,
    MapReader,
    Selected,
    SelectedOfEvent,
    UnknownKind,
    selection_of,
)
from gis_gov.resources.sought import Selection, Sought
from gis_gov.resources.vulnerable import count_vulnerable
from gis_gov.state import State

router = APIRouter(tags=["resources"])


class EventWithoutPlace(Conflict):
    """Nobody told where the event is, so nothing is near it."""

    slug, title, status = "event-without-place", "It is not known where the event is", 409


class CameraWithoutView(Conflict):
    """Nobody told how far the camera sees."""

    slug, title, status = "camera-without-view", "It is not known what the camera sees", 409


EventReader = Annotated[Actor, may(Permission.MAP_READ, Permission.EVENT_READ)]
Code = Annotated[
    str,
    Path(max_length=255, description="Natural key", examples=["99010120250101000001"]),
    WithSlashes,
]


async def _around_point(
    state: State, actor: Actor, lon: float, lat: float, selection: Selection
) -> dict[str, object]:
    try:
        return await service.find_around_point(
            lon, lat, selection, actor, state.resources, state.pool
        )
    except UnfitShape as error:
        raise _unfit_point(error) from None


async def _vulnerable_around_point(
    record: Recording, state: State, actor: Actor, lon: float, lat: float, selection: Selection
) -> dict[str, object]:
    if not selection.vulnerable:
        return {}
    try:
        around = Surroundings(shapely.Point(lon, lat))
    except UnfitShape as error:
        raise _unfit_point(error) from None
    return await _vulnerable(record, state, actor, around, selection)


def _unfit_point(error: UnfitShape) -> InvalidRequest:
    return InvalidRequest.at("query.lon, query.lat", str(error))


async def _vulnerable(
    record: Recording, state: State, actor: Actor, around: Surroundings, selection: Selection
) -> dict[str, object]:
    """Return what is to be added to the answer of the vulnerable persons, on record if told."""
    if not selection.vulnerable or selection.radius_m is None:
        return {}
    counted = await count_vulnerable(around, selection.radius_m, actor, state.pool)
    if counted is not None:
        box = [round(degrees, 5) for degrees in around.shape.bounds]
        where = {"bbox": box, "radius": selection.radius_m}
        await record(Entry("nearby.read", "ok", "persons", detail=where))
    return {"vulnerable_persons": counted}


@direct_get(
    router,
    "/nearby",
    summary="What is around a point, by distance",
    response_model=NearbyPoint,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, InvalidFilter, UnknownKind),
)
async def nearby(
    record: Recorder,
    state: AppState,
    actor: MapReader,
    lon: Lon,
    lat: Lat,
    selection: Selected,
) -> GeoJsonResponse:
    """Answer a page of features by distance, and the counts over all within the radius.

    Distances are geodesic. Equal distances go by kind, then code. Workers count at their last
    position: those on shift who were heard of of late, unless it is asked otherwise. The rings'
    edges are 0, 500, 1000 and 2000 m, cut at the radius; a hit on an edge counts to the inner ring.

    With `k` the features are the nearest of each kind. Without `radius` then, the counts are those
    of the features, and there are no rings.

    With `vulnerable` it is told how many vulnerable persons live within the radius, by ring, to who
    may read them one by one, each with class and place; never who they are. That is recorded.

    With `responsible` it is told who answers for the point: the grid that it belongs to, the areas
    above, and the workers of that grid of whom you may know.
    """
    answering = None
    if selection.responsible:
        point = shapely.Point(lon, lat)
        answering = await service.find_responsible(point, actor, state.places, state.pool)
    if people := _people_told_of(selection, answering):
        where = {"lon": lon, "lat": lat, "radius": selection.radius_m}
        await record(Entry("nearby.read", "ok", people, detail=where))
    told = await _around_point(state, actor, lon, lat, selection)
    told |= await _vulnerable_around_point(record, state, actor, lon, lat, selection)
    if answering is not None:
        told["responsible"] = answering[0]
    return GeoJsonResponse(told)


@router.post(
    "/nearby",
    summary="What is in and around a shape, by distance",
    response_model=NearbyShape,
    response_class=GeoJsonResponse,
    responses=problems(
        InvalidRequest, InvalidFilter, BadShape, UnusableDatum, NotFound, CameraWithoutView
    ),
)
async def around_shape(
    record: Recorder,
    state: AppState,
    actor: MapReader,
    datum: DeclaredDatum,
    asked: NearbyAsked,
    filter_: FilterText = None,
    filter_lang: FilterLanguage = "cql2-text",
) -> GeoJsonResponse:
    """Answer as `GET /nearby` does for a point, a line, a polygon, or what a camera sees.

    The distance is that to the nearest place of the shape, 0 in a polygon and on its edge; holes
    are outside. A line with a radius is a road with what lies along it. A camera `covers` the shape
    if its view meets it. `crs` is that of the geometry; the answer is CRS84.

    With `responsible` it is told who answers for each base grid of which the shape has a part, not
    for those that the radius reaches. A line along a shared edge belongs to the grid that a point
    there belongs to, and so does a point.
    """
    limits = limits_of(state.settings)
    selection = selection_of(actor, asked, limits, filter_, filter_lang)
    around = await _shape_of(state, actor, datum, asked)
    answering = None
    if selection.responsible:
        shape = around.shape
        answering = await service.find_responsible(shape, actor, state.places, state.pool)
    if people := _people_told_of(selection, answering):
        box = [round(degrees, 5) for degrees in around.shape.bounds]
        where = {"bbox": box, "radius": selection.radius_m, "camera": asked.camera}
        await record(Entry("nearby.read", "ok", people, detail=where))
    sought = Sought(around, selection)
    told = await service.find_sought(sought, actor, state.resources, state.pool)
    told |= await _vulnerable(record, state, actor, around, selection)
    if answering is not None:
        told["responsible"] = answering
    return GeoJsonResponse(told)


def _people_told_of(
    selection: Selection, answering: Sequence[Mapping[str, Any]] | None
) -> str | None:
    """Return of whom an answer tells, for the record; a filter may find out who works where."""
    if "worker" in selection.kinds or any(each["workers"] for each in answering or ()):
        return "worker"
    return "enterprise" if selection.conditions and is_personal(selection.kinds) else None


def _surroundings(geometry: Mapping[str, Any], datum: Datum | None) -> Surroundings:
    return Surroundings(shape_of(geometry, datum))


async def _shape_of(
    state: State, actor: Actor, datum: Datum | None, asked: NearbyAsked
) -> Surroundings:
    if asked.geometry is not None:
        return await asyncio.to_thread(_surroundings, asked.geometry, datum)
    actor.require(Permission.RESOURCE_READ)
    code = asked.camera or ""
    async with state.pool.connection(actor.scope) as conn:
        camera = None if "\0" in code else await read_camera(conn, actor, code)
    if camera is None:
        raise NotFound("There is no such camera with a place, or it is not yours to see.")
    try:
        view = await asyncio.to_thread(view_of, camera)
    except UnfitShape as error:
        raise CameraWithoutView(f"Its range and place make no view: {error}") from None
    if view is None:
        raise CameraWithoutView("Give the camera a range first, of 100 km at most.")
    return view


@router.get(
    "/events/{code}/nearby",
    summary="What is around an event, and who answers for it",
    response_model=NearbyEvent,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, InvalidFilter, UnknownKind, NotFound, EventWithoutPlace),
)
async def around_event(
    record: Recorder,
    state: AppState,
    actor: EventReader,
    code: Code,
    selection: SelectedOfEvent,
) -> GeoJsonResponse:
    """Answer as `GET /nearby` does for the event's point, with the event and who answers for it.

    That is the grid that it belonged to on its day, the areas above, and the workers of that grid
    of whom you may know. `seen_by` are the cameras that see the event, however far they are.

    Unless it is asked otherwise, the features are the 10 nearest of each kind that you may see
    within 1000 m, enterprises of high risk among them, and the vulnerable persons there are counted
    for who may know each of them.
    """
    event, responsible = await _event(state, actor, code)
    if event is None:
        raise NotFound("There is no such event, or it is not yours to see.")
    if event.lon is None or event.lat is None:
        raise EventWithoutPlace("Give the event a place first.")
    try:
        around = await asyncio.to_thread(Surroundings, shapely.Point(event.lon, event.lat))
    except UnfitShape as error:
        raise InvalidRequest(f"Nothing is looked for around the event: {error}.") from None
    if _people_told_of(selection, [responsible]):
        detail = {"kinds": selection.kinds}
        await record(Entry("nearby.read", "ok", "event", event.code, detail=detail))
    told = await service.find_around_point(
        event.lon, event.lat, selection, actor, state.resources, state.pool
    )
    told |= await _vulnerable(record, state, actor, around, selection)
    seen_by = None
    if actor.may(Permission.RESOURCE_READ):
        seen_by = await service.find_seeing(around, actor, state.resources, state.pool)
    about = {"code": event.code, "title": event.title, "state": event.state}
    return GeoJsonResponse({**told, "event": about, "responsible": responsible, "seen_by": seen_by})


async def _event(
    state: State, actor: Actor, code: str
) -> tuple[queries.EventPlace | None, dict[str, Any]]:
    """Return an event, None if there is none that he may see, and who answers for it."""
    if "\0" in code:
        return None, {}
    async with state.pool.connection(actor.scope) as conn:
        event = await queries.read_event_place(conn, actor, code)
        if event is None:
            return None, {}
        place = [(event.grid_id, event.area_id)]
        (found,) = await queries.read_responsible(conn, actor, place)
    return event, service.tell_responsible(found)

"""What is around a place."""

import asyncio
from collections.abc import Mapping
from typing import Any

import shapely
from fastapi import APIRouter

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder, Recording
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.api import AppState, DeclaredDatum, GeoJsonResponse, Lat, Lon, UnusableDatum
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.cql.problems import InvalidFilter
from gis_gov.direct_route import direct_get
from gis_gov.geo.datum import Datum
from gis_gov.geo.surroundings import Surroundings, UnfitShape
from gis_gov.openapi import problems
from gis_gov.patrols.service import limits_of
from gis_gov.problems import Conflict, InvalidRequest, NotFound
from gis_gov.resources import service
from gis_gov.resources.asked import NearbyAsked
from gis_gov.resources.near_queries import read_camera
from gis_gov.resources.on_record import people_told_of, vulnerable_on_record
from gis_gov.resources.schemas import NearbyPoint, NearbyShape
from gis_gov.resources.seeing import view_of
from gis_gov.resources.selecting import (
    FilterLanguage,
    FilterText,
    MapReader,
    Selected,
    UnknownKind,
    selection_of,
)
from gis_gov.resources.sought import Selection, Sought
from gis_gov.state import State

router = APIRouter(tags=["resources"])


class CameraWithoutView(Conflict):
    """Nobody told how far the camera sees."""

    slug, title, status = "camera-without-view", "It is not known what the camera sees", 409


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
    return await vulnerable_on_record(record, state, actor, around, selection)


def _unfit_point(error: UnfitShape) -> InvalidRequest:
    return InvalidRequest.at("query.lon, query.lat", str(error))


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
    if people := people_told_of(selection, answering):
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
    if people := people_told_of(selection, answering):
        box = [round(degrees, 5) for degrees in around.shape.bounds]
        where = {"bbox": box, "radius": selection.radius_m, "camera": asked.camera}
        await record(Entry("nearby.read", "ok", people, detail=where))
    sought = Sought(around, selection)
    told = await service.find_sought(sought, actor, state.resources, state.pool)
    told |= await vulnerable_on_record(record, state, actor, around, selection)
    if answering is not None:
        told["responsible"] = answering
    return GeoJsonResponse(told)


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

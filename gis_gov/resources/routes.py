"""What is around a point."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, Conn, GeoJsonResponse, Lat, Lon, Radius
from gis_gov.openapi import problems
from gis_gov.problems import Conflict, InvalidRequest, NotFound
from gis_gov.resources import queries, service
from gis_gov.resources.schemas import KINDS, Nearby, NearbyEvent

router = APIRouter(tags=["resources"])


class EventWithoutPlace(Conflict):
    """Nobody told where the event is, so nothing is near it."""

    slug, title, status = "event-without-place", "It is not known where the event is", 409


class UnknownKind(InvalidRequest):
    """A kind was asked for that does not exist."""

    slug, title, status = "unknown-kind", "Unknown kind", 400


EventReader = Annotated[Actor, may(Permission.MAP_READ, Permission.EVENT_READ)]
Code = Annotated[
    str, Path(max_length=255, description="Natural key", examples=["99010120250101000001"])
]
Limit = Annotated[
    int, Query(ge=1, description=f"Features at most; more than {service.LIMIT_MAX} count as that")
]
MapReader = Annotated[Actor, may(Permission.MAP_READ)]
RIGHTS = {
    "camera": Permission.RESOURCE_READ,
    "centre": Permission.RESOURCE_READ,
    "poi": Permission.RESOURCE_READ,
    "worker": Permission.TRACK_READ,
}


async def _kinds(
    actor: MapReader,
    kinds: Annotated[
        str | None,
        Query(
            description="What to look for, with commas between: camera, worker, centre, poi;"
            " without it, all that you may see",
            examples=["camera,worker"],
        ),
    ] = None,
) -> list[str]:
    if kinds is None:
        return [kind for kind in KINDS if actor.may(RIGHTS[kind])]
    picked = list(dict.fromkeys(kinds.split(",")))
    for kind in picked:
        if kind not in KINDS:
            raise UnknownKind(f"query.kinds: {kind!r} is not known; known: {', '.join(KINDS)}")
        actor.require(RIGHTS[kind])
    return picked


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
    kinds: Annotated[list[str], Depends(_kinds)],
    radius: Radius = 1000.0,
    limit: Limit = 50,
) -> GeoJsonResponse:
    """Answer a page of features by distance, and the counts over all within the radius.

    Distances are geodesic. Equal distances go by kind, then code. Workers count at their last
    position. The rings' edges are 0, 500, 1000 and 2000 m, cut at the radius; a hit on an edge
    counts to the inner ring.
    """
    if "worker" in kinds:
        where = {"lon": lon, "lat": lat, "radius": radius}
        await record(Entry("nearby.read", "ok", "worker", detail=where))
    asked = service.Around(lon, lat, radius, kinds, limit)
    told = await service.find_around(asked, actor, state.resources, state.pool)
    return GeoJsonResponse(told)


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
    kinds: Annotated[list[str], Depends(_kinds)],
    radius: Radius = 1000.0,
    limit: Limit = 50,
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
    if "worker" in kinds or responsible["workers"]:
        await record(Entry("nearby.read", "ok", "event", event.code, detail={"kinds": kinds}))
    asked = service.Around(event.lon, event.lat, radius, kinds, limit)
    told = await service.find_around(asked, actor, state.resources, state.pool)
    about = {"code": event.code, "title": event.title, "state": event.state}
    return GeoJsonResponse({**told, "event": about, "responsible": responsible})

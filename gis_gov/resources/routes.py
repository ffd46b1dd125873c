"""What is around a point."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, GeoJsonResponse, Lat, Lon, Radius
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.resources import queries, service
from gis_gov.resources.schemas import KINDS, Nearby

router = APIRouter(tags=["resources"])

LIMIT_MAX = 1000


class UnknownKind(InvalidRequest):
    """A kind was asked for that does not exist."""

    slug, title, status = "unknown-kind", "Unknown kind", 400


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
    limit: Annotated[
        int, Query(ge=1, description=f"Features at most; more than {LIMIT_MAX} count as that")
    ] = 50,
) -> GeoJsonResponse:
    """Answer a page of features by distance, and the counts over all within the radius.

    Distances are geodesic. Equal distances go by kind, then code. Workers count at their last
    position. The rings' edges are 0, 500, 1000 and 2000 m, cut at the radius; a hit on an edge
    counts to the inner ring.
    """
    edges_m = service.ring_edges(radius)
    if "worker" in kinds:
        where = {"lon": lon, "lat": lat, "radius": radius}
        await record(Entry("nearby.read", "ok", "worker", detail=where))
    asked = (lon, lat, edges_m)
    most = min(limit, LIMIT_MAX)
    kept = state.resources.find(actor, *asked, kinds, most)
    if kept is None or "worker" in kinds:
        # Workers move all the time; nobody keeps where they are.
        left = kinds if kept is None else ["worker"]
        async with state.pool.connection(actor.scope) as conn:
            read = await queries.read_nearby(conn, actor, *asked, left, most)
        kept = read if kept is None else service.joined(kept, read, most)
    return GeoJsonResponse(service.tell(kept, kinds, edges_m))

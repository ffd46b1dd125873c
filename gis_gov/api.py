"""The vocabulary of requests: what a route may ask for in its signature."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParam
from fastapi.routing import APIRoute
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from gis_gov.geo.bbox import BBox as Box
from gis_gov.geo.bbox import parse_bbox
from gis_gov.problems import InvalidRequest, Unavailable, UnknownParameter
from gis_gov.state import State, state_of

RADIUS_MAX_M = 2000


async def _connection(request: Request) -> AsyncIterator[AsyncConnection[Any]]:
    pool = state_of(request.app).pool
    try:
        conn = await pool.getconn()
    except PoolTimeout:
        raise Unavailable("All database connections are taken; try again in a moment.") from None
    try:
        yield conn
    finally:
        await pool.putconn(conn)


# With FastAPI's default scope it would end after the answer: too late to report a failure.
Conn = Annotated[AsyncConnection[Any], Depends(_connection, scope="function")]


def _state(request: Request) -> State:
    return state_of(request.app)


AppState = Annotated[State, Depends(_state)]

Lon = Annotated[
    float, Query(ge=-180, le=180, allow_inf_nan=False, description="Longitude, degrees")
]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="Latitude, degrees")]
Radius = Annotated[
    float,
    Query(ge=0, le=RADIUS_MAX_M, allow_inf_nan=False, description="Radius in metres, 0 to 2000"),
]


def _bbox(
    bbox: Annotated[
        str | None,
        Query(
            description="West,south,east,north in degrees (CRS84)", examples=["113.2,22.8,113.4,23"]
        ),
    ] = None,
) -> Box | None:
    if bbox is None:
        return None
    try:
        return parse_bbox(bbox)
    except ValueError as error:
        raise InvalidRequest(f"query.bbox: {error}") from None


BBox = Annotated[Box | None, Depends(_bbox)]


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have: a typo must not pass for an answer.

    Raises:
        UnknownParameter: naming the parameter and those that there are.

    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = {
        field.alias
        for field in get_flat_params(route.dependant)
        if isinstance(field.field_info, QueryParam)
    }
    for name in request.query_params:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise UnknownParameter(f"{name!r} is not known here; known: {listed}", parameter=name)

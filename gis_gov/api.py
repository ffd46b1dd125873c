"""The vocabulary of requests: what a route may ask for in its signature."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParam
from fastapi.routing import APIRoute
from psycopg import AsyncConnection
from starlette.responses import JSONResponse

from gis_gov.access.permit import signed_in
from gis_gov.geo.bbox import BBox as Box
from gis_gov.geo.bbox import parse_bbox
from gis_gov.geo.crs import conversion
from gis_gov.geo.datum import Datum, DatumError
from gis_gov.interval import Interval as Span
from gis_gov.interval import parse_interval
from gis_gov.media import GEOJSON
from gis_gov.problems import InvalidRequest, UnknownParameter
from gis_gov.state import State, state_of

RADIUS_MAX_M = 2000


async def _connection(request: Request) -> AsyncIterator[AsyncConnection[Any]]:
    actor = await signed_in(request)
    async with state_of(request.app).pool.connection(actor.scope) as conn:
        yield conn


# It sees what who asks may see. With FastAPI's default scope it would end after the answer: too
# late to report a failure.
Conn = Annotated[AsyncConnection[Any], Depends(_connection, scope="function")]


# Dependencies are async even where they await nothing: FastAPI would send others to a thread.
async def _state(request: Request) -> State:
    return state_of(request.app)


AppState = Annotated[State, Depends(_state)]

Lon = Annotated[
    float,
    Query(
        ge=-180,
        le=180,
        allow_inf_nan=False,
        description="Longitude, degrees",
        examples=[113.3641],
    ),
]
Lat = Annotated[
    float,
    Query(ge=-90, le=90, allow_inf_nan=False, description="Latitude, degrees", examples=[22.938]),
]
Radius = Annotated[
    float | None,
    Query(
        ge=0,
        le=RADIUS_MAX_M,
        allow_inf_nan=False,
        description="Radius in metres, 0 to 2000; without it, and without `k`, 1000",
        examples=[500],
    ),
]


async def _bbox(
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
        raise InvalidRequest.at("query.bbox", str(error)) from None


BBox = Annotated[Box | None, Depends(_bbox)]


IntervalText = Annotated[
    str | None,
    Query(
        alias="datetime",
        description="When: a time with its offset, a date (UTC+8), or start/end, both included,"
        " where `..` leaves an end open",
        examples=["2026-01-01/2026-01-31", "2026-01-01T08:00:00+08:00/.."],
    ),
]


def interval_in(text: str | None) -> Span | None:
    """Read the parameter `datetime`.

    Raises:
        InvalidRequest: it is none.

    """
    if text is None:
        return None
    try:
        return parse_interval(text)
    except ValueError as error:
        raise InvalidRequest.at("query.datetime", str(error)) from None


def bounded(interval: Span | None, longest: timedelta) -> tuple[datetime, datetime]:
    """Return the two ends of the parameter `datetime`, where it must have both.

    Raises:
        InvalidRequest: it has not, or is too long.

    """
    if interval is None or interval.since is None or interval.until is None:
        raise InvalidRequest.at("query.datetime", "needs both ends: write start/end")
    if interval.until - interval.since > longest + timedelta(seconds=1):
        hours = longest.total_seconds() / 3600
        raise InvalidRequest.at("query.datetime", f"is longer than {hours:,.0f} hours")
    return interval.since, interval.until


async def _interval(interval: IntervalText = None) -> Span | None:
    return interval_in(interval)


Interval = Annotated[Span | None, Depends(_interval)]


class UnusableDatum(InvalidRequest):
    """The declared datum is unknown, in metres, or not taken from the public."""

    slug, title, status = "unusable-datum", "This datum cannot be used here", 400


_DATUM_PATTERN = r"^[A-Za-z0-9:_-]+$"


async def _geographic_datum(
    crs: Annotated[
        str,
        Query(
            max_length=32,
            pattern=_DATUM_PATTERN,
            description="Datum of lon and lat: `wgs84`, `cgcs2000`, or the EPSG code of a"
            " geographic CRS",
            examples=["EPSG:4490", "wgs84", "EPSG:4214"],
        ),
    ] = "EPSG:4490",
) -> Datum:
    datum = usable_datum(crs)
    if datum.is_metric:
        raise UnusableDatum(f"query.crs: {datum.name} is in metres; lon and lat are degrees")
    return datum


GeographicDatum = Annotated[Datum, Depends(_geographic_datum)]


async def _declared_datum(
    crs: Annotated[
        str | None,
        Query(
            max_length=32,
            pattern=_DATUM_PATTERN,
            description="Datum of the coordinates: `wgs84`, `cgcs2000`, or the EPSG code of any"
            " CRS, x before y",
            examples=["EPSG:4490", "EPSG:4526", "EPSG:3857"],
        ),
    ] = None,
) -> Datum | None:
    return None if crs is None else usable_datum(crs)


DeclaredDatum = Annotated[Datum | None, Depends(_declared_datum)]


@lru_cache(maxsize=256)
def usable_datum(crs: str) -> Datum:
    """Read the datum that `query.crs` declares.

    Raises:
        UnusableDatum: it is not known, is GCJ-02 or BD-09, or nothing leads from it to CGCS2000.

    """
    try:
        datum = Datum.parse(crs)
    except DatumError:
        raise UnusableDatum(
            f"query.crs: {crs!r} is not known; use wgs84, cgcs2000 or EPSG:<code>"
        ) from None
    if datum.is_shifted:
        raise UnusableDatum(
            f"query.crs: {datum.name} coordinates are not taken here; convert them to CGCS2000"
        )
    try:
        conversion(datum)
    except DatumError:
        raise UnusableDatum(
            f"query.crs: no transformation from {datum} to CGCS2000 is known"
        ) from None
    return datum


PRIVATE: Final = {"cache-control": "private, no-store"}
"""Nobody may keep the answer: it is for who asks alone."""
REVALIDATE: Final = {"cache-control": "private, no-cache"}
"""A client may keep the answer, but has to ask each time whether it still is the newest."""


class GeoJsonResponse(JSONResponse):
    """A GeoJSON answer (RFC 7946): longitude and latitude in CRS84."""

    media_type = GEOJSON

    def render(self, content: Any) -> bytes:
        """Encode the answer."""
        return orjson.dumps(content)


async def check_parameters(request: Request) -> None:
    """Refuse query parameters that the route does not have, and values that none of them has.

    A typo, or one of two values, must not pass for an answer; PostgreSQL's text has no null
    character.

    Raises:
        UnknownParameter: naming the parameter and those that there are.
        InvalidRequest: a parameter is given twice, or has a null character.

    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _query_names(route)
    given = request.query_params
    pairs = given.multi_items()
    # What is right, as nearly always, is not looked at one by one.
    if known.issuperset(given) and len(pairs) == len(given) and "\0" not in "".join(given.values()):
        return
    ignores_others = getattr(route.endpoint, "ignores_unknown_parameters", False)
    for name in given:
        if name not in known:
            if ignores_others:
                continue
            listed = ", ".join(sorted(known)) or "none"
            raise UnknownParameter(f"{name!r} is not known here; known: {listed}", parameter=name)
        values = given.getlist(name)
        if len(values) > 1:
            raise InvalidRequest.at(f"query.{name}", f"given {len(values)} times")
        if "\0" in values[0]:
            raise InvalidRequest.at(f"query.{name}", "has a null character")


_known: dict[int, tuple[APIRoute, frozenset[str]]] = {}
"""The names of each route's query parameters; the route is kept, so that its id stays its own."""


def _query_names(route: APIRoute) -> frozenset[str]:
    kept = _known.get(id(route))
    if kept is None:
        parameters = get_flat_params(route.dependant)
        names = (each.alias for each in parameters if isinstance(each.field_info, QueryParam))
        kept = _known[id(route)] = route, frozenset(names)
    return kept[1]

"""What the parameters of lists of crossings and alarms say."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query
from psycopg import AsyncConnection

from gis_gov.api import BBox, Interval
from gis_gov.areas.service import place_of_code
from gis_gov.fences.passing_queries import Wanted
from gis_gov.problems import NotFound


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, with the code of a place that is still to be found."""

    wanted: Wanted
    within: str | None


async def asked_of(
    interval: Interval,
    bbox: BBox,
    fence: Annotated[
        str | None, Query(max_length=64, description="Code of the fence", examples=["danger-1"])
    ] = None,
    worker: Annotated[
        str | None, Query(max_length=255, description="Code of the worker", examples=["W0012"])
    ] = None,
    within: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of an area or a grid in which it was, or all of the fence is",
            examples=["990101001001"],
        ),
    ] = None,
) -> Asked:
    """Take the parameters."""
    since, until = (None, None) if interval is None else (interval.since, interval.until)
    wanted = Wanted(fence=fence, worker=worker, since=since, until=until, bbox=bbox)
    return Asked(wanted, within)


async def wanted_of(conn: AsyncConnection[Any], asked: Asked) -> Wanted:
    """Find the place that is asked for.

    Raises:
        NotFound: there is none of that code.

    """
    if asked.within is None:
        return asked.wanted
    place = await place_of_code(conn, asked.within)
    if place is None:
        raise NotFound("query.within: there is no area and no grid of that code")
    if place.path is None:
        return replace(asked.wanted, grid_id=place.grid_id)
    return replace(asked.wanted, area_ids=place.areas)

"""The part of a request that limits a list to an area or grid."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from gis_gov.api import Conn
from gis_gov.areas.service import CodedPlace, place_of_code
from gis_gov.problems import NotFound


@dataclass(frozen=True, slots=True)
class InPlace:
    """The place that is asked for, and its code."""

    code: str
    place: CodedPlace


async def _within(
    conn: Conn,
    within: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of an area or a grid",
            examples=["990101001001"],
        ),
    ] = None,
) -> InPlace | None:
    if within is None:
        return None
    place = await place_of_code(conn, within)
    if place is None:
        raise NotFound("query.within: there is no area and no grid of that code")
    return InPlace(within, place)


Within = Annotated[InPlace | None, Depends(_within)]

"""Among which places something may change hands, and whether who redraws would see more by it."""

from dataclasses import replace
from typing import Any

import shapely
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.queries import read_grants
from gis_gov.access.redrawing import Place, check_sees_no_more
from gis_gov.days import today
from gis_gov.geo.fault import FaultKind
from gis_gov.geo.mesh import wide_places
from gis_gov.ogc.boundary_queries import Boundary, Near, read_places


async def check_sight(
    conn: AsyncConnection[Any],
    kind: str,
    actor: Actor,
    before: Boundary | None,
    after: Boundary | None,
) -> None:
    """Refuse who could see more of what comes to lie elsewhere, also by what made his key.

    Raises:
        NotAllowed: naming the right.

    """
    places = _own_places(kind, before) | _own_places(kind, after)
    zone = _zone(before, after)
    if zone is not None:
        own = next((each.id for each in (before, after) if each and kind == "area"), None)
        places |= _places_in(zone, await read_places(conn, zone), own)
    actors = [actor]
    if actor.key_id is not None and actor.account_id is not None:
        grants = await read_grants(conn, account_id=actor.account_id)
        day = today()
        actors.append(Actor(actor.name, tuple(each for each in grants if each.holds_on(day))))
    for each in actors:
        check_sees_no_more(each, places)


def _own_places(kind: str, boundary: Boundary | None) -> set[Place]:
    if boundary is None:
        return set()
    if kind == "grid":
        return {(boundary.above_id, boundary.id)}
    return {(boundary.id or boundary.above_id, None)}


def _zone(before: Boundary | None, after: Boundary | None) -> BaseGeometry | None:
    """Return where points may come to lie in another place."""
    was, is_now = (None if each is None else each.shape for each in (before, after))
    if was and is_now and before and after and replace(before, shape=is_now) == after:
        zone = shapely.symmetric_difference(was, is_now)
    else:
        zone = shapely.union_all([each for each in (was, is_now) if each is not None])
    return None if zone.is_empty else zone


def _places_in(zone: BaseGeometry, near: list[Near], own: int | None) -> set[Place]:
    """Return the places that share more than an edge with a zone; above what covers it, none.

    The area that is redrawn, `own`, does not cover it before and after.
    """
    covering = set[int]()
    found = list[Near]()
    for each in near:
        if not _wide(shapely.intersection(zone, each.shape)):
            continue
        found.append(each)
        area_id, grid_id = each.place
        if grid_id is None and area_id != own and not _wide(shapely.difference(zone, each.shape)):
            covering |= each.above
    return {
        each.place for each in found if each.place[1] is not None or each.place[0] not in covering
    }


def _wide(shape: BaseGeometry) -> bool:
    return any(True for _ in wide_places(FaultKind.OVERLAP, [""], [shape]))

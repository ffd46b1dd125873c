"""Every query of the resources."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import func, select

from gis_gov.access.actor import Actor
from gis_gov.access.filters import extent_parameters, visible
from gis_gov.access.permissions import Permission
from gis_gov.days import today
from gis_gov.db.run import dicts, rows_of, sql_file
from gis_gov.events.tables import event
from gis_gov.geo.around import bbox_around
from gis_gov.resources.hits import Found, hit_of
from gis_gov.resources.staff import Staff, with_standing


@dataclass(frozen=True, slots=True)
class Resource:
    """A camera, centre or POI with its place: ids for the rights, the rest for the answer."""

    id: int
    kind: str
    code: str
    name: str
    resource_class: str | None
    resource_owner: str | None
    azimuth_deg: float | None
    field_of_view_deg: float | None
    range_m: float | None
    area_id: int | None
    grid_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class EventPlace:
    """An event, and where it is; `lon` and `lat` are None where nobody knows.

    The ids of grid and area are those of its day.
    """

    id: int
    code: str
    title: str | None
    state: str
    lon: float | None
    lat: float | None
    grid_id: int | None
    area_id: int | None


async def read_event_place(
    conn: AsyncConnection[Any], actor: Actor, code: str
) -> EventPlace | None:
    """Return the event with a code, None if the actor has none such."""
    query = select(
        event.c.id,
        event.c.code,
        event.c.title,
        event.c.state,
        func.st_x(event.c.geom).label("lon"),
        func.st_y(event.c.geom).label("lat"),
        event.c.grid_id,
        event.c.area_id,
    ).where(event.c.code == code, visible(actor, Permission.EVENT_READ, event, event.c.department))
    return next(iter(await rows_of(conn, EventPlace, query)), None)


async def read_responsible(
    conn: AsyncConnection[Any], actor: Actor, places: Sequence[tuple[int | None, int | None]]
) -> list[dict[str, Any]]:
    """Return who answers for places, each the ids of a grid and an area, in their order.

    That is the grid, the areas by level, and the workers of whom the actor may know.
    """
    told = {
        **extent_parameters(actor.reach(Permission.WORKER_READ).any),
        "own_worker": actor.worker_id,
        "grid_ids": [grid_id for grid_id, _ in places],
        "area_ids": [area_id for _, area_id in places],
        "today": today(),
    }
    return await dicts(conn, sql_file(__package__, "responsible"), told)


async def read_resources(
    conn: AsyncConnection[Any], ids: Sequence[int] | None = None
) -> list[Resource]:
    """Return all resources that are somewhere, or those of them with one of the ids."""
    told = {"ids": None if ids is None else list(ids)}
    return await rows_of(conn, Resource, sql_file(__package__, "resources"), told)


async def read_nearby(
    conn: AsyncConnection[Any],
    actor: Actor,
    lon: float,
    lat: float,
    edges_m: Sequence[float],
    kinds: Sequence[str],
    limit: int,
    staff: Staff | None = None,
) -> Found:
    """Find what the actor may see of resources and workers around a point (EPSG:4490).

    Workers are those of `staff`, none without it.

    It takes one round trip. The last of the rising `edges_m` is the radius; what lies on an edge
    lies within it. Hits come by distance, then kind, then code.
    """
    rows = await dicts(
        conn,
        sql_file(__package__, "nearby"),
        nearby_parameters(actor, lon, lat, edges_m, kinds, limit, staff),
    )
    # The counts come with every row of the page; without hits there is one row, of nothing else.
    counted = rows[0]["within_edges"] or []
    hits = [
        hit_of(
            with_standing(row, staff.limits) if staff and row["kind"] == "worker" else row,
            row["distance_m"],
            row["bearing_deg"],
        )
        for row in rows
        if row["kind"] is not None
    ]
    return Found(hits, {(edge - 1, kind): count for edge, kind, count in counted})


def nearby_parameters(
    actor: Actor,
    lon: float,
    lat: float,
    edges_m: Sequence[float],
    kinds: Sequence[str],
    limit: int,
    staff: Staff | None = None,
) -> dict[str, object]:
    """Make the parameters of nearby.sql."""
    radius_m = edges_m[-1]
    return {
        **extent_parameters(actor.reach(Permission.RESOURCE_READ).any),
        **extent_parameters(actor.reach(Permission.TRACK_READ).any, "track_"),
        "own_worker": actor.worker_id,
        "lon": lon,
        "lat": lat,
        **asdict(bbox_around(lon, lat, radius_m)),
        "radius_m": radius_m,
        "edges_m": [float(edge) for edge in edges_m],
        "kinds": [kind for kind in kinds if staff is not None or kind != "worker"],
        "on_shift": staff is not None and staff.on_shift,
        "max_age_s": None if staff is None else staff.max_age_s,
        "page_size": limit,
    }

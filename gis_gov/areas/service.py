"""Where points lie, told for one and for many in the form in which they came; and the district."""

import asyncio
from contextlib import ExitStack
from typing import Any

import numpy as np
import orjson
import shapely
from psycopg import AsyncConnection
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry

from gis_gov.areas import queries
from gis_gov.areas.place_index import Place, PlaceIndex
from gis_gov.areas.points import BadPoint, canonical
from gis_gov.areas.queries import Assigned, CodedPlace
from gis_gov.areas.schemas import Points
from gis_gov.body import Spool, spool
from gis_gov.geo.bbox import BBox
from gis_gov.geo.datum import Datum
from gis_gov.geo.holders import holders
from gis_gov.problems import InvalidRequest, TooLarge

JSON_POINTS_MAX = 100_000
METRE_DIGITS = 3
_BATCH_POINTS = 10_000


async def district_extent(conn: AsyncConnection[Any]) -> BBox | None:
    """Return the box around the current grids, or without any around the current areas."""
    return await queries.read_extent(conn)


async def place_of_code(conn: AsyncConnection[Any], code: str) -> CodedPlace | None:
    """Find the area, else the grid, with a code."""
    return await queries.read_coded_place(conn, code)


async def ground_of_code(conn: AsyncConnection[Any], code: str) -> BaseGeometry | None:
    """Find the ground (EPSG:4490) of the area, else of the grid, with a code."""
    found = await queries.read_ground(conn, code)
    return None if found is None else shapely.from_wkb(found)


async def assigned_grids(
    conn: AsyncConnection[Any], shape: BaseGeometry, index: PlaceIndex | None
) -> list[Assigned]:
    """Tell which grids hold a part of a shape (EPSG:4490), and in which areas these are.

    A point belongs to one, or to none: then its area alone is told. Of lines and polygons it is the
    base grids that hold a part of them, by code; on a shared edge the one that a point there has.
    Points are looked up in the index, without it in the database.
    """
    if shape.geom_type in {"Point", "MultiPoint"}:
        lon, lat = shapely.get_coordinates(shape).T
        if index is None:
            places = await queries.read_assigned(conn, lon.tolist(), lat.tolist())
        else:
            grids, areas = index.place(lon, lat)
            ids = zip(grids.tolist(), areas.tolist(), strict=True)
            places = [Assigned(grid_id or None, area_id or None) for grid_id, area_id in ids]
        return list(dict.fromkeys(places))
    met = await queries.read_base_grids_at(conn, shapely.to_wkb(shape))
    polygons = [shapely.from_wkb(each.geom) for each in met]
    found = await asyncio.to_thread(holders, shape, polygons)
    return [Assigned(met[place].id, met[place].area_id) for place in found]


def canonical_point(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Bring one point to EPSG:4490.

    Raises:
        BadPoint: the datum has no such position.

    """
    if datum.is_stored:
        return lon, lat
    x, y = canonical(np.array([lon]), np.array([lat]), datum)
    if np.isnan(x[0]):
        raise BadPoint(f"query.lon, query.lat: {datum} does not reach that far")
    return float(x[0]), float(y[0])


def tell(place: Place) -> dict[str, Any]:
    """Make the JSON object that tells where a point lies."""
    told: dict[str, Any] = {
        "grid": place.grid,
        "exclusive": place.exclusive,
        **place.levels._asdict(),
    }
    if place.grid is None:
        nearest = place.nearest
        told["nearest"] = nearest and {
            "code": nearest.code,
            "distance_m": round(nearest.distance_m, METRE_DIGITS),
        }
    return told


def answer_json(body: Spool, index: PlaceIndex, datum: Datum) -> Spool:
    """Answer `{"points": [[lon, lat], …]}` with `{"results": […]}`, in the points' order.

    Raises:
        InvalidRequest: the body is not of that form; it names the first point that is none.
        TooLarge: there are more points than JSON is meant for.

    """
    try:
        points = Points.model_validate_json(body.read()).points
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in ("body", *first["loc"]))
        raise InvalidRequest.at(where, first["msg"]) from None
    if len(points) > JSON_POINTS_MAX:
        raise TooLarge(f"{JSON_POINTS_MAX:,} points at most as JSON; send more as CSV or Arrow")
    lon, lat = np.array(points, dtype=np.float64).reshape(-1, 2).T
    lon, lat = canonical(lon, lat, datum)
    if np.isnan(lon).any():
        raise BadPoint(f"body.points.{np.argmax(np.isnan(lon))}: {datum} does not reach that far")
    with ExitStack() as opened:
        answer = opened.enter_context(spool())
        answer.write(b'{"results":[')
        for start in range(0, lon.size, _BATCH_POINTS):
            part = slice(start, start + _BATCH_POINTS)
            told = orjson.dumps([tell(place) for place in index.locate(lon[part], lat[part])])
            answer.write((b"," if start else b"") + told[1:-1])
        answer.write(b"]}")
        opened.pop_all()
        return answer

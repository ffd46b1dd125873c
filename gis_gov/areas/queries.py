"""Every query of the areas and grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import class_row
from sqlalchemy import LargeBinary, func, literal, select

from gis_gov.areas.place_index import AreaRow, GridRow, Levels, Named, NearestGrid, Place
from gis_gov.areas.tables import area, grid
from gis_gov.db.metadata import SRID
from gis_gov.db.run import dicts, rows_of, scalar, sql_file
from gis_gov.geo.bbox import BBox

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class CodedPlace:
    """An area, by its path in the tree and the ids of it and all below, or a grid."""

    path: str | None = None
    areas: Sequence[int] = ()
    grid_id: int | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """The ids of the grid and the area that something belongs to, None for none."""

    grid_id: int | None
    area_id: int | None


async def read_places(conn: AsyncConnection[Any]) -> tuple[list[GridRow], list[AreaRow], int]:
    """Return the current grids that can own points and all areas, as they are at one moment.

    And the number of the boundaries, which is another one whenever they have changed.
    """
    async with conn.transaction():
        await conn.execute("set transaction isolation level repeatable read, read only")
        grids = await _binary_rows(conn, GridRow, "place_grids")
        areas = await _binary_rows(conn, AreaRow, "place_areas")
        number = await scalar(conn, sql_file(__package__, "boundary_number"))
    return grids, areas, number


async def _binary_rows(conn: AsyncConnection[Any], kind: type[Row], name: str) -> list[Row]:
    # Polygons are many bytes, and twice as many as text.
    async with conn.cursor(binary=True, row_factory=class_row(kind)) as cursor:
        await cursor.execute(sql_file(__package__, name))
        return await cursor.fetchall()


async def read_place(conn: AsyncConnection[Any], lon: float, lat: float) -> Place:
    """Tell where a point (EPSG:4490) lies, as the database itself decides."""
    point = {"lon": lon, "lat": lat}
    (found,) = await dicts(conn, sql_file(__package__, "locate"), point)
    named = {level: Named(code, name) for level, code, name in found["areas"]}
    place = Place(
        grid=Named(found["grid_code"], found["grid_name"]) if found["grid_code"] else None,
        exclusive=[Named(code, name) for code, name in found["exclusive_grids"]],
        levels=Levels(*(named.get(level) for level in Levels._fields)),
    )
    if place.grid:
        return place
    nearest = await rows_of(conn, NearestGrid, sql_file(__package__, "nearest_grid"), point)
    return Place(None, place.exclusive, place.levels, next(iter(nearest), None))


async def read_assigned(
    conn: AsyncConnection[Any], lon: Sequence[float], lat: Sequence[float]
) -> list[Assigned]:
    """Tell to which grid and area points (EPSG:4490) belong, as the triggers do."""
    points = {"lon": list(lon), "lat": list(lat)}
    return await rows_of(conn, Assigned, sql_file(__package__, "assigned"), points)


async def read_base_grids_at(conn: AsyncConnection[Any], shape: bytes) -> list[GridRow]:
    """Return the current base grids that a shape (WKB, EPSG:4490) meets or touches, by code."""
    met = func.st_geomfromwkb(literal(shape, LargeBinary), SRID)
    query = (
        select(
            grid.c.id,
            grid.c.code,
            grid.c.name,
            grid.c.layer,
            grid.c.area_id,
            func.st_asbinary(grid.c.geom).label("geom"),
        )
        .where(
            grid.c.valid_to.is_(None),
            grid.c.layer == "base",
            grid.c.geom.op("&&")(met),
            func.st_intersects(grid.c.geom, met),
        )
        .order_by(grid.c.code)
    )
    return await rows_of(conn, GridRow, query)


async def read_extent(conn: AsyncConnection[Any]) -> BBox | None:
    """Return the box around the current grids, or without any around the current areas."""
    return next(iter(await rows_of(conn, BBox, sql_file(__package__, "extent"))), None)


async def read_coded_place(conn: AsyncConnection[Any], code: str) -> CodedPlace | None:
    """Find the area, else the grid, with a code."""
    lower = area.alias("lower")
    ids = (
        select(lower.c.id)
        .where(lower.c.path >= area.c.path, lower.c.path < area.c.path.concat("Z"))
        .correlate(area)
    )
    as_area = select(area.c.path, func.array(ids.scalar_subquery()).label("areas"))
    as_grid = select(grid.c.id.label("grid_id"))
    for wanted in (as_area.where(area.c.code == code), as_grid.where(grid.c.code == code)):
        if found := await rows_of(conn, CodedPlace, wanted):
            return found[0]
    return None


async def read_ground(conn: AsyncConnection[Any], code: str) -> bytes | None:
    """Return the ground (EPSG:4490) of the area, else of the grid, with a code, as WKB."""
    return await scalar(conn, sql_file(__package__, "ground"), {"code": code})

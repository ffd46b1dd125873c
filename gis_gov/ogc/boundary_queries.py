"""Every query that is asked before a boundary is drawn, redrawn or deleted."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, literal, select

from gis_gov.access.redrawing import Place
from gis_gov.areas.tables import area
from gis_gov.db.run import rows_of, scalar, sql_file, tuples
from gis_gov.geo.arrays import Geometries

_PACKAGE: Final = __package__ or ""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A grid or an area as far as boundaries depend on it.

    `level` is a grid's layer or an area's level, `above_id` the area in which it lies, `around_id`
    the grid above. `shape` is in EPSG:4490. What is not there yet has no `id`.
    """

    id: int | None
    code: str
    level: str
    above_id: int | None
    around_id: int | None
    is_current: bool
    shape: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Around:
    """What a boundary has to agree with, by relation: codes and outlines."""

    neighbours: tuple[list[str], Geometries]
    above: tuple[list[str], Geometries]
    below: tuple[list[str], Geometries]


@dataclass(frozen=True, slots=True)
class Near:
    """A place, the ids of the areas above it, and its outline."""

    place: Place
    above: frozenset[int]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Hanging:
    """How much of something still refers to a boundary."""

    what: str
    number: int


async def read_boundary(conn: AsyncConnection[Any], kind: str, code: str) -> Boundary | None:
    """Read the `grid` or `area` with a code."""
    found = await tuples(conn, sql_file(_PACKAGE, f"boundary_{kind}"), {"code": code})
    if not found:
        return None
    ((id_, told, level, above_id, around_id, is_current, wkb),) = found
    return Boundary(id_, told, level, above_id, around_id, is_current, _shape(wkb))


async def read_near(conn: AsyncConnection[Any], shape: BaseGeometry) -> Geometries:
    """Read the outlines of all grids and areas near a shape."""
    found = await tuples(conn, sql_file(_PACKAGE, "near_boundaries"), {"wkb": shape.wkb})
    return _shapes([wkb for (wkb,) in found])


async def read_around(
    conn: AsyncConnection[Any], kind: str, boundary: Boundary, shape: BaseGeometry
) -> Around:
    """Read what a `grid` or `area` of this outline has to agree with."""
    params = {
        "id": boundary.id,
        "code": boundary.code,
        "level": boundary.level,
        "above_id": boundary.above_id,
        "around_id": boundary.around_id,
        "wkb": shape.wkb,
    }
    found = await tuples(conn, sql_file(_PACKAGE, f"around_{kind}"), params)
    return Around(*(_related(found, each) for each in ("neighbour", "above", "below")))


async def read_outlines(
    conn: AsyncConnection[Any], areas: Collection[int], shape: BaseGeometry
) -> Geometries:
    """Read the outlines of the outermost of some areas near a shape."""
    params = {"areas": sorted(areas), "wkb": shape.wkb}
    found = await tuples(conn, sql_file(_PACKAGE, "outlines_of_places"), params)
    return _shapes([wkb for (wkb,) in found])


async def read_places(conn: AsyncConnection[Any], shape: BaseGeometry) -> list[Near]:
    """Read in which grids and areas points near a shape may lie."""
    found = await tuples(conn, sql_file(_PACKAGE, "places_near"), {"wkb": shape.wkb})
    return [
        Near((area_id, grid_id), frozenset(above), shapely.from_wkb(wkb))
        for area_id, grid_id, above, wkb in found
    ]


async def find_community(conn: AsyncConnection[Any], shape: BaseGeometry) -> int | None:
    """Find the community that covers a point within a shape."""
    return await scalar(conn, sql_file(_PACKAGE, "community_at"), {"wkb": shape.wkb})


async def read_level(conn: AsyncConnection[Any], area_id: int) -> tuple[str, str]:
    """Return code and level of an area."""
    query = select(area.c.code, area.c.level).where(area.c.id == literal(area_id, BigInteger))
    ((code, level),) = await tuples(conn, query)
    return code, level


async def read_hanging(conn: AsyncConnection[Any], kind: str, id_: int) -> list[Hanging]:
    """Count what still refers to a `grid` or `area`, whoever may see it."""
    return await rows_of(conn, Hanging, sql_file(_PACKAGE, "hanging_on"), {"kind": kind, "id": id_})


def _related(found: Any, relation: str) -> tuple[list[str], Geometries]:
    rows = [(code, wkb) for told, code, wkb in found if told == relation]
    return [code for code, _ in rows], _shapes([wkb for _, wkb in rows])


def _shape(wkb: bytes | None) -> BaseGeometry | None:
    return None if wkb is None else shapely.from_wkb(wkb)


def _shapes(wkbs: list[bytes]) -> Geometries:
    return np.asarray(shapely.from_wkb(np.array(wkbs, dtype=np.object_)), dtype=np.object_)

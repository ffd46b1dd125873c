"""Whether a grid or an area may be drawn, redrawn or deleted: where, and beside what is there.

All of it is asked while nobody else changes boundaries, before anything is written.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import orjson
import shapely
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.problems import NotAllowed
from gis_gov.constraints import SENTENCES
from gis_gov.geo.crs import geometries_to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.geo.fault import Fault, FaultKind
from gis_gov.geo.mesh import wide_places
from gis_gov.geo.redrawn import Redrawn, with_known_corners
from gis_gov.geo.shared_corners import share_corners
from gis_gov.ingest.codes import FULL_LENGTH
from gis_gov.ogc import boundary_queries as queries
from gis_gov.ogc.boundary_queries import Boundary
from gis_gov.ogc.boundary_sight import check_sight
from gis_gov.ogc.writable import Writable
from gis_gov.problems import AlreadyThere, Conflict, InvalidRequest

FAULTS_TOLD_MAX: Final = 20
_DIGITS: Final = 7


class BoundaryConflict(Conflict):
    """The boundary contradicts others: it overlaps, leaves its area, or leaves something out."""

    slug, title, status = "boundary-conflict", "The boundary contradicts others", 409


class StillUsed(Conflict):
    """What should be deleted has still something below it, or on record."""

    slug, title, status = "still-used", "Something still depends on it", 409


async def drawn_shape(
    conn: AsyncConnection[Any], writable: Writable, code: str, shape: BaseGeometry, datum: Datum
) -> BaseGeometry:
    """Bring what was drawn to EPSG:4490, with all corners that are on its edges already.

    Corners that were told rounded come to where they are.
    """
    canonical: BaseGeometry = geometries_to_canonical([shape], datum)[0][0]
    own = await queries.read_boundary(conn, writable.table.name, code)
    known = list(await queries.read_near(conn, canonical))
    if own is not None and own.shape is not None:
        known.append(own.shape)
    drawn = with_known_corners(canonical, known)
    if not isinstance(drawn, shapely.Polygon | shapely.MultiPolygon) or not drawn.is_valid:
        return drawn  # whoever reads it by the loader's rules says what is wrong
    polygons = [drawn, *known]
    return share_corners(polygons, np.arange(len(polygons)) == 0).polygons[0]


async def stored_shape(
    conn: AsyncConnection[Any], writable: Writable, code: str
) -> BaseGeometry | None:
    """Return the outline of a boundary as it is kept, in EPSG:4490."""
    own = await queries.read_boundary(conn, writable.table.name, code)
    return own and own.shape


async def settle(
    conn: AsyncConnection[Any],
    writable: Writable,
    actor: Actor,
    code: str,
    row: dict[str, Any],
    *,
    is_new: bool,
) -> None:
    """Complete the columns that are to be written, and refuse them where they may not be.

    Raises:
        AlreadyThere: it is new, and another has its code.
        InvalidRequest: a grid lies in no community, or has the code of another one.
        NotAllowed: it would reach beyond the places of who writes, or show him more.
        BoundaryConflict: it contradicts its neighbours, its area, or what lies in it.

    """
    kind = writable.table.name
    before = await queries.read_boundary(conn, kind, code)
    if is_new and before is not None:
        raise AlreadyThere(SENTENCES[f"{kind}_code_key"])
    after = _after(kind, code, before, row)
    if kind == "grid" and after.above_id is None and after.shape is not None:
        found = await queries.find_community(conn, after.shape)
        if found is None:
            raise InvalidRequest.at(
                "body.properties.area_code", "is not told, and no community covers the grid"
            )
        row["area_id"] = found
        after = replace(after, above_id=found)
    if before == after or _are_past(before, after):
        return
    if not actor.reach(writable.right).any.holds(after.above_id, None):
        raise NotAllowed(
            f"It would lie where you have not {writable.right}.", right=str(writable.right)
        )
    if kind == "grid" and (before is None or before.above_id != after.above_id):
        await _check_community(conn, after)
    if kind == "area" and before is not None and before.level != after.level:
        await _check_level(conn, before)
    await _check_place(conn, writable, actor, before, after)
    await check_sight(conn, kind, actor, before, after)
    if after.is_current and after.shape is not None:
        await _check_mesh(conn, kind, before, after, after.shape)


async def check_deletion(
    conn: AsyncConnection[Any], writable: Writable, actor: Actor, code: str
) -> None:
    """Refuse to delete what others depend on, or what lies out of reach.

    Raises:
        StillUsed: something is below it, or on record for it.
        NotAllowed: it reaches beyond the places of who deletes, or its end would show him more.

    """
    kind = writable.table.name
    before = await queries.read_boundary(conn, kind, code)
    if before is None or before.id is None:
        return
    await _check_place(conn, writable, actor, before, None)
    await check_sight(conn, kind, actor, before, None)
    hanging = await queries.read_hanging(conn, kind, before.id)
    if hanging:
        told = ", ".join(f"{each.number} {each.what}" for each in hanging)
        raise StillUsed(
            f"{told}: move or end what is below it; what is on record is not deleted, but ends by"
            " valid_to.",
            below={each.what: each.number for each in hanging},
        )


def _after(kind: str, code: str, before: Boundary | None, row: Mapping[str, Any]) -> Boundary:
    """Return what a boundary will be once the columns are written."""
    was = before or Boundary(
        id=None,
        code=code,
        level="base",
        above_id=None,
        around_id=None,
        is_current=True,
        shape=None,
    )
    level, above, around = (
        ("layer", "area_id", "parent_id") if kind == "grid" else ("level", "parent_id", "")
    )
    return Boundary(
        id=was.id,
        code=code,
        level=row.get(level) or was.level,
        above_id=row.get(above, was.above_id),
        around_id=row.get(around, was.around_id),
        is_current=row["valid_to"] is None if "valid_to" in row else was.is_current,
        shape=(row["geom"] and shapely.from_wkb(row["geom"])) if "geom" in row else was.shape,
    )


def _are_past(before: Boundary | None, after: Boundary) -> bool:
    """Say whether nothing lies in it, before or after."""
    was_current = before is not None and before.is_current
    return not (was_current or after.is_current or (before and before.above_id != after.above_id))


async def _check_community(conn: AsyncConnection[Any], after: Boundary) -> None:
    if after.above_id is None:
        return
    code, level = await queries.read_level(conn, after.above_id)
    if level != "community":
        raise InvalidRequest.at(
            "body.properties.area_code", f"{code} is no community, and a grid belongs to one"
        )
    begins = after.code[:FULL_LENGTH]
    if begins != code and all(
        len(each) == FULL_LENGTH and each.isascii() and each.isdigit() for each in (begins, code)
    ):
        raise InvalidRequest.at(
            "body.properties.code", f"begins with {begins}, but the grid's area is {code}"
        )


async def _check_level(conn: AsyncConnection[Any], before: Boundary) -> None:
    hanging = await queries.read_hanging(conn, "area", before.id or 0)
    if any(each.what == "grids" for each in hanging):
        raise InvalidRequest.at(
            "body.properties.level", "grids belong to it, and they belong to communities alone"
        )


async def _check_place(
    conn: AsyncConnection[Any],
    writable: Writable,
    actor: Actor,
    before: Boundary | None,
    after: Boundary | None,
) -> None:
    """Refuse who would write beyond his places, by what is there or by what is to be."""
    extent = actor.reach(writable.right).any
    if extent.everywhere:
        return
    for each in (before, after):
        if each is None or each.shape is None:
            continue
        outlines = await queries.read_outlines(conn, extent.areas, each.shape)
        off = shapely.difference(each.shape, shapely.union_all(outlines))
        beyond = list(wide_places(FaultKind.OUTSIDE_PARENT, [each.code], [off]))
        if beyond:
            size = sum(fault.area_m2 for fault in beyond)
            raise NotAllowed(
                f"{size:.1f} m² of it lie, or would lie, where you have not {writable.right}.",
                right=str(writable.right),
            )


async def _check_mesh(
    conn: AsyncConnection[Any],
    kind: str,
    before: Boundary | None,
    after: Boundary,
    shape: BaseGeometry,
) -> None:
    around = await queries.read_around(conn, kind, after, shape)
    is_same = before is not None and replace(before, shape=None) == replace(after, shape=None)
    drawn = Redrawn(after.code, shape, before.shape if before and is_same else None)
    sentences = [
        *(_told(each, "overlaps") for each in drawn.overlaps(*around.neighbours)),
        *(
            _told(each, f"leaves {', '.join(around.above[0])}")
            for each in drawn.outside(around.above[1])
        ),
        *(_told(each, "would leave out") for each in drawn.left_out(*around.below)),
    ]
    if sentences:
        detail = "; ".join(sentence for sentence, _ in sentences[:3])
        more = len(sentences) - 3
        raise BoundaryConflict(
            detail + (f"; and {more} more." if more > 0 else "."),
            faults=[fault for _, fault in sentences[:FAULTS_TOLD_MAX]],
        )


def _told(fault: Fault, what: str) -> tuple[str, dict[str, Any]]:
    """Say what is wrong, in a sentence and for a program."""
    others = ", ".join(fault.codes[1:] if fault.kind is FaultKind.OVERLAP else fault.codes)
    size = f"{fault.area_m2:.1f} m², {fault.width_m:.2f} m wide"
    sentence = f"It {what} by {size}"
    if not what.startswith("leaves"):
        sentence = f"It {what} {others} by {size}"
    return sentence, {
        "kind": fault.kind.value,
        "codes": list(fault.codes),
        "area_m2": round(fault.area_m2, 3),
        "width_m": round(fault.width_m, 3),
        "geometry": orjson.loads(shapely.to_geojson(_rounded(fault.geometry))),
    }


def _rounded(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: np.round(xy, _DIGITS))

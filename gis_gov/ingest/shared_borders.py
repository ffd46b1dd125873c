"""Let grids and areas of a load have the same corners as their neighbours, on both sides.

Tiles round each corner by itself: a border stays one only where all that share it have its corners
(`gis_gov.geo.shared_corners`). What is loaded takes those of all grids and areas around it. What
was there takes those of what is loaded: grids, communities, and areas of the levels in the file.
Other areas lie above these, and have no border with them; to touch a district's outline would be to
place all that lies in it anew.
"""

from typing import Any

import numpy as np
import shapely
from psycopg import Connection, sql

from gis_gov.geo.arrays import Mask
from gis_gov.geo.shared_corners import share_corners
from gis_gov.ingest.report import Report
from gis_gov.ingest.stage import Stage

_LOCK = "select boundary_lock()"
_STAGED = """
    select s.code, st_asbinary(s.geom) from stage as s
    where s.geom is not null and s.valid_to is null
    order by s.code
"""
# By the index of each table: what is loaded may be one grid beside thousands.
_AROUND = sql.SQL("""
    with near as (
        select 'grid' as kind, g.code, true as takes, g.geom from grid as g
        where
            g.valid_to is null
            and g.id in (
                select o.id from stage as s
                inner join grid as o on o.geom && st_expand(s.geom, 1e-6)
                where s.valid_to is null
            )
        union all
        select 'area', a.code, {takes}, a.geom from area as a
        where
            a.valid_to is null
            and a.id in (
                select o.id from stage as s
                inner join area as o on o.geom && st_expand(s.geom, 1e-6)
                where s.valid_to is null
            )
    )

    select n.kind, n.code, n.takes, st_asbinary(n.geom) from near as n
    where not (n.kind = {kind} and exists (select 1 from stage as s where s.code = n.code))
    order by n.kind, n.code
""")
_TAKES = {
    "grid": sql.SQL("a.level = 'community'"),
    "area": sql.SQL("a.level = 'community' or a.level in (select s.level from stage as s)"),
}
_WRITE = sql.SQL("""
    update {} as t set geom = st_multi(st_geomfromwkb(u.wkb, 4490))
    from unnest(%s::text[], %s::bytea[]) as u (code, wkb)
    where t.code = u.code
""")


def share_borders(stage: Stage, report: Report) -> None:
    """Add to staged grids or areas, and to what is around them, the corners that they lack."""
    if "geom" not in stage.given:
        return
    connection = stage.connection
    connection.execute(_LOCK)  # what is around must stay as it is read
    staged = connection.execute(_STAGED).fetchall()
    found = [("stage", code, True, wkb) for code, wkb in staged] + _around(stage)
    shapes = shapely.from_wkb([wkb for *_, wkb in found])
    new = np.arange(len(found)) < len(staged)
    shared = share_corners(shapes, new)
    takes = np.array([each[2] for each in found], dtype=bool)
    changed = (shared.taken > 0) & takes
    for table in ("stage", "grid", "area"):
        of_table = np.array([each[0] == table for each in found], dtype=bool)
        rows = np.flatnonzero(changed & of_table)
        _write(connection, table, [found[n][1] for n in rows], shared.polygons[rows])
    _tell(report, shared.taken, changed, new)


def _around(stage: Stage) -> list[tuple[str, str, bool, bytes]]:
    """Read the grids and areas that may touch the staged ones, and whether they take corners."""
    kind = stage.kind.table.name
    query = _AROUND.format(kind=sql.Literal(kind), takes=_TAKES[kind])
    return stage.connection.execute(query).fetchall()


def _write(connection: Connection[Any], table: str, codes: list[str], shapes: Any) -> None:
    if codes:
        connection.execute(
            _WRITE.format(sql.Identifier(table)), [codes, shapely.to_wkb(shapes).tolist()]
        )


def _tell(report: Report, taken: Any, changed: Mask, new: Mask) -> None:
    report.findings.count(
        "corner_added",
        int(taken[changed & new].sum()),
        "corners of neighbours that the loaded edges lacked, and have now",
    )
    report.findings.count(
        "neighbour_completed",
        int((changed & ~new).sum()),
        "grids and areas that were there, and now have the corners of those loaded on their edges",
    )

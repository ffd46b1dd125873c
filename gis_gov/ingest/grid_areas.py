"""The community that each grid belongs to: as told, as known, or the one that covers it."""

import numpy as np
import shapely
from psycopg import sql

from gis_gov.geo.assign import AreaIndex
from gis_gov.geo.cover import NOWHERE
from gis_gov.ingest.report import Report
from gis_gov.ingest.stage import Stage

_PAD = """
    update stage as s set area_code = rpad(s.area_code, 12, '0')
    where s.area_code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})$'
        and not exists (select 1 from area as a where a.code = s.area_code)
"""
_KEEP_KNOWN = """
    update stage as s set area_code = a.code
    from grid as g inner join area as a on a.id = g.area_id
    where g.code = s.code and s.area_code is null
"""
_OPEN = "select file, row, st_asbinary(st_pointonsurface(geom)) from stage where area_code is null"
_COMMUNITIES = """
    select code, st_asbinary(geom) from area
    where level = 'community' and valid_to is null and geom is not null
"""
_FILL = "update stage set area_code = %s where file = %s and row = %s"
_UNKNOWN = sql.SQL("not exists (select 1 from area as a where a.code = s.area_code)")
_NOT_COMMUNITY = sql.SQL("""
    exists (select 1 from area as a where a.code = s.area_code and a.level <> 'community')
""")


def settle_areas(stage: Stage, report: Report) -> None:
    """Find each staged grid's community; refuse grids of none, or of an area of another level."""
    connection = stage.connection
    connection.execute(_PAD)
    connection.execute(_KEEP_KNOWN)
    open_grids = connection.execute(_OPEN).fetchall()
    if open_grids:
        communities = connection.execute(_COMMUNITIES).fetchall()
        index = AreaIndex(
            [code for code, _ in communities],
            np.asarray(shapely.from_wkb([wkb for _, wkb in communities]), dtype=np.object_),
            ["community"] * len(communities),
        )
        inner = np.asarray(shapely.from_wkb([wkb for _, _, wkb in open_grids]))
        found = index.at_level("community", shapely.get_x(inner), shapely.get_y(inner))
        codes = index.codes_at(found)
        with connection.cursor() as cursor:
            cursor.executemany(
                _FILL,
                [(c, file, row) for c, (file, row, _) in zip(codes, open_grids, strict=True) if c],
            )
        report.findings.count(
            "area_by_geometry",
            int((found != NOWHERE).sum()),
            "grids without area_code, given to the community that covers them",
        )
    stage.reject_where(
        "no_area",
        sql.SQL("'no area_code, and no community covers the grid: load the communities first'"),
        sql.SQL("s.area_code is null"),
    )
    stage.reject_where("unknown_area", sql.SQL("'area_code ' || s.area_code"), _UNKNOWN)
    stage.reject_where(
        "area_not_community",
        sql.SQL("'a grid belongs to a community; area_code ' || s.area_code || ' is none'"),
        _NOT_COMMUNITY,
    )
    stage.given.add("area_code")

"""Tell of places that can't be right: outside the district, swapped, shifted, dummies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from gis_gov.db.run import sql_file
from gis_gov.geo.bbox import BBox
from gis_gov.geo.misplaced import misplaced
from gis_gov.geo.offset import paired, unpaired
from gis_gov.ingest.report import Findings, Report
from gis_gov.ingest.spec import Place
from gis_gov.ingest.stage import Stage

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

MARGIN_DEG = 0.05
"""How far beyond the box around all boundaries points may rightly lie."""
_UNPAIRED_MAX = 200_000
_SHARED_MIN, _SHARED_SHARE = 50, 0.02

_PAIRS = sql.SQL("""
    select st_x(s.geom), st_y(s.geom), st_x(t.geom), st_y(t.geom)
    from stage as s inner join {table} as t on {same}
    where s.geom is not null and t.geom is not null
    limit 20000
""")
_LOADED = sql.SQL("select st_x(t.geom), st_y(t.geom) from {table} as t where t.geom is not null")


def tell_misplaced(connection: Connection[Any], points: Points, report: Report) -> None:
    """Tell of points outside the district, by their likely causes, and of one that many share."""
    lon, lat = points
    if not lon.size:
        return
    _tell_shared(points, report.findings)
    row = connection.execute(sql_file("gis_gov.areas", "extent")).fetchone()
    if row is None:
        return
    west, south, east, north = row
    extent = BBox(west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
    for found in misplaced(lon, lat, extent):
        report.findings.count(found.cause.value, int(found.rows.size), found.message)


def tell_shifted(stage: Stage, points: Points, report: Report, present: int) -> None:
    """Tell of a shift of the staged points against those that are loaded already."""
    if stage.kind.place is not Place.POINT or "geom" not in stage.given or not present:
        return
    if stage.kind.name == "positions":  # a thing that moves proves nothing
        return
    table = sql.Identifier(stage.kind.table.name)
    same = sql.SQL(" and ").join(
        sql.SQL("t.{0} = s.{0}").format(sql.Identifier(name)) for name in stage.kind.key
    )
    pairs = stage.connection.execute(_PAIRS.format(table=table, same=same)).fetchall()
    found = paired(*np.array(pairs, dtype=np.float64).T) if pairs else None
    if found is None and not pairs and present <= _UNPAIRED_MAX:
        loaded = stage.connection.execute(_LOADED.format(table=table)).fetchall()
        if loaded:
            found = unpaired(*points, *np.array(loaded, dtype=np.float64).T)
    if found is not None:
        report.findings.count(found.cause.value, int(found.rows.size), found.message)


def _tell_shared(points: Points, findings: Findings) -> None:
    lon, lat = points
    places, counts = np.unique(lon + 1j * lat, return_counts=True)
    most = int(counts.max())
    if most >= max(_SHARED_MIN, _SHARED_SHARE * lon.size):
        place = places[counts.argmax()]
        findings.count(
            "shared_point",
            most,
            f"rows at one and the same point ({place.real:g}, {place.imag:g}): a placeholder?",
        )

"""Put the place of rows in: the point, where it comes from, its grid, area and H3 cell."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.geo.datum import Datum
from gis_gov.geo.misplaced import misdeclared
from gis_gov.ingest.frame import Frame
from gis_gov.ingest.placer import Places
from gis_gov.ingest.points import (
    Points,
    number_array,
    point_texts,
    points_of_columns,
    points_of_geometry,
    refuse_impossible,
)
from gis_gov.ingest.report import Findings
from gis_gov.ingest.spec import Kind, Place
from gis_gov.ingest.values import as_number

Floats = NDArray[np.float64]

BY_ADDRESS = "place_"
"""Before the columns of a point that is to become an address, for kinds placed by one."""


@dataclass(frozen=True)
class Placing:
    """What placing needs: the boundaries, where to tell of oddities, and the points placed."""

    placer: Places | None
    findings: Findings
    seen: list[tuple[Floats, Floats]] = field(default_factory=list)

    def points(self) -> tuple[Floats, Floats]:
        """Give all points placed so far."""
        lon, lat = zip(*self.seen, strict=True) if self.seen else ((), ())
        none = np.empty(0)
        return np.concatenate([none, *lon]), np.concatenate([none, *lat])


def put_place(
    frame: Frame,
    kind: Kind,
    geometry: NDArray[np.object_] | None,
    shapes: NDArray[np.object_] | None,
    datum: Datum | None,
    placing: Placing,
) -> tuple[Floats, Floats]:
    """Put the place columns in; give the points (NaN for none) that codes may be made of."""
    nowhere = np.full(len(frame), np.nan)
    if datum is None or (kind.place is not Place.POINT and "lon" not in kind.by_name):
        return nowhere, nowhere
    if shapes is not None and not shapely.is_missing(shapes).all():
        points = _of_shapes(shapes, geometry, datum)
    elif geometry is not None:
        points = points_of_geometry(geometry, datum)
    else:
        points = points_of_columns(frame, datum)
    placing.findings.add(
        "zero_coordinates", points.zero, frame.numbers, "(0, 0) counts as no place"
    )
    refuse_impossible(frame, points)
    for found in misdeclared(points.x, points.y, datum):
        placing.findings.count(found.cause.value, int(found.rows.size), found.message)
    placed = points.placed
    nowhere_told = ~placed & ~points.zero & ~frame.faults.mask
    placing.findings.add("without_place", nowhere_told, frame.numbers, "rows without coordinates")
    placing.seen.append((points.lon[placed], points.lat[placed]))
    prefix = "" if kind.place is Place.POINT else BY_ADDRESS
    if placing.placer is not None:
        _put(frame, points, prefix, placing.placer)
    return points.lon, points.lat


def _of_shapes(
    shapes: NDArray[np.object_], geometry: NDArray[np.object_] | None, datum: Datum
) -> Points:
    """Take a point on each polygon, and the point itself where a house is but a point."""
    on = shapely.point_on_surface(shapes)
    given = points_of_geometry(geometry if geometry is not None else shapes, datum)
    has_shape = ~np.asarray(shapely.is_missing(shapes))
    lon = np.where(has_shape, shapely.get_x(on), given.lon)
    lat = np.where(has_shape, shapely.get_y(on), given.lat)
    return Points(lon, lat, given.x, given.y, datum, given.method, given.accuracy_m)


def _put(frame: Frame, points: Points, prefix: str, placer: Places) -> None:
    placed = points.placed
    lon, lat = points.lon, np.where(placed, points.lat, np.nan)
    found = placer.place(lon, lat)
    accuracy = np.where(placed & (points.accuracy_m > 0), points.accuracy_m, np.nan)
    if "accuracy_m" in frame.values:
        accuracy = np.fmax(accuracy, as_number(frame.array("accuracy_m")))
    columns = {
        "geom": point_texts(lon, lat),
        "source_datum": _repeated(points.datum.label, placed),
        "source_x": number_array(np.where(placed, points.x, np.nan)),
        "source_y": number_array(np.where(placed, points.y, np.nan)),
        "place_method": _repeated(points.method, placed),
        "accuracy_m": number_array(accuracy),
        "grid_id": found.grid_id,
        "area_id": found.area_id,
        "cell": found.cell,
    }
    for name, values in columns.items():
        frame.set(prefix + name, values)
    frame.given.add(prefix + "geom")


def _repeated(value: str, where: NDArray[np.bool_]) -> pa.Array:
    made = np.full(len(where), None, dtype=object)
    made[where] = value
    return pa.array(made, pa.string())

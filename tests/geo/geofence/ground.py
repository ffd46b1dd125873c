"""A piece of ground in metres around one place: fences and tracks that are easy to read."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.geofence.events import Crossing, Crossings
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.measure import metres_per_degree

LON, LAT = 119.6, 29.1
_SCALE = np.array([scale.item() for scale in metres_per_degree(np.array([LAT]))])

Shape = TypeVar("Shape", bound=BaseGeometry)
Told = tuple[str, float]


def degrees(metres: np.ndarray) -> np.ndarray:
    """Turn metres east and north of the place into degrees."""
    return np.asarray(metres, dtype=np.float64) / _SCALE + np.array([LON, LAT])


def laid(shape: Shape) -> Shape:
    """Lay a shape that is drawn in metres on the ground."""
    return shapely.transform(shape, degrees)


def square(west: float, south: float, side: float) -> Polygon:
    """Return a square of the ground."""
    return laid(shapely.box(west, south, west + side, south + side))


def track(
    rows: Iterable[Sequence[float]], mover: int = 1, accuracy_m: float = float("nan")
) -> MoverFixes:
    """Make fixes of rows (time in s, metres east, metres north)."""
    table = np.array(list(rows), dtype=np.float64).reshape(-1, 3)
    places = degrees(table[:, 1:])
    return MoverFixes(
        np.full(len(table), mover, dtype=np.int64),
        table[:, 0],
        places[:, 0],
        places[:, 1],
        np.full(len(table), accuracy_m),
    )


def told(events: Crossings) -> list[Told]:
    """Name events by kind and moment, to a tenth of a second."""
    return [(event.kind.name.lower(), round(event.time_s, 1)) for event in events]


def as_rows(events: Crossings) -> list[tuple[float, ...]]:
    """Return events as rows that can be compared, in one order."""
    return sorted(_row(event) for event in events)


def _row(event: Crossing) -> tuple[float, ...]:
    until_s = -1.0 if np.isnan(event.until_s) else event.until_s
    return (event.mover, event.fence, event.kind, event.time_s, until_s, event.known_s)

"""Bounding boxes in degrees, west,south,east,north."""

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in degrees (EPSG:4490 or CRS84), edges included."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the box or on its edge."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def common(self, other: "BBox") -> "BBox | None":
        """Return what it has in common with another, maybe an edge alone; None for nothing."""
        west, south = max(self.west, other.west), max(self.south, other.south)
        east, north = min(self.east, other.east), min(self.north, other.north)
        return BBox(west, south, east, north) if west <= east and south <= north else None


def parse_bbox(text: str) -> BBox:
    """Parse `west,south,east,north`.

    Raises:
        ValueError: not four numbers, out of range, or west > east, south > north. Boxes across the
            antimeridian are refused: no Chinese district has one.

    """
    parts = text.split(",")
    if len(parts) != 4:
        raise ValueError(f"needs 4 numbers (west,south,east,north), has {len(parts)}")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        raise ValueError("needs numbers with commas between: west,south,east,north") from None
    if not all(map(isfinite, (west, south, east, north))):
        raise ValueError("needs finite numbers")
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError("longitudes (1st and 3rd number) go from -180 to 180")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise ValueError(
            "latitudes (2nd and 4th number) go from -90 to 90; are lon and lat swapped?"
        )
    if west > east or south > north:
        raise ValueError("the order is west,south,east,north, with west <= east and south <= north")
    return BBox(west, south, east, north)

"""The line of a track for a map: fewer corners, the same way."""

import numpy as np
import shapely

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.gaps import GAP_M, GAP_S, pieces
from gis_gov.geo.track.moments import moments
from gis_gov.geo.track.plane import Plane


def simplified(
    fixes: Fixes, tolerance_m: float, *, gap_s: float = GAP_S, gap_m: float = GAP_M
) -> shapely.MultiLineString:
    """Draw a track with no more corners than needed, as lines in degrees (EPSG:4490).

    No fix is further from the line than the tolerance in metres. Each piece between gaps is a line
    of its own, which keeps its ends; a fix alone is none.
    """
    fixes = moments(fixes)
    lines: list[shapely.LineString] = []
    for piece in pieces(fixes, gap_s=gap_s, gap_m=gap_m):
        if len(piece) < 2:
            continue
        plane = Plane(float(np.median(piece.lon)), float(np.median(piece.lat)))
        line = shapely.linestrings(plane.metres(piece.lon, piece.lat))
        kept = shapely.get_coordinates(shapely.simplify(line, tolerance_m, preserve_topology=False))
        lines.append(shapely.LineString(plane.degrees(kept)))
    return shapely.MultiLineString(lines)

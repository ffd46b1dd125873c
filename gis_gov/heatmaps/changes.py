"""What has changed in each hexagon between two periods."""

from typing import Any

import numpy as np
import orjson

from gis_gov.geo.cells import to_hex
from gis_gov.heatmaps.hexagons import Hexagons, drawn

RATIO_DIGITS = 4


def compared(before: Hexagons, after: Hexagons) -> list[dict[str, Any]]:
    """Return for each cell that has anything in either period both counts and what they make.

    The ratio is the later count to the earlier one, None where that is 0.
    """
    cells = sorted({*before.counts, *after.counts})
    earlier, later = (
        np.array([told.counts.get(cell) or 0 for cell in cells], dtype=np.int64)
        for told in (before, after)
    )
    return [
        {
            "cell": name,
            "count": count,
            "before": was,
            "difference": count - was,
            "ratio": round(count / was, RATIO_DIGITS) if was else None,
        }
        for name, count, was in zip(to_hex(cells), later.tolist(), earlier.tolist(), strict=True)
    ]


def write_change(rows: list[dict[str, Any]], resolution: int, *, as_geojson: bool) -> bytes:
    """Write the rows, with a polygon each as GeoJSON, or alone."""
    if not as_geojson:
        return orjson.dumps({"resolution": resolution, "cells": rows})
    return orjson.dumps(
        {"type": "FeatureCollection", "resolution": resolution, "features": drawn(rows)}
    )

"""The map style, and the view that it opens with."""

import json
from functools import cache
from math import log2
from typing import Any

from gis_gov.shipped import shipped

Extent = tuple[float, float, float, float]

OPENING_ZOOM_MAX = 16


@cache
def _text() -> str:
    return (shipped("tiles") / "style.json").read_text(encoding="utf-8")


def read_style(base_url: str) -> dict[str, Any]:
    """Return the MapLibre style, its addresses below `base_url`, which ends with a slash."""
    style: dict[str, Any] = json.loads(_text())
    for source in style["sources"].values():
        source["url"] = source["url"].replace("{base}", base_url)
    return style


def middle(extent: Extent) -> tuple[float, float]:
    """Return the middle of west, south, east, north, in degrees."""
    west, south, east, north = extent
    return round((west + east) / 2, 6), round((south + north) / 2, 6)


def zoom_to_fit(extent: Extent) -> int:
    """Return the zoom at which the extent, in degrees, fills two 512-pixel tiles."""
    west, south, east, north = extent
    side = max(east - west, north - south)
    if side <= 0:
        return OPENING_ZOOM_MAX
    return max(0, min(OPENING_ZOOM_MAX, round(log2(360 / side))))

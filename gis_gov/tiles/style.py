"""The map style, and the view that it opens with."""

import json
from collections.abc import Container
from functools import cache
from math import log2
from typing import Any

from gis_gov.shipped import shipped

Extent = tuple[float, float, float, float]

OPENING_ZOOM_MAX = 16

HEATMAP = "heatmap"
"""The layer of a heat map's hexagons, and the path below which they are."""


@cache
def _text() -> str:
    return (shipped("tiles") / "style.json").read_text(encoding="utf-8")


def read_style(base_url: str, shown: Container[str]) -> dict[str, Any]:
    """Return the MapLibre style of the tile layers that are shown, and of no others.

    Its addresses lie below `base_url`, which ends with a slash.
    """
    style: dict[str, Any] = json.loads(_text())
    for name in ("glyphs", "sprite"):
        style[name] = style[name].replace("{base}", base_url)
    sources = {}
    for source_id, source in style["sources"].items():
        path = source["url"].removeprefix("{base}")
        named = [name for name in _names(path) if name in shown]
        if named:
            told = path.replace(",".join(_names(path)), ",".join(named), 1)
            sources[source_id] = {**source, "url": f"{base_url}{told}"}
    style["sources"] = sources
    style["layers"] = [
        layer
        for layer in style["layers"]
        if "source-layer" not in layer or layer["source-layer"] in shown
    ]
    return style


def _names(path: str) -> list[str]:
    """Return the layers of which a source's address is."""
    if path.startswith(f"{HEATMAP}/"):
        return [HEATMAP]
    return path.removeprefix("tiles/").removesuffix(".json").split(",")


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

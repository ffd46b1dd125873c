"""The icons of the map style as a sprite: one picture of all, and where each of them is in it.

As the style specification of MapLibre has it (https://maplibre.org/maplibre-style-spec/sprite/).
"""

import json
from functools import cache
from typing import Final

from gis_gov.shipped import shipped

SIDE_PX: Final = 26
"""Of an icon, in pixels of the style: a disc with a pictogram in it."""
_PICTOGRAM_PX: Final = 14
_BOX: Final = 24
"""The side of the box that pictograms are drawn in."""
RATIOS: Final = (1, 2)
"""Device pixels a pixel of the style."""


@cache
def _icons() -> dict[str, dict[str, str]]:
    return json.loads((shipped("tiles") / "icons.json").read_text(encoding="utf-8"))


def sprite_index(ratio: int) -> dict[str, dict[str, int]]:
    """Return where each icon is in the picture of so many device pixels a pixel."""
    side = SIDE_PX * ratio
    return {
        name: {"x": number * side, "y": 0, "width": side, "height": side, "pixelRatio": ratio}
        for number, name in enumerate(_icons())
    }


@cache
def sprite_png(ratio: int) -> bytes:
    """Draw the picture of so many device pixels a pixel, as PNG."""
    import resvg_py  # noqa: PLC0415 - slow to import, and asked for once

    return bytes(resvg_py.svg_to_bytes(svg_string=_sheet(ratio)))


def _sheet(ratio: int) -> str:
    width, half = SIDE_PX * len(_icons()), SIDE_PX / 2
    inset, scale = (SIDE_PX - _PICTOGRAM_PX) / 2, _PICTOGRAM_PX / _BOX
    drawn = "".join(
        f'<g transform="translate({number * SIDE_PX} 0)">'
        f'<circle cx="{half}" cy="{half}" r="{half - 1.5}" fill="{icon["colour"]}"'
        ' stroke="#fff" stroke-width="1.5"/>'
        f'<path transform="translate({inset} {inset}) scale({scale:.5f})" d="{icon["path"]}"'
        ' fill="#fff"/></g>'
        for number, icon in enumerate(_icons().values())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * ratio}"'
        f' height="{SIDE_PX * ratio}" viewBox="0 0 {width} {SIDE_PX}">{drawn}</svg>'
    )

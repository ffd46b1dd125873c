"""Charts of figures: time series as lines, categories as bars; SVG, or PNG drawn from it."""

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import pygal
import resvg_py
from pygal import Config
from pygal.style import Style

from gis_gov.problems import Problem

SVG: Final = "image/svg+xml"
LINES_MAX: Final = 20
BARS_MAX: Final = 60

# pygal looks for maps by a finder of an old kind, of which Python 3.11 warns at each import.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

_WIDTH, _HEIGHT, _BAR_HEIGHT = 1200, 560, 22
_FONTS: Final = (
    "'Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Micro Hei','WenQuanYi Zen Hei',"
    "'Microsoft YaHei','PingFang SC',sans-serif"
)
_STYLE: Final = Style(font_family=_FONTS, background="white", plot_background="white")
_GLYPH: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    f'<text x="2" y="16" font-family="{_FONTS}" font-size="14">{{}}</text></svg>'
)


class NoFont(Problem):
    """A picture was asked for, but the machine has no font with Chinese characters."""

    slug, title, status = "no-font", "No font with Chinese characters", 503


def line_chart(
    title: str, labels: Sequence[str], lines: Mapping[str, Sequence[float | None]]
) -> bytes:
    """Draw a line for each series as SVG; what is null is a gap."""
    chart = pygal.Line(_config(title, _HEIGHT, show_legend=len(lines) > 1))
    chart.x_labels = list(labels)
    for name, values in lines.items():
        chart.add(name, list(values), allow_interruptions=True)
    return _rendered(chart)


def bar_chart(title: str, bars: Mapping[str, float | None]) -> bytes:
    """Draw a bar for each figure as SVG, the first at the top."""
    height = max(_HEIGHT // 2, 120 + _BAR_HEIGHT * len(bars))
    chart = pygal.HorizontalBar(_config(title, height, show_legend=False, print_values=True))
    chart.x_labels = list(bars)[::-1]
    chart.add(title, list(bars.values())[::-1])
    return _rendered(chart)


def as_png(svg: bytes, *, machine_fonts: bool = True) -> bytes:
    """Draw an SVG of ours as PNG, with the fonts of the machine.

    Raises:
        NoFont: the machine has no font for it.

    """
    if not _knows_chinese(machine_fonts):
        raise NoFont(
            "The server has no font with Chinese characters: its administrator may install"
            " fonts-noto-cjk, or ask for f=svg, which the viewer's own fonts draw."
        )
    return bytes(_drawn(svg.decode(), machine_fonts))


def _config(title: str, height: int, **more: Any) -> Config:
    return Config(
        title=title,
        width=_WIDTH,
        height=height,
        explicit_size=True,
        js=[],
        style=_STYLE,
        x_label_rotation=30,
        truncate_label=40,
        truncate_legend=24,
        no_prefix=True,
        disable_xml_declaration=False,
        value_formatter=_number,
        **more,
    )


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _rendered(chart: Any) -> bytes:
    chart.add_xml_filter(_without_scripts)
    made: bytes = chart.render()
    return made


def _without_scripts(root: Any) -> Any:
    for parent in root.iter():
        for child in list(parent):
            if isinstance(child.tag, str) and child.tag.endswith("script"):
                parent.remove(child)
    return root


@cache
def _knows_chinese(machine_fonts: bool) -> bool:
    # What no font has is drawn as nothing, or as a box: either way like a private character.
    known, unknown = (_drawn(_GLYPH.format(text), machine_fonts) for text in ("网", "\U000f1234"))
    return known != unknown


def _drawn(svg: str, machine_fonts: bool) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, languages=["zh"], skip_system_fonts=not machine_fonts)
    )

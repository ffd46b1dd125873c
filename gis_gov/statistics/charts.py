"""Charts of figures: series as lines, categories as bars, pairs as dots; SVG, or PNG from it."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import pygal
import resvg_py
from pygal import Config
from pygal.style import Style

from gis_gov.days import LOCAL
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
_PLAIN: Final = {"font_family": _FONTS, "background": "white", "plot_background": "white"}
_STYLE: Final = Style(**_PLAIN)
_GLYPH: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    f'<text x="2" y="16" font-family="{_FONTS}" font-size="14">{{}}</text></svg>'
)


class Bar(NamedTuple):
    """A figure, null where it is not told, and what it is made of, as numerator / denominator."""

    value: float | None
    made_of: str = ""


class Dot(NamedTuple):
    """A figure over another one, and what it is called."""

    x: float
    y: float
    name: str


class NoFont(Problem):
    """A picture was asked for, but the machine has no font with Chinese characters."""

    slug, title, status = "no-font", "No font with Chinese characters", 503


def true_at(at: datetime) -> str:
    """Say under a title for which moment the figures are true."""
    return f"at {at.astimezone(LOCAL).isoformat(timespec='seconds')}"


def line_chart(
    title: str, labels: Sequence[str], lines: Mapping[str, Sequence[float | None]], note: str = ""
) -> bytes:
    """Draw a line for each series as SVG, a gap where it is null; a note stands under the title."""
    chart = pygal.Line(_config(title, note, _HEIGHT, show_legend=len(lines) > 1))
    chart.x_labels = list(labels)
    for name, values in lines.items():
        chart.add(name, list(values), allow_interruptions=True)
    return _rendered(chart)


def bar_chart(title: str, bars: Mapping[str, float | None], note: str = "") -> bytes:
    """Draw a bar for each figure as SVG, the first at the top. The note stands under the title."""
    return group_chart(title, list(bars), {title: [Bar(value) for value in bars.values()]}, note)


def group_chart(
    title: str, labels: Sequence[str], groups: Mapping[str, Sequence[Bar]], note: str = ""
) -> bytes:
    """Draw at each label, the first at the top, a bar of each group as SVG."""
    height = max(_HEIGHT // 2, 120 + _BAR_HEIGHT * len(labels) * len(groups))
    config = _config(title, note, height, show_legend=len(groups) > 1, print_values=True)
    chart = pygal.HorizontalBar(config)
    chart.x_labels = list(labels)[::-1]
    for name, bars in groups.items():
        chart.add(name, [_bar(bar) for bar in bars][::-1])
    return _rendered(chart)


def scatter_chart(
    title: str,
    axes: tuple[str, str],
    groups: Mapping[str, Sequence[Dot]],
    lines: Mapping[str, Sequence[tuple[float, float]]],
    colours: Mapping[str, str],
    note: str = "",
) -> bytes:
    """Draw dots by group, and lines upon them, as SVG; the axes are named, x before y."""
    x_title, y_title = axes
    config = _config(title, note, _WIDTH * 2 // 3, stroke=False, x_title=x_title, y_title=y_title)
    picked = tuple(colours[name] for name in (*groups, *lines))
    chart = pygal.XY(config, style=Style(colors=picked, **_PLAIN))
    for name, dots in groups.items():
        drawn = [{"value": (dot.x, dot.y), "label": dot.name} for dot in dots]
        chart.add(name, drawn, dots_size=3)
    for name, points in lines.items():
        chart.add(name, list(points), stroke=True, show_dots=False)
    return _rendered(chart)


def _bar(bar: Bar) -> Any:
    if bar.value is None or not bar.made_of:
        return bar.value
    said = f"{_number(bar.value)} = {bar.made_of}"
    return {"value": bar.value, "formatter": lambda _value: said}


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


def _config(title: str, note: str, height: int, **more: Any) -> Config:
    return Config(
        title=f"{title}\n{note}" if note else title,
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

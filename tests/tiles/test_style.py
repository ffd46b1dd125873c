"""The style draws the same in MapLibre and in QGIS, which understands less of an expression.

QGIS takes expressions in filters, and for lines; circles and fills are drawn by what is constant: a
colour or radius by an expression is left out, and so is what is interpolated by anything but the
zoom.
"""

import json
from typing import Any

import pytest

from gis_gov.events.tables import EVENT_STATES
from gis_gov.shipped import shipped

LAYERS: list[dict[str, Any]] = json.loads(
    (shipped("tiles") / "style.json").read_text(encoding="utf-8")
)["layers"]
DRAWN_BY_CONSTANTS = ("background", "circle", "fill")
COMPARED = {
    "==": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def passes(filtered: Any, properties: dict[str, Any]) -> bool:
    """Tell whether a filter lets a feature pass, as MapLibre does; any other word is a KeyError."""
    match filtered:
        case None:
            return True
        case ["all", *parts]:
            return all(passes(part, properties) for part in parts)
        case ["any", *parts]:
            return any(passes(part, properties) for part in parts)
        case ["!", part]:
            return not passes(part, properties)
        case ["has", name]:
            return name in properties
        case ["==", ["geometry-type"], _]:
            return True
        case [word, ["get", name], value]:
            return name in properties and COMPARED[word](properties[name], value)
    raise KeyError(filtered)


def drawn(layer: str, **properties: Any) -> list[str]:
    return [
        each["id"]
        for each in LAYERS
        if each.get("source-layer") == layer and passes(each.get("filter"), properties)
    ]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda each: each["id"])
def test_qgis_understands_what_is_drawn(layer: dict[str, Any]) -> None:
    passes(layer.get("filter"), {})
    for name, value in layer["paint"].items():
        if layer["type"] in DRAWN_BY_CONSTANTS:
            assert isinstance(value, str | int | float), name
        elif isinstance(value, list):
            assert value[0] == "match" or value[:3] == ["interpolate", ["linear"], ["zoom"]], name
    if layer["type"] == "circle":
        # QGIS draws an outline around each circle, black unless told otherwise.
        assert "circle-stroke-color" in layer["paint"]


def test_each_event_is_drawn_once() -> None:
    for count in (1, 9, 10, 99, 100, 5000):
        assert len(drawn("events", count=count, cell="894b31b4203ffff")) == 1
    for count in (1, 2, 300):
        assert len(drawn("events", count=count, state="closed")) == 1
    alone = [drawn("events", count=1, state=state) for state in EVENT_STATES]
    assert alone == [[f"events-{state}"] for state in EVENT_STATES]


def test_each_camera_sector_and_hexagon_is_drawn_once() -> None:
    assert drawn("camera_sectors", azimuth_deg=0) == ["camera-sectors"]
    assert drawn("camera_sectors") == ["camera-circles"]
    found = [drawn("heatmap", count=count) for count in (0, 9, 10, 99, 100, 999, 1000, 10**6)]
    assert found == [[name] for name in ("heat", "heat-10", "heat-100", "heat-1000") for _ in "ab"]
    assert drawn("heatmap", withheld=True) == ["heat"]

"""What the heat map of changes answers."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue

from gis_gov.counting.schemas import Answer
from gis_gov.heatmaps.schemas import CELL, CellsAnswer, DrawnCell, drawn_example

_CHANGED: dict[str, JsonValue] = {
    "cell": CELL,
    "count": 31,
    "before": 20,
    "difference": 11,
    "ratio": 1.55,
}
CHANGE_EXAMPLE = {"resolution": 8, "cells": [_CHANGED]}


class CellChange(Answer):
    """An H3 cell, and how many things were in it in the two periods."""

    cell: str = Field(description="H3 index, hexadecimal")
    count: int = Field(ge=0, description="In the later period, `datetime`")
    before: int = Field(ge=0, description="In the earlier period, `before`")
    difference: int = Field(description="The later count less the earlier one")
    ratio: float | None = Field(description="Later to earlier; null where there was none before")
    weight: float | None = Field(None, description="With a `weight`: its sum in the later period")
    weight_before: float | None = Field(None, description="Its sum in the earlier period")
    weight_difference: float | None = Field(None, description="The later sum less the earlier one")
    weight_ratio: float | None = Field(None, description="Later to earlier; null where it was 0")


class ChangeFeature(DrawnCell):
    """One hexagon of what has changed."""

    properties: CellChange


class HeatmapChange(CellsAnswer):
    """Hexagons with anything in them in one of two periods."""

    model_config = ConfigDict(json_schema_extra={"example": drawn_example(_CHANGED)})

    type: Literal["FeatureCollection"]
    features: list[ChangeFeature]


class HeatmapChangeCells(CellsAnswer):
    """What has changed, without the shapes."""

    cells: list[CellChange]

"""What the heat map of hot spots answers."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue

from gis_gov.counting.schemas import THRESHOLD, Answer
from gis_gov.heatmaps.schemas import CELL, CellsAnswer, DrawnCell, drawn_example

_SPOT: dict[str, JsonValue] = {
    "cell": CELL,
    "count": 31,
    "z": 4.2113,
    "p": 2.5e-05,
    "q": 0.0031,
    "spot": "hot",
}
SPOTS_EXAMPLE = {"resolution": 8, "alpha": 0.05, "cells": [_SPOT]}


class CellSpot(Answer):
    """An H3 cell, and how unusual it and its neighbours are."""

    cell: str = Field(description="H3 index, hexadecimal")
    count: int | None = Field(ge=0, description="Null where it is withheld")
    withheld: bool = Field(False, description="True where there are some, but too few to tell")
    weight: float | None = Field(None, description="Sum of the weight that was asked for")
    z: float | None = Field(description="Gi*, in standard deviations; null where all is equal")
    p: float | None = Field(description="Probability of a z this far from 0, to either side")
    q: float | None = Field(description="p with regard to the number of hexagons")
    spot: Literal["hot", "cold"] | None = Field(description="Where q is at most `alpha`")


class SpotFeature(DrawnCell):
    """One hexagon of hot and cold spots."""

    properties: CellSpot


class _Spots(CellsAnswer):
    alpha: float = Field(description="The share of false ones among the spots")
    threshold: int | None = Field(None, description=THRESHOLD)


class HotSpots(_Spots):
    """Hexagons, and where they are hot or cold."""

    model_config = ConfigDict(json_schema_extra={"example": drawn_example(_SPOT, alpha=0.05)})

    type: Literal["FeatureCollection"]
    features: list[SpotFeature]


class HotSpotCells(_Spots):
    """Hot and cold spots, without the shapes."""

    cells: list[CellSpot]

"""What the heat maps of changes and of hot spots answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gis_gov.analysis.schemas import THRESHOLD, Hexagon

_RING: list[JsonValue] = [
    [113.3629011, 22.9418637],
    [113.3583277, 22.9396251],
    [113.3582164, 22.9349206],
    [113.3626778, 22.9324548],
    [113.3672509, 22.9346932],
    [113.3673629, 22.9393976],
    [113.3629011, 22.9418637],
]
_CELL = "884118b6b5fffff"
_CHANGED: dict[str, JsonValue] = {
    "cell": _CELL,
    "count": 31,
    "before": 20,
    "difference": 11,
    "ratio": 1.55,
}
_SPOT: dict[str, JsonValue] = {
    "cell": _CELL,
    "count": 31,
    "z": 4.2113,
    "p": 2.5e-05,
    "q": 0.0031,
    "spot": "hot",
}
CHANGE_EXAMPLE = {"resolution": 8, "cells": [_CHANGED]}
SPOTS_EXAMPLE = {"resolution": 8, "alpha": 0.05, "cells": [_SPOT]}


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Feature(_Answer):
    type: Literal["Feature"]
    id: str = Field(description="H3 index, hexadecimal")
    geometry: Hexagon


class _Cells(_Answer):
    resolution: int = Field(ge=0, le=12, description="H3 resolution")


class CellChange(_Answer):
    """An H3 cell, and how many things were in it in the two periods."""

    cell: str = Field(description="H3 index, hexadecimal")
    count: int = Field(ge=0, description="In the later period, `datetime`")
    before: int = Field(ge=0, description="In the earlier period, `before`")
    difference: int = Field(description="The later count less the earlier one")
    ratio: float | None = Field(description="Later to earlier; null where there was none before")


class CellSpot(_Answer):
    """An H3 cell, and how unusual it and its neighbours are."""

    cell: str = Field(description="H3 index, hexadecimal")
    count: int | None = Field(ge=0, description="Null where it is withheld")
    withheld: bool = Field(False, description="True where there are some, but too few to tell")
    weight: float | None = Field(None, description="Sum of the weight that was asked for")
    z: float | None = Field(description="Gi*, in standard deviations; null where all is equal")
    p: float | None = Field(description="Probability of a z this far from 0, to either side")
    q: float | None = Field(description="p with regard to the number of hexagons")
    spot: Literal["hot", "cold"] | None = Field(description="Where q is at most `alpha`")


class ChangeFeature(_Feature):
    """One hexagon of what has changed."""

    properties: CellChange


class SpotFeature(_Feature):
    """One hexagon of hot and cold spots."""

    properties: CellSpot


class HeatmapChange(_Cells):
    """Hexagons with anything in them in one of two periods."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "FeatureCollection",
                "resolution": 8,
                "features": [
                    {
                        "type": "Feature",
                        "id": _CELL,
                        "geometry": {"type": "Polygon", "coordinates": [_RING]},
                        "properties": _CHANGED,
                    }
                ],
            }
        }
    )

    type: Literal["FeatureCollection"]
    features: list[ChangeFeature]


class HeatmapChangeCells(_Cells):
    """What has changed, without the shapes."""

    cells: list[CellChange]


class _Spots(_Cells):
    alpha: float = Field(description="The share of false ones among the spots")
    threshold: int | None = Field(None, description=THRESHOLD)


class HotSpots(_Spots):
    """Hexagons, and where they are hot or cold."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "FeatureCollection",
                "resolution": 8,
                "alpha": 0.05,
                "features": [
                    {
                        "type": "Feature",
                        "id": _CELL,
                        "geometry": {"type": "Polygon", "coordinates": [_RING]},
                        "properties": _SPOT,
                    }
                ],
            }
        }
    )

    type: Literal["FeatureCollection"]
    features: list[SpotFeature]


class HotSpotCells(_Spots):
    """Hot and cold spots, without the shapes."""

    cells: list[CellSpot]

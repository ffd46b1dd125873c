"""What heat maps answer."""

from typing import Final, Literal

from pydantic import ConfigDict, Field, JsonValue

from gis_gov.counting.schemas import THRESHOLD, Answer

RING: Final[list[JsonValue]] = [
    [113.3629011, 22.9418637],
    [113.3583277, 22.9396251],
    [113.3582164, 22.9349206],
    [113.3626778, 22.9324548],
    [113.3672509, 22.9346932],
    [113.3673629, 22.9393976],
    [113.3629011, 22.9418637],
]
CELL: Final = "884118b6b5fffff"


def drawn_example(told: dict[str, JsonValue], **beside: JsonValue) -> dict[str, JsonValue]:
    """Return the example of an answer that draws one hexagon, by what is told of it."""
    hexagon: dict[str, JsonValue] = {
        "type": "Feature",
        "id": CELL,
        "geometry": {"type": "Polygon", "coordinates": [RING]},
        "properties": told,
    }
    return {"type": "FeatureCollection", "resolution": 8, **beside, "features": [hexagon]}


class Hexagon(Answer):
    """A GeoJSON polygon of one ring."""

    type: Literal["Polygon"]
    coordinates: list[list[tuple[float, float]]] = Field(description="Longitude, latitude (CRS84)")


class DrawnCell(Answer):
    """A GeoJSON feature of one hexagon."""

    type: Literal["Feature"]
    id: str = Field(description="H3 index, hexadecimal")
    geometry: Hexagon


class CellsAnswer(Answer):
    """An answer of hexagons, all of one resolution."""

    resolution: int = Field(ge=0, le=12, description="H3 resolution")


class CellCount(Answer):
    """An H3 cell and the things in it."""

    cell: str = Field(description="H3 index, hexadecimal")
    count: int | None = Field(ge=1, description="Null where it is withheld")
    withheld: bool = Field(False, description="True where there are some, but too few to tell")
    weight: float | None = Field(None, description="Sum of the weight that was asked for")


class HexagonFeature(DrawnCell):
    """One hexagon of a heat map."""

    properties: CellCount


class Heatmap(Answer):
    """Hexagons with at least one thing in them."""

    model_config = ConfigDict(
        json_schema_extra={"example": drawn_example({"cell": CELL, "count": 3120})}
    )

    type: Literal["FeatureCollection"]
    resolution: int = Field(ge=0, le=12, description="H3 resolution")
    threshold: int | None = Field(None, description=THRESHOLD)
    features: list[HexagonFeature]


class HeatmapCells(Answer):
    """The counts of a heat map without the shapes."""

    resolution: int = Field(ge=0, le=12, description="H3 resolution")
    threshold: int | None = Field(None, description=THRESHOLD)
    cells: dict[str, int | None] = Field(
        description="Things by H3 index; null where there are some, but too few to tell"
    )
    weights: dict[str, float] | None = Field(None, description="Sums of the weight by H3 index")


HEATMAP_CELLS_EXAMPLE = {"resolution": 8, "cells": {CELL: 3120}}

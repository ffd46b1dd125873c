"""What the routes of the analysis answer."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["grid", "community", "street", "district", "city", "province"]


THRESHOLD = (
    "Where counts of people are told by the threshold: fewer than this are withheld, the others are"
    " a little off"
)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Hexagon(_Answer):
    """A GeoJSON polygon of one ring."""

    type: Literal["Polygon"]
    coordinates: list[list[tuple[float, float]]] = Field(description="Longitude, latitude (CRS84)")


class CellCount(_Answer):
    """An H3 cell and the things in it."""

    cell: str = Field(description="H3 index, hexadecimal")
    count: int | None = Field(ge=1, description="Null where it is withheld")
    withheld: bool = Field(False, description="True where there are some, but too few to tell")
    weight: float | None = Field(None, description="Sum of the weight that was asked for")


class HexagonFeature(_Answer):
    """One hexagon of a heat map."""

    type: Literal["Feature"]
    id: str = Field(description="H3 index, hexadecimal")
    geometry: Hexagon
    properties: CellCount


class Heatmap(_Answer):
    """Hexagons with at least one thing in them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "FeatureCollection",
                "resolution": 8,
                "features": [
                    {
                        "type": "Feature",
                        "id": "884118b6b5fffff",
                        "geometry": {
                            "type": "Polygon",
                            "coordinates": [
                                [
                                    [113.3629011, 22.9418637],
                                    [113.3583277, 22.9396251],
                                    [113.3582164, 22.9349206],
                                    [113.3626778, 22.9324548],
                                    [113.3672509, 22.9346932],
                                    [113.3673629, 22.9393976],
                                    [113.3629011, 22.9418637],
                                ]
                            ],
                        },
                        "properties": {"cell": "884118b6b5fffff", "count": 3120},
                    }
                ],
            }
        }
    )

    type: Literal["FeatureCollection"]
    resolution: int = Field(ge=0, le=12, description="H3 resolution")
    threshold: int | None = Field(None, description=THRESHOLD)
    features: list[HexagonFeature]


class HeatmapCells(_Answer):
    """The counts of a heat map without the shapes."""

    resolution: int = Field(ge=0, le=12, description="H3 resolution")
    threshold: int | None = Field(None, description=THRESHOLD)
    cells: dict[str, int | None] = Field(
        description="Things by H3 index; null where there are some, but too few to tell"
    )
    weights: dict[str, float] | None = Field(None, description="Sums of the weight by H3 index")


HEATMAP_CELLS_EXAMPLE = {"resolution": 8, "cells": {"884118b6b5fffff": 3120}}


class Rate(_Answer):
    """What was told of a measure, divided by what was told of another; null where one is not."""

    numerator: float | None
    denominator: float | None = Field(description="In km², or thousands of persons or households")
    value: float | None


class Measures(_Answer):
    """The measures that were asked for; the others are absent."""

    persons: int | None = Field(None, description="Placed by their address")
    houses: int | None = Field(None, description="Buildings and dwellings")
    buildings: int | None = None
    dwellings: int | None = None
    enterprises: int | None = None
    addresses: int | None = None
    events: int | None = Field(None, description="Each in the grid of its day")
    cameras: int | None = None
    centres: int | None = None
    pois: int | None = None
    workers: int | None = Field(None, description="Where they were last seen")
    grids: int | None = Field(None, description="Base and exclusive grids")
    households: int | None = Field(
        None, description="As the grids declare them; null where none does"
    )
    area_m2: float | None = Field(None, description="Of the grids, geodesic")
    rates: dict[str, Rate] | None = Field(
        None, description="By measure, where the question names `per`"
    )
    withheld: list[str] | None = Field(
        None, description="The measures that are null since there are some, but too few to tell"
    )


class StatisticsRow(Measures):
    """One grid or area; with the code null, what lies in none."""

    code: str | None
    name: str | None


class StatisticsTable(_Answer):
    """The rows by code, and what they add up to."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "at": "2026-03-01T08:00:00+08:00",
                "rows": [
                    {"code": "440113001", "name": "市桥街道", "persons": 171206, "events": 6120},
                    {"code": "440113002", "name": "沙头街道", "persons": 88112, "events": 2034},
                    {"code": None, "name": None, "persons": 12, "events": 3},
                ],
                "total": {"persons": 259330, "events": 8157},
            }
        }
    )

    at: datetime = Field(description="The moment that the figures are true for")
    rows: list[StatisticsRow]
    total: Measures
    threshold: int | None = Field(None, description=THRESHOLD)


CSV_EXAMPLE = "code,name,persons,events\r\n440113001,市桥街道,171206,6120\r\n,,12,3\r\n"

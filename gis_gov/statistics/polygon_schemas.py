"""What is asked and answered of a drawn polygon."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.counting.schemas import THRESHOLD
from gis_gov.statistics.breakdown_schemas import AT, Share
from gis_gov.statistics.schemas import Rate

EXAMPLE_BODY: Final[dict[str, Any]] = {
    "type": "Polygon",
    "coordinates": [
        [[113.36, 22.93], [113.38, 22.93], [113.38, 22.95], [113.36, 22.95], [113.36, 22.93]]
    ],
}


EXAMPLE_CSV: Final = (
    "measure,count,km2,per_km2,resolution,cells,withheld_cells,at\r\n"
    "persons,8120,4.541,1788.152389,,,,2026-03-01T08:00:00+08:00\r\n"
)


class FigureInPolygon(BaseModel):
    """How many there are of a measure, or of its categories; with `cells`, in whole hexagons.

    Each category of `by` is a property of its name.
    """

    model_config = ConfigDict(extra="allow")

    measure: str
    count: int = Field(ge=0)
    per_km2: Rate
    share: Share | None = Field(None, description="With `by`: the part of all in the polygon")
    resolution: int | None = Field(None, description="H3 resolution of the hexagons")
    cells: int | None = Field(None, description="The hexagons with their centre in the polygon")
    withheld_cells: int | None = Field(
        None, description="Those that hold too few to tell, and are not in the count"
    )


class InPolygon(BaseModel):
    """A figure for each measure, or with `by` for each of the categories that anything is of."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "at": "2026-03-01T08:00:00+08:00",
                "figures": [
                    {
                        "measure": "persons",
                        "count": 8120,
                        "per_km2": {
                            "numerator": 8120,
                            "denominator": 4.541,
                            "value": 1788.152389,
                        },
                    }
                ],
            }
        },
    )

    at: datetime = Field(description=AT)
    figures: list[FigureInPolygon]
    by: list[str] | None = Field(None, description="The categories, where some were asked for")
    total: int | None = Field(None, description="With `by`: all of them")
    threshold: int | None = Field(None, description=THRESHOLD)

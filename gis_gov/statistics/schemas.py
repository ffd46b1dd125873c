"""What statistics by grid and area answer."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from gis_gov.counting.schemas import THRESHOLD, Answer

Level = Literal["grid", "community", "street", "district", "city", "province"]


class Rate(Answer):
    """What was told of a measure, divided by what was told of another; null where one is not."""

    numerator: float | None
    denominator: float | None = Field(description="In km², or thousands of persons or households")
    value: float | None


class Measures(Answer):
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


class StatisticsTable(Answer):
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


CSV_EXAMPLE = (
    "code,name,persons,events,at\r\n"
    "440113001,市桥街道,171206,6120,2026-03-01T08:00:00+08:00\r\n"
    ",,12,3,2026-03-01T08:00:00+08:00\r\n"
)

"""What statistics by category and time series answer."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.statistics.periods import Every

Measure = Literal["persons", "houses", "enterprises", "events", "cameras", "centres", "pois"]

AT = "The moment that the figures are true for"


class _Row(BaseModel):
    """One unit and category; what the question did not name is absent."""

    model_config = ConfigDict(extra="allow")

    code: str | None = Field(None, description="Of the grid or area; null for what lies in none")
    name: str | None = None


class Share(BaseModel):
    """Which part of all in the unit is of the category; without a level, of all."""

    model_config = ConfigDict(extra="forbid")

    numerator: int
    denominator: int = Field(description="All in the unit, of any category; without a level, all")
    value: float


class CategoryRow(_Row):
    """How many there are of a category, in a unit where a level was named."""

    count: int = Field(ge=1)
    share: Share


class Categories(BaseModel):
    """The rows by unit and category, and how many there are in all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "measure": "persons",
                "at": "2026-03-01T08:00:00+08:00",
                "rows": [
                    {
                        "code": "440113001",
                        "name": "市桥街道",
                        "age_band": "60-64",
                        "count": 8120,
                        "share": {"numerator": 8120, "denominator": 19326, "value": 0.420159},
                    },
                    {
                        "code": "440113001",
                        "name": "市桥街道",
                        "age_band": "65-79",
                        "count": 11206,
                        "share": {"numerator": 11206, "denominator": 19326, "value": 0.579841},
                    },
                ],
                "total": 19326,
            }
        },
    )

    measure: Measure
    at: datetime = Field(description=AT)
    rows: list[CategoryRow]
    total: int


class SeriesRow(_Row):
    """How many there were in a period, and what that compares with."""

    start: date
    end: date = Field(description="Its last day")
    count: int | None = Field(description="Null before the first event there is")
    complete: bool = Field(description="False while the period is not over")
    previous: int | None = Field(description="The count of the period before (环比)")
    previous_change: float | None = Field(description="(count - previous) / previous")
    year_before: int | None = Field(description="The count of the same period a year ago (同比)")
    year_change: float | None = Field(description="(count - year_before) / year_before")


class Series(BaseModel):
    """The periods in their order, of each unit and category."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "measure": "events",
                "every": "month",
                "at": "2026-03-01T08:00:00+08:00",
                "since": "2024-06-03T09:12:00+08:00",
                "rows": [
                    {
                        "start": "2026-02-01",
                        "end": "2026-02-28",
                        "count": 610,
                        "complete": True,
                        "previous": 500,
                        "previous_change": 0.22,
                        "year_before": 0,
                        "year_change": None,
                    }
                ],
            }
        },
    )

    measure: Literal["events"]
    every: Every
    at: datetime = Field(description=AT)
    since: datetime | None = Field(description="The first event that you may read")
    rows: list[SeriesRow]


CATEGORIES_CSV = (
    "code,name,age_band,count,denominator,share,at\r\n"
    "440113001,市桥街道,60-64,8120,19326,0.420159,2026-03-01T08:00:00+08:00\r\n"
)
SERIES_CSV = (
    "start,end,count,complete,previous,previous_change,year_before,year_change,at\r\n"
    "2026-02-01,2026-02-28,610,True,500,0.22,0,,2026-03-01T08:00:00+08:00\r\n"
)

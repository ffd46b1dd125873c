"""What is told of who did most, and of how it went on from day to day."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_TERMS = {
    "valid_mileage_m": {"value": 5893.7, "points": 50.0},
    "duration_s": {"value": 4560.0, "points": 12.5},
}
RANKING_EXAMPLE: dict[str, Any] = {
    "by": "worker",
    "formula": "points = 100 × (0.5 × valid_mileage_m / 5893.7 + 0.5 × duration_s / 18240)",
    "terms": [
        {"name": "valid_mileage_m", "weight": 0.5, "divisor": 5893.7},
        {"name": "duration_s", "weight": 0.5, "divisor": 18240.0},
    ],
    "left_out": [],
    "rows": [
        {
            "rank": 1,
            "is_tied": False,
            "code": "W0012",
            "name": "陈一",
            "patrols": 2,
            "points": 62.5,
            "terms": _TERMS,
        }
    ],
    "as_of": "2026-01-05T12:00:00Z",
}
TREND_EXAMPLE: dict[str, Any] = {
    "by": "worker",
    "days": ["2026-01-04", "2026-01-05"],
    "rows": [
        {
            "code": "W0012",
            "name": "陈一",
            "patrols": [0, 2],
            "valid_mileage_m": [0, 5893.7],
            "duration_s": [0, 9120.0],
            "events_found": [0, 3],
            "tasks_overdue": [1, 0],
            "change": {
                "patrols": 1.0,
                "valid_mileage_m": 0.12,
                "duration_s": -0.05,
                "events_found": None,
                "tasks_overdue": 0.0,
            },
        }
    ],
    "as_of": "2026-01-05T12:00:00Z",
}


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TermTold(_Answer):
    """A term of the formula."""

    name: str
    weight: float = Field(description="Its part of all weights")
    divisor: float = Field(description="The best of those that are ranked; 1 for a share")


class TermOfRow(_Answer):
    """What a term is for somebody; what he has no figure of earns nothing."""

    value: float | None
    points: float


class Ranked(_Answer):
    """One place of the ranking."""

    rank: int = Field(description="As many as have the same points have the same one")
    is_tied: bool
    code: str | None
    name: str | None
    patrols: int
    points: float = Field(description="From 0 to 100: the sum of those of the terms")
    terms: dict[str, TermOfRow]


class PatrolRanking(_Answer):
    """Who did most, the first first; who had no patrol and no task has no row."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": RANKING_EXAMPLE})

    by: str
    formula: str
    terms: list[TermTold]
    left_out: list[str] = Field(description="Terms asked for of which nothing is known to you")
    rows: list[Ranked]
    as_of: datetime


class Trend(_Answer):
    """One figure a day, and how much more it was in all than on as many days before."""

    code: str | None
    name: str | None
    patrols: list[int]
    valid_mileage_m: list[float]
    duration_s: list[float]
    events_found: list[int] | None
    tasks_overdue: list[int] | None = Field(
        description="On the day on whose end they were due; null if `kind` or `bbox` is asked for"
    )
    change: dict[str, float | None] = Field(
        description="0.1 is a tenth more; null if there was nothing before"
    )


class PatrolTrend(_Answer):
    """Figures day by day; those without a patrol or task in twice the time have no row."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": TREND_EXAMPLE})

    by: str
    days: list[date]
    rows: list[Trend]
    as_of: datetime

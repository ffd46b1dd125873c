"""What is told of patrols in sum."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SUMMARY_EXAMPLE: dict[str, Any] = {
    "by": "worker",
    "period": "day",
    "rows": [
        {
            "code": "W0012",
            "name": "陈一",
            "begins": "2026-01-05",
            "patrols": 2,
            "workers": 1,
            "mileage_m": 6410.2,
            "valid_mileage_m": 5893.7,
            "duration_s": 9120.0,
            "stay_s": 1810.0,
            "gap_s": 0.0,
            "fixes": 912,
            "rejected": 4,
            "own_grid_share": 0.91,
            "events_found": 3,
            "tasks_due": 7,
            "tasks_done": 5,
            "tasks_overdue": 1,
            "tasks_done_share": 0.8333,
            "coverage": 0.214,
        }
    ],
    "as_of": "2026-01-05T12:00:00Z",
}


class PatrolSum(BaseModel):
    """The sum of some patrols; see one patrol for what the figures mean."""

    model_config = ConfigDict(extra="forbid")

    code: str | None = Field(
        description="Of the worker, grid or area; null for all, and for none known"
    )
    name: str | None
    begins: date | None = Field(
        description="First day of the period (UTC+8); weeks begin on Monday"
    )
    patrols: int
    workers: int = Field(description="How many went at least once")
    mileage_m: float | None = Field(description="Null by grid, as those that follow but one")
    valid_mileage_m: float = Field(description="Of a grid, what was gone in it")
    duration_s: float = Field(description="Of a grid, the time in it")
    stay_s: float | None
    gap_s: float | None
    fixes: int | None
    rejected: int | None
    own_grid_share: float | None = Field(
        description="Each patrol weighed by its duration; of a grid, by those whose own it was"
    )
    events_found: int | None = Field(
        description="Events reported within 10 minutes and 50 m of where the worker was; each once."
        " Null if you may read none"
    )
    tasks_due: int | None = Field(
        description="Tasks due in the period, but for excused ones; by worker and grid those of"
        " nobody in particular are left out. Null if `kind` or `bbox` is asked for"
    )
    tasks_done: int | None
    tasks_overdue: int | None
    tasks_done_share: float | None = Field(
        description="Those done, of them and of those overdue; null if there are none"
    )
    coverage: float | None = Field(
        description="The share of the ground that was walked: of grids and areas by anybody, as"
        " `GET /coverage` tells it, of whatever patrols are asked for; of a worker by himself, of"
        " the grids that were his in the period. Null for all together and all times, where there"
        " is no ground, where you may not follow workers in all of a grid or area, and, by worker,"
        " day or week, of more than 30,000 days of workers"
    )


class PatrolSummary(BaseModel):
    """Sums by worker or area and by period; who had no patrol and no task has no row."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": SUMMARY_EXAMPLE})

    by: str
    period: str
    rows: list[PatrolSum]
    as_of: datetime

"""Shifts as they are sent and told."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SHIFTS_MAX = 500
SHIFTS_EXAMPLE: dict[str, Any] = {
    "shifts": [
        {
            "kind": "duty",
            "weekdays": [1, 2, 3, 4, 5],
            "begins": "08:30:00",
            "ends": "17:30:00",
            "valid_from": "2026-01-01",
        },
        {"kind": "duty", "day": "2026-01-10", "begins": "22:00:00", "ends": "06:00:00"},
        {"kind": "leave", "day": "2026-01-12", "begins": "00:00:00", "ends": "00:00:00"},
    ]
}

Weekday = Annotated[int, Field(ge=1, le=7)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class ShiftSent(BaseModel):
    """A part of some days in local time (UTC+8): of `weekdays`, or of one `day`."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["duty", "leave"] = "duty"
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = Field(
        default=None, description="1 is Monday"
    )
    day: Day | None = None
    begins: time = Field(description="Local time (UTC+8), without an offset")
    ends: time = Field(
        description="At or before `begins` it is of the next day; the same is a whole day"
    )
    valid_from: Day | None = Field(
        default=None, description="First day on which a weekly one begins; else today"
    )
    valid_to: Day | None = Field(default=None, description="Last day on which a weekly one begins")

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.weekdays is None) == (self.day is None):
            raise ValueError("name either weekdays or one day")
        if self.day is not None and (self.valid_from or self.valid_to):
            raise ValueError("valid_from and valid_to are for weekdays")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("begins and ends are local times, without an offset")
        return self


class ShiftsSent(BaseModel):
    """All shifts of a worker; without any he is on shift as the server is set, else always."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": SHIFTS_EXAMPLE})

    shifts: Annotated[list[ShiftSent], Field(max_length=SHIFTS_MAX)]


class ShiftsTold(BaseModel):
    """All shifts of a worker, and whether he is on shift."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "worker": "W0012",
                "is_on_shift": True,
                "changes_at": "2026-01-05T17:30:00+08:00",
                **SHIFTS_EXAMPLE,
            }
        },
    )

    worker: str
    is_on_shift: bool
    changes_at: datetime | None = Field(
        description="When that changes next; null if not within a week"
    )
    shifts: list[ShiftSent]

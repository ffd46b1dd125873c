"""What is told of crossings and alarms, and what is sent to acknowledge one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_WHO: dict[str, Any] = {"code": "W0012", "name": "陈一"}
_WHICH: dict[str, Any] = {"code": "danger-1", "name": "人民公园危险水域"}
_PLACE: dict[str, Any] = {
    "lon": 113.3641,
    "lat": 22.938,
    "area_code": "990101001001",
    "grid_code": "9901010010010001",
}
CROSSING_EXAMPLE: dict[str, Any] = {
    "id": 42,
    "worker": _WHO,
    "fence": _WHICH,
    "kind": "enter",
    "at": "2026-01-05T08:30:00+08:00",
    "until": None,
    "known_at": "2026-01-05T08:30:04+08:00",
    "withdrawn_at": None,
    **_PLACE,
}
ALARM_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "kind": "alone",
    "worker": _WHO,
    "other": None,
    "fence": _WHICH,
    "since": "2026-01-05T08:30:00+08:00",
    "last_at": "2026-01-05T08:42:10+08:00",
    "opened_at": "2026-01-05T08:40:01+08:00",
    "closed_at": None,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "note": None,
    "withdrawn_at": None,
    **_PLACE,
}

AlarmKind = Literal["sos", "inside", "outside", "alone", "near"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Named(_Answer):
    """A worker or a fence."""

    code: str | None
    name: str | None = Field(description="Null, like the code, if you may not know of it")


class CrossingTold(_Answer):
    """That somebody came into a fence, left it, or passed through it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": CROSSING_EXAMPLE})

    id: int
    worker: Named
    fence: Named
    kind: Literal["enter", "exit", "cross"]
    at: datetime = Field(description="When, between two fixes as if the pace were the same")
    until: datetime | None = Field(description="When who passed through was out again")
    known_at: datetime = Field(description="The time of the fix by which it is known")
    withdrawn_at: datetime | None = Field(description="Since when late fixes show that it was not")
    lon: float | None = Field(description="Null, like `lat`, once positions of then are not kept")
    lat: float | None
    area_code: str | None
    grid_code: str | None


class CrossingsTold(_Answer):
    """A page of crossings, the newest first."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"crossings": [CROSSING_EXAMPLE], "next": None}},
    )

    crossings: list[CrossingTold]
    next: str | None


class AlarmTold(_Answer):
    """An alarm."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": ALARM_EXAMPLE})

    id: int
    kind: AlarmKind
    worker: Named
    other: Named | None = Field(description="Who is too near")
    fence: Named | None
    since: datetime
    last_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str | None
    withdrawn_at: datetime | None = Field(
        description="Since when late fixes show that he was not inside"
    )
    lon: float | None
    lat: float | None
    area_code: str | None
    grid_code: str | None


class AlarmsTold(_Answer):
    """A page of alarms, the newest first."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"alarms": [ALARM_EXAMPLE], "next": None}}
    )

    alarms: list[AlarmTold]
    next: str | None


class Acknowledgement(BaseModel):
    """What somebody has to say who sees to an alarm."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"note": "已派人"}})

    note: Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")] | None = None

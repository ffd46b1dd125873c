"""What is told to a player of many workers."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

PLAYBACK_EXAMPLE: dict[str, Any] = {
    "from": "2026-01-05T00:00:00Z",
    "to": "2026-01-05T01:00:00Z",
    "step_s": 30.0,
    "workers": [
        {
            "code": "W0012",
            "name": "陈一",
            "kind": "full-time",
            "t": [0.0, 30.0, 910.0],
            "lon": [113.3641, 113.36433, 113.37],
            "lat": [22.938, 22.93806, 22.94],
            "breaks": [2],
        }
    ],
    "next": None,
}


class WorkerPlayed(BaseModel):
    """A worker, and columns of one length: a value for each fix that is told."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    kind: str | None
    t: list[float] = Field(description="Seconds after `from`, rising")
    lon: list[float]
    lat: list[float]
    breaks: list[int] = Field(
        description="Numbers, from 0, of the fixes before which there is a gap (300 s and 300 m):"
        " nobody knows the way there"
    )


class Playback(BaseModel):
    """A page of workers with their tracks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": PLAYBACK_EXAMPLE})

    from_: datetime = Field(alias="from")
    to: datetime
    step_s: float
    workers: list[WorkerPlayed]
    next: str | None

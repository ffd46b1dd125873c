"""How workers stand, as it is told."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.patrols.standing import Standing

WORKERS_EXAMPLE: dict[str, Any] = {
    "workers": [
        {
            "code": "W0012",
            "name": "陈一",
            "kind": "full-time",
            "area_code": "990101001001",
            "standing": "idle",
            "seen_at": "2026-01-05T08:59:56+08:00",
            "age_s": 4.0,
            "still_since": "2026-01-05T08:41:10+08:00",
            "lon": 113.3641,
            "lat": 22.938,
            "accuracy_m": 8.5,
            "speed_mps": 0.0,
            "bearing_deg": None,
            "grid_code": "9901010010010001",
        }
    ],
    "counts": {"on_shift": 0, "idle": 1, "outside": 0, "offline": 0, "off_shift": 0},
    "idle_s": 600,
    "offline_s": 300,
    "as_of": "2026-01-05T09:00:00+08:00",
    "next": None,
}


class WorkerTold(BaseModel):
    """A worker, how he stands, and where he was last; that is null off shift, and unknown."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    kind: str | None
    area_code: str | None = Field(description="Where he is employed")
    standing: Standing | None = Field(
        description="Null for whom you may not follow, or whose place is not yours to know"
    )
    seen_at: datetime | None = Field(description="When he was there")
    age_s: float | None = Field(description="How long ago that was")
    still_since: datetime | None = Field(description="Since when he has not gone 50 m")
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    speed_mps: float | None
    bearing_deg: float | None
    grid_code: str | None = Field(description="The grid in which he was")


class WorkersTold(BaseModel):
    """Some workers, and how many of all that were asked for stand how."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": WORKERS_EXAMPLE})

    workers: list[WorkerTold]
    counts: dict[Standing, int] = Field(description="Of all pages, and of every standing")
    idle_s: int = Field(description="After so long without moving one is idle")
    offline_s: int = Field(description="After so long without a position one is offline")
    as_of: datetime
    next: str | None = Field(description="Link to the next page, null on the last one")

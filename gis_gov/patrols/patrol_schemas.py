"""What is told of patrols, and what is sent to start and stop them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gis_gov.patrols.position_schemas import Code

_MULTILINE = {
    "type": "MultiLineString",
    "coordinates": [[[113.3641, 22.938], [113.3655, 22.9391]]],
}
PATROL_EXAMPLE: dict[str, Any] = {
    "code": "W0012-20260105-1",
    "worker": {"code": "W0012", "name": "陈一"},
    "kind": "patrol",
    "state": "ended",
    "is_detected": True,
    "begins_at": "2026-01-05T08:30:00+08:00",
    "ends_at": "2026-01-05T10:02:10+08:00",
    "mileage_m": 4312.6,
    "valid_mileage_m": 3911.2,
    "duration_s": 5530.0,
    "stay_s": 1210.0,
    "gap_s": 0.0,
    "fixes": 551,
    "rejected": 3,
    "own_grid_share": 0.93,
    "version": 2,
    "computed_at": "2026-01-05T10:33:02+08:00",
}


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PatrolWorker(_Answer):
    """Who went."""

    code: str
    name: str | None = Field(description="Null if you may not know of the worker himself")


class PatrolTold(_Answer):
    """What a worker went in one go; lengths are geodesic."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": PATROL_EXAMPLE})

    code: str
    worker: PatrolWorker
    kind: str
    state: Literal["under_way", "ended"]
    is_detected: bool = Field(description="Nobody started it: it is told from the fixes alone")
    begins_at: datetime
    ends_at: datetime | None = Field(description="Of one that is under way, the last fix")
    mileage_m: float = Field(description="From fix to fix, as received, but for gaps")
    valid_mileage_m: float = Field(
        description="What was really gone: nothing for noise, standing, and fixes that don't count"
    )
    duration_s: float = Field(description="From the first to the last fix that counts, less gaps")
    stay_s: float = Field(description="Of it, in stays")
    gap_s: float = Field(description="In gaps: more than 300 s and 300 m without a fix")
    fixes: int = Field(description="Those that count")
    rejected: int = Field(description="Those that don't")
    own_grid_share: float | None = Field(
        description="Share of the time in the worker's own grids of that day"
    )
    version: int = Field(description="Rises whenever late fixes change the figures")
    computed_at: datetime


class Stayed(_Answer):
    """A stay: within 20 m, and what the receiver is off, for 600 s at least."""

    begins_at: datetime
    ends_at: datetime
    lon: float
    lat: float


class Silent(_Answer):
    """A gap."""

    begins_at: datetime
    ends_at: datetime
    distance_m: float


class GridEntered(_Answer):
    """A grid that was entered, in the order of the first times."""

    code: str | None = Field(description="Null if there is no such grid any more")
    name: str | None
    entered_at: datetime
    left_at: datetime = Field(description="For the last time")
    duration_s: float


class VersionBefore(_Answer):
    """What the figures were before."""

    version: int
    computed_at: datetime
    begins_at: datetime
    ends_at: datetime | None
    fixes: int
    rejected: int
    mileage_m: float
    valid_mileage_m: float
    duration_s: float


class PatrolWhole(PatrolTold):
    """All that is kept of a patrol."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                **PATROL_EXAMPLE,
                "stays": [],
                "gaps": [],
                "grids": [],
                "versions": [],
                "line": _MULTILINE,
            }
        },
    )

    stays: list[Stayed]
    gaps: list[Silent]
    grids: list[GridEntered]
    versions: list[VersionBefore] = Field(description="The newest of them first")
    line: dict[str, Any] | None = Field(
        description="The way as a GeoJSON geometry, 5 m at most beside the fixes"
    )


class Patrols(_Answer):
    """A page of patrols, the newest first."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"patrols": [PATROL_EXAMPLE], "next": None}}
    )

    patrols: list[PatrolTold]
    next: str | None


class PatrolStart(BaseModel):
    """What a worker begins."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"worker": "W0012", "kind": "patrol"}}
    )

    worker: Code | None = Field(default=None, description="Code of the worker; without it your own")
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")] = Field(
        default="patrol", description="`patrol`, `river`, `visit`, `joint`, `vehicle` …"
    )
    begins_at: AwareDatetime | None = Field(
        default=None, description="When it began; without it now"
    )


class PatrolStop(BaseModel):
    """When a worker ended."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {}})

    ends_at: AwareDatetime | None = Field(default=None, description="Without it now")

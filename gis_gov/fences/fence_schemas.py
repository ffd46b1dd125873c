"""What is sent of a fence, and what is told of it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from gis_gov.asked_shape import Shape
from gis_gov.geo.geofence.fence import HYSTERESIS_M

DAY_S = 86_400
WINDOWS_MAX = 50
WORKERS_MAX = 1_000
FENCE_EXAMPLE: dict[str, Any] = {
    "name": "人民公园危险水域",
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[113.36, 22.93], [113.37, 22.93], [113.37, 22.94], [113.36, 22.94], [113.36, 22.93]]
        ],
    },
    "tells": ["enter", "exit", "inside"],
    "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}],
}

Text = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
FenceCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
Seconds = Annotated[float, Field(ge=0, le=DAY_S)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Tells = Literal["enter", "exit", "cross", "inside", "outside"]


class Window(BaseModel):
    """A part of some days of the week (UTC+8)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
    begins: Clock = Field(alias="from", description="Its first minute")
    ends: Clock = Field(
        alias="to", description="When it is over; on the next day, if that is not later"
    )


class FenceSent(BaseModel):
    """A fence: the shape of a grid or an area, or one of its own; what it tells, and of whom."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": FENCE_EXAMPLE})

    name: Text
    grid: Text | None = Field(default=None, description="Code of the grid whose shape it has")
    area: Text | None = Field(default=None, description="Code of the area whose shape it has")
    geometry: Shape | None = Field(
        default=None, description="A polygon, or with `width_m` the middle line of a corridor"
    )
    width_m: Annotated[float, Field(gt=0, le=10_000)] | None = None
    tells: Annotated[list[Tells], Field(min_length=1, max_length=5)] = Field(
        default=["enter", "exit"],
        description="Of what: the first three are crossings, the others alarms: who is inside and"
        " should not be, who is outside and should be inside",
    )
    dwell_s: Seconds = Field(default=0, description="Who stays shorter has not entered")
    hysteresis_m: Annotated[float, Field(ge=0, le=1_000)] = Field(
        default=HYSTERESIS_M, description="Who left is seen so far outside"
    )
    windows: Annotated[list[Window], Field(min_length=1, max_length=WINDOWS_MAX)] | None = Field(
        default=None, description="When it counts; without them always"
    )
    valid_from: AwareDatetime | None = Field(
        default=None,
        description="From when on; of a new fence up to 7 days of the past are looked at, too",
    )
    valid_to: AwareDatetime | None = None
    for_area: Text | None = Field(
        default=None, description="Code of the area that employs those who are watched"
    )
    for_workers: Annotated[list[Text], Field(max_length=WORKERS_MAX)] | None = Field(
        default=None, description="Codes of those who are watched; without both all are"
    )
    away_s: Seconds = Field(default=300, description="So long may one be outside")
    alone_s: Seconds | None = Field(
        default=None, description="A danger zone: so long may one be alone in it"
    )
    near_m: Annotated[float, Field(gt=0, le=1_000)] | None = Field(
        default=None, description="No two may be nearer to each other in it"
    )
    near_s: Seconds = Field(default=0, description="… for so long")
    is_active: bool = True

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if sum(each is not None for each in (self.grid, self.area, self.geometry)) != 1:
            raise ValueError("say one of grid, area and geometry")
        if self.for_area is not None and self.for_workers is not None:
            raise ValueError("say for_area or for_workers, not both")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not later than valid_from")
        return self


class FenceNew(FenceSent):
    """A new fence."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"code": "danger-1", **FENCE_EXAMPLE}}
    )

    code: FenceCode


class FenceTold(BaseModel):
    """A fence as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "code": "danger-1",
                "grid": None,
                "area": None,
                "width_m": None,
                "dwell_s": 0.0,
                "hysteresis_m": 20.0,
                "valid_from": None,
                "valid_to": None,
                "for_area": None,
                "for_workers": None,
                "away_s": 300.0,
                "alone_s": None,
                "near_m": None,
                "near_s": 0.0,
                "is_active": True,
                "area_code": "990101001001",
                "updated_at": "2026-01-05T08:30:00+08:00",
                **FENCE_EXAMPLE,
            }
        },
    )

    code: str
    name: str
    grid: str | None
    area: str | None
    geometry: dict[str, Any] | None = Field(
        description="Of a grid or an area what that is; null if it is no more"
    )
    width_m: float | None
    tells: list[Tells]
    dwell_s: float
    hysteresis_m: float
    windows: list[dict[str, Any]] | None
    valid_from: datetime | None
    valid_to: datetime | None
    for_area: str | None
    for_workers: list[str] | None = Field(description="Of them, those whom you may know")
    away_s: float
    alone_s: float | None
    near_m: float | None
    near_s: float
    is_active: bool
    area_code: str | None = Field(description="The smallest area that holds all of it")
    updated_at: datetime


class Fences(BaseModel):
    """A page of fences, by code."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"fences": [], "next": None}}
    )

    fences: list[FenceTold]
    next: str | None

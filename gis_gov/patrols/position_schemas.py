"""What is sent to `POST /positions`, and what it answers."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SENT_MAX = 5_000
POSITIONS_EXAMPLE: dict[str, Any] = {
    "worker": "W0012",
    "positions": [
        {"time": "2026-01-05T08:30:00+08:00", "lon": 113.3641, "lat": 22.938, "accuracy_m": 8.5}
    ],
}

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
Code = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


class PositionSent(BaseModel):
    """A fix. Numbers below 0 for accuracy, speed and direction stand for unknown, as phones do."""

    model_config = ConfigDict(extra="forbid")

    time: AwareDatetime = Field(description="When it was there, with its offset")
    lon: Number = Field(description="Longitude, degrees")
    lat: Number = Field(description="Latitude, degrees")
    accuracy_m: Number | None = Field(
        default=None, description="Radius within which it lies with 68 % probability"
    )
    speed_mps: Number | None = None
    bearing_deg: Number | None = Field(default=None, description="Direction, clockwise from north")
    altitude_m: Number | None = None
    source: Annotated[str, Field(max_length=32, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = Field(
        default=None, description="`gps`, `beidou`, `wifi`, `cell` …"
    )
    device_time: AwareDatetime | None = Field(
        default=None, description="What the clock of the device said when it sent this"
    )
    sequence: Annotated[int, Field(ge=0, lt=2**63)] | None = Field(
        default=None, description="The own count of the device"
    )
    mock: bool = Field(default=False, description="Whether the place comes from a mock provider")
    sos: bool = Field(default=False, description="Whether the worker calls for help")


class PositionsSent(BaseModel):
    """Fixes of one worker by one device, in any order, as often as need be."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": POSITIONS_EXAMPLE})

    worker: Code | None = Field(
        default=None, description="Code of the worker; without it your own, or that of the device"
    )
    device: Code | None = Field(
        default=None, description="Code of the device; without it that of the worker"
    )
    positions: Annotated[list[PositionSent], Field(min_length=1, max_length=SENT_MAX)]


class PositionRefused(BaseModel):
    """A fix that was not stored."""

    model_config = ConfigDict(extra="forbid")

    index: int = Field(description="Which one of those that were sent, from 0")
    reason: Literal["out_of_range", "zero_coordinates", "too_old", "too_new"]


class PositionsTaken(BaseModel):
    """What became of the fixes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"stored": 1, "repeated": 0, "off_shift": 0, "refused": []}},
    )

    stored: int = Field(description="Those that were new; they are committed")
    repeated: int = Field(description="Those that were there already")
    off_shift: int = Field(
        description="Those of times at which the worker was off shift: they are not stored, and to"
        " send them again is of no use"
    )
    refused: list[PositionRefused] = Field(
        description="Those that can be no position; to send them again is of no use"
    )

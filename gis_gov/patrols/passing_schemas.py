"""What is asked of who passed a place, and what is told."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gis_gov.asked_shape import SHAPE_EXAMPLE, Shape

PASSED_EXAMPLE: dict[str, Any] = {
    "movers": [
        {
            "worker": {"code": "W0012", "name": "陈一", "kind": "full-time"},
            "devices": ["W0012"],
            "first_at": "2026-01-05T00:31:12Z",
            "last_at": "2026-01-05T00:33:40.5Z",
            "fixes": 14,
            "closest_m": 0.0,
            "passages": [
                {
                    "begins_at": "2026-01-05T00:31:12Z",
                    "ends_at": "2026-01-05T00:33:40.5Z",
                    "closest_at": "2026-01-05T00:31:12Z",
                    "closest_m": 0.0,
                    "fixes": 14,
                    "direction": None,
                }
            ],
        }
    ],
    "as_of": "2026-01-05T12:00:00Z",
}


class PlaceAsked(BaseModel):
    """The place: exactly one of `geometry` and `within` is given."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"geometry": dict(SHAPE_EXAMPLE)},
                {"geometry": {"type": "LineString", "coordinates": [[123.3, 29.8], [123.3, 29.9]]}},
                {"within": "990101001001"},
            ]
        },
    )

    geometry: Shape | None = None
    within: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="Code of an area or a grid"
    )
    radius_m: Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)] = Field(
        default=0.0,
        description="How far around it, in metres: a point with a radius is a circle; of a line"
        " without one it is told who crossed it",
    )

    @model_validator(mode="after")
    def _names_one_place(self) -> "PlaceAsked":
        if (self.geometry is None) == (self.within is None):
            raise ValueError("give exactly one of geometry and within")
        return self


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PassingWorker(_Answer):
    """Who it was."""

    code: str
    name: str
    kind: str | None


class Passing(_Answer):
    """One time that somebody was there; less than 60 s away in between is not away."""

    begins_at: datetime = Field(description="Where the way between two fixes led in")
    ends_at: datetime
    closest_at: datetime
    closest_m: float = Field(description="Distance to the shape; 0 in it")
    fixes: int = Field(description="Those that lie there; a fast mover may have none")
    direction: Literal["to_left", "to_right"] | None = Field(
        description="To which side of a line he went, as it leads; null for who turned back, and"
        " for other shapes"
    )


class PassedBy(_Answer):
    """A worker, or a device that is nobody's, and each time that it was there."""

    worker: PassingWorker | None
    devices: list[str]
    first_at: datetime
    last_at: datetime
    fixes: int
    closest_m: float
    passages: list[Passing]


class PassedTold(_Answer):
    """Who passed, by the first time."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": PASSED_EXAMPLE})

    movers: list[PassedBy]
    as_of: datetime

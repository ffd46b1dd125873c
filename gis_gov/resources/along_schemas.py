"""What is asked of the cameras along a way, and what is told."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gis_gov.asked_shape import Shape
from gis_gov.resources.asked import Names
from gis_gov.resources.schemas import Bearing

ALONG_EXAMPLE: dict[str, Any] = {
    "cameras": [
        {
            "code": "44011300100100017",
            "name": "学院路口北",
            "class": "bullet",
            "owner": "公安",
            "azimuth_deg": 90.0,
            "field_of_view_deg": 60.0,
            "range_m": 80.0,
            "lon": 113.3641287,
            "lat": 22.9380145,
            "distance_m": 12.31,
            "sees": True,
            "passages": [
                {
                    "begins_at": "2026-01-05T00:31:12Z",
                    "ends_at": "2026-01-05T00:32:40.5Z",
                    "closest_at": "2026-01-05T00:31:52Z",
                    "closest_m": 12.31,
                }
            ],
            "in_view": [
                {
                    "begins_at": "2026-01-05T00:31:20Z",
                    "ends_at": "2026-01-05T00:32:10Z",
                    "closest_at": "2026-01-05T00:31:20Z",
                    "closest_m": 0.0,
                }
            ],
        }
    ]
}


class WayAsked(BaseModel):
    """The way: exactly one of `patrol`, `worker` and `geometry` is given."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"patrol": "W0012-20260105-1", "radius_m": 50},
                {"geometry": {"type": "LineString", "coordinates": [[123.3, 29.8], [123.3, 29.9]]}},
            ]
        },
    )

    patrol: Annotated[str, Field(min_length=1, max_length=300)] | None = Field(
        default=None, description="Code of a patrol"
    )
    worker: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="Code of a worker; `datetime` says when, a day at most"
    )
    geometry: Shape | None = Field(default=None, description="A LineString, in the CRS of `crs`")
    radius_m: Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)] = Field(
        default=50.0, description="How far from the way, in metres"
    )
    classes: Names | None = Field(default=None, description="Only cameras of these classes")

    @model_validator(mode="after")
    def _names_one_way(self) -> "WayAsked":
        if [self.patrol, self.worker, self.geometry].count(None) != 2:
            raise ValueError("give exactly one of patrol, worker and geometry")
        return self


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CameraPassed(_Answer):
    """Where the way was near, or in view: moments, or along a line metres from its begin."""

    begins_at: datetime | None = None
    ends_at: datetime | None = None
    closest_at: datetime | None = None
    from_m: float | None = None
    to_m: float | None = None
    at_m: float | None = Field(default=None, description="Where it was closest")
    closest_m: float = Field(description="Distance from the camera, or from its view")


class CameraAlong(_Answer):
    """A camera along the way. Its stream is not told."""

    code: str
    name: str
    camera_class: str | None = Field(alias="class")
    owner: str | None
    azimuth_deg: Bearing | None
    field_of_view_deg: float | None
    range_m: float | None
    lon: float
    lat: float
    distance_m: float = Field(description="Geodesic distance from the way")
    sees: bool | None = Field(
        description="Whether the way leads through its view; null where its range is not known"
    )
    passages: list[CameraPassed] = Field(description="When the way was within the radius")
    in_view: list[CameraPassed] = Field(description="When it was in the camera's view")


class CamerasAlong(_Answer):
    """The cameras, in the order in which the way comes closest to them first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": ALONG_EXAMPLE})

    cameras: list[CameraAlong]

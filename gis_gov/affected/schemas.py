"""What is sent to `POST /affected`, and what it answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.asked_shape import SHAPE_EXAMPLE, Shape
from gis_gov.counting.schemas import Answer

_COUNTS = {
    "addresses": 62,
    "buildings": 11,
    "dwellings": 48,
    "persons": 131,
    "enterprises": 2,
    "vulnerable_persons": 9,
}
AFFECTED_EXAMPLE: dict[str, Any] = {
    "counts": _COUNTS,
    "withheld": [],
    "grids": [
        {
            "code": "9901010010025004",
            "name": "汀文社区第四网格",
            "area": {"code": "990101001002", "name": "汀文社区"},
            "counts": _COUNTS,
            "workers": [
                {"code": "W0012", "name": "陈一", "role": "worker", "phone": "138****8000"}
            ],
        }
    ],
    "as_of": "2026-01-05T08:30:00Z",
}


class Outage(BaseModel):
    """The ground that is affected."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"example": {"geometry": dict(SHAPE_EXAMPLE)}},
    )

    geometry: Shape
    radius_m: Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)] = Field(
        default=0.0,
        description="How far around the shape, in metres; more than 0 for points and lines",
    )


class Counts(Answer):
    """How many lie in the polygon, or within `radius_m` of the shape; null for what is withheld."""

    addresses: int | None
    buildings: int | None
    dwellings: int | None = Field(description="Dwellings: the households")
    persons: int | None = Field(description="Persons you may read, at their address")
    enterprises: int | None
    vulnerable_persons: int | None = Field(description="Those of the class `service` among them")


class AffectedArea(Answer):
    """The area that a grid belongs to."""

    code: str
    name: str


class AffectedWorker(Answer):
    """Who works in the grid today."""

    code: str
    name: str
    role: str
    phone: str | None = Field(description="138****8000 for whom it is masked")


class AffectedGrid(Answer):
    """A grid that the shape meets, or with things that count; the row without a code is none."""

    code: str | None
    name: str | None
    area: AffectedArea | None
    counts: Counts
    workers: list[AffectedWorker] = Field(description="Those of whom you may know")


class Affected(Answer):
    """What a polygon affects, or is within `radius_m` of a shape; its rows add up to the whole."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": AFFECTED_EXAMPLE})

    counts: Counts
    withheld: list[str] = Field(description="What you may not know the numbers of in a free shape")
    grids: list[AffectedGrid]
    as_of: datetime = Field(description="The moment for which the numbers are true")

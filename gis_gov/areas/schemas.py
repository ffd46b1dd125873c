"""What the routes of the areas take and answer."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, FailFast, Field

EXAMPLE = {
    "grid": {"code": "4401131030010101", "name": "第一网格"},
    "exclusive": [],
    "community": {"code": "440113103001", "name": "学院社区"},
    "street": {"code": "440113103000", "name": "小谷围街道"},
    "district": {"code": "440113000000", "name": "番禺区"},
}
EXAMPLE_OUTSIDE = {
    "grid": None,
    "exclusive": [],
    "community": None,
    "street": None,
    "district": {"code": "440113000000", "name": "番禺区"},
    "nearest": {"code": "4401131030010101", "distance_m": 37.218},
}


class Named(BaseModel):
    """The code and the name of a grid or an area."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str


class NearestGrid(BaseModel):
    """The grid nearest to a point that lies in none."""

    model_config = ConfigDict(extra="forbid")

    code: str
    distance_m: float = Field(description="Geodesic distance to its edge")


class Located(BaseModel):
    """Where a point lies. The tree of areas is ragged, so any of its levels may be null."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [EXAMPLE, EXAMPLE_OUTSIDE]}
    )

    grid: Named | None = Field(
        description="The one grid that the point belongs to: the base grid that covers it, edges"
        " included, the lowest code where several do; without one, the exclusive grid that does"
    )
    exclusive: list[Named] = Field(description="All exclusive (专属) grids that cover the point")
    community: Named | None
    street: Named | None
    district: Named | None
    nearest: NearestGrid | None = Field(
        default=None,
        description="Only where grid is null; null if there are no grids at all",
    )


class LocatedMany(BaseModel):
    """Where each of the points lies, in their order."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"results": [EXAMPLE, EXAMPLE_OUTSIDE]}}
    )

    results: list[Located]


Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class Points(BaseModel):
    """Points to locate: longitude, latitude in degrees."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"example": {"points": [[113.3641, 22.938], [113.5, 22.9]]}},
    )

    points: Annotated[list[tuple[Lon, Lat]], FailFast()]


CSV_IN = "name,lon,lat\r\n学院路1号,113.3641,22.938\r\n珠江口,113.5,22.9\r\n"
CSV_OUT = (
    "name,lon,lat,grid_code\r\n学院路1号,113.3641,22.938,4401131030010101\r\n珠江口,113.5,22.9,\r\n"
)
CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"

_BINARY = {"type": "string", "format": "binary"}

BODY: dict[str, Any] = {
    "required": True,
    "description": "JSON of up to 100,000 points; or CSV (`charset` utf-8 or gb18030) or an"
    " uncompressed Arrow IPC stream, with columns lon and lat",
    "content": {
        "application/json": {"schema": Points.model_json_schema()},
        CSV: {"schema": {"type": "string"}, "example": CSV_IN},
        ARROW: {"schema": _BINARY},
    },
}
"""The request body of POST /locate, for the OpenAPI document."""

ANSWER: dict[str, Any] = {
    "description": "In the media type of the body: JSON results, or the table with grid_code added",
    "content": {
        CSV: {"schema": {"type": "string"}, "example": CSV_OUT},
        ARROW: {"schema": _BINARY},
    },
}

"""What the routes of the resources answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

KINDS = ("camera", "worker", "centre", "poi")
"""What can be asked for around a point."""

Kind = Literal["camera", "worker", "centre", "poi"]
Bearing = Annotated[float, Field(ge=0, lt=360)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Hit(_Answer):
    id: str = Field(description="`kind:code`, unique over all kinds")
    code: str = Field(description="Natural key")
    name: str
    distance_m: float = Field(ge=0, description="Geodesic distance from the point asked for")
    bearing_deg: Bearing | None = Field(
        description="Direction from the point asked for, clockwise from north; null at distance 0"
    )


class _Resource(_Hit):
    resource_class: str | None = Field(alias="class")
    owner: str | None


class Camera(_Resource):
    """What is told of a camera. Its stream is not."""

    kind: Literal["camera"]
    azimuth_deg: Bearing | None = Field(description="Where it looks, clockwise from north")
    field_of_view_deg: float | None
    range_m: float | None
    covers: bool | None = Field(
        description="Whether its view holds the point asked for; null where its range is not known"
    )


class Site(_Resource):
    """What is told of a governance centre or a point of interest."""

    kind: Literal["centre", "poi"]


class Worker(_Hit):
    """What is told of a worker, at the last known position."""

    kind: Literal["worker"]
    worker_kind: str | None
    organisation: str | None
    time: datetime = Field(description="When the worker was there")
    age_s: int = Field(description="Seconds since then; negative where the device's clock is ahead")
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: Bearing | None = Field(description="Direction of the worker's movement")


class Point(_Answer):
    """A GeoJSON point."""

    type: Literal["Point"]
    coordinates: tuple[float, float] = Field(description="Longitude, latitude (CRS84)")


class NearbyFeature(_Answer):
    """One thing that was found."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: Annotated[Camera | Site | Worker, Field(discriminator="kind")]


class Ring(_Answer):
    """The hits whose distance is in (from_m, to_m]; the innermost ring also holds distance 0."""

    from_m: float
    to_m: float
    counts: dict[Kind, int]


NEARBY_EXAMPLE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "camera:44011300100100017",
            "geometry": {"type": "Point", "coordinates": [113.3641287, 22.9380145]},
            "properties": {
                "id": "camera:44011300100100017",
                "kind": "camera",
                "code": "44011300100100017",
                "name": "学院路口北",
                "distance_m": 141.302,
                "bearing_deg": 12.41,
                "class": "bullet",
                "owner": "公安",
                "azimuth_deg": 90,
                "field_of_view_deg": 60,
                "range_m": 80,
                "covers": False,
            },
        }
    ],
    "counts": {"camera": 1, "worker": 0, "centre": 0, "poi": 0},
    "rings": [
        {
            "from_m": 0,
            "to_m": 500,
            "counts": {"camera": 1, "worker": 0, "centre": 0, "poi": 0},
        },
        {
            "from_m": 500,
            "to_m": 1000,
            "counts": {"camera": 0, "worker": 0, "centre": 0, "poi": 0},
        },
    ],
}


class Nearby(_Answer):
    """A page of hits by distance, and the counts over all of them."""

    model_config = ConfigDict(json_schema_extra={"example": NEARBY_EXAMPLE})

    type: Literal["FeatureCollection"]
    features: list[NearbyFeature]
    counts: dict[Kind, int] = Field(description="All hits of each kind that was asked for")
    rings: list[Ring] = Field(description="0–500–1000–2000 m, cut at the radius")


class Named(_Answer):
    """The code and the name of a grid or an area."""

    code: str
    name: str


class ResponsibleWorker(Named):
    """Who works in the grid, and as what."""

    role: str


class Responsible(_Answer):
    """Who answers for an event."""

    grid: Named | None = Field(description="The grid that the event belonged to on its day")
    community: Named | None
    street: Named | None
    district: Named | None
    workers: list[ResponsibleWorker] = Field(description="Those of the grid of whom you may know")


class EventAbout(_Answer):
    """The event whose surroundings are asked for."""

    code: str
    title: str | None
    state: str


class NearbyEvent(Nearby):
    """What is around an event, and who answers for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **NEARBY_EXAMPLE,
                "event": {"code": "99010100000017", "title": "占道经营", "state": "pending"},
                "responsible": {
                    "grid": {"code": "4401131030010101", "name": "第一网格"},
                    "community": {"code": "440113103001", "name": "学院社区"},
                    "street": {"code": "440113103000", "name": "小谷围街道"},
                    "district": {"code": "440113000000", "name": "番禺区"},
                    "workers": [{"code": "W0012", "name": "陈一", "role": "worker"}],
                },
            }
        }
    )

    event: EventAbout
    responsible: Responsible

"""What the routes of the resources answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.patrols.service import Standing

KINDS = ("camera", "worker", "centre", "poi")
"""What is looked for around a place if nothing is named."""
ALL_KINDS = (*KINDS, "enterprise")
"""What can be looked for around a place."""

Kind = Literal["camera", "worker", "centre", "poi", "enterprise"]
NEAREST_MAX = 100
Bearing = Annotated[float, Field(ge=0, lt=360)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Hit(_Answer):
    id: str = Field(description="`kind:code`, unique over all kinds")
    code: str = Field(description="Natural key")
    name: str
    distance_m: float = Field(ge=0, description="Geodesic distance from the place asked for")
    bearing_deg: Bearing | None = Field(
        description="Direction from the nearest place of what is asked for, clockwise from north;"
        " null at distance 0"
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
        description="Whether its view holds the point asked for, or meets the shape; null where its"
        " range is not known, or over 100 km"
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
    standing: Standing = Field(description="How the worker stands, as `GET /workers` tells it")
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: Bearing | None = Field(description="Direction of the worker's movement")


class Enterprise(_Hit):
    """What is told of an enterprise: nobody who works there."""

    kind: Literal["enterprise"]
    category: str | None
    risk_class: str | None


class Point(_Answer):
    """A GeoJSON point."""

    type: Literal["Point"]
    coordinates: tuple[float, float] = Field(description="Longitude, latitude (CRS84)")


class NearbyFeature(_Answer):
    """One thing that was found."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: Annotated[Camera | Site | Worker | Enterprise, Field(discriminator="kind")]


class SeenBy(_Answer):
    """A camera that sees a place."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: Camera


class Ring(_Answer):
    """The hits whose distance is in (from_m, to_m]; the innermost ring also holds distance 0."""

    from_m: float
    to_m: float
    counts: dict[Kind, int]


class VulnerableRing(_Answer):
    """Those whose home's distance is in (from_m, to_m]; the innermost ring also holds 0."""

    from_m: float
    to_m: float
    count: int


class Vulnerable(_Answer):
    """How many persons of the class `service` live around: of those that you may read."""

    count: int
    rings: list[VulnerableRing] = Field(description="They add up to `count`")
    as_of: datetime = Field(description="The moment for which the numbers are true")


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
    rings: list[Ring] = Field(
        description="0–500–1000–2000 m, cut at the radius; none without a radius"
    )
    vulnerable_persons: Vulnerable | None = Field(
        default=None,
        description="Only if `vulnerable` was asked for; null where you may not know of each person"
        " that you read where it lives and of which class it is",
    )


class Named(_Answer):
    """The code and the name of a grid or an area."""

    code: str
    name: str


class ResponsibleWorker(Named):
    """Who works in the grid, and as what."""

    role: str


class Responsible(_Answer):
    """Who answers for a place."""

    grid: Named | None = Field(
        description="The grid that it belongs to, an event that of its day; null for what lies in"
        " none, of which the areas alone are told"
    )
    community: Named | None
    street: Named | None
    district: Named | None
    workers: list[ResponsibleWorker] = Field(description="Those of the grid of whom you may know")


class NearbyPoint(Nearby):
    """What is around a point, and who answers for it."""

    responsible: Responsible | None = Field(
        default=None, description="Only if it was asked for: who answers for the point"
    )


class NearbyShape(Nearby):
    """What is around a shape, and who answers for it."""

    responsible: list[Responsible] | None = Field(
        default=None,
        description="Only if it was asked for: who answers for each grid that the shape meets",
    )


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
                "seen_by": [],
            }
        }
    )

    event: EventAbout
    responsible: Responsible
    seen_by: list[SeenBy] | None = Field(
        description="The cameras that see the event, the nearest 1000, however far they are; null"
        " where you may see no cameras"
    )

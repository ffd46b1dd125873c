"""What is asked of the surroundings of a shape."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gis_gov.asked_shape import SHAPE_EXAMPLE, Shape
from gis_gov.resources.schemas import NEAREST_MAX, Kind
from gis_gov.resources.staff import AGE_MAX_S

LIMIT = 50
"""So many features are told where nobody says how many."""
ON_SHIFT = (
    "Only workers who are on shift and were heard of of late: within `max_age_s`; false: where"
    " anybody was last, however long ago"
)
MAX_AGE = (
    "Only workers whose last position is at most so many seconds old; without it, with `on_shift`,"
    " as old as that of who does not count as offline (`GIS_GOV_WORKER_OFFLINE_S`, 300)"
)
COVERS = (
    "Only cameras whose view holds the point, or meets the shape, however far they are: up to their"
    " own range, and not to the radius; those beyond it are in `counts`, and in no ring"
)

Names = Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=100)]


class NearbyAsked(BaseModel):
    """What to look around, and for what: exactly one of `geometry` and `camera` is given."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"geometry": dict(SHAPE_EXAMPLE), "radius_m": 0, "kinds": ["camera", "centre"]},
                {"camera": "44011300100100017", "k": 3},
            ]
        },
    )

    geometry: Shape | None = None
    camera: Annotated[str, Field(max_length=255)] | None = Field(
        default=None, description="Code of a camera: what is in its view, or around it"
    )
    radius_m: Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)] | None = Field(
        default=None,
        description="How far from the shape, in metres; 0: in it. Without it and `k`: 1000",
    )
    k: Annotated[int, Field(ge=1, le=NEAREST_MAX)] | None = Field(
        default=None,
        description="So many of each kind, the nearest; without `radius_m` up to 50 km away",
    )
    kinds: Annotated[list[Kind], Field(min_length=1)] | None = Field(
        default=None, description="Without it cameras, workers, centres and POIs you may see"
    )
    classes: Names | None = Field(
        default=None, description="Only cameras, centres and POIs of these classes"
    )
    risk_classes: Names | None = Field(
        default=None, description="Only enterprises of these risk classes"
    )
    on_shift: bool = Field(default=True, description=ON_SHIFT)
    max_age_s: Annotated[int, Field(ge=1, le=AGE_MAX_S)] | None = Field(
        default=None, description=MAX_AGE
    )
    covers: bool = Field(default=False, description=COVERS)
    vulnerable: bool = Field(
        default=False, description="Whether to count the vulnerable persons around, too"
    )
    responsible: bool = Field(
        default=False, description="Whether to tell who answers for the grids that the shape meets"
    )
    limit: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Features at most; more than 1000 count as that. Without it 50, with `k` all",
    )

    @model_validator(mode="after")
    def _names_one_place(self) -> "NearbyAsked":
        if (self.geometry is None) == (self.camera is None):
            raise ValueError("give exactly one of geometry and camera")
        return self

"""What is sent to make rules, and what is told of them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.asked_shape import Shape
from gis_gov.duties import examples

Level = Literal["province", "city", "district", "street", "community", "grid"]
ObjectKind = Literal["grid", "area", "route", "points", "person", "house", "enterprise", "resource"]
CadenceName = Literal["day", "week", "ten_days", "month", "quarter"]
Code = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
Kind = Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
_Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]

OBJECTS_MAX = 5_000
POINTS_MAX = 200


class PointSent(BaseModel):
    """A check point."""

    model_config = ConfigDict(extra="forbid")

    name: _Text | None = None
    lon: _Degrees
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    radius_m: Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)] = 50.0


class ObjectSent(BaseModel):
    """What has to be patrolled."""

    model_config = ConfigDict(extra="forbid")

    kind: ObjectKind
    codes: Annotated[list[Code], Field(max_length=OBJECTS_MAX)] = Field(
        default_factory=list[str],
        description="Which; without any, all base grids of the area, or the area itself",
    )
    geometry: Shape | None = Field(default=None, description="Of a route: one line or several")
    points: Annotated[list[PointSent], Field(max_length=POINTS_MAX)] = Field(
        default_factory=list[PointSent],
        description="Where a patrol has to come by, in their order; they may go with any kind",
    )


class RuleTerms(BaseModel):
    """All of a rule but its code."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.TERMS_SENT})

    name: _Text
    level: Level | None = Field(default=None, description="Of whom it is asked")
    area: Code = Field(description="Code of the area whose rule it is, and where its objects lie")
    object: ObjectSent
    workers: Annotated[list[Code], Field(max_length=OBJECTS_MAX)] = Field(
        default_factory=list[str],
        description="Who; without any, those who serve in the grid of the object, or else those"
        " employed in the area",
    )
    is_own: bool = Field(
        default=True, description="Each worker has a task of his own; else one does it for all"
    )
    workers_min: Annotated[int, Field(ge=1, le=100)] = Field(
        default=1, description="So many have to go together, if it is not each worker's own"
    )
    patrol_kind: Kind | None = Field(default=None, description="Kind of the patrols that count")
    alternates: Annotated[list[Kind], Field(max_length=20)] = Field(
        default_factory=list[str],
        description="Kinds of patrols that count without having been gone: `uav`, `meeting` …",
    )
    cadence: CadenceName = Field(description="`ten_days` are the 1st, 11th and 21st of a month on")
    per_period: Annotated[int, Field(ge=1, le=31)] = 1
    working_days: bool = Field(
        default=False,
        description="Daily tasks are for working days; others due on a day of rest move to the next"
        " working day",
    )
    min_minutes: Positive | None = None
    min_metres: Positive | None = Field(default=None, description="Of valid mileage")
    min_interval_h: Positive | None = Field(
        default=None, description="Hours since the end of the last patrol that fulfilled a task"
    )
    min_coverage: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = Field(
        default=None, description="Share of the length of a route"
    )
    radius_m: Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)] | None = Field(
        default=None,
        description="How near to the object it counts; without it 50, and 0 of grids and areas",
    )
    only_near: bool | None = Field(
        default=None,
        description="What is gone farther off does not count to minutes and metres; without it so"
        " of grids and areas",
    )
    without_stays: bool = Field(
        default=False,
        description="The time of stays (10 minutes within 20 m of a place) does not count to"
        " minutes",
    )
    in_order: bool = Field(default=False, description="Check points have to be reached in order")
    max_speed_mps: Positive | None = Field(
        default=None, description="What is gone faster, over 30 s, does not count"
    )
    valid_from: date | None = Field(
        default=None,
        description="The first period that begins then makes tasks; without it today, or for a"
        " change tomorrow",
    )


class RuleSent(RuleTerms):
    """A new rule."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.RULE_SENT})

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]


class RuleEnd(BaseModel):
    """When a rule ends."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {}})

    valid_to: date | None = Field(default=None, description="Its last day; without it today")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RuleTold(_Answer):
    """A version of a rule."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.RULE})

    code: str
    version: int
    name: str
    level: Level | None
    area: str
    object_kind: ObjectKind
    is_own: bool
    workers_min: int
    patrol_kind: str | None
    alternates: list[str]
    cadence: CadenceName
    per_period: int
    working_days: bool
    min_minutes: float | None
    min_metres: float | None
    min_interval_h: float | None
    min_coverage: float | None
    radius_m: float
    only_near: bool
    without_stays: bool
    in_order: bool
    max_speed_mps: float | None
    valid_from: date
    valid_to: date | None


class PointTold(_Answer):
    """A check point."""

    number: int
    name: str | None
    lon: float
    lat: float
    radius_m: float


class VersionTold(_Answer):
    """When a version of a rule is in force."""

    version: int
    valid_from: date
    valid_to: date | None


class RuleWhole(RuleTold):
    """A rule with what it names and draws, and all its versions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.RULE_WHOLE})

    objects: list[str] = Field(description="Codes of those that you may know")
    workers: list[str] = Field(description="Codes of those that you may know")
    points: list[PointTold]
    geometry: dict[str, Any] | None = Field(description="Of a route, as a GeoJSON geometry")
    versions: list[VersionTold] = Field(description="The newest first")


class Rules(_Answer):
    """A page of rules."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"rules": [examples.RULE], "next": None}},
    )

    rules: list[RuleTold]
    next: str | None

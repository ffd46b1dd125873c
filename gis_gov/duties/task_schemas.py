"""What is told of tasks and judgements, and of the working calendar."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.duties import examples
from gis_gov.duties.rule_schemas import ObjectKind

State = Literal["open", "done", "overdue", "excused"]
DAYS_MAX = 1_000


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RuleNamed(_Answer):
    """A version of a rule."""

    code: str
    version: int
    name: str


class ObjectTold(_Answer):
    """What has to be patrolled."""

    kind: ObjectKind
    code: str | None = Field(
        description="Null for what the rule draws itself, and of what you may not know: of a"
        " person, it takes the right to his class, too"
    )


class WorkerNamed(_Answer):
    """Whose task it is."""

    code: str | None = Field(description="Null if you may not know of the worker himself")
    name: str | None


class TaskTold(_Answer):
    """What a rule wants of somebody in a period."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.TASK})

    id: int
    rule: RuleNamed
    object: ObjectTold
    worker: WorkerNamed | None = Field(description="Null where one does it for all")
    area: str | None
    grid: str | None
    number: int = Field(description="From 1 on, where the rule wants several a period")
    begins_on: date
    ends_on: date
    due_at: datetime = Field(description="What begins then comes too late")
    state: State
    patrol: str | None = Field(description="Code of the patrol that fulfilled it")
    done_at: datetime | None
    excused_for: str | None


class Tasks(_Answer):
    """A page of tasks, those that are due first before the others."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"tasks": [examples.TASK], "next": None}}
    )

    tasks: list[TaskTold]
    next: str | None


class ReasonTold(_Answer):
    """Why a patrol is not enough."""

    code: Literal[
        "too_short",
        "too_few_metres",
        "too_little_covered",
        "points_missed",
        "points_out_of_order",
        "not_there",
        "no_place",
        "outside",
        "too_fast",
        "stayed",
        "too_soon",
        "too_few_together",
        "nothing_open",
    ]
    told: float | list[int] | None = Field(
        description="What was found: minutes, metres, a share, hours, workers, or check points;"
        " of `outside` and `too_fast` the metres that did not count for it,"
        " of `stayed` the minutes"
    )
    wanted: float | None


class PointReached(_Answer):
    """A check point, and when the patrol came there; null if never, or not in order."""

    number: int
    at: datetime | None


class JudgementTold(_Answer):
    """What of a rule a patrol met; minutes and metres are those that count for it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.JUDGEMENT})

    patrol: str
    rule: RuleNamed
    object: ObjectTold
    is_enough: bool = Field(description="It meets the rule, if it stood alone")
    is_alternate: bool = Field(description="Of a kind that counts without having been gone")
    duration_s: float
    valid_mileage_m: float
    coverage: float | None = Field(description="Share of the length of the route")
    reasons: list[ReasonTold] = Field(description="Why it is not enough")
    points: list[PointReached]
    missed: dict[str, Any] | None = Field(
        description="The parts of the route that it did not come by, as a GeoJSON geometry"
    )
    task: int | None = Field(description="The task that it fulfilled")
    task_reasons: list[ReasonTold] = Field(
        description="Why it fulfilled none, though it was enough"
    )
    version: int
    judged_at: datetime


class Judgements(_Answer):
    """How a patrol is judged, by the rules that it may be for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"patrol": examples.JUDGEMENT["patrol"], "judgements": [examples.JUDGEMENT]}
        },
    )

    patrol: str
    judgements: list[JudgementTold]


class TaskWhole(TaskTold):
    """A task, and the patrols in its time that were judged for it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {**examples.TASK, "judgements": [examples.JUDGEMENT]}},
    )

    judgements: list[JudgementTold]


class Excuse(BaseModel):
    """Why a task need not be done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "汛期封路"}})

    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class CalendarDay(BaseModel):
    """A day on which it is worked, or not, otherwise than from Monday to Friday."""

    model_config = ConfigDict(extra="forbid")

    day: date
    works: bool | None = Field(description="Null: as from Monday to Friday")
    name: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None


class CalendarSent(BaseModel):
    """Days that are otherwise."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.CALENDAR})

    days: Annotated[list[CalendarDay], Field(min_length=1, max_length=DAYS_MAX)]


class Calendar(_Answer):
    """The days that are otherwise, in their order."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": examples.CALENDAR})

    days: list[CalendarDay]

"""The settings of patrols: whose positions are kept and for how long, and who is told why."""

from collections.abc import Iterable
from typing import Annotated, Final, Self, cast

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

DAYS_LEAST: Final = 7
"""The database drops no positions that are younger."""

PurposeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class PatrolSettings(BaseSettings):
    """Hold those of a process's settings that are about where workers are and were."""

    positions_kept_days: int = Field(
        default=90,
        ge=0,
        le=400,
        description="Days for which positions are kept, at least 7; later ones are refused, too. 0:"
        " they are never dropped, and refused after 90 days.",
    )
    patrols_kept_days: int = Field(
        default=1095,
        ge=0,
        description="Days for which patrols are kept, with their figures and lines, and tasks,"
        " crossings, alarms and where it was walked; no fewer than positions. 0: never dropped.",
    )
    patrols_after_s: float = Field(
        default=120.0,
        ge=0,
        description="Seconds after which the patrols of a worker are made anew from new positions;"
        " whoever asks for one has it at once.",
    )
    on_shift_unless_told: bool = Field(
        default=True,
        description="Whether workers of whom no shifts are told are always on shift; else never:"
        " nothing is stored of where they are.",
    )
    worker_idle_s: int = Field(
        default=600,
        ge=1,
        description="Seconds after which a worker who has not gone 50 m is idle.",
    )
    worker_offline_s: int = Field(
        default=300,
        ge=1,
        description="Seconds without a position after which a worker is offline.",
    )
    purposes: Annotated[tuple[PurposeName, ...], NoDecode, Field(min_length=1)] = Field(
        default=("inspection", "dispute", "emergency", "settlement", "statistics"),
        description="What it may be for to ask where others went (header X-Purpose), with commas"
        " between.",
    )
    purpose_required: bool = Field(
        default=False,
        description="Whether that has to be said; else it is kept where it is.",
    )

    @field_validator("purposes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(cast("Iterable[object]", value))

    @model_validator(mode="after")
    def _patrols_after_positions(self) -> Self:
        if 0 < self.positions_kept_days < DAYS_LEAST:
            raise ValueError(f"GIS_GOV_POSITIONS_KEPT_DAYS is 0, or at least {DAYS_LEAST}")
        # Patrols that are gone would be made anew of positions that are not.
        if self.patrols_kept_days and not 0 < self.positions_kept_days <= self.patrols_kept_days:
            raise ValueError(
                "GIS_GOV_PATROLS_KEPT_DAYS is 0, or no less than GIS_GOV_POSITIONS_KEPT_DAYS"
            )
        return self

"""Which workers are looked for around a place, and how they stand who are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gis_gov.patrols.service import StandingLimits, standing

AGE_MAX_S: Final = 31_536_000
"""A year: so old a last position may be that is asked for."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Workers who are looked for: on shift or anybody, and how old their last position may be.

    `limits` are those by which it is told how each of them stands.
    """

    limits: StandingLimits
    on_shift: bool
    max_age_s: float | None


def staff_of(limits: StandingLimits, *, on_shift: bool, max_age_s: float | None) -> Staff:
    """Return which workers are meant: on shift are those only of whom something is heard."""
    heard_s = limits.offline_s if on_shift and max_age_s is None else max_age_s
    return Staff(limits, on_shift, heard_s)


def with_standing(row: Mapping[str, Any], limits: StandingLimits) -> dict[str, Any]:
    """Add to the row of a worker how he stands, at the moment at which it was read."""
    stands = standing(
        row["seen_at"] + timedelta(seconds=row["age_s"]),
        limits,
        is_off_shift=row["is_off_shift"],
        seen_at=row["seen_at"],
        still_since=row["still_since"],
        is_outside=row["is_outside"],
    )
    return {**row, "standing": stands.value}

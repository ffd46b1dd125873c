"""How a worker stands: what is to be said of him at a glance."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gis_gov.settings import Settings


class Standing(StrEnum):
    """What a worker does, as far as his positions tell."""

    ON_SHIFT = "on_shift"
    """He is on shift, heard of, where he should be, and moves."""
    IDLE = "idle"
    """The same, but he has not moved for long."""
    OUTSIDE = "outside"
    """He is in none of his grids."""
    OFFLINE = "offline"
    """He is on shift, and nothing was heard of him for long, or ever."""
    OFF_SHIFT = "off_shift"
    """He is off shift: where he is, is nobody's business."""


@dataclass(frozen=True, slots=True)
class StandingLimits:
    """After how long a worker is idle, and offline."""

    idle_s: int
    offline_s: int


def limits_of(settings: Settings) -> StandingLimits:
    """Return the limits that are set."""
    return StandingLimits(settings.worker_idle_s, settings.worker_offline_s)


def standing(
    now: datetime,
    limits: StandingLimits,
    *,
    is_off_shift: bool,
    seen_at: datetime | None = None,
    still_since: datetime | None = None,
    is_outside: bool = False,
) -> Standing:
    """Say how a worker stands by his last position, the gravest that is true.

    Whoever is off shift is nothing else; of whom nothing is heard it is not known where he is; to
    be outside goes before not moving.
    """
    if is_off_shift:
        return Standing.OFF_SHIFT
    if seen_at is None or now - seen_at > timedelta(seconds=limits.offline_s):
        return Standing.OFFLINE
    if is_outside:
        return Standing.OUTSIDE
    if still_since is not None and now - still_since > timedelta(seconds=limits.idle_s):
        return Standing.IDLE
    return Standing.ON_SHIFT

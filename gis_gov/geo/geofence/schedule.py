"""When a fence counts: windows of the week in local time (UTC+8), and days of a calendar."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.spans import merged

DAY_S: Final = 86_400
MINUTES_A_DAY: Final = 1_440
_UTC_OFFSET_S: Final = 8 * 3_600
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a day of the week, 1 for Monday to 7, in minutes after midnight (UTC+8).

    From the first minute on, up to the last one, which is no longer in it. One that goes on past
    midnight ends above 1,440: it belongs to the day on which it begins.

    Raises:
        ValueError: no such day, or the window is empty, or longer than a day.

    """

    weekday: int
    from_minute: int
    to_minute: int

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"weekday {self.weekday} is none of 1 (Monday) to 7")
        if not 0 <= self.from_minute < MINUTES_A_DAY:
            raise ValueError(f"a window begins within its day, not at minute {self.from_minute}")
        if not 0 < self.to_minute - self.from_minute <= MINUTES_A_DAY:
            raise ValueError(f"a window lasts a minute to a day: {self}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Windows of the week, and the days on which they count: None for every day.

    Without windows (None), those days count as a whole. A window counts if the day on which it
    begins is one of `days`.
    """

    windows: tuple[Window, ...] | None = None
    days: frozenset[date] | None = None

    def spans(self, from_s: float, to_s: float) -> Floats:
        """Return the spans in force that touch a time, in seconds since 1970, each as a whole.

        Each is in force from its first moment up to its last, which is no longer in it. One that
        reaches farther than a day beyond the time asked for may be told cut there.
        """
        days = range(_day(from_s) - 2, _day(to_s) + 2)
        found = merged([span for day in days for span in _spans_of_day(self, day)])
        return found[(found[:, 0] <= to_s) & (found[:, 1] > from_s)]

    def steady(self, at_s: float) -> tuple[bool, float, float]:
        """Tell whether it is in force at a moment, and between which moments it stays so.

        From the first moment on, up to the second, which need not be the last: ask again there.
        """
        begin_s = (_day(at_s) - 1) * DAY_S - _UTC_OFFSET_S
        end_s = begin_s + 3 * DAY_S
        for from_s, to_s in self.spans(begin_s, end_s).tolist():
            if at_s < from_s:
                return False, begin_s, from_s
            if at_s < to_s:
                return True, max(from_s, begin_s), min(to_s, end_s)
            begin_s = to_s
        return False, begin_s, end_s


def _day(time_s: float) -> int:
    """Return the local day of a moment, in days since 1970."""
    return int((time_s + _UTC_OFFSET_S) // DAY_S)


@lru_cache(maxsize=4_096)
def _spans_of_day(schedule: Schedule, day: int) -> tuple[tuple[float, float], ...]:
    """Return what begins on a local day, not joined."""
    today = _EPOCH + timedelta(days=day)
    if schedule.days is not None and today not in schedule.days:
        return ()
    midnight_s = float(day * DAY_S - _UTC_OFFSET_S)
    if schedule.windows is None:
        return ((midnight_s, midnight_s + DAY_S),)
    return tuple(
        (midnight_s + window.from_minute * 60, midnight_s + window.to_minute * 60)
        for window in schedule.windows
        if window.weekday == today.isoweekday()
    )

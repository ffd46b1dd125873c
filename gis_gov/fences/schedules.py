"""The windows of a fence as they are stored, and as the engine takes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_gov.geo.geofence.schedule import MINUTES_A_DAY, Schedule, Window


def schedule_of(windows: Sequence[Mapping[str, Any]] | None) -> Schedule | None:
    """Make a schedule of windows: `weekdays` (1 Monday to 7), `from` and `to` as HH:MM (UTC+8).

    One that ends at or before the time at which it begins ends on the next day. None is always.

    Raises:
        ValueError: a weekday or a time is none.

    """
    if windows is None:
        return None
    return Schedule(
        tuple(
            Window(weekday, *_minutes(window["from"], window["to"]))
            for window in windows
            for weekday in window["weekdays"]
        )
    )


def _minutes(begin: str, end: str) -> tuple[int, int]:
    from_minute, to_minute = _minute(begin), _minute(end)
    return from_minute, to_minute + MINUTES_A_DAY * (to_minute <= from_minute)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)

"""Numbers of the last changes of tracks, by the hour and, as far as all was heard, by place.

A fix changes the whole line that its device makes in its hour, as that tells when it ends and is
simplified as one, and that of the next hour, which begins where the one before ended. So where a
device was in an hour is kept as it is heard: what a tile may show of it lies in these squares. Of
an hour of which something was there before, or was told without places, each change may be
anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from math import cos, inf, radians
from typing import Final

from gis_gov.changes.squares import Square, Squares, widened
from gis_gov.geo.bbox import BBox
from gis_gov.interval import Interval

HOUR_S: Final = 3_600
HOURS_MAX: Final = 20_000
PLACES_MAX: Final = 100_000
_SQUARES_MAX: Final = 1_000
"""Somebody who was in more of them in an hour may have been anywhere."""

_LEG_DEGREES: Final = 0.01
"""So far around it a tile looks for lines: a leg between two fixes is not longer than that."""


@dataclass(slots=True)
class _Hour:
    """What changed in an hour: last, last in all places, and where the devices were if known."""

    newest: int = 0
    everywhere: int = 0
    squares: Squares = field(default_factory=Squares)
    devices: dict[str, set[Square]] | None = None

    def change_everywhere(self, number: int) -> None:
        """Take all places as changed, now and with each change to come."""
        self.newest = self.everywhere = number
        if self.devices is not None:
            self.devices, self.squares = None, Squares()

    def last(self, box: BBox) -> int:
        if self.everywhere == self.newest:
            return self.newest
        found = self.squares.last(box)
        return self.newest if found is None else max(self.everywhere, found)


class Tracks:
    """Keep what is told of tracks; numbers only grow."""

    def __init__(self, hours_max: int = HOURS_MAX, places_max: int = PLACES_MAX) -> None:
        self._hours_max = hours_max
        self._places_max = places_max
        self._anytime = 0
        self._known_after = inf
        self._hours: dict[int, _Hour] = {}
        self._places = 0

    def begin(self, number: int, newest: float) -> None:
        """Take all tracks as changed; of hours after the `newest` one nothing is there yet."""
        self._anytime, self._known_after, self._places = number, newest, 0
        self._hours.clear()

    def change_anytime(self, number: int) -> None:
        """Take all tracks as changed, and as not known from now on."""
        self._anytime = number
        for hour in self._hours.values():
            hour.change_everywhere(number)

    def change_in(self, told: str, number: int) -> None:
        """Take the tracks of some hours as changed."""
        for hour in map(int, told.split(",")):
            self._hour(hour).change_everywhere(number)
        self._make_room(number)

    def change_by(self, told: str, number: int) -> None:
        """Take tracks as changed, each told as `hour:device:west:south:east:north`."""
        for each in told.split(","):
            told_hour, device, *sides = each.split(":")
            hour = self._hour(int(told_hour))
            after = self._squares(int(told_hour) + 1, device)
            if hour.devices is None or after is None:
                hour.change_everywhere(number)
                continue
            known = hour.devices.setdefault(device, set())
            self._places -= len(known)
            known.update(_squares(*map(int, sides)))
            self._places += len(known)
            if len(known) > _SQUARES_MAX:
                hour.change_everywhere(number)
            else:
                hour.newest = number
                hour.squares.change(known | after if after else known, number)
        self._make_room(number)

    def last(self, box: BBox, tracks: Interval | None) -> int:
        """Return the last number of tracks of a time in a tile's box; without one, of any time."""
        first, last = (-inf, inf) if tracks is None else _hours(tracks)
        around = widened(
            box, _LEG_DEGREES / cos(radians(min(max(abs(box.south), abs(box.north)), 89.0)))
        )
        found = self._anytime
        for hour in self._between(first, last):
            if hour.newest > found:
                found = max(found, hour.last(around))
        return found

    def _between(self, first: float, last: float) -> Iterator[_Hour]:
        if last - first < len(self._hours):
            for number in range(int(first), int(last) + 1):
                if number in self._hours:
                    yield self._hours[number]
        else:
            for number, hour in self._hours.items():
                if first <= number <= last:
                    yield hour

    def _hour(self, number: int) -> _Hour:
        found = self._hours.get(number)
        if found is None:
            found = self._hours[number] = _Hour()
            if number > self._known_after:
                found.devices = {}
        return found

    def _squares(self, number: int, device: str) -> set[Square] | None:
        """Return where a device was in an hour, None if that is not known."""
        hour = self._hours.get(number)
        if hour is None:
            return set() if number > self._known_after else None
        return None if hour.devices is None else hour.devices.get(device, set())

    def _make_room(self, number: int) -> None:
        if len(self._hours) > self._hours_max:
            self.begin(number, max(self._known_after, *self._hours))
        if self._places > self._places_max:
            kept = {
                each: sum(map(len, hour.devices.values()))
                for each, hour in self._hours.items()
                if hour.devices is not None
            }
            self._places = sum(kept.values())
            for oldest in sorted(kept):
                if self._places <= self._places_max // 2:
                    break
                self._hours[oldest].change_everywhere(self._hours[oldest].newest)
                self._places -= kept[oldest]


def _squares(west: int, south: int, east: int, north: int) -> Iterator[Square]:
    """Give the squares between two; the first ones where there are too many."""
    return islice(product(range(west, east + 1), range(south, north + 1)), _SQUARES_MAX + 1)


def _hours(tracks: Interval) -> tuple[float, float]:
    """Return the first and last hour since 1970 in which a time lies."""
    since, until = tracks.since, tracks.until
    return (
        -inf if since is None else since.timestamp() // HOUR_S,
        inf if until is None else until.timestamp() // HOUR_S,
    )

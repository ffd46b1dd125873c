"""When one worker is on shift, told from his shifts alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from gis_gov.days import day_of, end_of, start_of
from gis_gov.geo.arrays import Floats
from gis_gov.geo.geofence.spans import merged, without

KEPT_DAYS: Final = 64
"""So many days of a worker are kept worked out: what comes is mostly of today."""
AHEAD_DAYS: Final = 8
"""Within that time what is weekly has come round."""

Kind = Literal["duty", "leave"]


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of some days in local time (UTC+8): of weekdays (1 is Monday), or of one day.

    What ends at or before it begins, ends on the day after; it belongs to the day on which it
    begins. A weekly one holds on the days from `valid_from` up to and with `valid_to`.
    """

    kind: Kind
    begins: time
    ends: time
    weekdays: frozenset[int] | None = None
    day: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        # As they come from the database.
        if self.weekdays is not None:
            object.__setattr__(self, "weekdays", frozenset(self.weekdays))

    def is_of(self, day: date) -> bool:
        """Say whether it begins on a day."""
        if self.weekdays is None:
            return day == self.day
        return (
            day.isoweekday() in self.weekdays
            and (self.valid_from is None or day >= self.valid_from)
            and (self.valid_to is None or day <= self.valid_to)
        )

    def span(self, day: date) -> tuple[float, float]:
        """Return from when up to when it is, if it begins on a day; seconds since 1970."""
        start_s = start_of(day).timestamp()
        begin_s, end_s = start_s + _seconds(self.begins), start_s + _seconds(self.ends)
        return begin_s, end_s if end_s > begin_s else end_s + 86_400


class Roster:
    """All shifts of a worker.

    Of what contradicts itself a single day goes before what is weekly, and of the same sort leave
    before duty. Until the first duty of his begins, and if he has none, a worker is on shift
    throughout if `unless_told` says so, but for leave; then only when he has duty.
    """

    def __init__(self, shifts: Iterable[Shift], *, unless_told: bool) -> None:
        self._shifts = tuple(shifts)
        self._unless_told = unless_told
        firsts = [each.day or each.valid_from or date.min for each in self._of("duty")]
        self._told_from = min(firsts, default=date.max)
        self._days: dict[date, tuple[tuple[float, float], ...]] = {}

    def is_on(self, moment: datetime) -> bool:
        """Say whether he is on shift."""
        at_s = moment.timestamp()
        return any(begin_s <= at_s < end_s for begin_s, end_s in self._spans(day_of(moment)))

    def changes_after(self, moment: datetime) -> datetime | None:
        """Return when that changes next, None if not within AHEAD_DAYS."""
        is_on, at_s, day = self.is_on(moment), moment.timestamp(), day_of(moment)
        for _ in range(AHEAD_DAYS):
            edges = [edge for span in self._spans(day) for edge in span]
            for edge in [*edges, end_of(day).timestamp()]:
                if edge > at_s and self.is_on(found := datetime.fromtimestamp(edge, UTC)) != is_on:
                    return found
            day = day_of(end_of(day))
        return None

    def spans(self, from_s: float, to_s: float) -> Floats:
        """Return when he is on shift on the days that a time touches, in seconds since 1970."""
        first, last = (day_of(datetime.fromtimestamp(at_s, UTC)) for at_s in (from_s, to_s))
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return merged([span for day in days for span in self._spans(day)])

    def _spans(self, day: date) -> tuple[tuple[float, float], ...]:
        """Return when he is on shift within a day."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= KEPT_DAYS:
                self._days.clear()
            found = self._days[day] = self._made(day)
        return found

    def _made(self, day: date) -> tuple[tuple[float, float], ...]:
        whole = start_of(day).timestamp(), end_of(day).timestamp()
        is_told = day >= self._told_from
        duty: Sequence[tuple[float, float]] = [whole] if self._unless_told and not is_told else []
        found = merged([*duty, *self._touching(day, "duty", lambda each: each.day is None)])
        found = without(found, self._touching(day, "leave", lambda each: each.day is None))
        singles = self._touching(day, "duty", lambda each: each.day is not None)
        found = merged([*found.tolist(), *singles])
        found = without(found, self._touching(day, "leave", lambda each: each.day is not None))
        return _within(found, *whole)

    def _touching(
        self, day: date, kind: Kind, chosen: Callable[[Shift], bool]
    ) -> list[tuple[float, float]]:
        """Return the spans of shifts that begin on a day or the one before."""
        yesterday = day_of(datetime.fromtimestamp(start_of(day).timestamp() - 1, UTC))
        return [
            each.span(begun)
            for each in self._of(kind)
            if chosen(each)
            for begun in (yesterday, day)
            if each.is_of(begun)
        ]

    def _of(self, kind: Kind) -> list[Shift]:
        return [each for each in self._shifts if each.kind == kind]


def _within(spans: Floats, from_s: float, to_s: float) -> tuple[tuple[float, float], ...]:
    cut = [(max(begin, from_s), min(end, to_s)) for begin, end in spans.tolist()]
    return tuple((begin, end) for begin, end in cut if begin < end)


def _seconds(at: time) -> float:
    return at.hour * 3_600 + at.minute * 60 + at.second

"""When a worker is on shift: whole days, nights, days of leave and of extra duty."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gis_gov.days import LOCAL
from gis_gov.patrols.shifts.roster import Roster, Shift

MONDAY = date(2026, 1, 5)
WEEK = frozenset(range(1, 6))
DAYTIME = Shift("duty", time(8, 30), time(17, 30), WEEK, valid_from=MONDAY)
NIGHT = Shift("duty", time(22), time(6), frozenset({5}), valid_from=MONDAY)


def at(day: int, hour: float) -> datetime:
    """A moment of that week, Monday is 0."""
    midnight = datetime(2026, 1, 5, tzinfo=LOCAL)
    return midnight + timedelta(days=day, hours=hour)


def roster(*shifts: Shift, unless_told: bool = True) -> Roster:
    return Roster(shifts, unless_told=unless_told)


def test_a_shift_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    told = roster(DAYTIME)
    assert [told.is_on(at(0, hour)) for hour in (8.49, 8.5, 17.49, 17.5)] == [
        False,
        True,
        True,
        False,
    ]
    assert not told.is_on(at(5, 12))
    assert told.is_on(at(7, 12))


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    told = roster(NIGHT)
    assert not told.is_on(at(4, 3))
    assert told.is_on(at(4, 23))
    assert told.is_on(at(5, 5.9))
    assert not told.is_on(at(5, 6))
    assert not told.is_on(at(5, 23))


def test_leave_takes_away_and_extra_duty_gives() -> None:
    off = Shift("leave", time(0), time(0), day=date(2026, 1, 6))
    noon = Shift("leave", time(12), time(13), day=date(2026, 1, 7))
    extra = Shift("duty", time(9), time(12), day=date(2026, 1, 10))
    told = roster(DAYTIME, off, noon, extra)
    assert not told.is_on(at(1, 9))
    assert [told.is_on(at(2, hour)) for hour in (11.9, 12.5, 13)] == [True, False, True]
    assert told.is_on(at(5, 9))
    assert not told.is_on(at(5, 12))


def test_a_single_day_goes_before_what_is_weekly_and_leave_before_duty() -> None:
    sundays = Shift("leave", time(0), time(0), frozenset({7}), valid_from=MONDAY)
    always = Shift("duty", time(0), time(0), frozenset(range(1, 8)), valid_from=MONDAY)
    called = Shift("duty", time(9), time(12), day=date(2026, 1, 11))
    ill = Shift("leave", time(10), time(11), day=date(2026, 1, 11))
    told = roster(always, sundays)
    assert told.is_on(at(5, 10))
    assert not told.is_on(at(6, 10))
    told = roster(always, sundays, called, ill)
    assert [told.is_on(at(6, hour)) for hour in (8, 9, 10, 11, 12)] == [
        False,
        True,
        False,
        True,
        False,
    ]


def test_who_has_no_duty_is_as_the_server_says_and_on_leave_all_the_same() -> None:
    off = Shift("leave", time(0), time(0), day=date(2026, 1, 6))
    for unless_told in (True, False):
        told = roster(off, unless_told=unless_told)
        assert told.is_on(at(0, 3)) is unless_told
        assert not told.is_on(at(1, 3))


def test_shifts_hold_from_their_first_day_to_their_last() -> None:
    ending = Shift("duty", time(8), time(9), WEEK, valid_from=MONDAY, valid_to=date(2026, 1, 6))
    told = roster(ending)
    # Before the first he is as somebody without any, after the last he is off.
    assert told.is_on(at(-1, 3))
    assert [told.is_on(at(day, 8.5)) for day in (0, 1, 2)] == [True, True, False]
    assert not roster(ending, unless_told=False).is_on(at(-1, 3))


def test_it_is_told_when_that_changes_next() -> None:
    told = roster(DAYTIME, NIGHT)
    assert told.changes_after(at(0, 3)) == at(0, 8.5)
    assert told.changes_after(at(0, 9)) == at(0, 17.5)
    assert told.changes_after(at(4, 23)) == at(5, 6)
    assert told.changes_after(at(5, 7)) == at(7, 8.5)
    assert roster().changes_after(at(0, 0)) is None


minutes = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
weekly = st.builds(
    Shift,
    st.sampled_from(["duty", "leave"]),
    minutes,
    minutes,
    st.frozensets(st.integers(1, 7), min_size=1),
    valid_from=st.just(date(2025, 12, 1)),
)
single = st.builds(
    Shift,
    st.sampled_from(["duty", "leave"]),
    minutes,
    minutes,
    day=st.integers(0, 6).map(lambda n: MONDAY + timedelta(days=n)),
)


def looked_up(shifts: list[Shift], moment: datetime) -> bool:
    """Whether somebody with shifts is on, told from those that hold at the moment alone."""
    now = moment.replace(tzinfo=None)
    holding = []
    for each in shifts:
        for day in (moment.date() - timedelta(days=1), moment.date()):
            begin = datetime.combine(day, each.begins)
            end = datetime.combine(day, each.ends)
            end += timedelta(days=end <= begin)
            named = each.day == day or (
                each.weekdays is not None and day.isoweekday() in each.weekdays
            )
            if named and begin <= now < end:
                holding.append((each.day is not None, each.kind))
    for rank in ((True, "leave"), (True, "duty"), (False, "leave"), (False, "duty")):
        if rank in holding:
            return rank[1] == "duty"
    return False


@given(
    st.lists(weekly, max_size=3),
    st.lists(single, max_size=3),
    st.lists(st.integers(0, 7 * 1440 - 1), min_size=1, max_size=20),
)
def test_it_is_as_if_looked_up(weeks: list[Shift], days: list[Shift], asked: list[int]) -> None:
    # So that he has shifts, whatever the others are.
    ended = Shift(
        "duty",
        time(0),
        time(0, 1),
        frozenset({1}),
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 1, 31),
    )
    shifts = [*weeks, *days]
    told = Roster([*shifts, ended], unless_told=True)
    for minute in asked:
        moment = at(0, 0) + timedelta(minutes=minute)
        assert told.is_on(moment) == looked_up(shifts, moment), moment

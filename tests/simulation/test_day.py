"""A simulated day: the same for the same seed, and as true as it says."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.measure import distance_m
from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.mileage import valid_mileage_m
from gis_gov.simulation.bodies import body_of
from gis_gov.simulation.day import SENT_MAX, day, in_order, made, messages_of
from gis_gov.simulation.faults.registry import BY_NAME, FAULTS
from gis_gov.simulation.ground import Ground
from gis_gov.simulation.motion import HABITS
from gis_gov.simulation.phone import Phone
from gis_gov.simulation.plan import SHARES, Plan, Shift, shifts_of
from gis_gov.simulation.ways import wander

PLAN = Plan(date(2026, 3, 2), length_s=3600.0)
GRID = shapely.box(113.15, 22.05, 113.156, 22.055)
AREA = shapely.box(113.1, 22.0, 113.2, 22.1)
GROUND = [Ground(f"W{number}", GRID, AREA) for number in range(40)]


def same(one: Phone, other: Phone) -> bool:
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Phone)
    )


def credited_m(phone: Phone) -> float:
    return valid_mileage_m(Fixes(phone.time_s, phone.lon, phone.lat, phone.accuracy_m))


def test_the_same_seed_is_the_same_day_and_another_one_is_not() -> None:
    phones, truths = day(PLAN, shifts_of(PLAN, GROUND))
    again, told = day(PLAN, shifts_of(PLAN, GROUND))
    assert truths == told
    assert all(map(same, phones, again))
    other, _ = day(replace(PLAN, seed=1), shifts_of(replace(PLAN, seed=1), GROUND))
    assert not same(phones[0], other[0])


def test_a_worker_s_day_does_not_hang_on_who_else_goes_out() -> None:
    few = Shift(GROUND[3])
    (alone,), _ = made(PLAN, few)
    phones, _ = day(PLAN, [Shift(each) for each in GROUND])
    assert same(alone, phones[3])


def test_as_many_are_faulty_as_is_asked_for_and_evenly() -> None:
    shifts = shifts_of(replace(PLAN, faulty=0.5), GROUND)
    names = [shift.fault.name for shift in shifts if shift.fault]
    assert sorted(names) == sorted([fault.name for fault in FAULTS] * 2)
    assert not any(shift.fault for shift in shifts_of(replace(PLAN, faulty=0.0), GROUND))


@pytest.mark.parametrize("mode", SHARES)
def test_what_honest_phones_tell_is_near_the_truth(mode: str) -> None:
    plan = replace(PLAN, length_s=4 * 3600.0)
    off = []
    for ground in GROUND[:12]:
        (phone,), truth = made(plan, Shift(ground, mode))  # type: ignore[arg-type]
        off.append(credited_m(phone) / truth.true_m - 1)
    assert abs(np.mean(off)) < 0.03
    assert max(map(abs, off)) < 0.06


def test_the_noise_is_as_wide_as_is_told() -> None:
    plan = replace(PLAN, length_s=8 * 3600.0)
    within = []
    for ground in GROUND[:12]:
        (phone,), _ = made(plan, Shift(ground, fault=BY_NAME["lying_still"]))
        middle = float(np.mean(phone.lon)), float(np.mean(phone.lat))
        away_m = distance_m(phone.lon, phone.lat, *middle)
        within.append(np.mean(away_m < np.median(phone.accuracy_m)))
        assert credited_m(phone) < 60 * 8
    # What a phone tells of itself may be wrong by a factor, either way.
    assert 0.5 < np.median(within) < 0.95


@given(st.integers(0, 2**32), st.sampled_from(list(HABITS)))
def test_ways_stay_in_their_place_and_are_long_enough(seed: int, mode: str) -> None:
    place = shapely.Polygon([(0, 0), (900, 0), (900, 200), (300, 200), (300, 800), (0, 800)])
    random = np.random.default_rng(seed)
    way = wander(place, HABITS[mode].leg_m, 3000.0, random)  # type: ignore[index]
    line = shapely.linestrings(way)
    assert shapely.length(line) >= 3000
    assert shapely.covers(shapely.buffer(place, 1e-6), line)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_what_it_says(fault) -> None:
    (good,), truth = made(PLAN, Shift(GROUND[1]))
    phones, told = made(PLAN, Shift(GROUND[1], fault=fault))
    assert (told.fault, told.is_lie) == (fault.name, fault.is_lie)
    assert told.true_m == pytest.approx(truth.true_m * fault.gone, rel=0.3)
    for phone in phones:
        assert (phone.told_s >= phone.time_s - phone.clock_s).all()
    assert not same(phones[0], good) or len(phones) > 1
    if fault.is_late:
        # Nothing but when, in which order and how often it comes is another.
        sent = np.unique(np.column_stack([phones[0].time_s, phones[0].lon, phones[0].lat]), axis=0)
        assert np.array_equal(sent, np.column_stack([good.time_s, good.lon, good.lat]))


def test_messages_come_in_the_order_of_their_times_with_all_fixes() -> None:
    phones, _ = day(PLAN, shifts_of(replace(PLAN, faulty=1.0), GROUND[:20]))
    messages = in_order(phones)
    assert [each.at_s for each in messages] == sorted(each.at_s for each in messages)
    assert sum(len(each.fixes) for each in messages) == sum(map(len, phones))
    assert max(len(each.fixes) for each in messages) <= SENT_MAX
    body = body_of(next(messages_of(phones[0])))
    assert set(body) == {"worker", "device", "positions"}
    assert body["positions"][0]["source"] == "simulated"

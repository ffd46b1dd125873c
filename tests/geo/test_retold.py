"""Tracks that are told once more are known again; honest ones never are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.retold import (
    RUN_FIXES,
    joined,
    prints_of,
    retold,
    shingles_of,
)
from gis_gov.simulation.noise import gauss_markov

STEP_DEG = 12e-5
seeds = st.integers(0, 2**32 - 1)


def along_road(
    count: int, seed: int, *, begins_s: float = 0.0, digits: int = 7, noise_m: float = 4.0
) -> Fixes:
    """Walk along a road, the same each time but for the noise."""
    random = np.random.default_rng(seed)
    noise = gauss_markov(count, 10.0, noise_m, random) / 1e5
    metres = np.arange(count) * STEP_DEG
    return Fixes(
        begins_s + np.arange(count, dtype=np.float64) * 10.0,
        np.round(113.11 + metres + noise[:, 0], digits),
        np.round(22.05 + noise[:, 1], digits),
        np.full(count, 6.0),
    )


def marked(fixes: Fixes, *others: Fixes) -> np.ndarray:
    return retold(fixes, joined([shingles_of(each) for each in (fixes, *others)]))


def later(fixes: Fixes, later_s: float) -> Fixes:
    return replace(fixes, time_s=fixes.time_s + later_s)


@given(seeds, st.integers(0, 200), st.integers(0, 300), st.floats(601, 1e7), st.data())
def test_a_piece_of_an_older_track_is_known_again_wherever_it_begins(
    seed: int, before: int, at: int, later_s: float, data: st.DataObject
) -> None:
    old = along_road(at + 400, seed)
    length = data.draw(st.integers(RUN_FIXES, 400))
    piece = later(old.only(np.arange(at, at + length)), later_s)
    honest = along_road(before, seed + 1, begins_s=piece.time_s[0] - 10.0 * before)
    told = Fixes(
        *(
            np.concatenate([getattr(honest, name), getattr(piece, name)])
            for name in ("time_s", "lon", "lat", "accuracy_m")
        )
    )
    found = marked(told, old)
    assert not found[:before].any()
    assert found[before:].all()
    # So does what is kept of both tell that they are to be compared.
    assert np.isin(prints_of(told).print, prints_of(old).print).any()
    assert not marked(old, told).any()


@given(seeds, st.integers(5, 7))
def test_who_walks_the_same_road_on_another_day_is_honest(seed: int, digits: int) -> None:
    days = [along_road(600, seed + n, begins_s=86_400.0 * n, digits=digits) for n in range(4)]
    assert not marked(days[3], *days[:3]).any()
    assert not np.isin(prints_of(days[3]).print, prints_of(days[0]).print).any()


@given(seeds, st.sampled_from([0.0, 0.3, 2.0, 10.0]), st.integers(3, 7))
def test_who_stands_still_is_honest(seed: int, noise_m: float, digits: int) -> None:
    random = np.random.default_rng(seed)

    def standing(begins_s: float) -> Fixes:
        noise = gauss_markov(600, 10.0, noise_m, random) / 1e5
        return Fixes(
            begins_s + np.arange(600, dtype=np.float64) * 10.0,
            np.round(113.1134567 + noise[:, 0], digits),
            np.round(22.0534567 + noise[:, 1], digits),
            np.full(600, 6.0),
        )

    before, now = standing(0.0), standing(86_400.0)
    assert not marked(now, before).any()


def test_a_car_on_a_coarse_grid_is_honest() -> None:
    days = [along_road(600, n, begins_s=86_400.0 * n, digits=4, noise_m=0.0) for n in range(2)]
    assert np.array_equal(days[0].lon, days[1].lon)
    assert not marked(days[1], days[0]).any()


@given(seeds, st.floats(-600, 600))
def test_what_two_devices_tell_at_one_time_is_told_once(seed: int, apart_s: float) -> None:
    one = along_road(200, seed)
    assert not marked(later(one, apart_s), one).any()


@pytest.mark.parametrize("length", [RUN_FIXES - 1, RUN_FIXES])
def test_so_many_places_in_a_row_are_enough(length: int) -> None:
    old = along_road(300, 1)
    piece = later(old.only(np.arange(100, 100 + length)), 86_400.0)
    assert marked(piece, old).all() == (length == RUN_FIXES)
    assert marked(piece, old).any() == (length == RUN_FIXES)


def test_of_what_stands_in_between_each_fix_is_marked() -> None:
    old = along_road(60, 1)
    rows = np.repeat(np.arange(60), 3)
    slow = replace(old.only(rows), time_s=90_000.0 + np.arange(180, dtype=np.float64) * 10.0)
    assert marked(slow, old).all()


def test_nothing_and_little_are_no_track() -> None:
    for count in (0, 1, 5, 6, 29):
        few = along_road(count, 1)
        assert not marked(later(few, 1e5), few).any()
        assert len(shingles_of(few).print) == max(0, count - 5)
    assert len(prints_of(along_road(29, 1)).print) == 0


def test_little_is_kept_of_a_long_track() -> None:
    kept = len(prints_of(along_road(2880, 1)).print)
    assert 2880 / 15 < kept < 2880 / 11

"""Mileage and stays of recorded tracks, with MovingPandas as an independent oracle."""

import warnings
from datetime import timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis_gov.geo.track.fixes import Fixes
from gis_gov.geo.track.mileage import raw_mileage_m, valid_mileage_m
from gis_gov.geo.track.stays import stays

from .recorded import FOLDER, needs_recorded, recorded_tracks

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # that Stone Soup is not there
    import movingpandas as mpd

pytestmark = [
    needs_recorded,
    # MovingPandas sorts in a way that pandas will no more have.
    pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning"),
]
CARS = ("car 4963", "car 5159")
TRACKS = recorded_tracks() if FOLDER else {}
SOME = [name for name in TRACKS if not name.startswith("car ") or name in CARS]


def trajectory_of(fixes: Fixes) -> mpd.Trajectory:
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(fixes.lon, fixes.lat),
        crs=4326,
        index=pd.to_datetime(fixes.time_s, unit="s"),
    )
    return mpd.Trajectory(points, 1)


def stops_of(fixes: Fixes, diameter_m: float, at_least_s: float) -> list[tuple[float, float]]:
    detector = mpd.TrajectoryStopDetector(trajectory_of(fixes))
    stops = detector.get_stop_segments(
        max_diameter=diameter_m, min_duration=timedelta(seconds=at_least_s)
    )
    return [
        (
            stop.get_start_time().replace(tzinfo=None).timestamp(),
            stop.get_end_time().replace(tzinfo=None).timestamp(),
        )
        for stop in stops.trajectories
    ]


def shared_s(one: tuple[float, float], others: list[tuple[float, float]]) -> float:
    return sum(max(min(one[1], end) - max(one[0], begin), 0.0) for begin, end in others)


@pytest.mark.parametrize("name", SOME)
def test_raw_mileage_is_the_length_of_the_trajectory(name: str) -> None:
    length_m = trajectory_of(TRACKS[name]).get_length()
    assert raw_mileage_m(TRACKS[name], gap_s=np.inf) == pytest.approx(length_m, rel=1e-4)


@pytest.mark.parametrize("name", SOME)
def test_stays_lie_between_strict_and_loose_stops(name: str) -> None:
    """What is still within 20 m is a stay; a stay is still within what noise is granted."""
    fixes = TRACKS[name]
    found = [(stay.begin_s, stay.end_s) for stay in stays(fixes, at_least_s=120)]
    for strict in stops_of(fixes, 20, 150):
        assert shared_s(strict, found) >= 0.5 * (strict[1] - strict[0])
    for begin_s, end_s in found:
        within = fixes.only((fixes.time_s >= begin_s) & (fixes.time_s <= end_s))
        assert stops_of(within, 140, (end_s - begin_s) / 2)


@pytest.mark.parametrize("every_s", [1, 5, 10, 20, 30])
def test_cars_watched_by_drones_are_measured_right_at_any_rate(every_s: int) -> None:
    """Their places are known each second to less than a metre; together they went 50 km.

    At 20 s it is 3.1 %: they creep in queues, by less than noise is granted.
    """
    cars = [
        fixes
        for name, fixes in TRACKS.items()
        if name.startswith("car ") and raw_mileage_m(fixes) > 500
    ]
    thinned = [fixes.only(np.arange(0, len(fixes), every_s)) for fixes in cars]
    whole_m = sum(
        raw_mileage_m(fixes.only(np.arange((len(fixes) - 1) // every_s * every_s + 1)))
        for fixes in cars
    )
    assert whole_m > 45_000
    assert sum(map(valid_mileage_m, thinned)) == pytest.approx(whole_m, rel=0.035)


def test_walks_and_buses_are_measured_near_to_their_raw_mileage() -> None:
    """There, noise is small; hikers rest, and buses cut corners between fixes 20 to 30 s apart."""
    shares = {
        name: valid_mileage_m(fixes) / raw_mileage_m(fixes, gap_s=np.inf)
        for name, fixes in TRACKS.items()
        if len(fixes) > 60 and not name.startswith("car ")
    }
    assert len(shares) > 10
    assert all(0.95 < share < 1.08 for share in shares.values()), shares

"""Wrong datums found by comparing with what is loaded, by key and without, also on real points."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from numpy.typing import NDArray

from gis_gov.geo.bd09 import bd09_to_wgs84, wgs84_to_bd09
from gis_gov.geo.crs import from_canonical, to_canonical
from gis_gov.geo.datum import Datum
from gis_gov.geo.finding import Cause, Finding
from gis_gov.geo.gcj02 import gcj02_to_wgs84, wgs84_to_gcj02
from gis_gov.geo.offset import paired, unpaired

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

# What is wrong, as (true datum, declared datum).
MISTAKES = {
    Cause.IS_GCJ02: ("gcj02", "wgs84"),
    Cause.IS_BD09: ("bd09", "wgs84"),
    Cause.NOT_GCJ02: ("wgs84", "gcj02"),
    Cause.NOT_BD09: ("wgs84", "bd09"),
    Cause.BD09_AS_GCJ02: ("bd09", "gcj02"),
    Cause.GCJ02_AS_BD09: ("gcj02", "bd09"),
}
PLACES = [(113.38, 22.94), (120.2, 30.26), (104.1, 30.7), (114.3, 34.8), (126.6, 45.7)]


def misread(points: Points, cause: Cause) -> Points:
    true, declared = map(Datum.parse, MISTAKES[cause])
    lon, lat, _, _ = to_canonical(*from_canonical(*points, true), declared)
    return lon, lat


def scattered(middle: tuple[float, float], count: int, seed: int = 1) -> Points:
    random = np.random.default_rng(seed)
    return random.normal(middle[0], 0.03, count), random.normal(middle[1], 0.03, count)


def noisy(points: Points, metres: float) -> Points:
    random = np.random.default_rng(9)
    east, north = random.normal(0, metres / 111_320, (2, points[0].size))
    return points[0] + east, points[1] + north


def cause_of(finding: Finding | None) -> Cause | None:
    return finding.cause if finding else None


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("noise_m", [0.0, 8.0, 60.0])
@pytest.mark.parametrize("cause", MISTAKES)
def test_same_keys_show_every_mistake(
    cause: Cause, noise_m: float, place: tuple[float, float]
) -> None:
    loaded = scattered(place, 60)
    finding = paired(*noisy(misread(loaded, cause), noise_m), *loaded)
    assert finding is not None
    assert finding.cause is cause
    assert finding.rows.size == finding.compared == 60


def test_offset_is_told_in_metres() -> None:
    loaded = scattered(PLACES[0], 40)
    finding = paired(*misread(loaded, Cause.IS_GCJ02), *loaded)
    assert finding is not None
    east, north = np.array(wgs84_to_gcj02(*map(np.asarray, PLACES[0]))) - PLACES[0]
    assert finding.north_m == pytest.approx(north * 111_320, abs=20)
    assert finding.east_m == pytest.approx(east * 111_320 * np.cos(np.radians(22.94)), abs=20)
    assert "--crs gcj02" in finding.message
    assert f"{finding.east_m:+.0f} m east" in finding.message


@pytest.mark.parametrize("noise_m", [0.0, 8.0, 60.0, 300.0])
def test_right_points_give_no_finding(noise_m: float) -> None:
    loaded = scattered(PLACES[1], 200)
    assert paired(*noisy(loaded, noise_m), *loaded) is None
    assert unpaired(*noisy(loaded, noise_m), *loaded) is None


def test_some_rows_in_another_datum_are_named() -> None:
    loaded = scattered(PLACES[2], 100)
    lon, lat = noisy(loaded, 5.0)
    wrong = np.arange(10, 35)
    lon[wrong], lat[wrong] = misread((loaded[0][wrong], loaded[1][wrong]), Cause.IS_BD09)
    finding = paired(lon, lat, *loaded)
    assert finding is not None
    assert (finding.cause, finding.compared) == (Cause.IS_BD09, 100)
    np.testing.assert_array_equal(finding.rows, wrong)


def test_a_constant_shift_of_another_kind_is_told_as_such() -> None:
    # Two deliveries of one real source differed by this.
    loaded = scattered(PLACES[0], 50)
    finding = paired(loaded[0] - 0.0046, loaded[1] - 0.0024, *loaded)
    assert cause_of(finding) is Cause.CONSTANT_OFFSET
    assert finding is not None
    assert finding.north_m == pytest.approx(-267, abs=1)


def test_unplaced_pairs_are_passed_over_and_few_prove_nothing() -> None:
    loaded = scattered(PLACES[0], 8)
    lon, lat = misread(loaded, Cause.IS_GCJ02)
    lon[[2, 3]] = np.nan
    finding = paired(lon, lat, *loaded)
    assert finding is not None
    assert finding.rows.tolist() == [0, 1, 4, 5, 6, 7]
    assert paired(lon[:5], lat[:5], loaded[0][:5], loaded[1][:5]) is None
    assert unpaired(lon, lat, *loaded) is None


@pytest.fixture(scope="module")
def buildings(shared_data: Path) -> Points:
    frame = pyogrio.read_dataframe(shared_data / "osm-buildings-gugong/gugong_buildings.geojson")
    x, y = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy())).T
    return x, y


@pytest.mark.parametrize("cause", MISTAKES)
def test_without_keys_real_buildings_show_every_mistake(buildings: Points, cause: Cause) -> None:
    random = np.random.default_rng(4)
    some = random.choice(buildings[0].size, 500, replace=False)
    incoming = noisy(misread((buildings[0][some], buildings[1][some]), cause), 4.0)
    finding = unpaired(*incoming, *buildings)
    assert cause_of(finding) is cause
    assert (
        cause_of(unpaired(*noisy((buildings[0][some], buildings[1][some]), 4.0), *buildings))
        is None
    )


def test_without_keys_points_of_unlike_things_give_no_finding() -> None:
    assert unpaired(*scattered(PLACES[3], 800, seed=1), *scattered(PLACES[3], 3000, seed=2)) is None


def test_real_centres_of_districts_are_recognised_as_gcj02(shared_data: Path) -> None:
    # An address library's centres (AMap) by name, against WGS84 places of the same names.
    centres = pd.read_csv(shared_data / "cn-addresses/adcodes_with_centres.csv")
    records = json.loads((shared_data / "gcj02-vectors/gcoord_china_cities.json").read_text())
    places = pd.DataFrame(
        [
            {"name": r["attrs"]["name"], "x": r["coords"]["WGS84"][0], "y": r["coords"]["WGS84"][1]}
            for r in records
        ]
    ).drop_duplicates()
    both = centres.merge(places, on="name")
    finding = paired(*(both[name].to_numpy(float) for name in ("longitude", "latitude", "x", "y")))
    assert cause_of(finding) is Cause.IS_GCJ02
    corrected = gcj02_to_wgs84(both["longitude"].to_numpy(), both["latitude"].to_numpy())
    assert paired(*corrected, both["x"].to_numpy(), both["y"].to_numpy()) is None


def test_real_reference_points_of_each_datum(shared_data: Path) -> None:
    records = json.loads((shared_data / "gcj02-vectors/gcoord_china_cities.json").read_text())
    datum = {
        name: np.array([record["coords"][name] for record in records]).T
        for name in ("WGS84", "GCJ02", "BD09")
    }
    assert cause_of(paired(*datum["GCJ02"], *datum["WGS84"])) is Cause.IS_GCJ02
    assert cause_of(paired(*datum["BD09"], *datum["WGS84"])) is Cause.IS_BD09
    assert cause_of(paired(*datum["WGS84"], *datum["GCJ02"])) is Cause.NOT_GCJ02
    assert cause_of(paired(*bd09_to_wgs84(*datum["BD09"]), *datum["WGS84"])) is None
    assert cause_of(paired(*wgs84_to_bd09(*datum["WGS84"]), *datum["BD09"])) is None


@pytest.mark.parametrize("seed", range(10))
def test_few_loose_pairs_prove_no_shift(seed: int) -> None:
    # Of a dozen pairs that lie 300 m apart in all directions, the median is off by chance.
    loaded = scattered(PLACES[1], 12, seed)
    random = np.random.default_rng(seed)
    east, north = random.normal(0, 300 / 111_320, (2, 12))
    assert paired(loaded[0] + east, loaded[1] + north, *loaded) is None


def test_two_dense_villages_one_shift_apart_prove_nothing() -> None:
    # Any points of the one come near points of the other once they are laid upon each other.
    random = np.random.default_rng(8)
    here, there = random.uniform(-0.0015, 0.0015, (2, 2, 800))
    loaded = PLACES[0][0] + here[0], PLACES[0][1] + here[1]
    shifted = wgs84_to_gcj02(PLACES[0][0] + there[0], PLACES[0][1] + there[1])
    assert unpaired(*shifted, *loaded) is None


def test_a_third_of_the_points_being_known_is_enough(buildings: Points) -> None:
    random = np.random.default_rng(3)
    known = random.choice(buildings[0].size, 200, replace=False)
    x, y = (
        np.append(axis[known], random.uniform(axis.min(), axis.max(), 400)) for axis in buildings
    )
    assert cause_of(unpaired(*misread((x, y), Cause.IS_BD09), *buildings)) is Cause.IS_BD09
    assert unpaired(x, y, *buildings) is None


def test_a_part_in_another_datum_does_not_condemn_all(buildings: Points) -> None:
    x, y = noisy(buildings, 3.0)
    part = slice(0, 400)
    x[part], y[part] = misread((x[part], y[part]), Cause.IS_GCJ02)
    assert unpaired(x, y, *buildings) is None

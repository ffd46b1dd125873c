"""The GCJ-02 and BD-09 formulas against reference points, and against themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from gis_gov.geo import bd09, bd09mc, gcj02

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
GRS80 = Geod(ellps="GRS80")
WEST, SOUTH, EAST, NORTH = gcj02.BOX

# One shift inside the edge, where the forward function has an inverse everywhere.
inner_lon = st.floats(WEST + 0.02, EAST - 0.02)
inner_lat = st.floats(SOUTH + 0.02, NORTH - 0.02)


def apart_m(a: Pair, b: Pair) -> NDArray[np.float64]:
    return np.asarray(GRS80.inv(a[0], a[1], b[0], b[1])[2])


@pytest.fixture(scope="module")
def cities(shared_data: Path) -> dict[str, Pair]:
    records = json.loads((shared_data / "gcj02-vectors/gcoord_china_cities.json").read_text())
    assert len(records) == 664
    return {
        name: tuple(np.array([record["coords"][name] for record in records]).T)
        for name in records[0]["coords"]
    }


@pytest.mark.parametrize(
    ("wgs84", "shifted"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
    ids=["shanghai", "shenzhen", "beijing"],
)
def test_formula_equals_eviltransform(
    wgs84: tuple[float, float], shifted: tuple[float, float]
) -> None:
    assert gcj02.wgs84_to_gcj02(*map(np.asarray, wgs84)) == pytest.approx(shifted, abs=1e-12)


def test_wgs84_to_gcj02_meets_the_map_service_within_1_m(cities: dict[str, Pair]) -> None:
    assert apart_m(gcj02.wgs84_to_gcj02(*cities["WGS84"]), cities["GCJ02"]).max() < 1.0
    assert apart_m(gcj02.gcj02_to_wgs84(*cities["GCJ02"]), cities["WGS84"]).max() < 1.0


def test_gcj02_to_bd09_meets_the_map_service_within_2_cm(cities: dict[str, Pair]) -> None:
    assert apart_m(bd09.gcj02_to_bd09(*cities["GCJ02"]), cities["BD09"]).max() < 0.02
    assert apart_m(bd09.bd09_to_gcj02(*cities["BD09"]), cities["GCJ02"]).max() < 0.02


def test_bd09mc_meets_the_map_service_within_2_cm(cities: dict[str, Pair]) -> None:
    x_m, y_m = bd09mc.bd09_to_bd09mc(*cities["BD09"])
    assert np.hypot(x_m - cities["BD09MC"][0], y_m - cities["BD09MC"][1]).max() < 0.02
    assert apart_m(bd09mc.bd09mc_to_bd09(*cities["BD09MC"]), cities["BD09"]).max() < 0.02


@given(inner_lon, inner_lat)
def test_gcj02_round_trip_is_exact_to_a_millimetre(lon: float, lat: float) -> None:
    here = np.array([lon]), np.array([lat])
    assert apart_m(gcj02.gcj02_to_wgs84(*gcj02.wgs84_to_gcj02(*here)), here) < 1e-3


@given(inner_lon, inner_lat)
def test_bd09_round_trip_is_exact_to_3_mm(lon: float, lat: float) -> None:
    here = np.array([lon]), np.array([lat])
    assert apart_m(bd09.bd09_to_wgs84(*bd09.wgs84_to_bd09(*here)), here) < 3e-3


@given(st.floats(-180, 180), st.floats(-74, 74))
def test_bd09mc_round_trip_is_exact_to_two_centimetres(lon: float, lat: float) -> None:
    here = np.array([lon]), np.array([lat])
    # 14 mm at 60 degrees, where one of Baidu's polynomials ends.
    assert apart_m(bd09mc.bd09mc_to_bd09(*bd09mc.bd09_to_bd09mc(*here)), here) < 2e-2


def test_inverse_crosses_the_105_degree_seam_smoothly() -> None:
    # The formula has sqrt|lon - 105|, whose slope is infinite there.
    lon = np.concatenate([105.0 + np.linspace(-1e-4, 1e-4, 2001), [np.nextafter(105.0, 0), 105.0]])
    for lat in (22.0, 30.6, 38.0):
        here = lon, np.full_like(lon, lat)
        assert apart_m(gcj02.gcj02_to_wgs84(*gcj02.wgs84_to_gcj02(*here)), here).max() < 1e-3


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_outside_the_box_nothing_moves(lon: float, lat: float) -> None:
    here = np.array([lon]), np.array([lat])
    inside = WEST <= lon <= EAST and SOUTH <= lat <= NORTH
    for convert in (
        gcj02.wgs84_to_gcj02,
        gcj02.gcj02_to_wgs84,
        bd09.wgs84_to_bd09,
        bd09.bd09_to_wgs84,
    ):
        moved = apart_m(convert(*here), here)[0]
        assert moved < 2500.0 if inside else moved == 0.0


@pytest.mark.parametrize("beyond", [False, True], ids=["on the edge", "just outside"])
@pytest.mark.parametrize(
    ("lon", "lat", "away"),
    [
        (WEST, 30.0, (-1, 0)),
        (EAST, 30.0, (1, 0)),
        (105.0, SOUTH, (0, -1)),
        (105.0, NORTH, (0, 1)),
        (WEST, SOUTH, (-1, -1)),
        (EAST, NORTH, (1, 1)),
    ],
)
def test_box_edge_belongs_to_the_box(
    lon: float, lat: float, away: tuple[int, int], beyond: bool
) -> None:
    if beyond:
        lon = np.nextafter(lon, lon + away[0]) if away[0] else lon
        lat = np.nextafter(lat, lat + away[1]) if away[1] else lat
    here = np.array([lon]), np.array([lat])
    for convert in (gcj02.wgs84_to_gcj02, gcj02.gcj02_to_wgs84):
        moved = apart_m(convert(*here), here)[0]
        assert moved == 0.0 if beyond else 100.0 < moved < 1500.0


def test_value_does_not_depend_on_its_neighbours() -> None:
    # Else a vertex that two polygons share could split in two.
    random = np.random.default_rng(5)
    lon, lat = random.uniform(WEST, EAST, 5000), random.uniform(SOUTH, NORTH, 5000)
    order = random.permutation(5000)
    for convert in (gcj02.gcj02_to_wgs84, bd09.bd09_to_wgs84):
        together, shuffled = convert(lon, lat), convert(lon[order], lat[order])
        np.testing.assert_array_equal(together[0][order], shuffled[0])
        np.testing.assert_array_equal(together[1][order], shuffled[1])
        one_by_one = [convert(lon[i : i + 1], lat[i : i + 1])[0][0] for i in range(50)]
        np.testing.assert_array_equal(together[0][:50], one_by_one)


def test_inputs_are_left_as_they_were() -> None:
    lon, lat = np.array([113.3]), np.array([23.1])
    gcj02.gcj02_to_wgs84(lon, lat)
    assert (lon[0], lat[0]) == (113.3, 23.1)

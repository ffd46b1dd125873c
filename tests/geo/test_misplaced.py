"""Points outside the district, each under its likeliest cause, and coordinates of another CRS."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gis_gov.geo.bbox import BBox
from gis_gov.geo.crs import from_canonical
from gis_gov.geo.datum import Datum
from gis_gov.geo.finding import Cause
from gis_gov.geo.misplaced import misdeclared, misplaced

PANYU = BBox(113.2, 22.8, 113.6, 23.1)


def causes(lon: list[float], lat: list[float]) -> dict[Cause, list[int]]:
    return {finding.cause: finding.rows.tolist() for finding in misplaced(lon, lat, PANYU)}


def test_points_in_the_district_are_left_alone() -> None:
    assert misplaced([113.2, 113.6, 113.4], [22.8, 23.1, 23.0], PANYU) == []
    assert misplaced([], [], PANYU) == []


@pytest.mark.parametrize(
    ("lon", "lat", "cause"),
    [
        (22.9, 113.4, Cause.SWAPPED),
        (-113.4, 22.9, Cause.SIGN_LOST),
        (113.4, -22.9, Cause.SIGN_LOST),
        (113_400_000, 22_900_000, Cause.SCALED),
        (1_134_000_000, 229_000_000, Cause.SCALED),
        (0.0, 0.0, Cause.DUMMY),
        (-77.0, 39.0, Cause.DUMMY),
        (116.4, 39.9, Cause.OUTSIDE),
        (np.nan, 22.9, Cause.UNPLACED),
        (np.inf, 22.9, Cause.UNPLACED),
    ],
)
def test_each_cause_alone_and_among_good_points(lon: float, lat: float, cause: Cause) -> None:
    assert causes([lon], [lat]) == {cause: [0]}
    assert causes([113.4, lon, 113.5], [22.9, lat, 23.0]) == {cause: [1]}


def test_a_far_point_given_again_and_again_is_a_dummy() -> None:
    lon, lat = [113.4] * 20 + [116.4] * 10 + [117.4], [22.9] * 20 + [39.9] * 10 + [39.9]
    assert causes(lon, lat) == {Cause.DUMMY: list(range(20, 30)), Cause.OUTSIDE: [30]}


def test_message_says_how_many_what_and_how_to_mend() -> None:
    [finding] = misplaced([22.9, 113.4], [113.4, 22.9], PANYU)
    assert finding.message.startswith(
        "1 of 2 points lie in the district with longitude and latitude"
    )
    assert "swap the columns" in finding.message


def test_real_dummy_place_of_baltimore(shared_data: Path) -> None:
    [path] = (shared_data / "311-baltimore").glob("*.csv")
    table = pd.read_csv(path, low_memory=False)
    columns = {name.lower(): name for name in table.columns}
    lon, lat = (
        pd.to_numeric(table[columns[name]], errors="coerce") for name in ("longitude", "latitude")
    )
    found = misplaced(lon, lat, BBox(-76.72, 39.19, -76.52, 39.38))
    counts = {finding.cause: finding.rows.size for finding in found}
    assert counts[Cause.UNPLACED] == 590
    assert counts[Cause.DUMMY] == 892


LON, LAT = np.array([113.35, 113.4]), np.array([22.95, 23.0])


@pytest.mark.parametrize("code", [4526, 4547, 4498, 4509, 3857])
def test_what_is_rightly_declared_is_left_alone(code: int) -> None:
    datum = Datum.parse(f"EPSG:{code}")
    assert misdeclared(*from_canonical(LON, LAT, datum), datum) == []
    assert misdeclared(LON, LAT, Datum.parse("wgs84")) == []


@pytest.mark.parametrize(("prefixed", "plain"), [(4526, 4547), (4497, 4508)])
def test_zone_prefix_too_many_or_missing_and_axes_swapped(prefixed: int, plain: int) -> None:
    for declared, true in ((prefixed, plain), (plain, prefixed)):
        easting, northing = from_canonical(LON, LAT, Datum.parse(f"EPSG:{true}"))
        [finding] = misdeclared(easting, northing, Datum.parse(f"EPSG:{declared}"))
        assert (finding.cause, finding.rows.tolist()) == (Cause.ZONE_PREFIX, [0, 1])
    for code in (prefixed, plain):
        datum = Datum.parse(f"EPSG:{code}")
        easting, northing = from_canonical(LON, LAT, datum)
        [finding] = misdeclared(northing, easting, datum)
        assert (finding.cause, finding.rows.tolist()) == (Cause.SWAPPED, [0, 1])


def test_metres_as_degrees_and_degrees_as_metres() -> None:
    gauss_kruger = Datum.parse("EPSG:4547")
    easting, northing = from_canonical(LON, LAT, gauss_kruger)
    for text in ("wgs84", "gcj02"):
        [finding] = misdeclared(easting, northing, Datum.parse(text))
        assert finding.cause is Cause.METRES_AS_DEGREES
    [finding] = misdeclared(LON, LAT, gauss_kruger)
    assert finding.cause is Cause.DEGREES_AS_METRES

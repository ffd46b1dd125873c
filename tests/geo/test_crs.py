"""Datums parsed from text, and coordinates and geometries brought to EPSG:4490 and back."""

from pathlib import Path
from time import process_time

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyogrio.raw import read
from pyproj import CRS, Geod

from gis_gov.geo.crs import (
    SHIFTED_ACCURACY_M,
    UNKNOWN_ACCURACY_M,
    conversion,
    from_canonical,
    geometries_to_canonical,
    to_canonical,
)
from gis_gov.geo.datum import Datum, DatumError, System

GRS80 = Geod(ellps="GRS80")
DATUMS = [
    "EPSG:4326",
    "EPSG:4490",
    "EPSG:4549",
    "EPSG:4528",
    "EPSG:3857",
    "gcj02",
    "bd09",
    "bd09mc",
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EPSG:4326", "EPSG:4326"),
        (" epsg:4490 ", "EPSG:4490"),
        ("WGS84", "EPSG:4326"),
        ("wgs-84", "EPSG:4326"),
        ("WGS 84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
        ("GCJ-02", "gcj02"),
        ("gcj02", "gcj02"),
        ("BD09", "bd09"),
        ("bd09ll", "bd09"),
        ("BD-09-MC", "bd09mc"),
        ("OGC:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::4549", "EPSG:4549"),
        ("http://www.opengis.net/def/crs/EPSG/0/4528", "EPSG:4528"),
        ("EPSG:4979", "EPSG:4326"),
        ("EPSG:4480", "EPSG:4490"),
        ("EPSG:9518", "EPSG:4326"),
    ],
)
def test_parse_reads_every_spelling(text: str, name: str) -> None:
    datum = Datum.parse(text)
    assert datum.name == name
    assert Datum.parse(datum.name) == datum


@pytest.mark.parametrize(
    "text", ["", "4326", "火星", "EPSG:", "EPSG:99999", "EPSG:4479", "EPSG:5773"]
)
def test_parse_refuses_and_names_what_is_accepted(text: str) -> None:
    with pytest.raises(DatumError, match=r"EPSG:4549.*gcj02.*bd09mc"):
        Datum.parse(text)


@pytest.mark.parametrize("text", ["EPSG:4610", "EPSG:2362"], ids=["Xian 1980", "Xian 1980 GK"])
def test_a_datum_without_known_transformation_is_refused(text: str) -> None:
    with pytest.raises(DatumError, match="convert the data to CGCS2000 first"):
        to_canonical([113.0], [23.0], Datum.parse(text))


def test_wkt_of_a_prj_file_is_recognised(shared_data: Path) -> None:
    prj = (shared_data / "beijing-townships/beijing.prj").read_text()
    assert Datum.parse(prj).name == "EPSG:4326"
    assert Datum.parse(CRS.from_epsg(4549).to_wkt("WKT1_ESRI")).name == "EPSG:4549"


CITY_PLANE = """PROJCS["city plane",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",
DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],
UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],
PARAMETER["False_Northing",-2000000.0],PARAMETER["Central_Meridian",113.28],
PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"""


def test_a_citys_own_plane_works_by_its_wkt() -> None:
    datum = Datum.parse(CITY_PLANE)
    assert (datum.system, datum.epsg, datum.label) == (System.PROJ, None, "city plane")
    assert Datum.parse(datum.name) == datum
    points = to_canonical([500000.0], [550000.0], datum)
    assert (points.lon[0], points.accuracy_m) == (pytest.approx(113.28, abs=1e-12), 0.0)
    x, y = from_canonical(points.lon, points.lat, datum)
    assert (x[0], y[0]) == pytest.approx((500000.0, 550000.0), abs=1e-4)


@pytest.mark.parametrize(
    ("code", "easting_m"), [("EPSG:4549", 473046.30), ("EPSG:4528", 40473046.30)]
)
def test_gauss_kruger_with_and_without_zone_prefix(code: str, easting_m: float) -> None:
    # Lin'an government, as the domain handbook gives it to the centimetre.
    lon, lat, accuracy_m, method = to_canonical([easting_m], [3345643.07], Datum.parse(code))
    assert (lon[0], lat[0]) == pytest.approx((119.72, 30.23), abs=1e-7)
    assert accuracy_m == 0.0
    assert method.rpartition(": ")[2].startswith("Inverse of 3-degree Gauss-Kruger ")
    assert "axis order" not in method


def test_a_shift_whose_accuracy_nobody_tells_does_not_pass_for_exact() -> None:
    beijing54 = (
        "+proj=tmerc +lon_0=113 +x_0=5e5 +ellps=krass +towgs84=15,-154,-82,0,0,0,0 +type=crs"
    )
    datum = Datum.parse(CRS(beijing54).to_wkt())
    assert to_canonical([5e5], [25e5], datum).accuracy_m >= UNKNOWN_ACCURACY_M


def test_a_zone_prefix_under_the_code_without_is_no_place() -> None:
    points = to_canonical(
        [40473046.30, 473046.30], [3345643.07, 3345643.07], Datum.parse("EPSG:4549")
    )
    np.testing.assert_array_equal(np.isnan(points.lon), [True, False])
    np.testing.assert_array_equal(np.isnan(points.lat), [True, False])


def test_wgs84_and_cgcs2000_are_the_same_numbers() -> None:
    lon, lat = np.array([113.123456789]), np.array([23.987654321])
    for text in ("EPSG:4326", "EPSG:4490"):
        points = to_canonical(lon, lat, Datum.parse(text))
        assert (points.lon[0], points.lat[0]) == (113.123456789, 23.987654321)
    assert conversion(Datum.parse("cgcs2000")).accuracy_m == 0.0
    assert 0.0 < conversion(Datum.parse("wgs84")).accuracy_m <= 0.5


def test_shifted_datums_say_that_they_are_uncertain() -> None:
    for text in ("gcj02", "bd09", "bd09mc"):
        points = to_canonical([113.3], [23.1] if text != "bd09mc" else [2.6e6], Datum.parse(text))
        assert points.accuracy_m == SHIFTED_ACCURACY_M
        assert "gcj02-inverse-3" in points.method


@pytest.mark.parametrize("text", DATUMS)
@given(lon=st.floats(118.0, 121.5), lat=st.floats(18.0, 53.0))
def test_round_trip_through_every_datum(text: str, lon: float, lat: float) -> None:
    datum = Datum.parse(text)
    x, y = from_canonical([lon], [lat], datum)
    back = to_canonical(x, y, datum)
    assert GRS80.inv(lon, lat, back.lon[0], back.lat[0])[2] < 0.005


@pytest.mark.parametrize("text", DATUMS)
def test_what_is_no_place_becomes_nan_and_nothing_else_does(text: str) -> None:
    datum = Datum.parse(text)
    x, y = from_canonical([119.72, 120.0], [30.23, 30.0], datum)
    x = np.concatenate([x, [np.nan, np.inf, x[0], 1e300]])
    y = np.concatenate([y, [y[0], y[0], -np.inf, np.nan]])
    points = to_canonical(x, y, datum)
    np.testing.assert_array_equal(np.isnan(points.lon), [False, False, True, True, True, True])
    np.testing.assert_array_equal(np.isnan(points.lon), np.isnan(points.lat))


def test_one_point_may_come_as_two_numbers() -> None:
    for text in DATUMS:
        x, y = from_canonical(119.72, 30.23, Datum.parse(text))
        points = to_canonical(float(x), float(y), Datum.parse(text))
        assert (float(points.lon), float(points.lat)) == pytest.approx((119.72, 30.23), abs=1e-7)


SHARED_EDGE = shapely.from_wkt(
    [
        "POLYGON ((113.3 23.1, 113.31 23.1, 113.31 23.11, 113.3 23.11, 113.3 23.1))",
        "POLYGON ((113.31 23.1, 113.32 23.1, 113.32 23.11, 113.31 23.11, 113.31 23.1))",
    ]
)


@pytest.mark.parametrize("text", ["gcj02", "bd09", "EPSG:4547"])
def test_shared_edge_stays_shared(text: str) -> None:
    datum = Datum.parse(text)
    shifted = shapely.transform(
        SHARED_EDGE, lambda xy: np.column_stack(from_canonical(xy[:, 0], xy[:, 1], datum))
    )
    geometries, _ = geometries_to_canonical(shifted, datum)
    assert shapely.coverage_is_valid(geometries)
    assert shapely.equals_exact(geometries, SHARED_EDGE, tolerance=1e-7).all()


def test_z_is_dropped_or_kept_and_missing_stays_missing() -> None:
    geometries = [
        shapely.Point(113.3, 23.1, 7.5),
        None,
        shapely.Point(113.3, 23.1),
        shapely.Point(),
    ]
    for text in ("gcj02", "EPSG:4326"):
        flat, method = geometries_to_canonical(geometries, Datum.parse(text))
        assert shapely.has_z(flat).tolist() == [False] * 4
        assert method == conversion(Datum.parse(text))
        solid, _ = geometries_to_canonical(geometries, Datum.parse(text), drop_z=False)
        assert solid[0].z == 7.5
        assert solid[1] is None
        assert not solid[2].has_z
        assert solid[3].is_empty
        assert flat[2].equals(solid[2])


def test_real_grid_cells_lose_their_z(shared_data: Path) -> None:
    path = shared_data / "small-grid-polygons/grid_63000040.geojson"
    _, _, wkb, _ = read(path)
    cells = shapely.from_wkb(wkb)
    assert shapely.has_z(cells).all()
    flat, _ = geometries_to_canonical(cells, Datum.parse("wgs84"))
    assert not shapely.has_z(flat).any()
    np.testing.assert_array_equal(
        shapely.get_coordinates(flat), shapely.get_coordinates(cells, include_z=False)
    )


def test_a_million_points_convert_in_a_few_seconds() -> None:
    random = np.random.default_rng(1)
    lon, lat = random.uniform(112.9, 113.6, 1_000_000), random.uniform(22.6, 23.2, 1_000_000)
    start_s = process_time()
    to_canonical(lon, lat, Datum.parse("bd09"))
    assert process_time() - start_s < 5.0

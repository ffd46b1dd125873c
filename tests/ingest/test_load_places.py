# ruff: noqa: E501 - rows of files stand in one line
"""Areas find their places in the tree, points in the grids; wrong coordinates are told with their cause."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg
import pytest

from gis_gov.geo.gcj02 import wgs84_to_gcj02
from gis_gov.ingest.errors import LoadError
from tests.ingest.conftest import COMMUNITY, Loader, box, rejected, rows

Write = Callable[..., Path]


def test_areas_find_their_parents_by_their_codes(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    text = "code,name\n440113001,市桥街道\n44,广东省\n440113,番禺区\n440113001001,甲社区\n"
    assert load_file("areas", write("a.csv", text)).inserted == 4
    assert rows(
        connection,
        "select a.code, a.level, p.code from area as a left join area as p on p.id = a.parent_id order by 1",
    ) == [
        ("440000000000", "province", None),
        ("440113000000", "district", "440000000000"),
        ("440113001000", "street", "440113000000"),
        ("440113001001", "community", "440113001000"),
    ]


def test_areas_loaded_before_their_parents_find_them_later(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    streets = write("s.csv", "code,name,level,parent_code\nS1,甲,street,D1\nS2,乙,street,D1\n")
    report = load_file("areas", streets)
    assert (report.inserted, report.findings.found["parent_not_loaded"].count) == (2, 2)
    load_file("areas", write("d.csv", "code,name,level\nD1,区,district\n"))
    query = "select count(*) from area where parent_id is not null and path like '/%/%/'"
    assert rows(connection, query) == [(2,)]
    assert load_file("areas", streets).unchanged == 2


def test_areas_with_wrong_parents_are_refused(load_file: Loader, write: Write) -> None:
    text = "code,name,level,parent_code\nD1,区,district,\nS1,甲,street,D9\nS2,乙,street,S3\nS3,丙,street,D1\n"
    report = load_file("areas", write("a.csv", text))
    assert report.inserted == 2
    assert report.reasons == {"unknown_parent": 1, "parent_level": 1}


def test_area_without_a_level_is_refused(load_file: Loader, write: Write) -> None:
    assert load_file("areas", write("a.csv", "code,name\nX1,甲\n")).reasons == {"missing_level": 1}
    assert (
        load_file("areas", write("a.csv", "code,name\nX1,甲\n"), sets=("level=街道",)).inserted == 1
    )


@pytest.mark.usefixtures("district")
def test_points_on_the_shared_edge_and_in_holes(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    text = "code,full_text,lon,lat\nE,边,113.1,22.05\nC,角,113.2,22.1\nO,外,113.3,22.05\nN,无,,\n"
    report = load_file("addresses", write("a.csv", text), crs="EPSG:4490")
    assert report.inserted == 4
    assert rows(
        connection,
        "select a.code, g.name, a.cell is not null from address as a left join grid as g on g.id = a.grid_id"
        " order by a.code",
    ) == [("C", "东", True), ("E", "西", True), ("N", None, False), ("O", None, True)]
    # The trigger, for any other writer, says the same.
    different = """
        select count(*) from address as a cross join lateral place_of(a.geom) as p
        where (a.grid_id, a.area_id) is distinct from (p.grid_id, p.area_id)
    """
    assert rows(connection, different) == [(0,)]
    assert rows(connection, "select sum(count) from tally where layer like '%_addresses'") == [(4,)]


def test_grid_with_a_hole_leaves_the_point_in_it_to_the_exclusive_grid(
    connection: psycopg.Connection, load_file: Loader, geojson: Write, write: Write
) -> None:
    hole = [[113.05, 22.04], [113.06, 22.04], [113.06, 22.06], [113.05, 22.06], [113.05, 22.04]]
    grids = [
        ({"code": "B", "area_code": "440113001001"}, box(113, 22, 113.2, 22.1, hole)),
        (
            {"code": "X", "area_code": "440113001001", "layer": "专属网格"},
            {"type": "Polygon", "coordinates": [hole]},
        ),
    ]
    load_file("areas", geojson("a.geojson", COMMUNITY))
    assert load_file("grids", geojson("g.geojson", *grids)).inserted == 2
    text = "code,full_text,lon,lat\n1,洞,113.055,22.05\n2,外,113.1,22.05\n3,边,113.05,22.05\n"
    load_file("addresses", write("a.csv", text), crs="EPSG:4490")
    query = "select a.code, g.code from address as a join grid as g on g.id = a.grid_id order by 1"
    assert rows(connection, query) == [("1", "X"), ("2", "B"), ("3", "B")]


@pytest.mark.usefixtures("district")
def test_gcj02_is_converted_and_the_original_kept(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file(
        "addresses", write("a.csv", "code,full_text,lon,lat\nA,甲,113.05,22.05\n"), crs="gcj02"
    )
    ((lon, lat, datum, x, y, method, accuracy),) = rows(
        connection,
        "select st_x(geom), st_y(geom), source_datum, source_x, source_y, place_method, accuracy_m from address",
    )
    assert (datum, x, y, accuracy) == ("gcj02", 113.05, 22.05, 5.0)
    assert method.startswith("gcj02-inverse")
    back = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    assert np.allclose(np.ravel(back), (x, y), atol=1e-8)


def test_without_a_datum_nothing_is_loaded(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    path = write("a.csv", "code,full_text,lon,lat\nA,甲,113.05,22.05\n")
    with pytest.raises(LoadError, match=r"a\.csv: nothing tells the datum .* --crs: EPSG"):
        load_file("addresses", path)
    assert rows(connection, "select count(*) from address") == [(0,)]


def test_swapped_coordinates_are_refused_with_the_cause(
    load_file: Loader, write: Write, rejects: Path
) -> None:
    report = load_file(
        "addresses", write("a.csv", "code,full_text,lon,lat\nA,甲,22.05,113.05\n"), crs="wgs84"
    )
    assert report.reasons == {"bad_coordinates": 1}
    (row,) = rejected(rejects)
    assert row["detail"] == "(22.05, 113.05): lon and lat look swapped"
    assert (row["row"], row["code"], row["lon"]) == ("2", "A", "22.05")


@pytest.mark.usefixtures("district")
def test_points_outside_the_district_are_told_with_the_cause(
    load_file: Loader, write: Write
) -> None:
    inside = "".join(f"A{n},甲{n},113.0{n},22.05\n" for n in range(10))
    text = f"code,full_text,lon,lat\n{inside}F,远,120.1,30.2\nS,反,22.05,88.1\n"
    report = load_file("addresses", write("a.csv", text), crs="wgs84")
    assert report.findings.found["outside"].count == 2
    assert "2 of 12" in report.findings.found["outside"].detail


@pytest.mark.usefixtures("district")
def test_wrong_datum_is_seen_against_what_is_loaded(load_file: Loader, write: Write) -> None:
    lines = [f"A{n},甲{n},{113.01 + n * 0.003:.6f},{22.01 + n * 0.002:.6f}\n" for n in range(30)]
    path = write("a.csv", "code,full_text,lon,lat\n" + "".join(lines))
    load_file("addresses", path, crs="gcj02")
    report = load_file("addresses", path, crs="wgs84", dry_run=True)
    assert report.findings.found["is_gcj02"].count == 30
    assert "--crs gcj02" in report.findings.found["is_gcj02"].detail

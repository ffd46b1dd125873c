# ruff: noqa: E501 - rows of files stand in one line
"""Each kind goes to its table; what is wrong is refused with its reason, the rest stays."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg
import pytest

from gis_gov.geo.gcj02 import wgs84_to_gcj02
from gis_gov.ingest.errors import LoadError
from tests.ingest.conftest import COMMUNITY, GRIDS, Loader, box, point, rejected, rows

Write = Callable[..., Path]
TABLES = (
    "area",
    "grid",
    "address",
    "house",
    "person",
    "resource",
    "event",
    "position",
    "tally",
    "coarse_tally",
)


def snapshot(connection: psycopg.Connection) -> dict[str, list]:
    """Every row of every table with the transaction that wrote it."""
    return {
        table: rows(connection, f"select xmin, t.* from {table} as t order by 2, 3, 4")  # noqa: S608
        for table in TABLES
    }


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
def test_loading_twice_changes_nothing(
    connection: psycopg.Connection, load_file: Loader, geojson: Write, write: Write
) -> None:
    files = [
        ("areas", geojson("areas.geojson", COMMUNITY), {}),
        ("grids", geojson("grids.geojson", *GRIDS), {}),
        ("addresses", write("a.csv", "code,full_text,lon,lat,note\nA,甲路1号,113.05,22.05,x\nB,乙路,,,\n"), {"crs": "gcj02"}),
        ("houses", geojson("h.geojson", ({"code": "H", "height": 12}, box(113.05, 22.05, 113.051, 22.051))), {}),
        ("persons", write("p.csv", "姓名,身份证号,地址编码\n张三,11010519491231002X,A\n"), {}),
        ("resources", geojson("r.geojson", ({"code": "R", "name": "球机", "direction": "东北"}, point(113.15, 22.05))), {}),
        ("events", write("e.csv", "title,reported_at,lon,lat\n积水,2025-01-01 08:00,113.15,22.05\n"), {"crs": "wgs84"}),
        ("positions", write("t.csv", "device,time,lon,lat\nd,2025-01-01 08:00,113.15,22.05\n"), {"crs": "wgs84"}),
    ]  # fmt: skip
    first = [load_file(kind, path, **told) for kind, path, told in files]
    assert [report.inserted for report in first[2:]] == [2, 1, 1, 1, 1, 1]
    before = snapshot(connection)
    again = [load_file(kind, path, **told) for kind, path, told in files]
    assert [report.unchanged for report in again] == [1, 2, 2, 1, 1, 1, 1, 1]
    assert snapshot(connection) == before


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


def test_columns_that_the_file_lacks_stay_as_they_are(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file("addresses", write("a.csv", "code,full_text,level,a,b\nA,甲路,50,1,2\n"))
    report = load_file("addresses", write("b.csv", "code,full_text,a,c\nA,乙路,,3\n"))
    assert report.updated == 1
    assert rows(connection, "select full_text, level, attrs from address") == [
        ("乙路", 50, {"b": "2", "c": "3"})
    ]


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


def test_repeated_keys(
    connection: psycopg.Connection, load_file: Loader, write: Write, rejects: Path
) -> None:
    text = "code,full_text,note\nA,甲,1\nA,甲,1\nA,乙,1\nB,丙,1\nB,丙,2\n"
    path = write("a.csv", text)
    report = load_file("addresses", path)
    assert (report.inserted, report.unchanged) == (2, 2)
    assert report.reasons == {"duplicate_key": 1}
    assert rejected(rejects)[0]["detail"] == "row 2 has the same key"
    assert rows(connection, "select code, attrs from address order by 1") == [
        ("A", {"note": "1"}),
        ("B", {"rows": [{"note": "1"}, {"note": "2"}]}),
    ]
    again = load_file("addresses", path)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 4)


def test_bad_values_are_refused_with_the_original_row(
    load_file: Loader, write: Write, rejects: Path
) -> None:
    text = (
        "code,姓名,出生日期,地址编码,备注\n1,,2000-01-01,,无名\n2,李,2000-02-30,,x\n3,王,,NONE,y\n"
        '4,赵,,,"a,b"\n5\n'
    )
    report = load_file("persons", write("p.csv", text, encoding="gb18030"))
    assert report.inserted == 1
    assert report.reasons == {
        "missing_name": 1, "bad_birth_date": 1, "unknown_address": 1, "column_count": 1,
    }  # fmt: skip
    found = {row["row"]: row for row in rejected(rejects)}
    assert {number: row["reason"] for number, row in found.items()} == {
        "2": "missing_name", "3": "bad_birth_date", "4": "unknown_address", "6": "column_count",
    }  # fmt: skip
    assert found["4"]["备注"] == "y"
    assert found["6"]["row_text"] == "5"
    assert rejects.stat().st_mode & 0o077 == 0


def test_persons_without_codes_are_told_apart_by_their_number(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    path = write("p.csv", "姓名,身份证号\n张三,11010519491231002X\n李四,440524188001010014\n")
    assert load_file("persons", path).inserted == 2
    assert load_file("persons", path).unchanged == 2
    assert rows(
        connection,
        "select name, sex, birth_date::text, code like '%1949%' from person order by name desc",
    ) == [("李四", "male", "1880-01-01", False), ("张三", "female", "1949-12-31", False)]


def test_no_id_number_twice(load_file: Loader, write: Write) -> None:
    load_file("persons", write("p.csv", "code,姓名,身份证号\n1,张三,11010519491231002X\n"))
    report = load_file(
        "persons",
        write("q.csv", "code,姓名,身份证号\n2,李四,11010519491231002X\n3,王,440524188001010014\n4,赵,440524188001010014\n"),
    )  # fmt: skip
    assert report.inserted == 1
    assert report.reasons == {"duplicate_id_number": 2}


@pytest.mark.usefixtures("district")
def test_house_with_a_point_makes_an_address(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    buildings = write("h.csv", "code,name,lon,lat\nH1,一幢,113.05,22.05\n")
    rooms = write("r.csv", "code,name,kind,parent_code,address_code\nR1,101,dwelling,H1,house:H1\n")
    assert (
        load_file("houses", buildings, crs="EPSG:4490").findings.found["addresses_made"].count == 1
    )
    assert load_file("houses", rooms).inserted == 1
    assert rows(
        connection,
        "select t.layer, g.name, t.count from tally as t join grid as g on g.id = t.grid_id order by 1",
    ) == [("addresses", "西", 1), ("buildings", "西", 1), ("dwellings", "西", 1)]


def test_persons_find_their_address_by_its_text(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file(
        "addresses", write("a.csv", "code,full_text,aliases\nA,大北路1号,\nB,大北路2号,老街2号\n")
    )
    text = "code,姓名,现住址\n1,张,大北路1号\n2,李,老街2号\n3,王,无此路\n"
    report = load_file("persons", write("p.csv", text))
    assert report.findings.found["address_not_found"].count == 1
    query = "select p.code, a.code, p.attrs from person as p left join address as a on a.id = p.address_id"
    assert rows(connection, query + " order by 1") == [
        ("1", "A", {"现住址": "大北路1号"}),
        ("2", "B", {"现住址": "老街2号"}),
        ("3", None, {"现住址": "无此路"}),
    ]


def test_event_classes_and_order_of_times(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    text = (
        "code,title,class_code,state,reported_at,closed_at\n1,游商,0501,已办结,2025-01-01 08:00,2025-01-02\n"
        "2,x,9999,新建,2025-01-01,\n3,x,,新建,2025-01-02,2025-01-01\n4,x,,??,2025-01-02,\n"
    )
    report = load_file("events", write("e.csv", text))
    assert report.reasons == {
        "unknown_class": 1, "closed_at_before_reported_at": 1, "bad_state": 1,
    }  # fmt: skip
    assert rows(
        connection,
        "select c.name, e.state, e.reported_at::text, e.attrs from event as e join event_class as c on c.id = e.class_id",
    ) == [("无照经营游商", "closed", "2025-01-01 00:00:00+00", {"state": "已办结"})]


def test_dry_run_changes_nothing(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    report = load_file("addresses", write("a.csv", "code,full_text\nA,甲\n"), dry_run=True)
    assert (report.inserted, report.dry_run) == (1, True)
    assert rows(connection, "select count(*) from address") == [(0,)]
    assert rows(connection, "select count(*) from load_run") == [(0,)]


def test_load_is_recorded(connection: psycopg.Connection, load_file: Loader, write: Write) -> None:
    load_file("addresses", write("a.csv", "code,full_text\nA,甲\n"))
    ((kind, name, digest, report),) = rows(
        connection, "select kind, file_name, sha256, report from load_run"
    )
    assert (kind, name, len(digest), report["inserted"]) == ("addresses", "a.csv", 64, 1)


def test_several_files_are_one_load(load_file: Loader, write: Write, rejects: Path) -> None:
    first = write("a.csv", "code,full_text\nA,甲\n")
    second = write("b.csv", "code,full_text\nA,乙\nB,丙\n")
    report = load_file("addresses", first, second)
    assert (report.read, report.inserted, report.rejected) == (3, 2, 1)
    assert rejected(rejects)[0]["file"] == "b.csv"


def test_missing_column_is_named(load_file: Loader, write: Write) -> None:
    with pytest.raises(
        LoadError, match=r"no column for code of areas; its columns are name: .*--map code=COLUMN"
    ):
        load_file("areas", write("a.csv", "name\n甲\n"))


def test_unknown_kind(load_file: Loader, write: Write) -> None:
    with pytest.raises(LoadError, match="streets: no such kind; there are areas, grids"):
        load_file("streets", write("a.csv", "code\n1\n"))


def test_large_load_puts_the_indexes_back(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    indexes = "select indexdef from pg_indexes where tablename = 'address' order by 1"
    keys = "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'address'::regclass order by 1"
    before = rows(connection, indexes), rows(connection, keys)
    lines = "".join(f"A{n},路{n}号\n" for n in range(60_000))
    assert load_file("addresses", write("a.csv", f"code,full_text\n{lines}")).inserted == 60_000
    assert (rows(connection, indexes), rows(connection, keys)) == before

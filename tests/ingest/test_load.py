# ruff: noqa: E501 - rows of files stand in one line
"""Each kind goes to its table; what is wrong is refused with its reason, the rest stays."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg
import pytest

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
    "event_tally",
    "coarse_event_tally",
    "event_class_tally",
)


def snapshot(connection: psycopg.Connection) -> dict[str, list]:
    """Every row of every table with the transaction that wrote it."""
    return {
        table: rows(connection, f"select xmin, t.* from {table} as t order by 2, 3, 4")  # noqa: S608
        for table in TABLES
    }


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


def test_columns_that_the_file_lacks_stay_as_they_are(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file("addresses", write("a.csv", "code,full_text,level,a,b\nA,甲路,50,1,2\n"))
    report = load_file("addresses", write("b.csv", "code,full_text,a,c\nA,乙路,,3\n"))
    assert report.updated == 1
    assert rows(connection, "select full_text, level, attrs from address") == [
        ("乙路", 50, {"b": "2", "c": "3"})
    ]


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
    ) == [("buildings", "西", 1), ("dwellings", "西", 1), ("public_addresses", "西", 1)]


LEVELS = "select full_text, level from address order by code"


def test_a_dwelling_with_a_point_makes_an_address_of_a_room(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    text = (
        "code,name,kind,lon,lat\nH1,一幢,building,113.05,22.05\nH1-101,101,dwelling,113.05,22.05\n"
    )
    load_file("houses", write("h.csv", text), crs="EPSG:4490")
    assert rows(connection, LEVELS) == [("一幢", 50), ("101", 62)]
    moved = write("m.csv", "code,name,lon,lat\nH1-101,101,113.06,22.05\nH2,二幢,113.05,22.05\n")
    load_file("houses", moved, crs="EPSG:4490")
    assert rows(connection, LEVELS) == [("一幢", 50), ("101", 62), ("二幢", 50)]


def test_a_house_known_before_its_point_keeps_its_kind(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file("houses", write("h.csv", "code,name,kind\nH,101,dwelling\n"))
    load_file("houses", write("p.csv", "code,lon,lat\nH,113.05,22.05\n"), crs="EPSG:4490")
    assert [level for _, level in rows(connection, LEVELS)] == [62]


def test_a_building_that_turns_out_to_be_a_dwelling(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    path = write("h.csv", "code,name,lon,lat\nH1,101,113.05,22.05\nH2,二幢,113.05,22.05\n")
    load_file("houses", path, crs="EPSG:4490")
    load_file("houses", write("k.csv", "code,kind\nH1,dwelling\nH2,building\n"))
    assert rows(connection, LEVELS) == [("101", 62), ("二幢", 50)]
    load_file("houses", write("k.csv", "code,kind\nH1,building\n"))
    assert rows(connection, LEVELS) == [("101", 50), ("二幢", 50)]


def test_the_address_of_a_person_with_a_point_does_not_name_the_person(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    text = "code,姓名,现住址,lon,lat\n1,张三,,113.05,22.05\n2,李四,大北路1号,113.05,22.05\n"
    load_file("persons", write("p.csv", text), crs="EPSG:4490")
    assert rows(connection, "select code, full_text, level from address order by code") == [
        ("person:1", "1", 62),
        ("person:2", "大北路1号", 62),
    ]
    assert rows(connection, "select count(*) from address as a where a::text like '%张三%'") == [
        (0,)
    ]


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


def test_a_text_too_long_to_be_found_by_is_told(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file("addresses", write("a.csv", "code,full_text\nA1,大北路1号\n"))
    name = "".join(map(chr, np.random.default_rng(5).integers(0x4E00, 0x9FFF, 2_000)))
    with pytest.raises(LoadError, match=r"of the persons .*person_name_code_idx.* 2,700 bytes"):
        load_file("persons", write("p.csv", f"code,name,address_code\nP1,{name},A1\n"))
    assert rows(connection, "select count(*) from person") == [(0,)]


def test_large_load_puts_the_indexes_back(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    indexes = "select indexdef from pg_indexes where tablename = 'address' order by 1"
    keys = "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'address'::regclass order by 1"
    before = rows(connection, indexes), rows(connection, keys)
    lines = "".join(f"A{n},路{n}号\n" for n in range(60_000))
    assert load_file("addresses", write("a.csv", f"code,full_text\n{lines}")).inserted == 60_000
    assert (rows(connection, indexes), rows(connection, keys)) == before

"""ID numbers and phones are sealed on their way in, and are in plain nowhere but in the file."""

import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.ingest.conftest import Loader, rejected, rows
from tests.sealed import SEALER

Write = Callable[..., Path]

NUMBER, OTHER = "11010519491231002X", "440524188001010014"
PHONE = "13800138000"
HEADER = "code,姓名,身份证号,手机号\n"
ANYWHERE = """
    select string_agg(t.content, ' ') from (
        select p::text from person as p
        union all select w::text from worker as w
        union all select e::text from enterprise as e
        union all select v::text from event as v
        union all select l::text from load_run as l
    ) as t (content)
"""


def opened(connection: psycopg.Connection, table: str, field: str) -> list[str | None]:
    found = rows(connection, f"select {field}_sealed from {table} order by code")  # noqa: S608
    return [value and SEALER.open(value, f"{table}.{field}") for (value,) in found]


def test_persons_are_sealed(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    people = f"1,张三,{NUMBER},{PHONE}\n2,李四,,020-8469 1234\n3,王五,{OTHER},\n"
    path = write("p.csv", HEADER + people)
    assert load_file("persons", path).inserted == 3
    assert opened(connection, "person", "id_number") == [NUMBER, None, OTHER]
    assert opened(connection, "person", "phone") == [PHONE, "020-8469 1234", None]
    assert rows(connection, "select phone_digest from person order by code") == [
        (SEALER.digest(PHONE, "person.phone"),),
        (SEALER.digest("02084691234", "person.phone"),),
        (None,),
    ]


def test_workers_and_enterprises_are_sealed(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file("workers", write("w.csv", f"工号,姓名,手机号\nW1,张三,{PHONE}\n"))
    load_file("enterprises", write("e.csv", f"code,企业名称,联系电话\nE1,甲公司,{PHONE}\n"))
    assert opened(connection, "worker", "phone") == [PHONE]
    assert opened(connection, "enterprise", "phone") == [PHONE]


NUMBERS = "select phone_digest_1, phone_digest_2, phone_digest_3 from {} order by code"


def test_each_of_several_phones_has_a_digest(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    both = "13800138000、020-12345678"
    people = write("p.csv", f"code,姓名,手机号\n1,张三,{both}\n2,李四,{PHONE}\n3,王五,\n")
    load_file("persons", people)
    load_file("workers", write("w.csv", f"工号,姓名,手机号\nW1,张三,{both}\n"))
    load_file("enterprises", write("e.csv", f"code,企业名称,联系电话\nE1,甲公司,{both}\n"))
    for table in ("person", "worker", "enterprise"):
        first = rows(connection, NUMBERS.format(table))[0]
        made = (SEALER.digest(n, f"{table}.phone") for n in ("13800138000", "02012345678"))
        assert first == (*made, None)
        assert opened(connection, table, "phone")[0] == both
    assert rows(connection, NUMBERS.format("person"))[1:] == [(None,) * 3] * 2
    assert load_file("persons", people).unchanged == 3
    changed = write("q.csv", f"code,姓名,手机号\n1,张三,{PHONE}\n")
    assert load_file("persons", changed).updated == 1
    assert rows(connection, NUMBERS.format("person")) == [(None,) * 3] * 3


def test_the_same_file_changes_nothing(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    path = write("p.csv", f"{HEADER}1,张三,{NUMBER},{PHONE}\n2,李四,{OTHER},\n")
    load_file("persons", path)
    before = rows(connection, "select xmin, * from person order by code")
    assert load_file("persons", path).unchanged == 2
    spelled = write(
        "q.csv", f"{HEADER}1,张三,{NUMBER.lower()},+86 138-0013-8000\n2,李四,{OTHER},\n"
    )
    assert load_file("persons", spelled).unchanged == 2
    assert rows(connection, "select xmin, * from person order by code") == before
    changed = write("r.csv", f"{HEADER}1,张三,{NUMBER},13900139000\n2,李四,{OTHER},\n")
    report = load_file("persons", changed)
    assert (report.updated, report.unchanged) == (1, 1)
    assert opened(connection, "person", "phone") == ["13900139000", None]


def test_a_file_without_phones_leaves_them(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file("persons", write("p.csv", f"{HEADER}1,张三,{NUMBER},{PHONE}\n"))
    assert load_file("persons", write("q.csv", "code,姓名\n1,张三丰\n")).updated == 1
    assert opened(connection, "person", "phone") == [PHONE]


def test_nothing_plain_is_in_the_database(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    load_file(
        "persons",
        write(
            "p.csv",
            "code,姓名,身份证号,手机号,监护人电话,备注,工号\n"
            f"1,张三,{NUMBER},{PHONE},13700137000,打{PHONE}或13600136000,15\n"
            f"2,李四,{OTHER},x,,证件{NUMBER}；,13500135000\n"
            f"2,王五,{OTHER},x,,,1\n",
        ),
    )
    load_file(
        "events",
        write("v.csv", f"code,标题,上报时间,报案人手机\nV1,丢失,2026-01-01 08:00,{PHONE}\n"),
    )
    ((told,),) = rows(connection, ANYWHERE)
    for plain in (NUMBER, OTHER, PHONE, "13700137000", "13600136000", "13500135000"):
        assert plain not in told
    assert rows(connection, "select attrs from person order by code") == [
        ({"备注": "打138****8000或136****6000", "工号": "15"},),
        ({"备注": "证件110***********002X；", "工号": "135****5000"},),
    ]


def test_values_of_every_spelling_are_masked(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    told = (
        "code,姓名,备注,工号\n1,甲,１３８００１３８０００,8613800138000\n"
        "2,乙,+86 138-0013-8000,99010100100100001\n3,丙,旧证110105491231002,110105491331002\n"
    )
    report = load_file("persons", write("p.csv", told))
    assert rows(connection, "select attrs from person order by code") == [
        ({"备注": "138****8000", "工号": "138****8000"},),
        ({"备注": "138****8000", "工号": "99010100100100001"},),
        ({"备注": "旧证110********1002", "工号": "110105491331002"},),
    ]
    assert report.findings.found["personal_masked"].count == 4


@pytest.mark.parametrize("name", ["手机2", "监护人身份证号", "Phone No.", "tel", "联系人电话"])
def test_columns_that_say_they_are_personal_are_left_out(
    connection: psycopg.Connection, load_file: Loader, write: Write, name: str
) -> None:
    report = load_file("persons", write("p.csv", f"code,姓名,手机号,{name}\n1,张三,,abc\n"))
    assert rows(connection, "select attrs from person") == [({},)]
    assert report.findings.found["personal_left_out"].count == 1


def test_nested_values_are_scrubbed(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    path = write(
        "p.jsonl",
        '{"code": "1", "姓名": "张三", "家人": [{"名": "李", "号": 13800138000, "岁": 8}]}\n',
    )
    load_file("persons", path)
    assert rows(connection, "select attrs from person") == [
        ({"家人": [{"名": "李", "号": "138****8000", "岁": 8}]},)
    ]


def test_a_new_load_takes_what_an_older_one_left_in_attrs(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    path = write("p.csv", f"code,姓名,监护人电话\n1,张三,{PHONE}\n")
    load_file("persons", path)
    connection.execute('update person set attrs = \'{"监护人电话": "1", "x": 1}\'')
    assert load_file("persons", path).updated == 1
    assert rows(connection, "select attrs from person") == [({"x": 1},)]


def test_rejected_rows_stay_in_a_file_of_the_owner_only(
    connection: psycopg.Connection, load_file: Loader, write: Write, rejects: Path
) -> None:
    path = write("p.csv", f"{HEADER}1,张三,4.40524E+17,{PHONE}\n2,,{OTHER},{PHONE}\n")
    report = load_file("persons", path)
    assert report.rejected == 2
    first, second = rejected(rejects)
    assert first["detail"] == "id_number can't be read"
    assert (first["身份证号"], second["手机号"]) == ("4.40524E+17", PHONE)
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600


WRITTEN = "select n_tup_ins, n_tup_upd from pg_stat_xact_user_tables where relname = 'person'"
PLACED = """
    select p.code, g.name, p.area_id is not null
    from person as p left join grid as g on g.id = p.grid_id order by p.code
"""


@pytest.mark.usefixtures("district")
def test_a_load_leaves_nothing_to_the_trigger_of_places(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    addresses = "code,地址,lon,lat\nA,甲,113.05,22.05\nB,乙,113.15,22.05\n"
    load_file("addresses", write("a.csv", addresses), crs="EPSG:4490")
    people = "code,姓名,address_code\n1,张三,{}\n2,李四,\n"
    load_file("persons", write("p.csv", people.format("A")))
    assert rows(connection, WRITTEN) == [(2, 0)]
    assert rows(connection, PLACED) == [("1", "西", True), ("2", None, False)]
    load_file("persons", write("q.csv", people.format("B")))
    assert rows(connection, WRITTEN) == [(2, 1)]
    assert rows(connection, PLACED) == [("1", "东", True), ("2", None, False)]

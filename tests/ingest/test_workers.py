"""Workers, and their terms in grids."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from gis_gov.days import today
from tests.another_day import zone_of_another_day
from tests.ingest.conftest import GRIDS, Loader, rows

Write = Callable[..., Path]
TERMS = (
    "select w.code, g.name, gw.valid_from::text, gw.valid_to::text from grid_worker as gw"
    " join worker as w on w.id = gw.worker_id join grid as g on g.id = gw.grid_id order by 1, 2, 3"
)


@pytest.mark.usefixtures("district")
def test_workers_and_their_grids(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    west, east = GRIDS[0][0]["code"], GRIDS[1][0]["code"]
    text = f"code,name,grid_codes\nW1,张,{west};{east}\nW2,李,{east}\nW3,王,NONE\n"
    report = load_file("workers", write("w.csv", text))
    assert (report.inserted, report.reasons) == (2, {"unknown_grid": 1})
    load_file("workers", write("w.csv", f"code,name,grid_codes\nW1,张,{west}\n"))
    under_way = [(worker, name, end is None) for worker, name, _, end in rows(connection, TERMS)]
    assert under_way == [("W1", "东", False), ("W1", "西", True), ("W2", "东", True)]


@pytest.mark.usefixtures("district")
def test_terms_are_those_of_the_file(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    west, east = GRIDS[0][0]["code"], GRIDS[1][0]["code"]
    head = "工号,姓名,责任网格,上岗日期,valid_to\n"
    first = write(
        "w.csv",
        f"{head}W1,张,{west};{east},2022-01-15,\nW2,李,{east},2023-01-01,2024-12-31\n"
        f"W3,王,{east},2024-01-01,2023-01-01\n",
    )
    report = load_file("workers", first)
    assert (report.inserted, report.reasons) == (2, {"valid_to_before_valid_from": 1})
    terms = [
        ("W1", "东", "2022-01-15", None),
        ("W1", "西", "2022-01-15", None),
        ("W2", "东", "2023-01-01", "2024-12-31"),
    ]
    assert rows(connection, TERMS) == terms
    assert rows(connection, "select distinct attrs from worker") == [({},)]
    again = load_file("workers", first)
    assert (again.unchanged, rows(connection, TERMS)) == (2, terms)
    assert not {"terms_begun", "terms_corrected", "terms_ended"} & again.findings.found.keys()
    # An earlier beginning corrects the term, a later one begins another.
    load_file(
        "workers", write("v.csv", f"{head}W1,张,{west},2021-06-01,\nW2,李,{east},2025-03-01,\n")
    )
    assert rows(connection, TERMS)[1:] == [
        ("W1", "西", "2021-06-01", None),
        ("W2", "东", "2023-01-01", "2024-12-31"),
        ("W2", "东", "2025-03-01", None),
    ]
    assert rows(connection, TERMS)[0][3] == rows(connection, "select local_today()::text")[0][0]


@pytest.mark.usefixtures("district")
def test_a_known_beginning_corrects_the_day_of_the_load(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    code = GRIDS[0][0]["code"]
    load_file("workers", write("w.csv", f"code,name,grid_codes\nW,张,{code}\n"))
    dated = write("v.csv", f"code,name,grid_codes,valid_from\nW,张,{code},2022-01-15\n")
    assert load_file("workers", dated).findings.found["terms_corrected"].count == 1
    assert rows(connection, TERMS) == [("W", "西", "2022-01-15", None)]
    past = write("u.csv", f"code,name,grid_codes,valid_to\nW,张,{code},2021-12-31\n")
    load_file("workers", past)
    assert load_file("workers", past).findings.found == {}
    assert rows(connection, TERMS) == [("W", "西", "2021-12-31", "2021-12-31")]


@pytest.mark.usefixtures("district")
def test_a_load_begins_and_ends_terms_by_the_day_of_utc_8(
    connection: psycopg.Connection, load_file: Loader, write: Write
) -> None:
    zone = zone_of_another_day()
    connection.execute("select set_config('TimeZone', %s, true)", [zone])
    assert rows(connection, "select current_date") != [(today(),)]
    west, east = GRIDS[0][0]["code"], GRIDS[1][0]["code"]
    yesterday, now, tomorrow = (today() + timedelta(days=days) for days in (-1, 0, 1))
    head = "code,name,grid_codes,valid_from,valid_to\n"
    text = (
        f"{head}W1,张,{west},{yesterday},\nW2,李,{west},{now},\nW3,王,{west},{tomorrow},\n"
        f"W4,赵,{west},{yesterday},{now}\nW5,孙,{west},,\nW6,周,{west},{yesterday},{tomorrow}\n"
    )
    assert load_file("workers", write("w.csv", text)).findings.found["terms_begun"].count == 6
    begun = [
        ("W1", "西", str(yesterday), None),
        ("W2", "西", str(now), None),
        ("W3", "西", str(tomorrow), None),
        ("W4", "西", str(yesterday), str(now)),
        ("W5", "西", str(now), None),
        ("W6", "西", str(yesterday), str(tomorrow)),
    ]
    assert rows(connection, TERMS) == begun
    moved = "code,name,grid_codes\n" + "".join(f"W{n},x,{east}\n" for n in range(1, 7))
    report = load_file("workers", write("v.csv", moved))
    # W4's has ended by itself; what is to begin tomorrow ends with its beginning.
    assert report.findings.found["terms_ended"].count == 5
    last = {"W3": str(tomorrow)}
    ended = [(code, grid, first, last.get(code, str(now))) for code, grid, first, _ in begun]
    assert [row for row in rows(connection, TERMS) if row[1] == "西"] == ended
    assert [row[2:] for row in rows(connection, TERMS) if row[1] == "东"] == [(str(now), None)] * 6

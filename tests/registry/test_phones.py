"""A field with several phones is found by each of them, by an index, under the row policies."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gis_gov.access.personal import digest_columns, digested, phone_numbers
from gis_gov.access.sealing import Sealer
from gis_gov.db.migrate import migrate
from tests.conftest import TestServer
from tests.registry.conftest import EAST, PHONE
from tests.sealed import SEALER
from tests.signed_in import Client

BOTH = "13700137000/0571-87654321"
TABLES = ("person", "enterprise", "worker")
ROWS = 30_000


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("13800138000/13900139000", ["13800138000", "13900139000"]),
        ("13800138000、020-12345678", ["13800138000", "02012345678"]),
        ("138-0013-8000 139 0013 9000", ["13800138000", "13900139000"]),
        ("(020)12345678；８６１３９００１３９０００", ["02012345678", "13900139000"]),
        ("13800138000(张三)", ["13800138000"]),
        ("020-12345678-801", ["02012345678"]),
        ("400-800-1234或84691234", ["4008001234", "84691234"]),
        ("13800138000,13800138000", ["13800138000"]),
        ("138 0013 8000", []),
        ("+86 138-0013-8000", []),
        ("020-8469 1234", []),
        ("1380013800013900139000", []),
        ("110", []),
        ("无", []),
    ],
)
def test_the_numbers_of_a_field(text: str, numbers: list[str]) -> None:
    assert phone_numbers(text) == numbers


def test_no_more_numbers_than_there_are_columns() -> None:
    text = "、".join(f"1380013800{n}" for n in range(5))
    whole, *numbers = digested("phone", text)
    assert whole
    assert numbers == ["13800138000", "13800138001", "13800138002"]
    assert digested("id_number", "13800138000/13900139000") == ("13800138000/13900139000",)


def digests_of(table: str, text: str) -> dict[str, bytes | None]:
    bound = f"{table}.phone"
    made = SEALER.digest_many(digested("phone", text), bound)
    return dict(zip(digest_columns("phone"), made, strict=True))


def give_phone(conn: psycopg.Connection[Any], table: str, code: str, text: str) -> None:
    values = {"phone_sealed": SEALER.seal(text, f"{table}.phone"), **digests_of(table, text)}
    statement = sql.SQL("update {} set {} where code = {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in values
        ),
        sql.Placeholder("code"),
    )
    conn.execute(statement, {**values, "code": code})


@pytest.mark.anyio
async def test_a_person_is_found_by_either_phone(signed_in: Client, people_url: str) -> None:
    with psycopg.connect(people_url) as conn:
        give_phone(conn, "person", "P2", BOTH)
    client = await signed_in("supervisor", area=EAST)
    masked = await signed_in("department_officer")
    elsewhere = await signed_in("supervisor", area="440199001002")
    for phone in ("13700137000", "+86 137 0013 7000", "057187654321", BOTH):
        answer = await client.post("/persons/search", json={"phone": phone})
        assert [feature["id"] for feature in answer.json()["features"]] == ["P2"], phone
        assert (await masked.post("/persons/search", json={"phone": phone})).status_code == 403
        answer = await elsewhere.post("/persons/search", json={"phone": phone})
        assert answer.json()["features"] == []
    answer = await client.post("/persons/search", json={"phone": "87654321"})
    assert answer.json()["features"] == []
    told = (await client.get("/persons/P2")).json()["properties"]
    assert told["phone"] == "137****4321"


@pytest.fixture(scope="module")
def city_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        with psycopg.connect(url) as conn:
            conn.execute("set session_replication_role = replica")
            for table in TABLES:
                conn.execute(
                    sql.SQL(
                        "insert into {} (code, name, area_id, phone_digest)"
                        " select 'X' || n, 'x', n %% 100, decode(md5(n::text), 'hex')"
                        " from generate_series(1, %s) as n"
                    ).format(sql.Identifier(table)),
                    [ROWS],
                )
                give_phone(conn, table, "X150", BOTH)
                give_phone(conn, table, "X151", BOTH)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("analyze")
        yield url


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("table", TABLES)
def test_indexes_find_it_under_row_policies(city_url: str, table: str, mode: str) -> None:
    query = sql.SQL("select code from {} where {}").format(
        sql.Identifier(table),
        sql.SQL(" or ").join(
            sql.SQL("{} in (%(a)s, %(b)s)").format(sql.Identifier(name))
            for name in digest_columns("phone")
        ),
    )
    old = Sealer([SEALER.current])  # while keys change, there is a digest by each
    with psycopg.connect(city_url, autocommit=True) as conn:
        conn.execute("set role gis_gov_app")
        for kind in TABLES:
            conn.execute(
                "select set_config(%s, '{\"areas\": [50]}', false)", [f"gis_gov.reach_{kind}"]
            )
        conn.execute(b"set plan_cache_mode = " + mode.encode())
        for number in ("13700137000", "057187654321"):
            asked = {"a": old.digest(number, f"{table}.phone"), "b": b"-"}
            begun = time.perf_counter()
            assert conn.execute(query, asked).fetchall() == [("X150",)]
            assert time.perf_counter() - begun < 1
            row = conn.execute(sql.SQL("explain (format text) ") + query, asked).fetchall()
            plan = "\n".join(line for (line,) in row)
            assert "Seq Scan on " + table not in plan
            for name in digest_columns("phone"):
                assert f"{table}_{name}_idx" in plan


def test_phones_of_before_are_found_too(postgis: TestServer) -> None:
    with postgis.older_database("0011") as url:
        with psycopg.connect(url) as conn:
            for code, phone in (("A", BOTH), ("B", PHONE)):
                conn.execute(
                    "insert into enterprise (code, name, phone_sealed) values (%s, 'e', %s)",
                    [code, SEALER.seal(phone, "enterprise.phone")],
                )
        migrate(url, lambda: SEALER)
        with psycopg.connect(url) as conn:
            found = conn.execute(
                "select code, phone_digest_1, phone_digest_2, phone_digest_3,"
                " updated_at = created_at from enterprise order by code"
            ).fetchall()
        _, *single = digests_of("enterprise", BOTH).values()
        assert found == [("A", *single, True), ("B", None, None, None, True)]

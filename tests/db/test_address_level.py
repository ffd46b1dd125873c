"""The level of an address that nobody told follows by rule; what may be a room stays one."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.types.json import Jsonb

from gis_gov.db.migrate import config, migrate
from tests.access.test_address_mask import BEHIND, BUILDINGS, ROOMS
from tests.conftest import TestServer

COMPOUND, DOOR = {"type": "42", "name": "滨海苑"}, {"type": "43", "name": "501号"}
ROOM = {"type": "62", "name": "301"}


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


def known(database: psycopg.Connection, text: str, elements: Any = ()) -> int | None:
    row = database.execute(
        "select address_level(t, e, address_to_building(t, '[]', 10::smallint))"
        " from (values (%s::text, %s)) as v (t, e)",
        [text, Jsonb(list(elements))],
    ).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("海州市学院路12号", 43),
        ("学院路５０１号", 43),
        ("学院路501號", 43),
        ("海州市解放路156-158号", 43),
        ("广州市天河区中山大道中1号", 43),
        ("学院路3号院", 43),
        ("学院路278A号", 43),
        ("张家村3组112号", 43),
        ("张家村12号", 43),
        ("318国道12号", 43),
        ("学院路160号1幢", 50),
        ("学院路3号院5号楼", 50),
        ("智慧园1502栋", 50),
        ("万达广场B座", 50),
        ("海州市滨海大厦", 50),
        ("海州市幸福小区", 42),
        ("海州市学院路", 41),
        ("城东街道新桥社区", 31),
    ],
)
def test_what_is_no_room_is_known(database: psycopg.Connection, text: str, level: int) -> None:
    assert known(database, text) == level


@pytest.mark.parametrize(
    "text",
    [
        "",
        "滨海苑501号",
        "滨海苑12号",
        "滨海苑五百零一号",
        "幸福街道501号",
        "幸福新村501号",
        "翠苑三村12号",
        "张家村501号",
        "学院路12号501号",
        "学院路12号后间",
        "学院路12号(301室)",
        "学院路12号（幸福小区",
        "某某公司",
        "学院路12号滨海大厦",
        "幸福小区三楼",
        "301号楼上",
        *(f"{b}{r}{e}" for b in BUILDINGS for r in ROOMS for e in BEHIND),
    ],
)
def test_what_may_be_a_room_is_not(database: psycopg.Connection, text: str) -> None:
    assert known(database, text) is None


@pytest.mark.parametrize(
    ("text", "elements", "level"),
    [
        ("滨海苑501号", [COMPOUND, DOOR], 43),
        ("海州市滨海苑501号", [COMPOUND, DOOR], 43),
        ("滨海苑501号301", [COMPOUND, DOOR, ROOM], 62),
        ("滨海苑501号后间", [COMPOUND, DOOR], None),
        ("滨海苑501号301", [COMPOUND, {"type": "43", "name": "501号301"}], None),
        ("滨海苑后间", [COMPOUND, {"name": "后间"}], None),
        ("滨海苑后间", [COMPOUND, {"type": "7", "name": "后间"}], None),
        ("滨海苑501号", [{"type": "42"}], None),
        ("滨海苑501号", ["501号"], None),
        ("学院路12号", [{"type": "41", "name": "学院路"}], 43),
    ],
)
def test_elements_tell_it(
    database: psycopg.Connection, text: str, elements: list[Any], level: int | None
) -> None:
    assert known(database, text, elements) == level


def test_whoever_writes_what_is_told_stands(conn_of: psycopg.Connection) -> None:
    conn_of.execute(
        "insert into address (code, full_text, level) values"
        " ('A', '学院路12号', null), ('B', '学院路12号', 62), ('C', '滨海苑501号', 43)"
    )
    levels = "select code, level, known_level from address order by code"
    assert conn_of.execute(levels).fetchall() == [("A", None, 43), ("B", 62, 62), ("C", 43, 43)]
    conn_of.execute("update address set full_text = '学院路12号301' where code = 'A'")
    conn_of.execute("update address set level = null where code in ('B', 'C')")
    assert conn_of.execute(levels).fetchall() == [
        ("A", None, None),
        ("B", None, 43),
        ("C", None, None),
    ]
    counted = conn_of.execute("select layer, sum(count) from tally where count > 0 group by layer")
    assert dict(counted.fetchall()) == {"public_addresses": 1, "room_addresses": 2}


@pytest.fixture
def conn_of(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url) as opened:
        yield opened
        opened.rollback()


def test_a_list_that_is_none_is_refused_by_its_name(conn_of: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="address_elements_list"):
        conn_of.execute(
            "insert into address (code, full_text, elements) values ('A', '学院路', '{}')"
        )


def test_addresses_of_before_are_counted_anew(postgis: TestServer) -> None:
    step = ScriptDirectory.from_config(config()).get_revision("0011")
    assert isinstance(step.down_revision, str)
    with postgis.older_database(step.down_revision) as url:
        with psycopg.connect(url) as conn:
            conn.execute(
                "insert into address (code, full_text, geom)"
                " select text, text, st_point(0.5, 0.5, 4490)"
                " from unnest(array['学院路12号', '学院路14号', '滨海苑501号']) as t (text)"
            )
        migrate(url)
        with psycopg.connect(url) as conn:
            for counts in ("tally", "coarse_tally"):
                found = conn.execute(
                    sql.SQL("select layer, sum(count) from {} group by layer").format(
                        sql.Identifier(counts)
                    )
                ).fetchall()
                assert dict(found) == {"public_addresses": 2, "room_addresses": 1}


def test_the_change_log_takes_the_same_for_rooms(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as conn:
        conn.execute(
            "insert into address (code, full_text)"
            " values ('A1', '学院路12号'), ('A2', '学院路B301')"
        )
        told = conn.execute("select object_id, row_class from change order by object_id").fetchall()
    assert [row_class for _, row_class in told] == [None, "room"]

"""Addresses that older loads made of coordinates: dwellings become rooms, nobody is named."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic.script import ScriptDirectory

from gis_gov.db.migrate import config, migrate
from tests.conftest import TestServer

MADE = """
    insert into address (id, code, full_text, level, geom)
    select n, code, text, level, st_point(0.5, 0.5, 4490)
    from (values
        (1, 'house:H1', '一幢', 50),
        (2, 'house:H1-101', '101', 50),
        (3, 'house:H1-102', '102', 61),
        (4, 'D1', '学院路1号', 43),
        (5, 'person:1', '张三', 62),
        (6, 'person:2', '大北路1号', 62),
        (7, 'person:3', '大北路', 62),
        (8, 'person:4', '李四', 62),
        (9, 'person:gone', '王五', 62),
        (10, 'enterprise:E', '甲公司', 62)
    ) as v (n, code, text, level);
    insert into house (code, name, kind, address_id) values
    ('H1', '一幢', 'building', 1), ('H1-101', '101', 'dwelling', 2),
    ('H1-102', '102', 'dwelling', 3), ('H2', '103', 'dwelling', 4);
    insert into person (code, name, address_id, attrs) values
    ('1', '张三', 5, '{}'), ('2', '钱七', 6, '{}'), ('3', '赵六', 7, '{"现住址": " 大北路"}'),
    ('4', '李四光', 8, '{"备注": "x"}');
    insert into enterprise (code, name, address_id) values ('E', '甲公司', 10);
"""


@pytest.fixture
def old_url(postgis: TestServer) -> Iterator[str]:
    """A database as it was before the step, with addresses that loads made."""
    before = ScriptDirectory.from_config(config()).get_revision("0008").down_revision
    assert isinstance(before, str)
    with postgis.older_database(before) as url:
        with psycopg.connect(url) as conn:
            conn.execute(MADE)
        yield url


def test_made_addresses_are_mended(old_url: str) -> None:
    migrate(old_url)
    with psycopg.connect(old_url) as conn:
        found = conn.execute("select code, full_text, level from address order by id").fetchall()
    assert found == [
        ("house:H1", "一幢", 50),
        ("house:H1-101", "101", 62),
        ("house:H1-102", "102", 61),
        ("D1", "学院路1号", 43),
        ("person:1", "1", 62),
        ("person:2", "大北路1号", 62),
        ("person:3", "大北路", 62),
        ("person:4", "4", 62),
        ("person:gone", "gone", 62),
        ("enterprise:E", "甲公司", 62),
    ]

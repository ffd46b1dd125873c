"""Two communities of one grid each, with people at home in them, and clients with rights."""

from collections.abc import AsyncIterator
from typing import Any, LiteralString

import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.sealed import SEALER
from tests.signed_in import Client, clients_of

EAST, WEST = "440199001001", "440199001002"
NUMBER, PHONE = "11010519491231002X", "13800138000"
PLACES = """
    insert into area (id, code, name, level, parent_id, geom) values
    (1, '440199000000', '测试区', 'district', null, null),
    (2, '440199001001', '东社区', 'community', 1,
     st_multi(st_makeenvelope(113.1, 22, 113.2, 22.1, 4490))),
    (3, '440199001002', '西社区', 'community', 1,
     st_multi(st_makeenvelope(113, 22, 113.1, 22.1, 4490)));
    insert into grid (id, code, name, area_id, geom)
    select id - 1, code || '101', name || '网格', id, geom from area where id > 1;
    insert into address (id, code, full_text, level, elements, geom) values
    (1, 'B1', '东路1号', 43, '[]', st_point(113.1512345, 22.0554321, 4490)),
    (2, 'R1', '东路1号2幢301室', 62,
     '[{"type": "43", "name": "东路1号"}, {"type": "50", "name": "2幢"},
       {"type": "62", "name": "301室"}]', st_point(113.1512345, 22.0554321, 4490)),
    (3, 'R2', '西路9号502', null, '[]', st_point(113.03, 22.03, 4490));
    insert into house (id, code, name, kind, parent_id, address_id, geom) values
    (1, 'H1', '2幢', 'building', null, 1,
     st_multi(st_makeenvelope(113.15, 22.05, 113.151, 22.051, 4490))),
    (2, 'H1-301', '301室', 'dwelling', 1, 2, null);
"""
PERSONS = (
    ("P1", "欧阳修远", NUMBER, PHONE, "control", "{涉毒}", 2, 2, "1949-12-31"),
    ("P2", "李四", None, "020-8469 1234", "service", "{}", 1, 1, None),
    ("P3", "王五", "440524188001010014", None, "other", "{}", 3, None, "1880-01-01"),
    ("P4", "赵六", None, None, "other", "{}", None, None, None),
)
ADD = """
    insert into person (
        code, name, id_number_sealed, id_number_digest, phone_sealed, phone_digest, person_class,
        tags, address_id, house_id, birth_date
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def sealed(field: str, value: str | None, spelled: str | None = None) -> list[bytes | None]:
    """The sealed value and its digest."""
    if value is None:
        return [None, None]
    bound = f"person.{field}"
    return [SEALER.seal(value, bound), SEALER.digest(spelled or value, bound)]


def write_people(url: str, more: LiteralString = "") -> None:
    """Write people and their homes, and what `more` says."""
    with psycopg.connect(url) as conn:
        conn.execute(PLACES)
        for code, name, number, phone, *others in PERSONS:
            spelled = phone and phone.replace("-", "").replace(" ", "")
            values = [*sealed("id_number", number), *sealed("phone", phone, spelled)]
            conn.execute(ADD, [code, name, *values, *others])
        conn.execute(
            "insert into enterprise (code, name, contact_name, phone_sealed, address_id)"
            " values ('E1', '甲公司', '张三', %s, 1)",
            [SEALER.seal(PHONE, "enterprise.phone")],
        )
        conn.execute(more)


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_people(own_database_url)
    return own_database_url


@pytest.fixture
async def running(people_url: str) -> AsyncIterator[FastAPI]:
    app = create_app(Settings().with_database(people_url))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def signed_in(running: FastAPI, people_url: str) -> AsyncIterator[Client]:
    """Give clients: `await signed_in("commander", area=…)`."""
    async with clients_of(running, people_url) as give:
        yield give


def entries(url: str, action: str) -> list[tuple[Any, ...]]:
    """What the audit has of an action."""
    with psycopg.connect(url) as conn:
        return conn.execute(
            "select result, object_code, reason, detail from audit where action = %s order by at",
            [action],
        ).fetchall()

"""What others write while a file goes out: each piece of it is of its own moment."""

import asyncio
import csv
import io
from collections import Counter
from typing import Any, LiteralString

import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.ogc.export import PIECE_ROWS
from tests.ogc.test_files import asking
from tests.signed_in import bearer, every_point_has_its_cell, make_key

pytestmark = pytest.mark.anyio

MANY: LiteralString = """
    insert into resource (code, kind, name, geom)
    select 'N' || lpad(n::text, 6, '0'), 'poi', 'before', st_point(113.1 + n * 1e-6, 22.05, 4490)
    from generate_series(1, 5000) as n
"""
WRITTEN: LiteralString = """
    update resource set name = 'after' where kind = 'poi';
    delete from resource where code in ('N000002', 'N004500');
    insert into resource (code, kind, name) values ('N0', 'poi', 'new'), ('N999999', 'poi', 'new');
"""
ADDRESSES: LiteralString = """
    insert into address (id, code, full_text, elements, geom)
    select
        n + 100, 'N' || n, '路' || n || '号', '[]',
        st_point(113.1 + n % 71 * 1e-3, 22 + n * 1e-5, 4490)
    from generate_series(1, 5000) as n
"""
MOVED: LiteralString = """
    update address set geom = st_point(113.18 - (st_x(geom) - 113.1), 22.05, 4490)
    where code like 'N%' and id % 2 = 0
"""


async def file_of(
    app: FastAPI, url: str, path: str, query: str, write: LiteralString
) -> list[dict[str, str]]:
    """Take a CSV out while something is written, as soon as its beginning is out."""
    came = bytearray()

    async def send(message: Any) -> None:
        begins = not came
        came.extend(message.get("body", b""))
        if begins and came:
            with psycopg.connect(url) as conn:
                conn.execute(write)

    sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in sent:
            return message
        return await asyncio.Future()  # the client stays

    headers = {**bearer(make_key(url, "commander")), "accept-encoding": "identity"}
    await app(asking(path, query, headers), receive, send)
    return list(csv.DictReader(io.StringIO(came.decode("utf-8-sig"))))


async def test_each_piece_is_of_its_own_moment(running: FastAPI, people_url: str) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute(MANY)
    rows = await file_of(
        running, people_url, "/collections/pois/items", "f=csv&properties=code,name", WRITTEN
    )
    told = [(each["code"], each["name"]) for each in rows]
    before = [(f"N{n:06}", "before") for n in range(1, PIECE_ROWS + 1)]
    after = [(f"N{n:06}", "after") for n in range(PIECE_ROWS + 1, 5001) if n != 4500]
    assert told == [*before, *after, ("N999999", "new"), ("O1", "after")]


async def test_what_stays_where_it_is_is_there_once(running: FastAPI, people_url: str) -> None:
    """By cells what moves may come twice, or not at all, as it may by any order that changes."""
    with psycopg.connect(people_url) as conn:
        conn.execute(ADDRESSES)
        stays = {
            code
            for (code,) in conn.execute(
                "select code from address where id % 2 = 1 and code like 'N%'"
            )
        }
        moves = {
            code
            for (code,) in conn.execute(
                "select code from address where id % 2 = 0 and code like 'N%'"
            )
        }
    await every_point_has_its_cell(people_url)
    query = "f=csv&properties=code&bbox=113,22,113.2,22.1"
    rows = await file_of(running, people_url, "/collections/addresses/items", query, MOVED)
    times = Counter(each["code"] for each in rows)
    assert {code for code, many in times.items() if many == 1} >= stays
    assert {code for code, many in times.items() if many > 1} <= moves

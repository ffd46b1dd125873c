"""The audit over HTTP: for auditors, filtered, page by page, and as CSV."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.access.chain import outsiders_hash
from tests.pausing import Meanwhile, Pausing
from tests.signed_in import bearer, client_of, make_key

pytestmark = pytest.mark.anyio

FILL = """
    insert into audit (actor, client, action, object_kind, object_code, result, detail)
    select
        'account:' || (array['wang', 'li'])[1 + i %% 2], '10.0.0.7', 'person.read', 'person',
        'p-' || i, (array['ok', 'refused', 'failed'])[1 + i %% 3], jsonb_build_object('n', i)
    from generate_series(1, %s) as i
"""
FILLED = 60
# What an export has in its first piece, and how many entries in each other one.
HEADER, PIECE = 1, 1000


@pytest.fixture
async def running(own_database_url: str) -> AsyncIterator[FastAPI]:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(FILL, [FILLED])
    app = create_app(Settings().with_database(own_database_url))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def auditor(running: FastAPI, own_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    key = bearer(make_key(own_database_url, "auditor"))
    async with client_of(httpx.ASGITransport(running), key) as client:
        yield client


async def walk(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Follow the pages to the last."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        page = (await client.get(following)).json()
        found += page["entries"]
        following = page["next"]
    return found


async def test_pages_hold_every_entry_once_while_more_come(auditor: httpx.AsyncClient) -> None:
    found = await walk(auditor, "/audit?actor=account:wang&limit=7")
    assert [entry["detail"]["n"] for entry in found] == list(range(60, 0, -2))
    assert found[0]["client"] == "10.0.0.7/32"
    whole = await walk(auditor, "/audit?limit=20")
    numbers = [entry["number"] for entry in whole]
    assert numbers == sorted(set(numbers), reverse=True)
    assert {entry["action"] for entry in whole} == {"person.read", "audit.read"}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("actor=account:li", 30),
        ("result=refused", 20),
        ("object_kind=person&object_code=p-7", 1),
        ("action=person.read&result=ok&actor=account:wang", 10),
        ("datetime=2999-01-01/..", 0),
        ("datetime=../2020-01-01", 0),
    ],
)
async def test_filters(auditor: httpx.AsyncClient, query: str, count: int) -> None:
    assert len(await walk(auditor, f"/audit?{query}&limit=1000")) == count


async def test_a_page_s_link_holds_for_its_filter_alone(auditor: httpx.AsyncClient) -> None:
    following = (await auditor.get("/audit?result=ok&limit=5")).json()["next"]
    answer = await auditor.get(following.replace("result=ok", "result=failed"))
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:gis-gov:problem:bad-page-token"


async def test_the_csv_has_all_that_fits_with_hashes(auditor: httpx.AsyncClient) -> None:
    answer = await auditor.get("/audit?f=csv&action=person.read&limit=2")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [int(row["number"]) for row in rows] == list(range(1, 61))
    for row in rows:
        entry = {name: value or None for name, value in row.items()}
        assert outsiders_hash(entry) == row["hash"]


async def export_with(running: FastAPI, url: str, meanwhile: Meanwhile) -> list[str]:
    """Take the entries of one action out, and return the lines."""
    key = bearer(make_key(url, "auditor"))
    async with client_of(httpx.ASGITransport(Pausing(running, meanwhile)), key) as client:
        return (await client.get("/audit?f=csv&action=person.read")).text.splitlines()


async def test_an_export_ends_when_its_right_is_gone(
    running: FastAPI, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(FILL, [2500 - FILLED])

    async def revoke(piece: int) -> None:
        if piece == HEADER + 2:
            with psycopg.connect(own_database_url) as connection:
                connection.execute("update api_key set revoked_at = now()")
            await state_of(running).actors.forget("")

    told = await export_with(running, own_database_url, revoke)
    assert len(told) == HEADER + 2 * PIECE + 1
    assert told[-1] == "broken off: the right to this table is gone"
    with psycopg.connect(own_database_url) as connection:
        entry = connection.execute(
            "select action, result, reason from audit order by number desc limit 1"
        ).fetchone()
    assert entry == ("audit.export", "refused", "broken off: the right to this table is gone")


async def test_an_export_has_what_was_there_when_it_began(
    running: FastAPI, own_database_url: str
) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(FILL, [2500 - FILLED])

    async def add(piece: int) -> None:
        if piece > HEADER:
            with psycopg.connect(own_database_url) as connection:
                connection.execute(FILL, [60])

    told = await export_with(running, own_database_url, add)
    assert len(told) == HEADER + 2500


async def test_reading_the_audit_is_in_the_audit(auditor: httpx.AsyncClient) -> None:
    await auditor.get("/audit?f=csv&result=ok")
    (newest,) = (await auditor.get("/audit?limit=1&action=audit.export")).json()["entries"]
    assert newest["detail"] == {"format": "csv", "result": "ok"}
    assert newest["actor"].startswith("key:")


async def test_others_do_not_read_it(auditor: httpx.AsyncClient, own_database_url: str) -> None:
    for role in ("commander", "system_administrator", "security_administrator"):
        key = bearer(make_key(own_database_url, role))
        assert (await auditor.get("/audit", headers=key)).status_code == 403

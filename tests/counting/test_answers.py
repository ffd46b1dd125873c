"""Kept answers: as new as the database at every question, in every process, and of one's rights."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from gis_gov.access.tokens import Shown, token_hash
from gis_gov.app import create_app
from gis_gov.counting.answers import kinds_of
from gis_gov.counting.layers import LAYERS, UNTALLIED
from gis_gov.settings import Settings
from gis_gov.state import state_of
from gis_gov.statistics.parts import MEASURES
from tests.changes.test_tiles_follow import WORLD, WRITES
from tests.conftest import TestServer
from tests.counting.granted import Grant
from tests.counting.village import DISTRICT, Village
from tests.registry.conftest import write_people
from tests.signed_in import bearer, client_of, every_point_has_its_cell, make_key, unhurried
from tests.waiting import until

pytestmark = pytest.mark.anyio

KEPT = [measure for measure in MEASURES if measure != "workers"]
OF_ALL = [
    f"/statistics?level=grid&measures={','.join(KEPT)}",
    "/heatmap?layer=persons&resolution=9&f=json",
    "/heatmap?layer=events&resolution=12&datetime=2026-01-01/..&f=json",
    "/heatmap?layer=cameras&resolution=12&f=json",
]
"""Of each kind of change something hangs on it."""
QUESTIONS = [
    *(f"/heatmap?layer={layer}&resolution=9&f=json" for layer in LAYERS if layer not in UNTALLIED),
    "/heatmap?layer=persons&f=geojson",
    "/heatmap?layer=events&resolution=12&datetime=2026-01-01/..&f=json",
    f"/statistics?level=grid&measures={','.join(KEPT)}",
    "/statistics?level=community&measures=events&datetime=2025-01-01/2026-06-01",
]
CUT_OFF = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'gis_gov listener'
"""
ROLES = (
    Grant("commander"),
    Grant("screen"),
    Grant("screen", f"{DISTRICT}001"),
    Grant("supervisor", f"{DISTRICT}001"),
    Grant("supervisor", f"{DISTRICT}001002"),
    Grant("department_officer", f"{DISTRICT}001", ("service",)),
    Grant("department_officer", f"{DISTRICT}001", ("control",)),
    Grant("department_officer", "", ("control",), "fire"),
)


@dataclass(frozen=True)
class Process:
    """A server of its own, and a client of it."""

    client: httpx.AsyncClient
    app: Any

    async def ask(self, question: str, headers: dict[str, str]) -> dict[str, Any]:
        answer = await self.client.get(question, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        found.pop("at", None)
        return found

    async def ask_all(self, headers: dict[str, str]) -> dict[str, Any]:
        return {question: await self.ask(question, headers) for question in OF_ALL}


async def started(stack: AsyncExitStack, url: str, settings: Settings) -> Process:
    app = create_app(settings.with_database(url))
    await stack.enter_async_context(app.router.lifespan_context(app))
    await state_of(app).changes.cursor(10)
    client = client_of(httpx.ASGITransport(app))
    return Process(await stack.enter_async_context(client), app)


async def write(url: str, statement: Any) -> None:
    """Write, and let the servers go on meanwhile, which may hold what this waits for."""
    async with await psycopg.AsyncConnection.connect(url) as writing:
        await writing.execute(statement)


def forgetful() -> Settings:
    return unhurried().model_copy(update={"answer_memory_mb": 0})


@pytest.fixture(scope="module")
async def two(village: Village) -> AsyncIterator[tuple[Process, Process]]:
    """A process that keeps answers, and one that makes each anew; on a village that stays."""
    async with AsyncExitStack() as stack:
        yield (
            await started(stack, village.url, unhurried()),
            await started(stack, village.url, forgetful()),
        )


async def test_whatever_is_written_is_in_the_next_answer(postgis: TestServer) -> None:
    """Asked as soon as each write is committed: no announcement is waited for."""
    with postgis.database() as url:
        write_people(url)
        with psycopg.connect(url) as writing:
            writing.execute(WORLD)
        key = bearer(make_key(url, "commander"))
        async with AsyncExitStack() as stack:
            keeping = [await started(stack, url, unhurried()) for _ in range(2)]
            anew = await started(stack, url, forgetful())
            before, changed = await anew.ask_all(key), 0
            for statement in WRITES:
                await write(url, statement)
                told = [await process.ask_all(key) for process in (*keeping, anew)]
                assert told[0] == told[1] == told[2], statement
                changed += told[2] != before
                before = told[2]
        assert changed > len(WRITES) / 3


async def test_an_answer_is_kept_until_something_of_its_kinds_is_written(
    own_database_url: str,
) -> None:
    write_people(own_database_url)
    key = bearer(make_key(own_database_url, "commander"))
    question = "/statistics?level=grid&measures=persons,households"
    async with AsyncExitStack() as stack:
        process = await started(stack, own_database_url, unhurried())
        await every_point_has_its_cell(own_database_url)

        async def moment() -> str:
            answer = await process.client.get(question, headers=key)
            told: str = answer.json()["at"]
            return told

        first = await moment()
        assert {await moment() for _ in range(5)} == {first}
        for statement, is_new in [
            ("insert into event (code, reported_at) values ('E1', now())", False),
            ("update person set name = 'x' where code = 'P1'", False),
            ("update person set person_class = 'other' where code = 'P1'", True),
            ("update grid set households = 12 where id = 1", True),
            ("update resource set name = 'x'", False),
        ]:
            await write(own_database_url, statement)
            last, first = first, await moment()
            assert (first != last) == is_new, statement


async def test_a_write_that_was_under_way_is_seen_once_it_is_committed(
    own_database_url: str,
) -> None:
    write_people(own_database_url)
    key = bearer(make_key(own_database_url, "commander"))
    async with AsyncExitStack() as stack:
        process = await started(stack, own_database_url, unhurried())
        # The server must not wait for the slow one to give the cells.
        await every_point_has_its_cell(own_database_url)
        async with await psycopg.AsyncConnection.connect(own_database_url) as slow:
            await slow.execute("delete from person where code = 'P3'")
            await write(
                own_database_url, "insert into event (code, reported_at) values ('E1', now())"
            )
            before = await process.ask("/statistics?measures=persons", key)
            assert before == await process.ask("/statistics?measures=persons", key)
            await slow.commit()
            after = await process.ask("/statistics?measures=persons", key)
    assert after["total"]["persons"] == before["total"]["persons"] - 1


async def test_while_it_is_not_heard_what_is_written_nothing_is_kept(village: Village) -> None:
    key = bearer(make_key(village.url, "commander"))
    async with AsyncExitStack() as stack:
        process = await started(stack, village.url, unhurried())
        question = "/statistics?level=grid&measures=persons"
        kept = {(await process.client.get(question, headers=key)).json()["at"] for _ in range(3)}
        assert len(kept) == 1
        listener = state_of(process.app).listener
        session = listener.session()
        with psycopg.connect(village.url, autocommit=True) as conn:
            conn.execute(CUT_OFF)
        await until(lambda: listener.session() != session)
        told = (await process.client.get(question, headers=key)).json()["at"]
        assert told not in kept
        await until(lambda: listener.session() not in {0, session})
        kept = {(await process.client.get(question, headers=key)).json()["at"] for _ in range(3)}
        assert len(kept) == 1
        assert told not in kept


async def test_nobody_is_told_what_another_may_know(
    village: Village, two: tuple[Process, Process]
) -> None:
    keys = [role.key(village.url) for role in ROLES]
    questions = [each for each in QUESTIONS if "area_m2" not in each]
    keeping, anew = two
    expected = {
        (which, question): await asked(anew, question, key)
        for which, key in enumerate(keys)
        for question in questions
    }
    assert len({str(told) for told in expected.values()}) > len(questions) * 3
    for _ in range(2):
        told = await asyncio.gather(
            *(
                asked(keeping, question, key)
                for question in questions
                for key in keys
                for _ in range(2)
            )
        )
        assert told == [
            expected[which, question]
            for question in questions
            for which in range(len(keys))
            for _ in range(2)
        ]


async def asked(process: Process, question: str, key: dict[str, str]) -> tuple[int, Any]:
    """Ask what may be refused."""
    answer = await process.client.get(question, headers=key)
    found = answer.json()
    found.pop("at", None)
    return answer.status_code, found.get("type") if answer.status_code != 200 else found


async def test_a_kept_answer_is_for_nobody_whose_key_is_over(
    village: Village, two: tuple[Process, Process]
) -> None:
    keeping, question = two[0], "/heatmap?layer=persons&resolution=7&f=json"
    first, other = (make_key(village.url, "commander") for _ in range(2))
    told = await keeping.ask(question, bearer(first))
    assert await keeping.ask(question, bearer(other)) == told
    with psycopg.connect(village.url) as conn:
        statement = "update api_key set revoked_at = now() where token_hash = %s"
        assert conn.execute(statement, [token_hash(other)]).rowcount == 1
    shown = Shown("key", token_hash(other))
    await until(lambda: state_of(keeping.app).actors.known(shown) is None)
    assert (await keeping.client.get(question, headers=bearer(other))).status_code == 401
    assert await keeping.ask(question, bearer(first)) == told


async def test_each_who_asks_for_people_is_on_record(
    village: Village, two: tuple[Process, Process]
) -> None:
    question = "/statistics?measures=persons&f=csv"
    keys = [bearer(make_key(village.url, "commander")) for _ in range(3)]
    with psycopg.connect(village.url, autocommit=True) as conn:
        entries = "select count(*) from audit where action = 'statistics.export'"
        before = conn.execute(entries).fetchone()
        answers = await asyncio.gather(
            *(two[0].client.get(question, headers=key) for key in keys for _ in range(2))
        )
        assert len({answer.content for answer in answers}) == 1
        after = conn.execute(entries).fetchone()
    assert before
    assert after == (before[0] + 6,)


def test_every_measure_follows_what_it_counts() -> None:
    followed = {name for name in {*MEASURES, *LAYERS} if kinds_of([name]) is not None}
    assert {*MEASURES, *LAYERS} - followed == {"workers", "positions"}
    assert kinds_of(["persons", "workers"]) is None

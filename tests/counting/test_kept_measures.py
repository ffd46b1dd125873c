"""Kept measures: read once for many questions, anew once they are written, and at one moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from gis_gov.counting.version_memory import VersionMemory
from tests.counting.granted import Grant
from tests.counting.test_answers import Process, started, write
from tests.counting.village import DISTRICT, Village
from tests.registry.conftest import write_people
from tests.signed_in import bearer, every_point_has_its_cell, make_key, unhurried

pytestmark = pytest.mark.anyio

WORLD = """
    insert into event (code, reported_at, geom)
    select 'E' || n, '2026-01-01T00:00Z'::timestamptz + n * '1 minute'::interval,
        st_point(113.15, 22.05, 4490)
    from generate_series(1, 20) as n;
    insert into person (code, name, address_id)
    select 'M' || n, 'x', 1 from generate_series(1, 200) as n;
"""
COUNT_WITHOUT_A_WORD = "update coarse_tally set count = count + 1000 where layer = 'persons'"
"""Nobody writes kept counts but the triggers, so of this no change tells."""
ONE_FOR_THE_OTHER = """
    with moved as (delete from person where code = 'M{0}' returning code)
    insert into event (code, reported_at, geom)
    select code, '2026-01-01T01:00Z', st_point(113.15, 22.05, 4490) from moved
"""


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_people(own_database_url, WORLD)
    return own_database_url


@pytest.fixture
async def processes(people_url: str) -> AsyncIterator[list[Process]]:
    """Two that keep what they may, and one that keeps nothing."""
    forgetful = unhurried().model_copy(update={"answer_memory_mb": 0})
    async with AsyncExitStack() as stack:
        opened = [
            await started(stack, people_url, settings)
            for settings in (unhurried(), unhurried(), forgetful)
        ]
        await every_point_has_its_cell(people_url)
        yield opened


def of_time(number: int, measures: str = "persons,events", **others: str) -> str:
    """Ask for another time, in which the same events lie."""
    more = "".join(f"&{name}={value}" for name, value in others.items())
    return f"/statistics?measures={measures}&datetime=2025-12-01T00:00:{number:02}Z/..{more}"


async def totals(process: Process, question: str, key: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = (await process.ask(question, key))["total"]
    return found


async def test_for_another_time_what_has_none_is_read_no_more(
    people_url: str, processes: list[Process]
) -> None:
    key = bearer(make_key(people_url, "commander"))
    keeping, _, anew = processes
    first = await totals(keeping, of_time(1), key)
    await write(people_url, COUNT_WITHOUT_A_WORD)
    assert await totals(keeping, of_time(2), key) == first
    assert await totals(keeping, of_time(2, "events,houses,persons"), key) == {
        **first,
        "houses": 2,
    }
    assert (await totals(anew, of_time(2), key))["persons"] > first["persons"] + 999
    # Other rows, and other rights: nothing of it serves.
    assert await totals(keeping, of_time(3, level="district"), key) != first
    other = bearer(make_key(people_url, "commander", area="440199001001"))
    assert (await totals(keeping, of_time(3), other))["persons"] > 999
    # A write of what is counted is seen, one of something else changes nothing of it.
    await write(people_url, "update grid set households = 12 where id = 1")
    assert (await totals(keeping, of_time(4), key))["persons"] > first["persons"] + 999


async def test_what_is_written_is_in_the_next_answer_of_every_process(
    people_url: str, processes: list[Process]
) -> None:
    key = bearer(make_key(people_url, "commander"))
    measures = "persons,houses,enterprises,events,addresses,households"
    before = None
    for number, statement in enumerate(
        [
            "delete from person where code = 'M1'",
            "update event set reported_at = '2020-01-01' where code = 'E1'",
            "update event set geom = st_point(113.03, 22.03, 4490) where code = 'E2'",
            "insert into event (code, reported_at) values ('E99', '2026-01-01')",
            "update address set geom = st_point(113.03, 22.03, 4490) where id = 1",
            "update person set house_id = null; delete from house where id = 2",
            "delete from enterprise",
            "update grid set households = 3 where id = 2",
            "update grid set name = 'x' where id = 2",
            "update grid set valid_to = '2026-01-01' where id = 1",
        ]
    ):
        await write(people_url, statement)
        asked = [process.ask(of_time(number, measures), key) for process in processes]
        told = await asyncio.gather(*asked)
        assert told[0] == told[1] == told[2] != before, statement
        before = told[2]


async def test_an_answer_is_of_one_moment_whatever_is_written_meanwhile(
    people_url: str, processes: list[Process]
) -> None:
    """Each write takes a person and brings an event, so that together they stay as many."""
    key = bearer(make_key(people_url, "commander"))
    first = await totals(processes[0], of_time(0), key)
    whole = first["persons"] + first["events"]
    is_over, seen = asyncio.Event(), set[int]()

    async def keep_asking(slot: int) -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            question = of_time((slot * 7 + number) % 60)
            told = await totals(processes[slot % 2], question, key)
            assert told["persons"] + told["events"] == whole
            seen.add(told["events"])

    async with asyncio.TaskGroup() as group:
        for slot in range(6):
            group.create_task(keep_asking(slot))
        try:
            for number in range(2, 150):
                await write(people_url, ONE_FOR_THE_OTHER.format(number))
                await asyncio.sleep(0.005)
        finally:
            is_over.set()
    assert len(seen) > 20


async def test_nobody_is_told_what_another_may_know(village: Village) -> None:
    """All ask at once, twice, for the same times; what many tables have in common is shared."""
    grants = [
        Grant("commander"),
        Grant("analyst"),
        Grant("analyst", f"{DISTRICT}001"),
        Grant("supervisor", f"{DISTRICT}001"),
        Grant("supervisor", f"{DISTRICT}001002"),
        Grant("department_officer", f"{DISTRICT}001", ("service",)),
        Grant("department_officer", "", ("control",), "fire"),
    ]
    keys = [grant.key(village.url) for grant in grants]
    measures = "persons,houses,buildings,dwellings,enterprises,events,households"
    questions = [
        f"/statistics?level={level}&measures={measures}&datetime={time}"
        for level in ("grid", "community")
        for time in (
            "2024-01-01/..",
            "2026-02-25/..",
            *(f"../2025-{n:02}-01" for n in range(3, 13)),
        )
    ]
    forgetful = unhurried().model_copy(update={"answer_memory_mb": 0})
    async with AsyncExitStack() as stack:
        anew = await started(stack, village.url, forgetful)
        keeping = await started(stack, village.url, unhurried())
        wanted = {
            (number, question): await told_or_refused(anew.client, question, key)
            for number, key in enumerate(keys)
            for question in questions
        }
        assert len({told for told, _ in wanted.values()}) > len(questions) * 3
        assert any("withheld" in told for told, _ in wanted.values())
        for _ in range(2):
            found = await asyncio.gather(
                *(
                    told_or_refused(keeping.client, question, key)
                    for question in questions
                    for key in keys
                )
            )
            assert found == [
                wanted[number, question] for question in questions for number in range(len(keys))
            ]


async def told_or_refused(
    client: httpx.AsyncClient, question: str, key: dict[str, str]
) -> tuple[str, int]:
    """Return what was told, in the order of its names."""
    answer = await client.get(question, headers=key)
    found = answer.json()
    found.pop("at", None)
    return str(found if answer.status_code == 200 else found["type"]), answer.status_code


async def test_who_leaves_takes_nobody_along(people_url: str, processes: list[Process]) -> None:
    key = bearer(make_key(people_url, "commander"))
    alone = await totals(processes[0], of_time(0), key)
    for left in range(4):
        asked = [
            asyncio.create_task(totals(processes[0], of_time(10 * left + number), key))
            for number in range(1, 6)
        ]
        await asyncio.sleep(left * 0.002)
        asked[left].cancel()
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(told.pop(left), asyncio.CancelledError)
        assert told == [alone] * 4


async def test_what_has_no_room_is_read_anew(people_url: str) -> None:
    key = bearer(make_key(people_url, "commander"))
    little = unhurried().model_copy(update={"answer_memory_mb": 0.001})
    async with AsyncExitStack() as stack:
        process = await started(stack, people_url, little)
        first = await totals(process, of_time(1), key)
        await write(people_url, COUNT_WITHOUT_A_WORD)
        assert (await totals(process, of_time(2), key))["persons"] > first["persons"] + 999


def test_a_memory_forgets_what_was_asked_for_longest_ago_and_keeps_what_is_newer() -> None:
    memory = VersionMemory[str](10, len)
    memory.keep("a", 1, "aaaa")
    memory.keep("b", 1, "bbbb")
    assert memory.get("a", 1) == "aaaa"
    assert memory.get("a", 2) is None
    memory.keep("c", 1, "cccc")
    assert [memory.get(key, 1) for key in "abc"] == ["aaaa", None, "cccc"]
    memory.keep("a", 3, "x")
    memory.keep("a", 2, "y")
    assert memory.get("a", 3) == "x"
    memory.keep("d", 1, "d" * 11)
    memory.keep("e", 1, "e" * 5)
    assert [memory.get(key, 1) for key in "cde"] == ["cccc", None, "eeeee"]

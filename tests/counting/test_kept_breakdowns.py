"""Kept breakdowns: made once, and anew whatever is written of what they tell apart."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from operator import ne
from typing import Any

import pytest

from gis_gov.statistics.categories import CATEGORIES
from tests.counting.test_answers import Process, forgetful, started, write
from tests.registry.conftest import write_people
from tests.signed_in import bearer, every_point_has_its_cell, make_key, unhurried

pytestmark = pytest.mark.anyio

WORLD = """
    insert into event (code, reported_at, geom, state, class_id)
    select 'E' || n, now() - n * interval '1 day', st_point(113.15, 22.05, 4490), 'pending',
        (select min(id) from event_class)
    from generate_series(1, 5) as n;
    insert into resource (code, kind, name, class, geom)
    select k || n, k, '某', '甲', st_point(113.15, 22.05, 4490)
    from unnest(array['camera', 'centre', 'poi']) as k, generate_series(1, 2) as n;
    insert into enterprise (code, name, category, address_id) values ('N1', '某', '甲', 1);
"""
OTHER = {
    "age_band": "birth_date = '1931-01-01'",
    "sex": "sex = case sex when 'female' then 'male' else 'female' end",
    "person_class": "person_class = 'other'",
    "kind": "kind = 'building'",
    "usage": "usage = '乙'",
    "category": "category = '乙'",
    "risk_class": "risk_class = 'high'",
    "class": "class = '乙'",
    "state": "state = 'handling'",
    "level": "level = 'street'",
    "source": "source = '乙'",
    "department": "department = '乙'",
}
OF_EVENTS = {"class": "class_id = (select max(id) from event_class)"}
TABLES = {"persons": "person", "houses": "house", "enterprises": "enterprise", "events": "event"}
ASKED = [(measure, by) for measure, known in CATEGORIES.items() for by in known]


def changing_one(measure: str, by: str) -> str:
    """Give something another value of a category, maybe of those of one kind only."""
    table = TABLES.get(measure, "resource")
    told = OF_EVENTS.get(by, OTHER[by]) if measure == "events" else OTHER[by]
    some = f"where kind = '{measure[:-1]}'" if table == "resource" else ""
    some = "where kind <> 'building'" if (measure, by) == ("houses", "kind") else some
    return f"update {table} set {told} where id = (select min(id) from {table} {some})"  # noqa: S608


@pytest.fixture
def people_url(own_database_url: str) -> str:
    write_people(own_database_url, WORLD)
    return own_database_url


@pytest.fixture
async def processes(people_url: str) -> AsyncIterator[tuple[Process, Process]]:
    """One that keeps answers, and one that makes each anew."""
    async with AsyncExitStack() as stack:
        both = (
            await started(stack, people_url, unhurried()),
            await started(stack, people_url, forgetful()),
        )
        await every_point_has_its_cell(people_url)
        yield both


async def test_whatever_tells_things_apart_is_in_the_next_answer(
    people_url: str, processes: tuple[Process, Process]
) -> None:
    key = bearer(make_key(people_url, "commander"))
    for measure, by in ASKED:
        questions = [f"/statistics/categories?measure={measure}&by={by}&level=community"]
        if measure == "events":
            questions.append(f"/statistics/series?every=month&by={by}")
        before = [[await each.ask(question, key) for question in questions] for each in processes]
        assert before[0] == before[1]
        await write(people_url, changing_one(measure, by))
        after = [[await each.ask(question, key) for question in questions] for each in processes]
        assert after[0] == after[1], (measure, by)
        assert all(map(ne, before[0], after[0])), (measure, by)


@pytest.mark.parametrize("f", ["json", "csv", "svg"])
async def test_it_is_made_once_until_something_of_its_kind_is_written(
    people_url: str, processes: tuple[Process, Process], f: str
) -> None:
    key = bearer(make_key(people_url, "commander"))
    keeping, anew = processes
    question = f"/statistics/categories?measure=persons&by=age_band,sex&f={f}"

    async def told(process: Process) -> bytes:
        answer = await process.client.get(question, headers=key)
        assert answer.status_code == 200, answer.text
        return answer.content

    first = await told(keeping)
    assert {await told(keeping) for _ in range(3)} == {first}
    assert f == "svg" or await told(anew) != await told(anew), "its moment"
    await write(people_url, "update event set class_id = null")
    assert await told(keeping) == first
    await write(people_url, "delete from person where code = 'P3'")
    assert await told(keeping) != first


async def test_who_may_read_less_is_told_less(
    people_url: str, processes: tuple[Process, Process]
) -> None:
    question = "/statistics/categories?measure=persons&by=person_class"
    readers: list[tuple[str, dict[str, Any]]] = [
        ("commander", {}),
        ("grid_worker", {"area": "440199001001"}),
        ("grid_worker", {"area": "440199001002"}),
        ("analyst", {}),
    ]
    keys = [bearer(make_key(people_url, role, **limits)) for role, limits in readers]
    for _ in range(2):
        for key in keys:
            kept, anew = [
                (answer.status_code, answer.json().get("rows"))
                for process in processes
                for answer in [await process.client.get(question, headers=key)]
            ]
            assert kept == anew

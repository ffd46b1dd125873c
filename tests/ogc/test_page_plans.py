"""A later page is found by an index from where the last one ended, not past all before it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.memory import ActorMemory
from gis_gov.collection import Collection
from gis_gov.db.pool import Pool
from gis_gov.db.run import compiled
from gis_gov.ogc.queries import Sought
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.ogc.sorting import beginning_after, parse_sorting
from gis_gov.queryables import Names
from gis_gov.settings import Settings
from tests.signed_in import make_key

# The tables of the sample are small: without these PostgreSQL would read all of them.
BY_INDEX = (
    "select set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),"
    " set_config('enable_bitmapscan', 'off', true)"
)


@pytest.fixture
async def pool(sample_url: str) -> AsyncIterator[Pool]:
    async with Pool(sample_url, Settings(pool_min=1, pool_max=2)) as opened:
        yield opened


async def _actor(pool: Pool, url: str) -> Actor:
    memory = ActorMemory(pool, lambda: 0, Settings())
    actor = await memory.of_key(make_key(url, "commander", "analyst"))
    assert actor is not None
    return actor


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


async def _conditions(
    conn: AsyncConnection[Any], actor: Actor, collection: Collection, sortby: str, after: list[Any]
) -> str:
    """Return what the indexes of a later page's plan are asked for."""
    keys = parse_sorting(sortby, Names(collection, actor), collection.key)
    sought = Sought(collection.rows(actor), collection.key).also(beginning_after(keys, after))
    query = sought.met.order_by(*(key.order() for key in keys)).limit(10)
    text, bound = compiled(query)
    async with conn.transaction():
        await conn.execute(BY_INDEX)
        explained = await conn.execute("explain (format json) " + text, bound)
        ((found,),) = await explained.fetchall()
    return " ".join(each.get("Index Cond", "") for each in _nodes(found[0]["Plan"]))


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_the_next_by_code(pool: Pool, sample_url: str, name: str) -> None:
    actor, collection = await _actor(pool, sample_url), COLLECTIONS[name]
    async with pool.connection(actor.scope) as conn:
        assert "(code > 'K'" in await _conditions(conn, actor, collection, "", ["K"])


async def test_the_newest_events_before_some(pool: Pool, sample_url: str) -> None:
    actor, events = await _actor(pool, sample_url), COLLECTIONS["events"]
    after = ["2026-01-01T00:00:00+00:00", "K"]
    async with pool.connection(actor.scope) as conn:
        asked = await _conditions(conn, actor, events, "-reported_at", after)
    assert "(reported_at <= '" in asked


@pytest.mark.parametrize(("sortby", "bound"), [("name", "(name >= '"), ("-name", "(name <= '")])
async def test_who_knows_all_names_goes_on_by_them_either_way(
    pool: Pool, sample_url: str, sortby: str, bound: str
) -> None:
    actor, persons = await _actor(pool, sample_url), COLLECTIONS["persons"]
    async with pool.connection(actor.scope) as conn:
        asked = await _conditions(conn, actor, persons, sortby, ["李", "K"])
    assert bound in asked

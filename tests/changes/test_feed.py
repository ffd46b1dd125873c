"""Every change is read once, whatever order transactions commit in, and a gap is told."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
import pytest

from gis_gov.changes.cursor import Cursor
from gis_gov.changes.feed import READ_MAX, Batch, ChangeFeed
from gis_gov.db.pool import Pool
from gis_gov.geo.tile import tile_at
from gis_gov.settings import Settings
from tests.changes.pruning import wait_until_all_saw
from tests.conftest import TestServer

pytestmark = pytest.mark.anyio

WRITE = "insert into change (kind, object_id) values ('event', %s)"
FILL = "insert into change (kind, object_id) select 'event', n from generate_series(1, %s) as n"
OLD = "update change set made_at = made_at - interval '2 days'"
PRUNE = "select prune_changes(24)"


class Heard:
    """What a feed has told."""

    def __init__(self) -> None:
        self.numbers: list[int | None] = []
        self.gaps = 0
        self.failures = 0

    async def __call__(self, batch: Batch) -> None:
        if self.failures:
            self.failures -= 1
            raise psycopg.OperationalError
        self.gaps += batch.is_gap
        self.numbers += [change.object_id for change in batch.changes]


@pytest.fixture
async def pool(own_database_url: str) -> AsyncIterator[Pool]:
    async with Pool(own_database_url, Settings()) as opened:
        yield opened


@pytest.fixture
async def feed(pool: Pool) -> ChangeFeed:
    feed = ChangeFeed(pool, 24, lambda: 1)
    await feed.hear("")
    return feed


@pytest.fixture
def heard(feed: ChangeFeed) -> Heard:
    heard = Heard()
    feed.subscribe(heard)
    return heard


@asynccontextmanager
async def writer(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection that is closed without a commit."""
    connection = await psycopg.AsyncConnection.connect(url)
    yield connection
    await connection.rollback()
    await connection.close()


def write(url: str, statement: Any, *values: object) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement, values or None)


@pytest.mark.parametrize("seed", range(8))
async def test_each_is_read_once_however_they_commit(
    own_database_url: str, feed: ChangeFeed, heard: Heard, seed: int
) -> None:
    dice, expected, number = random.Random(seed), set[int](), 0  # noqa: S311 - no secret
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(writer(own_database_url)) for _ in range(4)]
        open_numbers: list[list[int]] = [[] for _ in connections]
        for _ in range(120):
            which = dice.randrange(len(connections))
            match dice.choice(["write", "write", "commit", "rollback", "read", "savepoint"]):
                case "write":
                    number += 1
                    await connections[which].execute(WRITE, [number])
                    open_numbers[which].append(number)
                case "savepoint":
                    number += 1
                    await connections[which].execute("select 1")  # a transaction goes on
                    async with connections[which].transaction():
                        await connections[which].execute(WRITE, [number])
                    open_numbers[which].append(number)
                case "commit":
                    await connections[which].commit()
                    expected |= set(open_numbers[which])
                    open_numbers[which] = []
                case "rollback":
                    await connections[which].rollback()
                    open_numbers[which] = []
                case _:
                    before = feed.now()
                    await feed.hear("")
                    assert feed.now().holds(before)
                    assert sorted(map(int, filter(None, heard.numbers))) == sorted(expected)
    await feed.hear("")
    assert len(heard.numbers) == len(set(heard.numbers))
    assert set(heard.numbers) == expected
    assert not heard.gaps


async def test_a_follower_that_fails_is_told_again(
    own_database_url: str, feed: ChangeFeed, heard: Heard
) -> None:
    heard.failures = 1
    before = feed.now()
    write(own_database_url, WRITE, 1)
    with pytest.raises(psycopg.OperationalError):
        await feed.hear("")
    assert feed.now() == before
    await feed.hear("")
    assert heard.numbers == [1]


async def test_followers_see_the_database_as_it_was_at_what_they_are_told(
    own_database_url: str, feed: ChangeFeed
) -> None:
    seen = list[list[int]]()

    async def look(batch: Batch) -> None:
        write(own_database_url, WRITE, 10 + len(seen))  # what comes meanwhile is told next
        rows = await batch.conn.execute("select object_id from change order by id")
        seen.append([number for (number,) in await rows.fetchall()])
        assert batch.cursor.holds(feed.now())
        assert not feed.now().holds(batch.cursor)

    feed.subscribe(look)
    write(own_database_url, WRITE, 1)
    await feed.hear("")
    await feed.hear("")
    assert seen == [[1], [1, 10]]


@pytest.mark.parametrize("loss", ["too many", "pruned"])
async def test_what_was_missed_is_a_gap(
    own_database_url: str, feed: ChangeFeed, heard: Heard, loss: str
) -> None:
    tile = tile_at(113, 22, 15)
    before = feed.versions.version({"event"}, tile)
    write(own_database_url, FILL, READ_MAX + 1 if loss == "too many" else 1)
    if loss == "pruned":
        write(own_database_url, OLD)
        wait_until_all_saw(own_database_url)
        write(own_database_url, PRUNE)
    await feed.hear("")
    assert (heard.gaps, heard.numbers) == (1, [])
    assert feed.versions.version({"event"}, tile) > before
    write(own_database_url, WRITE, 7)
    await feed.hear("")
    assert (heard.gaps, heard.numbers) == (1, [7])


async def test_another_database_is_a_gap(
    postgis: TestServer, feed: ChangeFeed, heard: Heard
) -> None:
    before = feed.now()
    with postgis.database() as url:
        write(url, WRITE, 5)
        async with Pool(url, Settings()) as other:
            feed._pool = other
            await feed.hear("")
            assert (heard.gaps, heard.numbers) == (1, [])
            assert await feed.since(before) is None


async def test_what_came_with_a_backup_is_no_news(
    own_database_url: str, feed: ChangeFeed, heard: Heard
) -> None:
    write(
        own_database_url,
        "insert into change (kind, object_id, xact) values ('event', 1, '99999999999')",
    )
    await feed.hear("")
    assert heard.numbers == []
    assert not heard.gaps


async def test_somebody_s_cursor_leads_up_to_what_all_were_told(
    own_database_url: str, feed: ChangeFeed
) -> None:
    write(own_database_url, WRITE, 1)
    await feed.hear("")
    cursor = Cursor.parse(str(feed.now()))
    write(own_database_url, WRITE, 2)
    await feed.hear("")
    write(own_database_url, WRITE, 3)
    found = await feed.since(cursor)
    assert found is not None
    assert [change.object_id for change in found] == [2]
    assert await feed.since(Cursor(cursor.database, f"{2**60}:{2**60}:")) is None
    assert await feed.since(Cursor("0" * 12, cursor.snapshot)) is None


async def test_old_ones_are_dropped(own_database_url: str, pool: Pool, feed: ChangeFeed) -> None:
    for number in (1, 2):
        write(own_database_url, WRITE, number)
    write(own_database_url, f"{OLD} where object_id = 1")
    wait_until_all_saw(own_database_url)
    pruning = asyncio.create_task(feed.run())
    left = list[tuple[int]]()
    for _ in range(200):
        with psycopg.connect(own_database_url) as connection:
            left = connection.execute("select object_id from change").fetchall()
        if left == [(2,)]:
            break
        await asyncio.sleep(0.05)
    pruning.cancel()
    assert left == [(2,)]


async def test_what_a_long_transaction_has_not_seen_is_kept(
    own_database_url: str, feed: ChangeFeed, heard: Heard
) -> None:
    async with writer(own_database_url) as long:
        await long.execute(WRITE, [1])
        write(own_database_url, WRITE, 2)
        write(own_database_url, OLD)
        await feed.hear("")
        write(own_database_url, PRUNE)
        for number in (3, 4):
            write(own_database_url, WRITE, number)
            await feed.hear("")
        await long.commit()
        await feed.hear("")
        assert (heard.gaps, heard.numbers) == (0, [2, 3, 4, 1])
    wait_until_all_saw(own_database_url)
    write(own_database_url, PRUNE)
    with psycopg.connect(own_database_url) as connection:
        left = connection.execute("select object_id from change order by 1").fetchall()
    assert left == [(1,), (3,), (4,)]


async def test_what_came_with_a_backup_is_dropped_without_a_gap(
    own_database_url: str, feed: ChangeFeed, heard: Heard
) -> None:
    write(own_database_url, "insert into change (kind, xact) values ('event', '99999999999')")
    write(own_database_url, OLD)
    write(own_database_url, PRUNE)
    write(own_database_url, WRITE, 1)
    await feed.hear("")
    assert (heard.gaps, heard.numbers) == (0, [1])
    with psycopg.connect(own_database_url) as connection:
        assert connection.execute("select object_id from change").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0123456789ab-1:1",
        "0123456789ab-0:1:",
        "0123456789ab-2:1:",
        "0123456789ab-1:5:9",
        "0123456789ab-1:5:5",
        "0123456789ab-1:5:3,2",
        "0123456789ab-1:5:2,",
        "0123456789ab-1:5:0",
        "0123456789AB-1:5:",
        "0123456789ab-1:99999999999999999999:",
        "0123456789ab-1:9999999999999999999:",
        "0123456789ab-1:٥:",
        "0123456789ab-1:5:\n",
    ],
)
def test_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="is no cursor"):
        Cursor.parse(text)


def test_a_cursor_comes_back_as_it_was() -> None:
    for text in ("0123456789ab-5:9:5,7", "0123456789ab-5:5:"):
        assert str(Cursor.parse(text)) == text


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        ("5:5:", "5:5:", True),
        ("5:6:", "5:5:", True),
        ("5:5:", "5:6:", False),
        ("5:8:5,6", "5:8:5,6,7", True),
        ("5:8:5,6", "6:8:6", False),
        ("5:9:5,8", "5:8:5,6", True),
        ("9:9:", "5:8:5,6", True),
        ("5:9:5", "7:7:", False),
    ],
)
def test_a_cursor_holds_what_another_does(one: str, other: str, *, holds: bool) -> None:
    first, second = (Cursor("0123456789ab", snapshot) for snapshot in (one, other))
    assert first.holds(second) is holds

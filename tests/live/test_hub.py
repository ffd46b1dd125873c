"""Many are told of much at once, and whoever else asks for something waits for none of it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.changes.feed import READ_MAX, Batch, ChangeFeed
from gis_gov.changes.queries import Change, read_cursor
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.bbox import BBox
from gis_gov.live.following import Following
from gis_gov.live.hub import LiveHub
from gis_gov.live.kinds import KINDS
from gis_gov.live.subscriber import Subscriber
from gis_gov.live.telling import View
from gis_gov.live.whereabouts import Move, Whereabouts
from gis_gov.settings import Settings
from tests.sealed import SEALER

pytestmark = pytest.mark.anyio

AREAS = 100
CHANGES = [
    Change("person", "service", n % AREAS, n, None, None, BBox(121, 29, 121 + n / 1e5, 30), False)
    for n in range(READ_MAX)
]


def view_of(number: int) -> View:
    grant = Grant("grid_worker", path="/1/", areas=frozenset({number}))
    return View(Actor(name=f"a{number}", grants=(grant,)), Following(frozenset(KINDS)))


@pytest.fixture
async def hub(own_database_url: str) -> AsyncIterator[LiveHub]:
    async with Pool(own_database_url, Settings()) as pool:
        yield LiveHub(ChangeFeed(pool, 24, lambda: 1), pool, lambda: 1, SEALER, Settings())


def listen(stack: ExitStack, hub: LiveHub, views: Sequence[View]) -> list[Subscriber]:
    told = list[Subscriber]()
    for number, view in enumerate(views):
        told.append(stack.enter_context(hub.subscribed(view.actor, f"n{number}")))
        told[-1].settle(view, 1)
    return told


def worker_view(worker: int, area: int) -> View:
    """What an account sees that is a worker, and follows the others of an area."""
    grant = Grant("supervisor", path="/1/", areas=frozenset({area}))
    actor = Actor(name=f"w{worker}", grants=(grant,), worker_id=worker)
    return View(actor, Following(frozenset({"position"}), area_ids=frozenset({area})))


def place_of(worker: int, area: int) -> Whereabouts:
    now = datetime.now(UTC)
    return Whereabouts(
        worker, f"W{worker}", None, area, (), area, None, now, None, None, None, 113.1, 22.0, 5.0,
        None, None, False, False,
    )  # fmt: skip


async def test_what_is_told_is_made_once_for_all_who_see_the_same(hub: LiveHub) -> None:
    """Each of them a worker of their own, which changes nothing while others move."""
    areas, each_area = 4, 25
    views = [worker_view(number, number % areas) for number in range(areas * each_area)]
    made = Counter[int]()

    def make(view: View) -> bytes:
        area = min(view.following.area_ids or ())
        made[area] += 1
        return str(area).encode()

    with ExitStack() as stack:
        listen(stack, hub, views)
        frames = await hub._for_each_view(make, {9001})
        assert made == dict.fromkeys(range(areas), 1)
        assert len({id(frames[view.among({9001})]) for view in views}) == areas


async def test_moves_are_encoded_once_per_area(hub: LiveHub) -> None:
    areas = 4
    views = [worker_view(number, number % areas) for number in range(100)]
    moves = [Move(None, place_of(9000 + area, area)) for area in range(areas)]
    with ExitStack() as stack:
        told = listen(stack, hub, views)
        await hub._tell_moves(moves)
        heard = [each.take() for each in told]
        assert {len(frames) for frames in heard} == {1}
        assert len({id(frame) for (frame,) in heard}) == areas
        assert all(f"W{9000 + n % areas}".encode() in heard[n][0] for n in range(len(views)))


async def test_who_is_meant_is_told_what_only_he_may_know(hub: LiveHub) -> None:
    """Of two with the same rights, one of whom is off shift, the other hears nothing."""
    off_shift = replace(place_of(7, 1), is_off_shift=True)
    with ExitStack() as stack:
        himself, other = listen(stack, hub, [worker_view(7, 1), worker_view(8, 1)])
        await hub._tell_moves([Move(None, off_shift)])
        (frame,) = himself.take()
        assert b'"W7"' in frame
        assert other.take() == []
        await hub._tell_moves([Move(off_shift, place_of(7, 1))])
        assert himself.take() == other.take() != []


async def test_what_is_told_to_who_comes_back_is_known_to_the_others_that_follow(
    own_database_url: str,
) -> None:
    """An event is told as it is now: tiles and memories have to be as new by then."""
    followed: list[Change] = []

    async def follow(batch: Batch) -> None:
        followed.extend(batch.changes)

    with psycopg.connect(own_database_url, autocommit=True) as conn:
        async with Pool(own_database_url, Settings()) as pool:
            feed = ChangeFeed(pool, 24, lambda: 1)
            feed.subscribe(follow)
            hub = LiveHub(feed, pool, lambda: 1, SEALER, Settings())
            await feed.hear("")
            before = feed.now()
            conn.execute("insert into event (code, title, reported_at) values ('E', '1', now())")
            await feed.hear("")
            # And again, of which the announcement has not come yet.
            conn.execute("update event set title = '2'")
            changes = await feed.since(before)
            assert changes is not None
            assert len(changes) == len(followed) == 1
            telling = await hub.telling(changes)
            grant = Grant("commander")
            view = View(Actor(name="c", grants=(grant,)), Following(frozenset({"event"})))
            (frame,) = telling.frames(view)
            assert b'"title":"2"' in frame
            assert len(followed) > 1


async def test_a_big_batch_leaves_turns_to_others(own_database_url: str) -> None:
    async with Pool(own_database_url, Settings()) as pool:
        hub = LiveHub(ChangeFeed(pool, 24, lambda: 1), pool, lambda: 1, SEALER, Settings())
        with ExitStack() as stack:
            told = list[Subscriber]()
            for number in range(AREAS - 1):
                view = view_of(number)
                told.append(stack.enter_context(hub.subscribed(view.actor, f"n{number}")))
                told[-1].settle(view, 1)
            begun = turned = time.process_time()
            longest = 0.0
            async with pool.connection(SYSTEM) as conn:
                batch = Batch(CHANGES, False, None, await read_cursor(conn), conn)
            telling = asyncio.create_task(hub._tell(batch))
            while not telling.done():
                await asyncio.sleep(0)
                now = time.process_time()
                longest, turned = max(longest, now - turned), now
                if len(told) < AREAS:  # one who comes meanwhile
                    view = view_of(AREAS - 1)
                    told.append(stack.enter_context(hub.subscribed(view.actor, "late")))
                    told[-1].settle(view, 1)
            await telling
            # By processor time, as other tests share it: a share of the whole, not all of it.
            assert longest < (turned - begun) / 4
            assert all(each.take() for each in told)

"""Many are told of much at once, and whoever else asks for something waits for none of it."""

import asyncio
import time
from contextlib import ExitStack

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

"""All streams of one process, and what they are told."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import structlog
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.sealing import Sealer
from gis_gov.changes.feed import Batch, ChangeFeed
from gis_gov.changes.queries import Change
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.live.marks import Marks
from gis_gov.live.moving import Moving, snapshot
from gis_gov.live.problems import TooManyStreams
from gis_gov.live.queries import read_singles
from gis_gov.live.subscriber import Subscriber
from gis_gov.live.telling import Telling, View, ViewKey, singles_of, workers_of
from gis_gov.live.whereabouts import Move, WhereaboutsMemory
from gis_gov.patrols.service import limits_of
from gis_gov.settings import Settings

log = structlog.get_logger()

# Other requests wait for so long at most, and for one view.
_TURN_S: Final = 0.02

Made = TypeVar("Made")


class LiveHub:
    """Tell each stream of the process what it may know of each batch of changes.

    `doubt` follows the memory of actors; `session` numbers the connection on which changes of
    rights are announced (0: none).
    """

    def __init__(
        self,
        feed: ChangeFeed,
        pool: Pool,
        session: Callable[[], int],
        sealer: Sealer,
        settings: Settings,
    ) -> None:
        self.feed = feed
        self.session = session
        self.marks = Marks(sealer)
        self._pool = pool
        self._settings = settings
        self._open: set[Subscriber] = set()
        self._counts: Counter[str] = Counter()
        self._closed = False
        self.whereabouts = WhereaboutsMemory(pool, session, self._tell_moves)
        feed.subscribe(self._tell)

    @contextmanager
    def subscribed(self, actor: Actor, network: str) -> Generator[Subscriber]:
        """Open a stream of an actor from a network of addresses.

        Raises:
            TooManyStreams: the one or the other has too many.

        """
        account = actor.name if actor.account_id is None else f"account {actor.account_id}"
        limits = {
            f"actor {account}": self._settings.live_streams_per_actor,
            f"network {network}": self._settings.live_streams_per_address,
        }
        for name, most in limits.items():
            if self._counts[name] >= most:
                raise TooManyStreams(f"{most} live streams are open; close one of them.")
        subscriber = Subscriber(_names(actor))
        if self._closed:
            subscriber.close()
        self._counts.update(limits.keys())
        self._open.add(subscriber)
        try:
            yield subscriber
        finally:
            self._open.discard(subscriber)
            self._counts.subtract(limits.keys())
            self._counts = +self._counts

    def doubt(self, payload: str) -> None:
        """Doubt the streams of whose rights have changed; all of them for an empty payload."""
        for subscriber in self._open:
            if not payload or payload in subscriber.names:
                subscriber.doubt()

    def close(self) -> None:
        """End every stream, those too that are opened from now on."""
        self._closed = True
        for subscriber in self._open:
            subscriber.close()

    def positions(self, view: View) -> list[bytes]:
        """Return the message that tells where the workers are, to who follows that."""
        return snapshot(view, self.whereabouts.all(), limits_of(self._settings))

    async def telling(self, changes: Sequence[Change]) -> Telling:
        """Make changes ready to be told: what is told of one by one, as it is now.

        That may be newer than the changes. So it is told once tiles and memories are as new: who
        hears of something, and asks for it, must not get what was before.
        """
        if not singles_of(changes):
            return Telling(changes, {})
        async with self._pool.connection(SYSTEM) as conn:
            telling = await _telling(changes, conn)
        await self.feed.caught_up()
        return telling

    async def _tell(self, batch: Batch) -> None:
        if batch.is_gap:
            await self._tell_gap(batch.touched)
            return
        if not self._open:
            return
        telling = await _telling(batch.changes, batch.conn)
        made = await self._for_each_view(telling.frames, telling.workers)
        # From here on without a pause: who begins meanwhile would miss it.
        for subscriber in self._open:
            self._put(subscriber, made, telling.workers)

    async def _tell_moves(self, moves: Sequence[Move]) -> None:
        if not self._open:
            return
        moving = Moving(moves)
        try:
            made = await self._for_each_view(moving.frames, moving.workers)
        except Exception:
            log.exception("moves not told")
            for subscriber in self._open:
                subscriber.fall_behind()
            return
        for subscriber in self._open:
            self._put(subscriber, made, moving.workers)

    async def _tell_gap(self, touched: Sequence[Change] | None) -> None:
        """Let those begin anew who may know of something of it; all, if it is not known."""
        workers = workers_of(touched or ())
        told = (
            {}
            if touched is None
            else await self._for_each_view(
                lambda view: any(view.is_told(each) or view.redrawn(each) for each in touched),
                workers,
            )
        )
        for subscriber in self._open:
            view = subscriber.view
            is_heard = subscriber.is_known_on(self.session())
            if view is None or not is_heard or told.get(view.among(workers), True):
                subscriber.fall_behind()

    async def _for_each_view(
        self, make: Callable[[View], Made], workers: Collection[int]
    ) -> dict[ViewKey, Made]:
        """Make something about workers for each view, with pauses; none that is there lacks then.

        It is made once for all views that are the same but for who listens, if he is none of them.
        """
        made = dict[ViewKey, Made]()
        paused_at = time.perf_counter()
        # Who comes in a pause, or has another view after it, is among those of the next round.
        while views := self._views_besides(made, workers):
            for key, view in views.items():
                made[key] = make(view)
                if time.perf_counter() - paused_at > _TURN_S:
                    await asyncio.sleep(0)
                    paused_at = time.perf_counter()
        return made

    def _views_besides(
        self, made: Mapping[ViewKey, object], workers: Collection[int]
    ) -> dict[ViewKey, View]:
        views = (each.view for each in self._open if each.view is not None)
        keyed = ((view.among(workers), view) for view in views)
        return {key: view for key, view in keyed if key not in made}

    def _put(
        self,
        subscriber: Subscriber,
        made: Mapping[ViewKey, list[bytes]],
        workers: Collection[int],
    ) -> None:
        if subscriber.view is not None and not subscriber.is_known_on(self.session()):
            subscriber.doubt()
        view = subscriber.view
        if view is None:
            subscriber.skip()
            return
        subscriber.put(made[view.among(workers)])


async def _telling(changes: Sequence[Change], conn: AsyncConnection[Any]) -> Telling:
    wanted = singles_of(changes)
    return Telling(changes, await read_singles(conn, wanted) if wanted else {})


def _names(actor: Actor) -> frozenset[str]:
    """Return what is announced when the rights of an actor change."""
    return frozenset(
        f"{kind}:{number}"
        for kind, number in (
            ("account", actor.account_id),
            ("key", actor.key_id),
            ("session", actor.session_id),
        )
        if number is not None
    )

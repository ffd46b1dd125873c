"""The answer that does not end: one client is told what happens for as long as it may know."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog
from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recording
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import look
from gis_gov.access.problems import SignInNeeded
from gis_gov.areas.service import place_of_code
from gis_gov.changes.cursor import Cursor
from gis_gov.client_address import client_address, network_of
from gis_gov.live.following import Following
from gis_gov.live.frames import frame, id_frame
from gis_gov.live.hub import LiveHub
from gis_gov.live.kinds import may_follow
from gis_gov.live.socket_frames import ENDED, Close
from gis_gov.live.subscriber import Subscriber
from gis_gov.live.telling import Telling, View, ViewKey
from gis_gov.methods import BODILESS
from gis_gov.problems import Unavailable
from gis_gov.state import State, state_of

log = structlog.get_logger()

MEDIA_TYPE: Final = "text/event-stream"
BROKEN_OFF: Final = "rights-ended"
_HEADERS: Final = {
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # a proxy is to pass each message on
}
_RESET: Final = frame("reset", {})
_SILENCE: Final = b":\n\n"
_BEGUN_S: Final = 10.0
_UNAVAILABLE: Final = "Nothing can be followed now; try again in a moment."
# Not all at once, when the server comes back.
_RETRY_MS: Final = (1000, 4000)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks to follow: all, or in the area or grid of a `code`, wherever that now is.

    `after` is the last id that it had, whoever wrote it.
    """

    kinds: frozenset[str]
    following: Following
    code: str | None
    after: str | None


class EventStream(Response):
    """Tell one client what it may know of, until it leaves, may no more, or its time is up."""

    media_type = MEDIA_TYPE

    def __init__(self, request: Request, actor: Actor, record: Recording, wish: Wish) -> None:
        self.background = None
        self.status_code = 200
        self.init_headers(_HEADERS)
        self._request = request
        self._state = state_of(request.app)
        self._actor = actor
        self._record = record
        self._wish = wish

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer; what stands against it is raised before the answer has begun."""
        hub = self._state.live
        network = network_of(client_address(self._request))
        with hub.subscribed(self._actor, network) as subscriber:
            talk = _Talk(self._request, self._state, hub, subscriber, self._wish)
            await talk.begin()
            await self._record(Entry("live.open", "ok", "live", detail=talk.told()))
            start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(start)
            if not scope.get("state", {}).get(BODILESS):
                async for piece in talk.pieces():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            scope.setdefault("state", {})[ENDED] = talk.ended
            if talk.is_refused:
                with suppress(Unavailable):  # nothing is given away any more
                    await self._record(Entry("live.open", "refused", "live", reason=BROKEN_OFF))
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Talk:
    """What is said to one client, from the first word on."""

    def __init__(
        self, request: Request, state: State, hub: LiveHub, subscriber: Subscriber, wish: Wish
    ) -> None:
        self._request = request
        self._state = state
        self._hub = hub
        self._subscriber = subscriber
        self._wish = wish
        self._standing_until = datetime.max.replace(tzinfo=UTC)
        self._ends_at = _now_s() + state.settings.live_stream_s
        self._heartbeat_s = state.settings.live_heartbeat_s
        self.is_refused = False
        self.ended = Close.TIME_UP
        self._key: ViewKey | None = None
        self._last: Cursor | None = None

    async def begin(self) -> None:
        """Find out who listens.

        Raises:
            SignInNeeded: nobody may, by now.
            Unavailable: the server does not follow the database yet.

        """
        try:
            await self._hub.feed.cursor(_BEGUN_S)
        except TimeoutError:
            raise Unavailable(_UNAVAILABLE) from None
        if not await self._settled():
            raise SignInNeeded if self.is_refused else Unavailable(_UNAVAILABLE)

    def told(self) -> dict[str, object]:
        """Return what the first message and the audit say of what is followed."""
        view, box = self._subscriber.view, self._wish.following.bbox
        return {
            "kinds": sorted(view.following.kinds) if view else [],
            "within": self._wish.code,
            "bbox": box and [box.west, box.south, box.east, box.north],
        }

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give what is to be sent, piece by piece."""
        if not await self._may_listen():
            return
        retry = b"retry: %d\n\n" % random.randint(*_RETRY_MS)  # noqa: S311 - no secret
        # What was not put so far is either before the cursor, or read now.
        self._subscriber.begin()
        self._last = self._hub.feed.now()
        yield retry + frame("hello", self.told())
        if self._wish.after is None:
            yield self._marked(self._positions(), self._last)
        else:
            yield await self._missed(self._read(self._wish.after))
        while (piece := await self._next()) is not None:
            yield piece

    async def _next(self) -> bytes | None:
        """Wait for something to be said; None when it is over."""
        subscriber = self._subscriber
        wait_s = min(self._heartbeat_s, self._ends_at - _now_s(), self._left_s())
        is_silent = False
        try:
            async with asyncio.timeout(max(wait_s, 0)):
                await subscriber.woken.wait()
        except TimeoutError:
            is_silent = True
        subscriber.woken.clear()
        if subscriber.closed or _now_s() >= self._ends_at:
            self.ended = Close.RESTART if subscriber.closed else Close.TIME_UP
            return None
        if not await self._may_listen():
            return None
        cursor = self._hub.feed.now()
        if subscriber.is_behind:
            subscriber.begin()
            return self._marked([_RESET, *self._positions()], cursor)
        if subscriber.has_skipped:
            subscriber.begin()
            return await self._missed(self._last)
        frames = subscriber.take()
        if frames or is_silent:
            return self._marked(frames or [_SILENCE], cursor)
        return _SILENCE

    async def _may_listen(self) -> bool:
        """Say whether he may listen yet, of whom that is in doubt; else it has ended."""
        if self._subscriber.view is not None and self._left_s() > 0:
            return True
        if await self._settled():
            return True
        self.ended = Close.RIGHTS if self.is_refused else Close.UNKNOWN
        return False

    async def _settled(self) -> bool:
        """Find out anew who listens; say whether he may."""
        subscriber = self._subscriber
        while True:
            subscriber.view = None
            doubts, heard_on = subscriber.doubts, self._hub.session()
            try:
                standing = await look(self._request, Permission.MAP_READ)
                following = standing and await self._following(standing.actor)
            except psycopg.OperationalError as error:
                log.warning("stream ended, rights unknown", error=type(error).__name__)
                return False
            if standing is None or following is None:
                self.is_refused = standing is None or not self._kinds(standing.actor)
                return False
            if doubts == subscriber.doubts:
                break
        view = View(standing.actor, following)
        if self._key not in (None, view.key):
            subscriber.fall_behind()
        self._key = view.key
        self._standing_until = standing.until
        subscriber.settle(view, heard_on)
        return True

    def _kinds(self, actor: Actor) -> frozenset[str]:
        return frozenset(kind for kind in self._wish.kinds if may_follow(actor, kind))

    async def _following(self, actor: Actor) -> Following | None:
        """Return what is followed, where it now is; None if the place or all rights are gone."""
        kinds = self._kinds(actor)
        if not kinds:
            return None
        following = replace(self._wish.following, kinds=kinds)
        if self._wish.code is None:
            return following
        async with self._state.pool.connection(actor.scope) as conn:
            place = await place_of_code(conn, self._wish.code)
        if place is None:
            return None
        if place.path is None:
            return replace(following, grid_id=place.grid_id)
        return replace(following, area_ids=frozenset(place.areas))

    def _read(self, mark: str) -> Cursor | None:
        try:
            return self._hub.marks.read(mark)
        except ValueError:
            return None

    async def _missed(self, after: Cursor | None) -> bytes:
        """Return what a client missed that was here before, or that it is to begin anew."""
        if after is not None and self._hub.feed.lacks(after):
            await self._catch_up()
        cursor = self._hub.feed.now()
        telling = None if after is None else await self._told_since(after)
        view = self._subscriber.view
        frames = [_RESET] if telling is None or view is None else telling.frames(view)
        return self._marked([*frames, *self._positions()], cursor)

    async def _catch_up(self) -> None:
        """Let this process hear what the one that the client was with had heard before."""
        with suppress(psycopg.OperationalError):
            await self._hub.feed.caught_up()
        # What was put meanwhile is before the cursor that is taken now.
        self._subscriber.begin()

    def _positions(self) -> list[bytes]:
        """Return where the workers are: what was missed of their tracks is not told."""
        view = self._subscriber.view
        if view is None:
            # Who he is is in doubt by now: he is told once that is known.
            self._subscriber.fall_behind()
            return []
        return self._hub.positions(view)

    async def _told_since(self, after: Cursor) -> Telling | None:
        """Make ready what came since a cursor; None if not all of it is known."""
        try:
            changes = await self._hub.feed.since(after)
            return None if changes is None else await self._hub.telling(changes)
        except psycopg.OperationalError as error:
            log.warning("missed changes not read", error=type(error).__name__)
            return None

    def _marked(self, frames: Sequence[bytes], cursor: Cursor) -> bytes:
        """Put messages together, and the mark up to which all are told then."""
        self._last = cursor
        return b"".join([*frames, id_frame(self._hub.marks.write(cursor))])

    def _left_s(self) -> float:
        return (self._standing_until - datetime.now(UTC)).total_seconds()


def _now_s() -> float:
    return asyncio.get_running_loop().time()

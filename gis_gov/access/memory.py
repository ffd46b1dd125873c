"""Keep who may do what in memory, in step with the database."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gis_gov.access import queries
from gis_gov.access.actor import Actor
from gis_gov.access.grants import still_covered
from gis_gov.access.tokens import Shown, token_hash
from gis_gov.days import day_of, end_of, utc_now
from gis_gov.db.pool import Pool
from gis_gov.db.scope import NOTHING
from gis_gov.settings import Settings

TOUCH_EVERY = timedelta(minutes=1)
ENTRIES_MAX = 50_000


@dataclass(frozen=True, slots=True)
class _Known:
    """An actor, until when he is known to be the same, and of which rows he was made.

    `heard_on` is the session on which a change of them would have been announced; 0: on none.
    """

    actor: Actor
    until: datetime
    made_of: frozenset[str]
    seen_at: datetime
    touched_at: datetime
    heard_on: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is, with his rights, and until when that holds if nothing else is heard."""

    actor: Actor
    until: datetime


class ActorMemory:
    """Find the actor of a token; what is known is given out only while it must still be true.

    `hear` is the handler of the channel `access`, `forget` that of whatever moves areas; `session`
    numbers the connection on which the announcements come (0: none), `clock` tells the moment.
    """

    def __init__(
        self,
        pool: Pool,
        session: Callable[[], int],
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._pool = pool
        self._session = session
        self._clock = clock
        self._idle = timedelta(minutes=settings.session_idle_min)
        self._password_age = timedelta(days=settings.password_days)
        self._known: dict[Shown, _Known] = {}
        self._generation = 0
        self._followers: list[Callable[[str], None]] = []

    def subscribe(self, follower: Callable[[str], None]) -> None:
        """Let `follower` have each payload once those whom it is about are forgotten."""
        self._followers.append(follower)

    async def hear(self, payload: str) -> None:
        """Forget those whose rights have changed; all of them for an empty payload."""
        self._generation += 1
        if not payload:
            self._known.clear()
        for shown, known in list(self._known.items()):
            if payload in known.made_of:
                del self._known[shown]
        for follower in self._followers:
            follower(payload)

    async def forget(self, _payload: str) -> None:
        """Forget everybody."""
        await self.hear("")

    def known(self, shown: Shown) -> Actor | None:
        """Return the actor of a key or session if it is in memory; asks nothing of the database."""
        known = self._known.get(shown)
        return known.actor if known and self._holds(known, self._clock()) else None

    async def of_session(self, token: str) -> Actor | None:
        """Return the actor of a browser's token, and note that the session is in use."""
        return await self.of(Shown("session", token_hash(token)))

    async def of_key(self, token: str) -> Actor | None:
        """Return the actor of a machine's key."""
        return await self.of(Shown("key", token_hash(token)))

    async def of(self, shown: Shown) -> Actor | None:
        """Return who has shown a key or session, and note that a session is in use."""
        now = self._clock()
        known = await self._newest(shown, now)
        if known is None:
            return None
        if known.actor.session_id is not None:
            await self._touch(shown, known, known.actor.session_id, now)
        return known.actor

    async def look(self, shown: Shown) -> Standing | None:
        """Return who has shown a key or session, without noting that it is in use.

        For an answer that goes on and on: that somebody listens keeps no session alive.
        """
        known = await self._newest(shown, self._clock())
        if known is None:
            return None
        until = known.until
        if known.actor.session_id is not None:
            until = min(until, known.seen_at + self._idle)
        return Standing(known.actor, until)

    async def _newest(self, shown: Shown, now: datetime) -> _Known | None:
        """Return what is known, from the database where what is in memory does not hold."""
        known = self._known.get(shown)
        if known is not None and self._holds(known, now):
            return known
        generation, heard_on = self._generation, self._session()
        read = self._read_session if shown.kind == "session" else self._read_key
        read_now = await read(shown.hash)
        if read_now is None:
            return None
        known = replace(read_now, heard_on=heard_on)
        if heard_on and heard_on == self._session() and generation == self._generation:
            self._keep(shown, known)
        return known

    def _holds(self, known: _Known, now: datetime) -> bool:
        # What was known on an earlier connection may have changed unheard until `hear("")` comes.
        # Another process may have seen the session since: past the idle time the database is asked.
        return (
            0 != known.heard_on == self._session()
            and now < known.until
            and (known.actor.session_id is None or now - known.seen_at < self._idle)
        )

    def _keep(self, shown: Shown, known: _Known) -> None:
        if len(self._known) >= ENTRIES_MAX:
            self._known.clear()
        self._known[shown] = known

    async def _touch(self, shown: Shown, known: _Known, session_id: int, now: datetime) -> None:
        due = now - known.touched_at >= TOUCH_EVERY
        # Noted before anything is waited for: others of the same moment need not touch it too, and
        # whatever is heard meanwhile stands. What was not kept replaces nothing that is.
        if self._known.get(shown) is known:
            touched_at = now if due else known.touched_at
            self._known[shown] = replace(known, seen_at=now, touched_at=touched_at)
        if due:
            async with self._pool.connection(NOTHING) as conn:
                await queries.touch_session(conn, session_id)

    async def _read_session(self, hashed: bytes) -> _Known | None:
        now = self._clock()
        # Taken once: were it midnight in between, what ended with this day would count tomorrow.
        day = day_of(now)
        async with self._pool.connection(NOTHING) as conn:
            row = await queries.read_session(conn, hashed)
            if row is None:
                return None
            if now - row.seen_at >= self._idle:
                await queries.end_session(conn, row.session_id)
                return None
            grants = await queries.read_grants(conn, account_id=row.account_id)
        changes_at = row.password_set_at and row.password_set_at + self._password_age
        expired = row.method != "oidc" and changes_at is not None and changes_at <= now
        actor = Actor(
            name=f"account:{row.name}",
            grants=tuple(grant for grant in grants if grant.holds_on(day)),
            account_id=row.account_id,
            session_id=row.session_id,
            worker_id=row.worker_id,
            must_change_password=row.method != "oidc" and (row.password_must_change or expired),
        )
        made_of = frozenset({f"account:{row.account_id}", f"session:{row.session_id}"})
        until = min(row.ends_at, end_of(day))
        if changes_at is not None and not expired:
            until = min(until, changes_at)
        # Who merely looks has not used it: that it is in use, `_touch` notes.
        return _Known(actor, until, made_of, row.seen_at, row.seen_at)

    async def _read_key(self, hashed: bytes) -> _Known | None:
        now = self._clock()
        # Taken once: were it midnight in between, what ended with this day would count tomorrow.
        day = day_of(now)
        async with self._pool.connection(NOTHING) as conn:
            row = await queries.read_key(conn, hashed)
            if row is None:
                return None
            grants = await queries.read_grants(conn, key_id=row.key_id)
            if row.account_id is not None:
                makers = await queries.read_grants(conn, account_id=row.account_id)
                today = [grant for grant in makers if grant.holds_on(day)]
                grants = still_covered(today, grants)
        actor = Actor(
            name=f"key:{row.key_id}:{row.name}",
            grants=tuple(grant for grant in grants if grant.holds_on(day)),
            account_id=row.account_id,
            key_id=row.key_id,
        )
        made_of = {f"key:{row.key_id}"} | (
            set() if row.account_id is None else {f"account:{row.account_id}"}
        )
        until = min(row.expires_at, end_of(day))
        return _Known(actor, until, frozenset(made_of), now, now)

"""The record of what is done: entries of many requests in one transaction, each before its answer.

    await state.audit.record(request, Entry("person.read", "ok", "person", code))

returns once the entry is committed. If it can't be, the request fails: nothing is done unaudited.
"""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import psycopg
import structlog
from psycopg_pool import PoolTimeout
from starlette.requests import HTTPConnection

from gis_gov.access.anchor import AnchorError, Anchors, advance
from gis_gov.access.entry import INSERT, Entry, Result, row_of, rows_json, write_sync, write_within
from gis_gov.access.repeats import Repeats
from gis_gov.cancellation import end, obey_cancellation
from gis_gov.client_address import client_address, network_of
from gis_gov.db.pool import Pool
from gis_gov.db.scope import NOTHING
from gis_gov.problems import Unavailable
from gis_gov.settings import Settings

__all__ = ["AuditLog", "Entry", "Result", "actor_of", "client_of", "write_sync", "write_within"]

log = structlog.get_logger()

ANONYMOUS: Final = "anonymous"
BATCH_MAX: Final = 500
WAITING_MAX: Final = 20_000
TIMEOUT_S: Final = 5.0
MONTHS_AHEAD: Final = 3
ANCHOR_EVERY_S: Final = 0.1
MONTHS_EVERY_S: Final = 6 * 3600.0


def actor_of(request: HTTPConnection) -> str:
    """Return what the audit calls whoever asks."""
    actor = getattr(request.state, "actor", None)
    return ANONYMOUS if actor is None else str(actor.name)


def client_of(request: HTTPConnection) -> str | None:
    """Return the address that a request comes from, as the audit keeps it."""
    return client_address(request)


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: dict[str, Any]
    written: asyncio.Future[None]


class AuditLog:
    """Write entries; open as long as it is entered, and on leaving all that wait are written.

    While one transaction is being committed the entries of other requests gather for the next, so
    that an entry costs a commit only where the server is idle. It has connections of its own:
    requests wait for it while they hold theirs. Beside that it keeps the anchor in step, and makes
    the partitions of months to come.
    """

    def __init__(self, url: str, settings: Settings, anchors: Anchors) -> None:
        few = {"pool_min": 1, "pool_max": 2, "statement_timeout_s": TIMEOUT_S}
        self._pool = Pool(url, settings.model_copy(update=few))
        self._anchors = anchors
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(WAITING_MAX)
        self._repeats = Repeats(self._write_one)
        self._grown = asyncio.Event()
        self._trouble = ""
        self._seen_empty = False
        self._open = False
        self._running: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Begin to take entries."""
        await self._pool.__aenter__()
        self._open = True
        self._grown.set()  # by commands, since it was last anchored
        tasks = (self._run(), self._keep_anchor(), self._keep_months(), self._repeats.run())
        self._running = [asyncio.create_task(task) for task in tasks]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Take no more, and write all that wait."""
        await self._repeats.flush()
        self._open = False
        await self._queue.join()
        for task in self._running:
            await end(task)
        if self._grown.is_set():
            await self._anchor()
        await self._pool.__aexit__(kind, error, at)

    async def write(self, entry: Entry, *, actor: str, client: str | None) -> None:
        """Write an entry, and return once it is committed.

        Raises:
            Unavailable: it can't be written; whatever it tells of must not be done or answered.

        """
        waiting = _Waiting(row_of(entry, actor, client), asyncio.get_running_loop().create_future())
        if not self._open or self._queue.full():
            raise Unavailable("The audit takes no more entries; try again in a moment.")
        self._queue.put_nowait(waiting)
        try:
            await waiting.written
        except (psycopg.Error, PoolTimeout) as error:
            # The message of an error may hold what the entry was about.
            log.warning("audit not written", error=type(error).__name__)
            raise Unavailable("The audit can't be written; try again in a moment.") from None

    async def record(self, request: HTTPConnection, entry: Entry) -> None:
        """Write an entry of whoever asks, from where he does; as `write`."""
        await self.write(entry, actor=actor_of(request), client=client_of(request))

    async def record_repeated(self, request: HTTPConnection, entry: Entry) -> None:
        """Write an entry as `record`, or count it to a like one of the same minute.

        Of those whom nobody knows, all of a network count together.

        Raises:
            Unavailable: as `write`.

        """
        actor, client = actor_of(request), client_of(request)
        network = network_of(client) if actor == ANONYMOUS else None
        await self._repeats.write(entry, actor, client, network)

    async def _write_one(self, entry: Entry, actor: str, client: str | None) -> None:
        await self.write(entry, actor=actor, client=client)

    async def _run(self) -> None:
        while True:
            obey_cancellation()
            batch = [await self._queue.get()]
            while len(batch) < BATCH_MAX and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._write(batch)
            for _ in batch:
                self._queue.task_done()

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            async with self._pool.connection(NOTHING, TIMEOUT_S) as conn:
                await conn.execute(INSERT, [rows_json([waiting.row for waiting in batch])])
        except psycopg.DataError as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            # One bad entry must not be the end of others.
            for waiting in batch:
                await self._write([waiting])
        except Exception as error:
            _fail(batch, error)
        else:
            self._grown.set()
            for waiting in batch:
                if not waiting.written.done():
                    waiting.written.set_result(None)

    async def _keep_anchor(self) -> None:
        while True:
            obey_cancellation()
            await self._grown.wait()
            await self._anchor()
            await asyncio.sleep(ANCHOR_EVERY_S)

    async def _anchor(self) -> None:
        self._grown.clear()
        trouble, again = "", True
        try:
            async with self._pool.connection(NOTHING, TIMEOUT_S) as conn:
                seen_empty = await advance(conn, self._anchors, seen_empty=self._seen_empty)
                self._seen_empty = seen_empty
            again = False
        except AnchorError as error:
            trouble, again = str(error), False
        except (psycopg.Error, PoolTimeout) as error:
            trouble = type(error).__name__
        finally:
            if again:
                self._grown.set()
        if trouble and trouble != self._trouble:
            log.error("audit not anchored", why=trouble)
        self._trouble = trouble

    async def _keep_months(self) -> None:
        while True:
            obey_cancellation()
            try:
                async with self._pool.connection(NOTHING, TIMEOUT_S) as conn:
                    await conn.execute("select audit_months(%s)", [MONTHS_AHEAD])
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("audit's months not made", error=type(error).__name__)
                await asyncio.sleep(TIMEOUT_S)
            else:
                await asyncio.sleep(MONTHS_EVERY_S)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.written.done():
            waiting.written.set_exception(error)

"""Forwarding as a process: what waits goes to the superior platform that the settings name."""

import asyncio
import contextlib
import re
import signal
from collections.abc import Callable
from typing import Any, Final

import psycopg

from gis_gov.cancellation import end
from gis_gov.db.pool import Pool
from gis_gov.db.watched import watched
from gis_gov.gateway.client809 import Client809, Superior
from gis_gov.gateway.jt809.header import Edition
from gis_gov.gateway.outbox import Outbox
from gis_gov.settings import Settings

_LOCK: Final = "select pg_try_advisory_lock(hashtext('gis_gov.forwarding'))"
_NAME: Final = "gis_gov forward"
_SUPERIOR: Final = re.compile(r"(\d+):(\d+):(.+)@([^@]+):(\d+)")


async def forward(settings: Settings, edition: Edition, tell: Callable[[str], None]) -> None:
    """Forward positions until SIGINT or SIGTERM; what is not confirmed then is sent the next time.

    Raises:
        ValueError: the superior is not set as it has to be, or another process forwards.
        OSError: forwarding has ended by itself, or another process may forward now.

    """
    superior = superior_of(settings, edition)
    url = settings.served_url
    if url is None:
        raise ValueError("settings.database_url is not set")
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with (
        await psycopg.AsyncConnection.connect(watched(url, _NAME), autocommit=True) as held,
        Pool(url, settings) as pool,
    ):
        found = await (await held.execute(_LOCK)).fetchone()
        if not (found and found[0]):
            raise ValueError("another process forwards already")
        outbox = Outbox(pool)
        client = Client809(superior, outbox.confirm)
        work = asyncio.create_task(client.forward(outbox.positions()))
        lost = asyncio.create_task(_lost(held))
        for each in (work, lost):
            each.add_done_callback(lambda _: stopped.set())
        tell(f"positions are forwarded to {superior.host}:{superior.port} (Ctrl-C stops)")
        try:
            await stopped.wait()
            if work.done() and (error := work.exception()) is not None:
                raise OSError(f"forwarding has ended: {error}") from error
            if lost.done():
                raise OSError("the database no longer knows that this process forwards")
        finally:
            for each in (work, lost):
                if not each.done():
                    await end(each)


async def _lost(held: psycopg.AsyncConnection[Any]) -> None:
    """Wait until the connection breaks that holds the lock: another process may have it then."""
    with contextlib.suppress(psycopg.OperationalError):
        async for _ in held.notifies():
            pass


def superior_of(settings: Settings, edition: Edition) -> Superior:
    """Read the platform to which is forwarded, and who we are to it.

    Raises:
        ValueError: it is not platform:user:password@host:port.

    """
    told = settings.gateway_809_superior
    match = _SUPERIOR.fullmatch(told.get_secret_value()) if told else None
    if match is None:
        raise ValueError("GIS_GOV_GATEWAY_809_SUPERIOR is platform:user:password@host:port")
    platform, user, password, host, port = match.groups()
    return Superior(host, int(port), int(platform), int(user), password, edition)

"""What the gateway counts, told on this machine alone in Prometheus's text form."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from typing import Final

import psycopg
import structlog
from prometheus_client import Counter, Gauge, start_http_server
from psycopg_pool import PoolTimeout

from gis_gov.cancellation import obey_cancellation
from gis_gov.db.pool import Pool
from gis_gov.db.run import scalar
from gis_gov.db.scope import SYSTEM

log = structlog.get_logger()

HOST: Final = "127.0.0.1"
EVERY_S: Final = 10.0
OPEN: Final = Gauge("gis_gov_gateway_open_connections", "Connections that are open now.")
CONNECTIONS: Final = Counter(
    "gis_gov_gateway_connections", "Connections, taken or refused as too many.", ["result"]
)
MESSAGES: Final = Counter(
    "gis_gov_gateway_messages",
    "Messages by protocol and kind; other is what is not spoken, or no message.",
    ["protocol", "kind"],
)
FIXES: Final = Counter(
    "gis_gov_gateway_fixes", "Fixes, taken or refused as of another time.", ["result"]
)
OUTBOX: Final = Gauge(
    "gis_gov_gateway_outbox", "Positions that wait to be forwarded; nothing if it is not known."
)


def count_message(protocol: str, kinds: type[IntEnum], number: int | None) -> None:
    """Count a message of a kind; whatever the peer makes up is one kind."""
    is_known = number in set(kinds)
    kind = kinds(number).name.lower() if is_known and number is not None else "other"
    MESSAGES.labels(protocol, kind).inc()


@contextmanager
def metrics_told(port: int | None) -> Generator[None]:
    """Tell the metrics at a port of this machine, until the block is left; none without a port.

    Raises:
        OSError: the port can't be had.

    """
    if port is None:
        yield
        return
    server, thread = start_http_server(port, HOST)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def watch_outbox(pool: Pool) -> None:
    """Keep the length of the outbox, until cancelled."""
    while True:
        obey_cancellation()
        try:
            async with pool.connection(SYSTEM) as conn:
                OUTBOX.set(await scalar(conn, "select count(*) from forward_due"))
        except (psycopg.Error, PoolTimeout) as error:
            OUTBOX.set(float("nan"))
            log.warning("outbox not counted", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)

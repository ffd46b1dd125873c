"""The gateway as a process: what it listens on, and what it works with."""

import asyncio
import signal
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack

from gis_gov.areas.place_memory import PlaceMemory
from gis_gov.cancellation import end
from gis_gov.db.notify import Listener
from gis_gov.db.pool import Pool
from gis_gov.gateway.counting import HOST, metrics_told, watch_outbox
from gis_gov.gateway.keeping import Keeping
from gis_gov.gateway.registered import RegisteredTerminals
from gis_gov.gateway.server808 import Server808
from gis_gov.gateway.server809 import LowerPlatform, Server809
from gis_gov.patrols.movers import CHANNEL, Movers
from gis_gov.patrols.shifts.memory import CHANNEL as SHIFTS
from gis_gov.patrols.shifts.memory import ShiftMemory
from gis_gov.patrols.taking import Intake
from gis_gov.settings import Settings


async def serve_gateway(settings: Settings, tell: Callable[[str], None]) -> None:
    """Take positions of terminals and lower platforms until SIGINT or SIGTERM.

    `tell` is told what is listened on, once it is.

    Raises:
        OSError: a port can't be had, or what the gateway works with has ended by itself.
        ValueError: the database or a platform is not set as it has to be.

    """
    if settings.served_url is None:
        raise ValueError("settings.database_url is not set")
    platforms, tls = platforms_of(settings), tls_of(settings)
    pool, listener = Pool(settings.served_url, settings), Listener(settings.served_url)
    movers, places = Movers(pool, listener.session), PlaceMemory(pool, listener.session)
    shifts = ShiftMemory(pool, listener.session, unless_told=settings.on_shift_unless_told)
    listener.on(CHANNEL, movers.hear)
    listener.on(SHIFTS, shifts.hear)
    listener.on("boundaries", places.hear)
    intake = Intake(pool, places.newest, shifts)
    take = Keeping(intake, movers, settings.positions_kept_days)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with pool, AsyncExitStack() as stack:
        works = [asyncio.create_task(work) for work in (listener.run(), places.run(), intake.run())]
        for work in works:
            stack.push_async_callback(end, work)
            # Without one of them nothing would be taken any more, and nobody told so.
            work.add_done_callback(lambda _: stopped.set())
        stack.enter_context(metrics_told(settings.gateway_metrics_port))
        if settings.gateway_metrics_port is not None:
            counting = asyncio.create_task(watch_outbox(pool))
            stack.push_async_callback(end, counting)
        server = Server808(RegisteredTerminals(pool), take, take.unplaced)
        host, port = await stack.enter_async_context(
            server.listening(settings.gateway_host, settings.gateway_808_port, tls)
        )
        tell(f"JT/T 808 is taken at {host}:{port} (Ctrl-C stops)")
        if settings.gateway_809_port is not None:
            superior = Server809(platforms, take)
            host, port = await stack.enter_async_context(
                superior.listening(settings.gateway_host, settings.gateway_809_port, tls)
            )
            tell(f"JT/T 809 is taken at {host}:{port}")
        if settings.gateway_metrics_port is not None:
            tell(f"Metrics are told at http://{HOST}:{settings.gateway_metrics_port}/metrics")
        await stopped.wait()
        if any(work.done() for work in works):
            raise OSError("what the gateway works with has ended; see its log")


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """Make ready to speak TLS, 1.2 or newer, if a certificate is set.

    Raises:
        OSError: a file can't be read.
        ValueError: they are not a certificate and its key.

    """
    if settings.gateway_tls_cert is None or settings.gateway_tls_key is None:
        return None
    for file in (settings.gateway_tls_cert, settings.gateway_tls_key):
        file.open("rb").close()  # names the file that can't be read; what follows does not
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.gateway_tls_cert, settings.gateway_tls_key, password="")
    except ssl.SSLError as error:
        raise ValueError(
            "GIS_GOV_GATEWAY_TLS_CERT and _KEY are no certificate and its key, unencrypted:"
            f" {error.reason or error}"
        ) from None
    return context


def platforms_of(settings: Settings) -> list[LowerPlatform]:
    """Read who may sign in as a lower platform.

    Raises:
        ValueError: one is not id:user:password.

    """
    told = settings.gateway_809_platforms
    platforms: list[LowerPlatform] = []
    for each in told.get_secret_value().split(",") if told else ():
        number, user, password = (*each.strip().split(":", 2), "", "")[:3]
        if not (number.isdecimal() and user.isdecimal() and password):
            raise ValueError("GIS_GOV_GATEWAY_809_PLATFORMS is id:user:password, both numbers")
        platforms.append(LowerPlatform(int(number), int(user), password))
    return platforms

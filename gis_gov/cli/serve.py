"""`gis-gov serve`, and the HTTP server that `gis-gov up` runs too."""

import http.client
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Annotated

import typer
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from gis_gov.cli.database import database, keys_for
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import Home, Host, Port, settings_from
from gis_gov.db.cluster_port import is_free
from gis_gov.settings import Settings

READY_S = 300
STOP_S = 10
_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {"_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}

Workers = Annotated[int | None, typer.Option(help="Server processes.", min=1, max=64)]


def serve(home: Home = None, host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve a database that is migrated already; log on standard error.

    Example: gis-gov serve --host 0.0.0.0 --port 8000 --workers 2
    """
    settings = settings_from(home=home, host=host, port=port, workers=workers)
    refuse_taken_port(settings)
    with database(settings, "serve") as url:
        keys_for(settings, url)
        serve_until_stopped(settings.with_database(url), lambda: True)


def refuse_taken_port(settings: Settings) -> None:
    """Refuse a port that another process listens on; the kernel would share it between us.

    Raises:
        CommandError: it is taken, or the address is none of this machine's.

    """
    if not is_free(settings.host, settings.port):
        raise CommandError(
            f"{settings.host} port {settings.port} is taken or not ours to take; "
            "choose another with --port"
        )


def serve_until_stopped(settings: Settings, database_lives: Callable[[], bool]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; say where, once questions are answered.

    Raises:
        CommandError: the server does not come up or ends by itself, or the database ends.

    """
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    complaints: list[str] = []

    def watch(stop: Callable[[], None]) -> None:
        if not _is_ready(host, settings.port):
            complaints.append(f"the server was not ready within {READY_S} s")
        else:
            shown = f"[{host}]" if ":" in host else host
            print(f"The map is at http://{shown}:{settings.port}/ (Ctrl-C stops)", flush=True)
            while database_lives():
                time.sleep(1)
            complaints.append("PostgreSQL ended by itself; postgres.log in the home tells why")
        stop()

    _run_server(settings, watch)
    if complaints:
        raise CommandError(complaints[0])


def _run_server(settings: Settings, watch: Callable[[Callable[[], None]], None]) -> None:
    """Serve until stopped, by a signal or by `watch`, which runs in a thread beside."""
    os.environ["GIS_GOV_DATABASE_URL"] = settings.database_url or ""
    os.environ["GIS_GOV_HOME"] = str(settings.home)
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "gis_gov.asgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        backlog=settings.backlog,
        backpressure=settings.backpressure,
        log_level=LogLevels.debug if settings.log_level == "debug" else LogLevels.warning,
        log_dictconfig=_LOG,
        websockets=False,
        workers_kill_timeout=STOP_S,
        factory=True,
    )

    def follow() -> None:
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)
        thread = threading.Thread(target=watch, args=[server.signal_handler_interrupt], daemon=True)
        thread.start()

    server.on_startup(follow)
    try:
        server.serve()
    except SystemExit as error:
        raise CommandError("the server ended by itself; the lines above tell why") from error


def _is_ready(host: str, port: int) -> bool:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except OSError:
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(0.05)
    return False

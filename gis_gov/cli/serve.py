"""`gis-gov serve`, and the HTTP server that `gis-gov up` runs too."""

import http.client
import multiprocessing
import os
import signal
import ssl
import threading
import time
from collections.abc import Callable
from typing import Annotated

import typer
from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels

from gis_gov.cli.database import database, for_server, keys_for
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import Home, Host, Port, TlsCert, TlsKey, settings_from
from gis_gov.db.cluster_port import is_free
from gis_gov.settings import Settings

READY_S = 300
STOP_S = 10
# Somewhat above what the guards allow, so that a refusal is a problem and not a bare status.
_HTTP1 = HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024)
_HTTP2 = HTTP2Settings(
    keep_alive_interval=30_000, max_concurrent_streams=128, max_headers_size=64 * 1024
)
LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "gis_gov.log.Redacted", "fmt": "%(asctime)s %(levelname)s %(message)s"}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
    # The pool, asyncio, TLS: without a handler Python would write their lines as they are.
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

Workers = Annotated[int | None, typer.Option(help="Server processes.", min=1, max=64)]


def serve(
    home: Home = None,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
) -> None:
    """Serve a database that is migrated already; log on standard error.

    Example: gis-gov serve --host 0.0.0.0 --port 8000 --workers 2
    """
    settings = settings_from(
        home=home, host=host, port=port, workers=workers, tls_cert=tls_cert, tls_key=tls_key
    )
    refuse_unusable_certificate(settings)
    refuse_taken_port(settings)
    with database(settings, "serve") as url:
        keys_for(settings, url)
        serve_until_stopped(for_server(settings, url), lambda: True)


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


def refuse_unusable_certificate(settings: Settings) -> None:
    """Refuse a certificate that can't be served; the server would only say so as it starts.

    Raises:
        CommandError: they are not each other's, or no certificate and key at all.
        OSError: one of the files can't be read.

    """
    if settings.tls_cert is None or settings.tls_key is None:
        return
    for file in (settings.tls_cert, settings.tls_key):
        file.open("rb").close()  # names the file that can't be read; what follows does not
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            settings.tls_cert, settings.tls_key, password=_no_password
        )
    except ssl.SSLError as error:
        raise CommandError(
            f"{settings.tls_cert} and {settings.tls_key} are no certificate and its key:"
            f" {error.reason or error}"
        ) from None


def _no_password() -> str:
    raise CommandError(
        "the TLS key is encrypted; hand it over as it is, readable by the owner only"
    )


def serve_until_stopped(settings: Settings, database_lives: Callable[[], bool]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; say where, once questions are answered.

    Raises:
        CommandError: the server does not come up or ends by itself, or the database ends.

    """
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    complaints: list[str] = []

    def watch(stop: Callable[[], None]) -> None:
        if not _is_ready(host, settings):
            complaints.append(f"the server was not ready within {READY_S} s")
        else:
            shown = f"[{host}]" if ":" in host else host
            scheme = "http" if settings.tls_cert is None else "https"
            print(f"The map is at {scheme}://{shown}:{settings.port}/ (Ctrl-C stops)", flush=True)
            while database_lives():
                time.sleep(1)
            complaints.append("PostgreSQL ended by itself; postgres.log in the home tells why")
        stop()

    _run_server(settings, watch)
    if complaints:
        raise CommandError(complaints[0])


def _run_server(settings: Settings, watch: Callable[[Callable[[], None]], None]) -> None:
    """Serve until stopped, by a signal or by `watch`, which runs in a thread beside."""
    for name in ("DATABASE_URL_FILE", "SERVER_DATABASE_URL", "SERVER_DATABASE_URL_FILE"):
        os.environ.pop(f"GIS_GOV_{name}", None)
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
        log_dictconfig=LOG,
        websockets=True,
        http1_settings=_HTTP1,
        http2_settings=_HTTP2,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=STOP_S,
        # One that was killed is replaced, and the others go on; what dies at its start ends all.
        respawn_failed_workers=True,
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


def _is_ready(host: str, settings: Settings) -> bool:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        connection = _connection(host, settings)
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


def _connection(host: str, settings: Settings) -> http.client.HTTPConnection:
    if settings.tls_cert is None:
        return http.client.HTTPConnection(host, settings.port, timeout=5)
    # Our own process on this machine; the certificate names another host.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, settings.port, timeout=5, context=context)

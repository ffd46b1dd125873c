"""`gis-gov up`."""

import signal
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Annotated

import psycopg
import typer

from gis_gov.access.entry import Entry, write_sync
from gis_gov.cli.database import for_server, keys_for, keys_of, refuse_unfit
from gis_gov.cli.first_account import make_first_account
from gis_gov.cli.first_data import FirstData, fill_home, is_empty, load_sample
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, Host, Port, TlsCert, TlsKey, Yes, settings_from
from gis_gov.cli.record import operator
from gis_gov.cli.serve import (
    refuse_taken_port,
    refuse_unusable_certificate,
    serve_until_stopped,
)
from gis_gov.db.cluster import SPACE_TO_MAKE_MB, Cluster
from gis_gov.db.cluster_lock import hold
from gis_gov.settings import Settings

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Sample = Annotated[
    FirstData | None,
    typer.Option(help="Data for an empty home: a made-up district (else small), or none."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Delete the home's data first; asks.")]


class Stopped(BaseException):
    """A signal asks `up` to stop before it serves."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


def up(
    home: Home = None,
    host: Host = None,
    port: Port = None,
    sample: Sample = None,
    fresh: Fresh = False,
    yes: Yes = False,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
) -> int:
    """Start the private PostGIS and serve the map; Ctrl-C stops all of it.

    The first time, it prints how to sign in.

    Example: gis-gov up --home ~/panyu --port 8001 --sample district
    """
    settings = settings_from(home=home, host=host, port=port, tls_cert=tls_cert, tls_key=tls_key)
    refuse_unusable_certificate(settings)
    refuse_taken_port(settings)
    try:
        with stopped_by_signals(), ExitStack() as stack:
            if settings.database_url is not None:
                _use_outside(settings, settings.database_url, sample, fresh=fresh)
                make_first_account(settings, settings.database_url)
                serve_until_stopped(for_server(settings, settings.database_url), lambda: True)
            else:
                url = _start_home(settings, sample, stack, fresh=fresh, yes=yes)
                make_first_account(settings, url)
                cluster = Cluster(settings.home)
                serve_until_stopped(for_server(settings, url), lambda: cluster.running)
    except Stopped as stopped:
        say("stopped")
        return 128 + stopped.signal_number
    return 0


@contextmanager
def stopped_by_signals() -> Generator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into Stopped; what is under way cleans up then."""

    def stop(signal_number: int, _frame: FrameType | None) -> None:
        for each in _STOPPING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal_number)

    before = {each: signal.signal(each, stop) for each in _STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _use_outside(settings: Settings, url: str, sample: FirstData | None, *, fresh: bool) -> None:
    if fresh:
        raise CommandError("--fresh deletes a home's data; an outside database is yours to empty")
    refuse_unfit(url)
    sealer = keys_for(settings, url)
    if sample not in (None, FirstData.NONE) and is_empty(url):
        load_sample(url, sample, sealer)


def _start_home(
    settings: Settings, sample: FirstData | None, stack: ExitStack, *, fresh: bool, yes: bool
) -> str:
    """Start the home's PostGIS for as long as `stack` lasts, and return the URL of its database."""
    cluster = Cluster(settings.home)
    cluster.prepare()
    stack.enter_context(hold(cluster.home, "up"))
    if fresh and cluster.exists:
        _delete(cluster, yes=yes)
    if not cluster.exists:
        cluster.check_space(SPACE_TO_MAKE_MB)
        say(f"making the database in {cluster.home}")
    cluster.init()
    if not cluster.running:
        stack.callback(cluster.stop)
    cluster.start()
    cluster.ensure_database()
    url = cluster.url()
    try:
        refuse_unfit(url)
    except CommandError:
        from gis_gov.db.migrate import migrate  # noqa: PLC0415 - slow to import, seldom needed

        migrate(url, lambda: keys_of(settings))
        with psycopg.connect(url) as connection:
            write_sync(connection, Entry("schema.migrate", "ok"), operator())
        refuse_unfit(url)
    sealer = keys_for(settings, url)
    with cluster.blaming_full_disk():
        fill_home(cluster, sample, sealer)
    return url


def _delete(cluster: Cluster, *, yes: bool) -> None:
    if not yes:
        if not sys.stdin.isatty():
            raise CommandError(f"--fresh deletes the data in {cluster.home}; say --yes to do so")
        if not typer.confirm(f"Delete all data in {cluster.home}?", err=True):
            raise CommandError("nothing was deleted")
    cluster.stop()
    cluster.remove()

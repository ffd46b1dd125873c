"""`gis-gov bench` itself: the questions."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Annotated

import typer
import uvloop

from gis_gov.bench import peer
from gis_gov.bench.cold import ColdMeasured, ColdServers, measure_cold
from gis_gov.bench.cold_home import ColdHome
from gis_gov.bench.edits import writing
from gis_gov.bench.key import bench_key
from gis_gov.bench.listening import listening
from gis_gov.bench.pgbench import NAME as PGBENCH
from gis_gov.bench.pgbench import find_pgbench
from gis_gov.bench.questions import make_subjects
from gis_gov.bench.speed import BareSql, measure_all
from gis_gov.bench.speed_measured import Measured
from gis_gov.bench.subject import Subject
from gis_gov.cli.database import restartable
from gis_gov.cli.ground import Ground, loaded_ground
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import AsJson, Home, Seconds, settings_from
from gis_gov.db.cluster import Cluster

Concurrency = Annotated[
    list[int],
    typer.Option(help="Questions at the same time; several numbers are measured.", min=1, max=64),
]
Processes = Annotated[int, typer.Option(help="Processes of each server.", min=1, max=64)]
WithWrites = Annotated[
    bool, typer.Option(help="Measure while things are written and loaded all the time.")
]
Cold = Annotated[
    bool,
    typer.Option(
        "--cold", help="Measure first answers after cold starts, too: the database is restarted."
    ),
]
ColdStarts = Annotated[
    int, typer.Option(help="Cold starts for each contender and question.", min=1, max=100)
]
Only = Annotated[
    list[str], typer.Option(help="Only questions with this in their names; may be said again.")
]


def speed(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    home: Home = None,
    seconds: Seconds = 6,
    concurrency: Concurrency = [4],  # noqa: B006 - typer's way
    processes: Processes = 1,
    with_writes: WithWrites = False,
    cold: Cold = False,
    cold_starts: ColdStarts = 3,
    only: Only = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Compare our server with bare SQL and with tipg on the database that is loaded.

    Example: gis-gov bench --home ~/panyu --concurrency 1 --concurrency 16
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_from(home=home)
    with ExitStack() as stack:
        cluster = stack.enter_context(restartable(settings, "bench --cold")) if cold else None
        if cluster is not None:
            settings = settings.with_database(cluster.url())
        ground = stack.enter_context(loaded_ground(settings, "bench"))
        url, show = ground.url, ground.show
        subjects = _chosen(make_subjects(ground.places(), ground.events()), only)
        bare = BareSql(url, find_pgbench())
        # First, as it may be refused.
        started = _measure_cold(cluster, subjects, bare, ground, cold_starts) if cluster else None
        ports, skipped = stack.enter_context(listening(url, settings.home, processes, show))
        if bare.pgbench is None:
            skipped[PGBENCH] = "it is not installed; bare SQL is asked by psycopg"
        written = stack.enter_context(writing(url, settings.home)) if with_writes else None
        results = uvloop.run(measure_all(subjects, ports, bare, concurrency, seconds, show))
    measured = Measured(
        *(concurrency, seconds, processes, results, written, started),
        bare_sql_by=bare.client,
        skipped=skipped,
    )
    ground.tell(measured.as_json(), measured.print, as_json=as_json)
    for name, reason in skipped.items():
        say(f"{name} is left out: {reason}")


def _chosen(subjects: Sequence[Subject], only: Sequence[str]) -> Sequence[Subject]:
    """Pick the questions with one of the texts in their name, all of them without any.

    Raises:
        CommandError: there is none.

    """
    chosen = [each for each in subjects if not only or any(text in each.name for text in only)]
    if not chosen:
        raise CommandError(f"no question has {' or '.join(map(repr, only))} in its name")
    return chosen


def _measure_cold(
    cluster: Cluster, subjects: Sequence[Subject], bare: BareSql, ground: Ground, starts: int
) -> ColdMeasured:
    """Measure answers after cold starts; that the peer can't be had is told by who asks it next."""
    try:
        ground.show("installing tipg", None)
        python = peer.install(ground.folder / peer.NAME, peer.LOCK)
    except peer.NoPeer:
        python = None
    url = ground.url
    with bench_key(url) as key:
        servers = ColdServers(cluster.home, bare, python, key)
        results = measure_cold(subjects, ColdHome(cluster, url), servers, starts, ground.show)
    return ColdMeasured(starts, results)

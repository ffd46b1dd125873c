"""`gis-gov bench`."""

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import psycopg
import typer
import uvloop
from rich.console import Console

from gis_gov.bench import peer
from gis_gov.bench.access import measure_access
from gis_gov.bench.bulk_locate import Disagreement, measure_bulk_locate
from gis_gov.bench.edits import writing
from gis_gov.bench.guards import measure_guards
from gis_gov.bench.key import bench_key
from gis_gov.bench.loading import LoadFailed, measure_loading
from gis_gov.bench.machine import describe
from gis_gov.bench.measure import ROUNDS
from gis_gov.bench.questions import make_subjects, read_counts, read_places
from gis_gov.bench.servers import our_server
from gis_gov.bench.speed import Ports, measure_all
from gis_gov.bench.table import (
    print_about,
    print_access,
    print_bulk_locate,
    print_guards,
    print_loading,
    print_speed,
    print_tiles,
    print_visible,
)
from gis_gov.bench.tiles import measure_tiles
from gis_gov.bench.visible import NeverShown, measure_visible
from gis_gov.cli.database import database, server
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.progress import progress_bar
from gis_gov.db.cluster import Cluster
from gis_gov.settings import Settings
from gis_gov.tiles.service import LAYERS

LOCK = Path(__file__).resolve().parents[2] / "requirements-bench.lock"

app = typer.Typer(
    help="Measure speed: of the questions, and of loading.\n\nExample: gis-gov bench --seconds 10"
)

Seconds = Annotated[
    float, typer.Option(help="Time for each contender and question.", min=0.1, max=600)
]
Concurrency = Annotated[
    list[int],
    typer.Option(help="Questions at the same time; several numbers are measured.", min=1, max=64),
]
Processes = Annotated[int, typer.Option(help="Processes of each server.", min=1, max=64)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback(invoke_without_command=True)
def speed(
    context: typer.Context,
    home: Home = None,
    seconds: Seconds = 6,
    concurrency: Concurrency = [4],  # noqa: B006 - typer's way
    processes: Processes = 1,
    with_writes: Annotated[
        bool, typer.Option(help="Measure while things are written and loaded all the time.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare our server with bare SQL and with tipg on the database that is loaded.

    Example: gis-gov bench --home ~/panyu --concurrency 1 --concurrency 16
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_from(home=home)
    with database(settings, "bench") as url, progress_bar() as show:
        with psycopg.connect(url, autocommit=True) as connection:
            about, counts = describe(connection), read_counts(connection)
            subjects = make_subjects(_places(connection))
        servers = _servers(settings, url, processes, show)
        with servers as (ports, skipped), ExitStack() as stack:
            if with_writes:
                stack.enter_context(writing(url))
            results = uvloop.run(measure_all(subjects, ports, url, concurrency, seconds, show))
    if as_json:
        _print_json(
            {
                "machine": about,
                "data": counts,
                "concurrency": concurrency,
                "processes": processes,
                "with_writes": with_writes,
                "seconds": seconds,
                "rounds": ROUNDS,
                "subjects": [result.as_json() for result in results],
                "skipped": skipped,
            }
        )
        return
    print_about(_console(), {**about, "data": _held(counts)})
    for at_once in concurrency:
        title = f"{at_once} at a time, {seconds:g} s each in {ROUNDS} rounds in turns"
        title += "" if processes == 1 else f", {processes} processes of each server"
        title += ", beside edits and a load" if with_writes else ""
        print_speed(_console(), title, [each for each in results if each.concurrency == at_once])
    for name, reason in skipped.items():
        say(f"{name} is left out: {reason}")


@contextmanager
def _servers(
    settings: Settings, url: str, processes: int, show: Callable[[str, float | None], None]
) -> Generator[tuple[Ports, dict[str, str]]]:
    """Run our server and the peer; yield where they listen, and why a peer does not."""
    folder = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    skipped: dict[str, str] = {}
    peer_port = None
    with ExitStack() as stack:
        try:
            show("installing tipg", None)
            python = peer.install(folder / peer.NAME, LOCK)
            log = folder / f"{peer.NAME}.log"
            peer_port = stack.enter_context(peer.peer_server(python, url, log, processes))
        except peer.NoPeer as error:
            skipped[peer.NAME] = str(error)
        log = folder / "gis_gov.log"
        ours = stack.enter_context(our_server(url, settings.home, log, processes=processes))
        anew = stack.enter_context(
            our_server(url, settings.home, log, keeps_answers=False, processes=processes)
        )
        yield Ports(ours, anew, peer_port, stack.enter_context(bench_key(url))), skipped


def _places(connection: psycopg.Connection[Any]) -> list[tuple[float, float]]:
    places = read_places(connection)
    if not places:
        raise CommandError("the database is empty; load something: gis-gov up, gis-gov load")
    return places


def _held(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items())


@app.command()
def load(
    home: Home = None,
    addresses: Annotated[int, typer.Option(help="Addresses to load.", min=1)] = 1_000_000,
    persons: Annotated[int, typer.Option(help="Persons to load.", min=1)] = 3_000_000,
    as_json: AsJson = False,
) -> None:
    """Load addresses in GCJ-02 and persons into a database made for it, and drop it again.

    Example: gis-gov bench load --addresses 100000 --persons 300000
    """
    settings = settings_from(home=home)
    folder = settings.home / "bench"
    with _any_server(settings, "bench load") as url, progress_bar() as show:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            loads = measure_loading(url, folder, addresses, persons, show)
        except LoadFailed as error:
            raise CommandError(str(error)) from error
        with psycopg.connect(url, autocommit=True) as connection:
            about = describe(connection)
    if as_json:
        _print_json({"machine": about, "loads": [each.as_json() for each in loads]})
    else:
        print_loading(_console(), about, loads)


@app.command()
def access(home: Home = None, seconds: Seconds = 6, as_json: AsJson = False) -> None:
    """Measure what row policies cost one whose right holds everywhere, and one in a street.

    Example: gis-gov bench access --home ~/panyu --seconds 12
    """
    settings = settings_from(home=home)
    with database(settings, "bench access") as url, progress_bar() as show:
        with psycopg.connect(url, autocommit=True) as connection:
            about, counts = describe(connection), read_counts(connection)
            _places(connection)
        costs = uvloop.run(measure_access(url, seconds, show))
    if as_json:
        figures = {"machine": about, "data": counts, "costs": [cost.as_json() for cost in costs]}
        _print_json({**figures, "seconds": seconds, "rounds": ROUNDS})
    else:
        print_access(_console(), {**about, "data": _held(counts)}, costs)


@app.command()
def locate(
    home: Home = None,
    points: Annotated[int, typer.Option(help="Points to locate.", min=1)] = 1_000_000,
    rounds: Annotated[int, typer.Option(help="How often each is asked.", min=1, max=100)] = ROUNDS,
    as_json: AsJson = False,
) -> None:
    """Locate many points at once, by our server, by bare SQL and by geopandas.

    Example: gis-gov bench locate --home ~/panyu --rounds 5
    """
    settings = settings_from(home=home)
    folder = settings.home / "bench"
    with database(settings, "bench locate") as url, progress_bar() as show:
        folder.mkdir(parents=True, exist_ok=True)
        with psycopg.connect(url, autocommit=True) as connection:
            about, counts = describe(connection), read_counts(connection)
        if not counts["grids"]:
            raise CommandError("there are no grids; load some: gis-gov up, gis-gov load")
        with our_server(url, settings.home, folder / "gis_gov.log") as port, bench_key(url) as key:
            try:
                found = measure_bulk_locate(url, port, key, points, rounds, show)
            except Disagreement as error:
                raise CommandError(str(error)) from error
    if as_json:
        ways = [each.as_json(found[0].median_s) for each in found]
        _print_json({"machine": about, "data": counts, "points": points, "ways": ways})
    else:
        print_bulk_locate(_console(), {**about, "data": _held(counts)}, points, found)


@app.command()
def guards(home: Home = None, seconds: Seconds = 6, as_json: AsJson = False) -> None:
    """Measure what guards and audit add to a request, in a database made for it.

    Example: gis-gov bench guards --home ~/panyu --seconds 12
    """
    settings = settings_from(home=home)
    folder = settings.home / "bench"
    with _any_server(settings, "bench guards") as url, progress_bar() as show:
        folder.mkdir(parents=True, exist_ok=True)
        added = measure_guards(url, folder, seconds, show)
        with psycopg.connect(url, autocommit=True) as connection:
            about = describe(connection)
    if as_json:
        figures = {"machine": about, "answers": [each.as_json() for each in added]}
        _print_json({**figures, "seconds": seconds, "rounds": ROUNDS})
    else:
        print_guards(_console(), about, added)


@app.command()
def writes(
    home: Home = None,
    times: Annotated[int, typer.Option(help="Writes to wait for.", min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Measure how long after a write two server processes show it.

    Example: gis-gov bench writes --home ~/panyu --times 200
    """
    settings = settings_from(home=home)
    folder = settings.home / "bench"
    with database(settings, "bench writes") as url, progress_bar() as show:
        folder.mkdir(parents=True, exist_ok=True)
        with psycopg.connect(url, autocommit=True) as connection:
            about, counts = describe(connection), read_counts(connection)
            _places(connection)
        log = folder / "gis_gov.log"
        with (
            our_server(url, settings.home, log) as one,
            our_server(url, settings.home, log) as other,
            bench_key(url) as key,
        ):
            try:
                shown = uvloop.run(measure_visible(url, (one, other), key, times, show))
            except NeverShown as error:
                raise CommandError(str(error)) from error
    if as_json:
        figures = {"machine": about, "data": counts, "shown": [each.as_json() for each in shown]}
        _print_json(figures)
    else:
        print_visible(_console(), {**about, "data": _held(counts)}, shown)


@app.command()
def tiles(
    home: Home = None,
    times: Annotated[int, typer.Option(help="How often each is built.", min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    """Build the fullest tiles of each layer and zoom: how long it takes, and how heavy they are.

    Example: gis-gov bench tiles --home ~/panyu --times 50
    """
    settings = settings_from(home=home)
    with database(settings, "bench tiles") as url, progress_bar() as show:
        with psycopg.connect(url, autocommit=True) as connection:
            about, counts = describe(connection), read_counts(connection)
        built = uvloop.run(measure_tiles(url, times, list(LAYERS), show))
    if as_json:
        figures = {"machine": about, "data": counts, "times": times}
        _print_json({**figures, "tiles": [each.as_json() for each in built]})
    else:
        print_tiles(_console(), {**about, "data": _held(counts)}, built)


@contextmanager
def _any_server(settings: Settings, command: str) -> Generator[str]:
    """Yield the URL of a database that there is, to make another one beside it."""
    with server(settings, command, make=True) as url:
        if settings.database_url is None:
            Cluster(settings.home).ensure_database()
        yield url


def _console() -> Console:
    # A file or a pipe has no width of its own, and a table must not be cut there.
    return Console() if sys.stdout.isatty() else Console(width=140)


def _print_json(figures: object) -> None:
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())

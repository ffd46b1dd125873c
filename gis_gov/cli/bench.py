"""`gis-gov bench`."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from gis_gov.bench.access import measure_access
from gis_gov.bench.bulk_locate import bulk_wanted, measure_bulk_locate
from gis_gov.bench.edits import writing
from gis_gov.bench.exports import ROLES, measure_exports
from gis_gov.bench.guards import measure_guards
from gis_gov.bench.key import bench_key
from gis_gov.bench.listening import listening
from gis_gov.bench.loading import measure_loading
from gis_gov.bench.measure import ROUNDS
from gis_gov.bench.pgbench import NAME as PGBENCH
from gis_gov.bench.pgbench import find_pgbench
from gis_gov.bench.questions import make_subjects
from gis_gov.bench.servers import our_server
from gis_gov.bench.speed import BareSql, measure_all
from gis_gov.bench.speed_table import print_speed
from gis_gov.bench.table import (
    print_about,
    print_access,
    print_bulk_locate,
    print_exports,
    print_guards,
    print_loading,
    print_tiles,
    print_visible,
)
from gis_gov.bench.tile_drawings import DRAWINGS
from gis_gov.bench.tiles import measure_tiles, tiles_wanted
from gis_gov.bench.visible import measure_visible
from gis_gov.cli.bench_patrols import patrols
from gis_gov.cli.ground import bare_ground, loaded_ground
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from

LOG = "gis_gov.log"

app = typer.Typer(
    help="Measure speed: of the questions, and of loading.\n\nExample: gis-gov bench --seconds 10"
)
app.command()(patrols)

Seconds = Annotated[
    float, typer.Option(help="Time for each contender and question.", min=0.01, max=600)
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
    with loaded_ground(settings, "bench") as ground, ExitStack() as stack:
        url, show = ground.url, ground.show
        subjects = make_subjects(ground.places())
        ports, skipped = stack.enter_context(listening(url, settings.home, processes, show))
        bare = BareSql(url, find_pgbench())
        if bare.pgbench is None:
            skipped[PGBENCH] = "it is not installed; bare SQL is asked by psycopg"
        written = stack.enter_context(writing(url, settings.home)) if with_writes else None
        results = uvloop.run(measure_all(subjects, ports, bare, concurrency, seconds, show))

    def print_tables(console: Console, about: Mapping[str, str]) -> None:
        print_about(console, about)
        for at_once in concurrency:
            title = f"{at_once} at a time, {seconds:g} s each in {ROUNDS} rounds in turns"
            title += "" if processes == 1 else f", {processes} processes of each server"
            if written:
                title += f", beside {written.edits:,} edits and {written.loads:,} loads in all"
            print_speed(console, title, [each for each in results if each.concurrency == at_once])
        for name, reason in skipped.items():
            say(f"{name} is left out: {reason}")

    figures = {
        "concurrency": concurrency,
        "processes": processes,
        "with_writes": with_writes,
        "written": written.as_json() if written else None,
        "seconds": seconds,
        "rounds": ROUNDS,
        "subjects": [result.as_json() for result in results],
        "bare_sql_by": bare.client,
        "skipped": skipped,
    }
    ground.tell(figures, print_tables, as_json=as_json)


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
    with bare_ground(settings_from(home=home), "bench load") as ground:
        loads = measure_loading(ground.url, ground.folder, addresses, persons, ground.show)
    ground.tell(
        {"loads": [each.as_json() for each in loads]},
        lambda console, about: print_loading(console, about, loads),
        as_json=as_json,
    )


@app.command()
def access(home: Home = None, seconds: Seconds = 6, as_json: AsJson = False) -> None:
    """Measure what row policies cost one whose right holds everywhere, and one in a street.

    Example: gis-gov bench access --home ~/panyu --seconds 12
    """
    with loaded_ground(settings_from(home=home), "bench access") as ground:
        ground.places()
        costs = uvloop.run(measure_access(ground.url, seconds, ground.show))
    ground.tell(
        {"costs": [cost.as_json() for cost in costs], "seconds": seconds, "rounds": ROUNDS},
        lambda console, about: print_access(console, about, costs),
        as_json=as_json,
    )


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
    with loaded_ground(settings, "bench locate") as ground, ExitStack() as stack:
        if not ground.data["grids"]:
            raise CommandError("there are no grids; load some: gis-gov up, gis-gov load")
        url = ground.url
        port = stack.enter_context(our_server(url, settings.home, ground.folder / LOG))
        key = stack.enter_context(bench_key(url))
        found = measure_bulk_locate(url, port, key, points, rounds, ground.show)
    ground.tell(
        {
            "points": points,
            "ways": [each.as_json(found[0].median_s) for each in found],
            "wanted": [each.as_json() for each in bulk_wanted(points, found)],
        },
        lambda console, about: print_bulk_locate(console, about, points, found),
        as_json=as_json,
    )


@app.command()
def guards(home: Home = None, seconds: Seconds = 6, as_json: AsJson = False) -> None:
    """Measure what guards and audit add to a request, in a database made for it.

    Example: gis-gov bench guards --home ~/panyu --seconds 12
    """
    with bare_ground(settings_from(home=home), "bench guards") as ground:
        added = measure_guards(ground.url, ground.folder, seconds, ground.show)
    ground.tell(
        {"answers": [each.as_json() for each in added], "seconds": seconds, "rounds": ROUNDS},
        lambda console, about: print_guards(console, about, added),
        as_json=as_json,
    )


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
    with loaded_ground(settings, "bench writes") as ground, ExitStack() as stack:
        ground.places()
        url, log = ground.url, ground.folder / LOG
        one, other = (stack.enter_context(our_server(url, settings.home, log)) for _ in range(2))
        key = stack.enter_context(bench_key(url))
        shown = uvloop.run(measure_visible(url, (one, other), key, times, ground.show))
    ground.tell(
        {"shown": [each.as_json() for each in shown]},
        lambda console, about: print_visible(console, about, shown),
        as_json=as_json,
    )


@app.command()
def exports(home: Home = None, as_json: AsJson = False) -> None:
    """Take all addresses out in each format, and see how much memory the server takes for it.

    Example: gis-gov bench exports --home ~/panyu
    """
    settings = settings_from(home=home)
    with loaded_ground(settings, "bench exports") as ground, ExitStack() as stack:
        ground.places()
        url, log = ground.url, ground.folder / LOG
        port = stack.enter_context(our_server(url, settings.home, log))
        key = stack.enter_context(bench_key(url, *ROLES))
        exported = measure_exports(url, port, key, ground.folder, ground.show)
    ground.tell(
        {"exports": [each.as_json() for each in exported]},
        lambda console, about: print_exports(console, about, exported),
        as_json=as_json,
    )


@app.command()
def tiles(
    home: Home = None,
    times: Annotated[int, typer.Option(help="How often each is built.", min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    """Build the fullest tiles of each layer and zoom: how long it takes, and how heavy they are.

    For who sees everything, who has the district as an area, and who sees the fullest street; and
    of events and other points by the filters that are asked the most.

    Example: gis-gov bench tiles --home ~/panyu --times 50
    """
    with loaded_ground(settings_from(home=home), "bench tiles") as ground:
        built = uvloop.run(measure_tiles(ground.url, times, DRAWINGS, ground.show))
    ground.tell(
        {
            "times": times,
            "tiles": [each.as_json() for each in built],
            "wanted": [each.as_json() for each in tiles_wanted(built)],
        },
        lambda console, about: print_tiles(console, about, built),
        as_json=as_json,
    )

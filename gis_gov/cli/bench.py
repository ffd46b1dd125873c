"""`gis-gov bench`."""

from contextlib import ExitStack
from typing import Annotated

import typer
import uvloop

from gis_gov.bench.access import measure_access
from gis_gov.bench.bulk_locate import bulk_wanted, measure_bulk_locate
from gis_gov.bench.exports import ROLES, exports_wanted, measure_exports
from gis_gov.bench.guards import measure_guards
from gis_gov.bench.key import bench_key
from gis_gov.bench.loading import measure_loading
from gis_gov.bench.measure import ROUNDS
from gis_gov.bench.servers import our_server
from gis_gov.bench.table import (
    print_access,
    print_bulk_locate,
    print_exports,
    print_guards,
    print_loading,
    print_tiles,
)
from gis_gov.bench.tile_drawings import DRAWINGS
from gis_gov.bench.tiles import measure_tiles, tiles_wanted
from gis_gov.cli.bench_patrols import patrols
from gis_gov.cli.bench_screen import screen
from gis_gov.cli.bench_speed import speed
from gis_gov.cli.bench_writes import writes
from gis_gov.cli.ground import bare_ground, loaded_ground
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import AsJson, Home, Seconds, settings_from

LOG = "gis_gov.log"

app = typer.Typer(
    help="Measure speed: of the questions, and of loading.\n\nExample: gis-gov bench --seconds 10"
)
app.callback(invoke_without_command=True)(speed)
app.command()(patrols)
app.command()(screen)
app.command()(writes)


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
        {
            "exports": [each.as_json() for each in exported],
            "wanted": [each.as_json() for each in exports_wanted(exported)],
        },
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

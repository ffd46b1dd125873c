"""`gis-gov bench screen`."""

from typing import Annotated

import typer
import uvloop

from gis_gov.bench.key import bench_key, bench_session
from gis_gov.bench.patrol_ground import patrol_database
from gis_gov.bench.screen import NoBrowser, require_browser
from gis_gov.bench.screen_table import print_screen, screen_wanted
from gis_gov.bench.servers import our_server
from gis_gov.bench.watching import measure_watching
from gis_gov.cli.ground import loaded_ground
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import AsJson, Home, settings_from


def screen(
    *,
    home: Home = None,
    seconds: Annotated[float, typer.Option(help="How long to look.", min=0.1, max=600)] = 60,
    streams: Annotated[int, typer.Option(help="Streams that watch.", min=1, max=20_000)] = 5_000,
    as_json: AsJson = False,
) -> None:
    """Measure how soon a position is drawn on the map, in Chromium.

    While each worker tells where he is every ten seconds, and others watch an area each. It needs
    Chromium, and playwright in Python's environment, as the tests do.

    Example: gis-gov bench screen --home ~/panyu --seconds 60
    """
    settings = settings_from(home=home)
    try:
        require_browser()
    except NoBrowser as missing:
        raise CommandError(str(missing)) from None
    with loaded_ground(settings, "bench screen") as ground:
        ground.show("making a database", None)
        with patrol_database(ground.url) as (url, workers):
            if not workers:
                raise CommandError("there are no workers; load some: gis-gov up, gis-gov load")
            log = ground.folder / "gis_gov.log"
            with (
                our_server(url, ground.folder, log) as port,
                bench_key(url, "gateway") as key,
            ):
                to = (port, key, workers, streams, seconds)
                session = bench_session(url)
                watched = uvloop.run(measure_watching(*to, ground.show, session))
    ground.tell(
        {
            "seconds": seconds,
            "workers": len(workers),
            "watched": watched.as_json(),
            "wanted": [each.as_json() for each in screen_wanted(watched)],
        },
        lambda console, about: print_screen(console, about, watched),
        as_json=as_json,
    )

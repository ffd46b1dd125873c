"""`gis-gov bench patrols`."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvloop

from gis_gov.bench.alarms import AlarmsMeasured, measure_alarms
from gis_gov.bench.crossings import measure_crossings, walking
from gis_gov.bench.geofences import FencesMeasured, measure_fences
from gis_gov.bench.key import bench_key
from gis_gov.bench.late_fixes import late_fixes
from gis_gov.bench.patrol_filling import Filled, fill
from gis_gov.bench.patrol_ground import patrol_database
from gis_gov.bench.patrol_table import PatrolsMeasured, print_patrols
from gis_gov.bench.pouring import Pace, measure_pouring
from gis_gov.bench.reporting import Report, measure_reports
from gis_gov.bench.servers import our_server
from gis_gov.bench.taking import measure_taking
from gis_gov.bench.watching import measure_watching
from gis_gov.cli.ground import Ground, loaded_ground
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import Home, settings_from

TIMES = 20
"""How often each report is asked for."""


def patrols(
    home: Home = None,
    seconds: Annotated[float, typer.Option(help="Time for each.", min=0.1, max=600)] = 10,
    connections: Annotated[
        int, typer.Option(help="Connections that tell fixes.", min=1, max=256)
    ] = 32,
    streams: Annotated[int, typer.Option(help="Streams that watch.", min=1, max=20_000)] = 5_000,
    rate: Annotated[
        float, typer.Option(help="Fixes a second that pour in.", min=1, max=1_000_000)
    ] = 10_000,
    points: Annotated[
        int, typer.Option(help="Positions over which reports are asked.", min=1)
    ] = 1_000_000,
    processes: Annotated[int, typer.Option(help="Processes of the server.", min=1, max=64)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take fixes in, tell them to those who watch, report of a day; and geofences.

    In databases made for it, with the areas, grids and workers of the one that is loaded. 100
    million positions take 31 GB and ten minutes or more; if they have no room, fewer are filled in.

    Example: gis-gov bench patrols --home ~/panyu --seconds 60 --points 100000000
    """
    settings = settings_from(home=home)
    with loaded_ground(settings, "bench patrols") as ground:
        ground.show("making a database", None)
        with patrol_database(ground.url) as (url, workers):
            ground.show("simulating phones", None)
            late = late_fixes(url)
            if not late.phones:
                raise CommandError("there are no workers; load some: gis-gov up, gis-gov load")
            pace = Pace(rate, seconds, connections)
            with _served(ground, url, processes, "gateway") as (port, key):
                to = (port, key, workers)
                watched = uvloop.run(measure_watching(*to, streams, seconds, ground.show))
                told = (url, *to, late.batches)
                taken = uvloop.run(measure_taking(*told, seconds, connections, ground.show))
                poured = uvloop.run(measure_pouring(*told, streams, pace, ground.show))
        fences, alarms = _fences(ground, seconds)
        filled, reports = _reports(ground, points, processes)
    measured = PatrolsMeasured(taken, watched, poured, filled, reports, fences, alarms)
    ground.tell(
        {
            "seconds": seconds,
            "connections": connections,
            "processes": processes,
            "workers": len(workers),
            "simulated": late.as_json(),
            **measured.as_json(),
        },
        lambda console, about: print_patrols(console, about, measured),
        as_json=as_json,
    )


def _fences(ground: Ground, seconds: float) -> tuple[list[FencesMeasured], AlarmsMeasured]:
    """Let workers go about where nobody did as yet."""
    ground.show("geofences", None)
    with patrol_database(ground.url) as (url, _), walking(url) as on:
        stored = uvloop.run(measure_crossings(url, on, seconds))
        alarms = uvloop.run(measure_alarms(url, on, seconds))
    return [*measure_fences(seconds), *stored], alarms


def _reports(ground: Ground, points: int, processes: int) -> tuple[Filled, list[Report]]:
    """Fill a database, and ask for reports of its last day."""
    with patrol_database(ground.url) as (url, _):
        filled = fill(url, ground.folder, points, ground.show)
        with _served(ground, url, processes) as (port, key):
            reports = uvloop.run(measure_reports(url, port, key, filled.last, TIMES, ground.show))
    return filled, reports


@contextmanager
def _served(
    ground: Ground, url: str, processes: int, *more_roles: str
) -> Generator[tuple[int, str]]:
    """Serve a database; give the port, and a key."""
    log = ground.folder / "gis_gov.log"
    with (
        our_server(url, ground.folder, log, processes=processes) as port,
        bench_key(url, *more_roles) as key,
    ):
        yield port, key

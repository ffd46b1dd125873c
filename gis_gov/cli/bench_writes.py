"""`gis-gov bench writes`."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Annotated

import psycopg
import typer
import uvloop

from gis_gov.bench.edits import writing
from gis_gov.bench.key import bench_key
from gis_gov.bench.servers import our_server
from gis_gov.bench.table import print_visible
from gis_gov.bench.visible import Meanwhile, Servers, Shown, asked_meanwhile, measure_visible
from gis_gov.bench.visible_things import Place, visible_things
from gis_gov.bench.visible_ways import ByApi, ByLoader, BySql
from gis_gov.cli.bench_speed import WithWrites
from gis_gov.cli.ground import Ground, loaded_ground
from gis_gov.cli.options import AsJson, Home, settings_from

LOG = "gis_gov.log"
ROLES = ("editor", "boundary_administrator")


def writes(
    *,
    home: Home = None,
    times: Annotated[
        int, typer.Option(help="Writes to wait for, by each way.", min=1, max=10_000)
    ] = 100,
    concurrency: Annotated[
        int, typer.Option(help="Questions asked all the time meanwhile.", min=0, max=64)
    ] = 0,
    with_writes: WithWrites = False,
    as_json: AsJson = False,
) -> None:
    """Measure how long after a write two server processes show it.

    Things are moved in the fullest tile by psql, by the API and by the loader in turns.

    Example: gis-gov bench writes --home ~/panyu --times 200 --concurrency 16 --with-writes
    """
    settings = settings_from(home=home)
    with loaded_ground(settings, "bench writes") as ground, ExitStack() as stack:
        asked_about = ground.places()
        url, log = ground.url, ground.folder / LOG
        things = stack.enter_context(visible_things(url))
        ports = [stack.enter_context(our_server(url, settings.home, log)) for _ in range(2)]
        servers = Servers(ports, stack.enter_context(bench_key(url, *ROLES)))
        written = stack.enter_context(writing(url, settings.home)) if with_writes else None
        shown, meanwhile = uvloop.run(
            _measure(ground, servers, things, times, (asked_about, concurrency))
        )
    ground.tell(
        {
            "shown": [each.as_json() for each in shown],
            "meanwhile": meanwhile.as_json(),
            "written": written and written.as_json(),
        },
        lambda console, about: print_visible(console, about, shown),
        as_json=as_json,
    )


async def _measure(
    ground: Ground,
    servers: Servers,
    things: Sequence[Place],
    times: int,
    asked: tuple[Sequence[tuple[float, float]], int],
) -> tuple[list[Shown], Meanwhile]:
    with psycopg.connect(ground.url, autocommit=True) as conn:
        ways = (
            BySql(conn),
            ByApi(servers.ports, servers.key),
            ByLoader(conn, ground.folder),
        )
        async with asked_meanwhile(servers, *asked) as meanwhile:
            shown = await measure_visible(servers, ways, things, times, ground.show)
    return shown, meanwhile

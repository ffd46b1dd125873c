"""The HTTP application: lifespan, middleware, routers. Nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

from gis_gov import __version__, health, openapi, problems
from gis_gov.access import described
from gis_gov.access.anchor import anchors_of
from gis_gov.access.audit import AuditLog
from gis_gov.access.audited import refuse_unaudited
from gis_gov.access.key_register import CHANNEL, admit_server
from gis_gov.access.keyring import load_sealer
from gis_gov.access.memory import ActorMemory
from gis_gov.access.passwords import Passwords
from gis_gov.access.permit import refuse_undeclared
from gis_gov.accounts import oidc_routes as oidc
from gis_gov.accounts import routes as accounts
from gis_gov.accounts import session_routes as sessions
from gis_gov.accounts.oidc_provider import provider_of
from gis_gov.affected import routes as affected
from gis_gov.api import check_parameters
from gis_gov.areas import routes as areas
from gis_gov.areas.place_memory import PlaceMemory
from gis_gov.auditing import routes as auditing
from gis_gov.body import MEGABYTE
from gis_gov.cancellation import end
from gis_gov.changes.count_version import CountVersion
from gis_gov.changes.feed import CHANNEL as CHANGES
from gis_gov.changes.feed import ChangeFeed
from gis_gov.codings import Compress
from gis_gov.counting.answers import AnswerMemory
from gis_gov.dashboard import routes as dashboard
from gis_gov.db.cells import CellFiller
from gis_gov.db.notify import Listener
from gis_gov.db.pool import Pool
from gis_gov.direct_route import DirectRoutes
from gis_gov.finishing import Finishing
from gis_gov.guards import install as guards
from gis_gov.heatmaps import change_routes as heatmap_changes
from gis_gov.heatmaps import density_routes as densities
from gis_gov.heatmaps import hotspot_routes as hotspots
from gis_gov.heatmaps import routes as heatmaps
from gis_gov.heatmaps import tilejson_routes as heat_layers
from gis_gov.live import routes as live
from gis_gov.live.hub import LiveHub
from gis_gov.ogc import allow_routes as allowing
from gis_gov.ogc import described as lists
from gis_gov.ogc import item_routes as items
from gis_gov.ogc import routes as ogc
from gis_gov.ogc import tile_routes, tileset_routes
from gis_gov.ogc import write_routes as writes
from gis_gov.patrols.line_keeper import LineKeeper
from gis_gov.registry import person_routes as persons
from gis_gov.registry import routes as registry
from gis_gov.resources import routes as resources
from gis_gov.resources.memory import ResourceMemory
from gis_gov.settings import Settings
from gis_gov.state import State
from gis_gov.statistics import autocorrelation_routes as autocorrelations
from gis_gov.statistics import breakdown_routes as breakdowns
from gis_gov.statistics import polygon_routes as polygons
from gis_gov.statistics import routes as statistics
from gis_gov.stopping import told_to_stop
from gis_gov.tiles import routes as tiles
from gis_gov.tiles.memory import TileMemory

ASKED_OFTEN = (tile_routes, areas, resources)
"""Their direct routes are asked for thousands of times a second, and stand before all routers."""

# Routes are looked for in this order: what is asked for most goes first.
FEATURES = (
    *ASKED_OFTEN,
    health,
    live,
    registry,
    persons,
    affected,
    heat_layers,
    heatmaps,
    heatmap_changes,
    hotspots,
    densities,
    statistics,
    breakdowns,
    autocorrelations,
    polygons,
    tiles,
    tileset_routes,
    ogc,
    items,
    writes,
    allowing,
    auditing,
    sessions,
    oidc,
    accounts,
    dashboard,
)
ROUTERS = tuple(feature.router for feature in FEATURES)
DESCRIPTION = "Grids, addresses, people, events and patrols of a district on a map."


def create_app(settings: Settings) -> FastAPI:
    """Make the application of one process; `settings.database_url` must be set."""
    app = FastAPI(
        title="gis_gov",
        summary="The map engine of grassroots governance",
        description=DESCRIPTION,
        version=__version__,
        lifespan=partial(_lifespan, settings),
        routes=_routes(),
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Compress)
    guards.install(app, settings)
    problems.install(app)
    openapi.install(app)
    lists.install(app)
    described.install(app, ROUTERS)
    refuse_undeclared(ROUTERS)
    refuse_unaudited(ROUTERS)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Make the routes of all applications of this process: FastAPI takes 0.1 s to work them out."""
    together = APIRouter(dependencies=[Depends(check_parameters)], responses=openapi.ANY_PROBLEM)
    for router in ROUTERS:
        together.include_router(router)
    often = (route for feature in ASKED_OFTEN for route in feature.router.routes)
    return [DirectRoutes(often), *together.routes]


@asynccontextmanager
async def _lifespan(settings: Settings, app: FastAPI) -> AsyncGenerator[None]:
    """Hold what a process works with while it serves."""
    url = settings.served_url
    if url is None:
        raise ValueError("settings.database_url is not set")
    sealer = load_sealer(settings)
    pool = Pool(url, settings)
    listener = Listener(url)
    places = PlaceMemory(pool, listener.session)
    actors = ActorMemory(pool, listener.session, settings)
    changes = ChangeFeed(pool, settings.changes_kept_h, listener.session)
    kept_resources = ResourceMemory(pool, changes)
    changes.subscribe(kept_resources.follow)
    hub = LiveHub(changes, pool, listener.session, sealer, settings)
    actors.subscribe(hub.doubt)
    listener.on("access", actors.hear)
    listener.on(CHANNEL, sealer.hear)
    listener.on("boundaries", places.hear)
    listener.on("boundaries", actors.forget)
    listener.on("cell_missing", CellFiller(pool))
    listener.on(CHANGES, changes.hear)
    await admit_server(url, sealer)
    async with (
        pool,
        AuditLog(url, settings, anchors_of(settings, sealer)) as audit,
        provider_of(settings) as provider,
        Finishing() as finishing,
    ):
        app.state.gis_gov = State(
            settings=settings,
            pool=pool,
            listener=listener,
            places=places,
            actors=actors,
            sealer=sealer,
            audit=audit,
            passwords=Passwords(),
            finishing=finishing,
            oidc=provider,
            changes=changes,
            live=hub,
            resources=kept_resources,
            tiles=TileMemory(changes, int(settings.tile_memory_mb * MEGABYTE)),
            answers=AnswerMemory(
                CountVersion(pool, listener.session), int(settings.answer_memory_mb * MEGABYTE)
            ),
        )
        tasks = (
            places.run(),
            listener.run(),
            changes.run(),
            kept_resources.run(),
            LineKeeper(pool).run(),
        )
        running = [asyncio.create_task(task) for task in tasks]
        with told_to_stop(hub.close):
            yield
        hub.close()
        for task in running:
            await end(task)

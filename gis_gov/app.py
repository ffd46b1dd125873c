"""The HTTP application: lifespan, middleware, routers. Nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from gis_gov import __version__, health, openapi, problems
from gis_gov.access import described
from gis_gov.access.audited import refuse_unaudited
from gis_gov.access.permit import refuse_undeclared
from gis_gov.access.purpose import check_purpose
from gis_gov.accounts import oidc_routes as oidc
from gis_gov.accounts import routes as accounts
from gis_gov.accounts import session_routes as sessions
from gis_gov.affected import routes as affected
from gis_gov.api import check_parameters
from gis_gov.areas import routes as areas
from gis_gov.auditing import routes as auditing
from gis_gov.cancellation import end
from gis_gov.codings import Compress
from gis_gov.dashboard import routes as dashboard
from gis_gov.direct_route import DirectRoutes
from gis_gov.duties import calendar_routes as calendars
from gis_gov.duties import rule_routes as rules
from gis_gov.duties import task_routes as tasks
from gis_gov.fences import alarm_routes as alarms
from gis_gov.fences import crossing_routes as crossings
from gis_gov.fences import fence_routes as fences
from gis_gov.gateway import osmand_routes as osmand
from gis_gov.guards import install as guards
from gis_gov.heatmaps import change_routes as heatmap_changes
from gis_gov.heatmaps import density_routes as densities
from gis_gov.heatmaps import hexagon_tile_routes as hexagon_tiles
from gis_gov.heatmaps import hotspot_routes as hotspots
from gis_gov.heatmaps import routes as heatmaps
from gis_gov.heatmaps import tilejson_routes as heat_layers
from gis_gov.live import routes as live
from gis_gov.live.socket import LiveSocket
from gis_gov.natural_key import SlashesInside
from gis_gov.ogc import allow_routes as allowing
from gis_gov.ogc import described as lists
from gis_gov.ogc import item_routes as items
from gis_gov.ogc import routes as ogc
from gis_gov.ogc import tile_routes, tileset_routes
from gis_gov.ogc import write_routes as writes
from gis_gov.patrols import coverage_routes as coverage
from gis_gov.patrols import passing_routes as passing
from gis_gov.patrols import patrol_routes as patrols
from gis_gov.patrols import playback_routes as playing
from gis_gov.patrols import position_routes as positions
from gis_gov.patrols import ranking_routes as rankings
from gis_gov.patrols import record_routes as records
from gis_gov.patrols import start_routes as starts
from gis_gov.patrols import summary_routes as summaries
from gis_gov.patrols import worker_routes as workers
from gis_gov.patrols.shifts import routes as shifts
from gis_gov.process import keepers_of, opened
from gis_gov.registry import person_routes as persons
from gis_gov.registry import routes as registry
from gis_gov.resources import along_routes as along
from gis_gov.resources import event_routes as around_events
from gis_gov.resources import routes as resources
from gis_gov.settings import Settings
from gis_gov.statistics import autocorrelation_routes as autocorrelations
from gis_gov.statistics import breakdown_routes as breakdowns
from gis_gov.statistics import polygon_routes as polygons
from gis_gov.statistics import routes as statistics
from gis_gov.stopping import told_to_stop
from gis_gov.tiles import routes as tiles
from gis_gov.tiles import style_assets

ASKED_OFTEN = (tile_routes, areas, resources)
"""Their direct routes are asked for thousands of times a second, and stand before all routers."""

# Routes are looked for in this order: what is asked for most goes first.
FEATURES = (
    *ASKED_OFTEN,
    around_events,
    health,
    live,
    positions,
    osmand,
    summaries,
    rankings,
    patrols,
    records,
    starts,
    fences,
    shifts,
    workers,
    playing,
    passing,
    coverage,
    along,
    crossings,
    alarms,
    tasks,
    rules,
    calendars,
    registry,
    persons,
    affected,
    heat_layers,
    heatmaps,
    heatmap_changes,
    hotspots,
    densities,
    hexagon_tiles,
    statistics,
    breakdowns,
    autocorrelations,
    polygons,
    tiles,
    style_assets,
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
    app.add_middleware(SlashesInside)
    app.add_middleware(Compress)
    guards.install(app, settings)
    # Before them: what opens a WebSocket passes them as the request that it is.
    app.user_middleware.insert(0, Middleware(LiveSocket))
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
    together = APIRouter(
        dependencies=[Depends(check_parameters), Depends(check_purpose)],
        responses=openapi.ANY_PROBLEM,
    )
    for router in ROUTERS:
        together.include_router(router)
    often = (route for feature in ASKED_OFTEN for route in feature.router.routes)
    return [DirectRoutes(often), *together.routes]


@asynccontextmanager
async def _lifespan(settings: Settings, app: FastAPI) -> AsyncGenerator[None]:
    """Hold what a process works with while it serves."""
    async with opened(settings) as state:
        app.state.gis_gov = state
        running = [asyncio.create_task(each) for each in keepers_of(state)]
        with told_to_stop(state.live.close):
            yield
        state.live.close()
        for task in running:
            await end(task)

"""What only `gis-gov bench guards` serves: an empty answer, behind all guards or none.

Both applications are built here, of the parts that the real one is built of: nothing has to be
switched off in that.
"""

from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response

from gis_gov import health, problems
from gis_gov.access.audited import Recorder, audited
from gis_gov.access.entry import Entry
from gis_gov.access.permit import may
from gis_gov.api import check_parameters
from gis_gov.app import create_app
from gis_gov.codings import Compress
from gis_gov.guards import install as guards
from gis_gov.settings import Settings

AUDITED, COUNTED, UNAUDITED = "/empty/audited", "/empty/counted", "/empty/unaudited"

router = APIRouter()


@router.get(AUDITED, dependencies=[may(), audited("bench.read")])
async def answer_audited() -> Response:
    """Answer nothing to who is signed in, and write each down."""
    return Response()


@router.get(COUNTED, dependencies=[may()])
async def answer_counted(record: Recorder) -> Response:
    """Answer nothing to who is signed in, and write that down once a minute, as for tiles."""
    await record.repeated(Entry("bench.read", "ok", "empty"))
    return Response()


@router.get(UNAUDITED, dependencies=[may()])
async def answer_unaudited() -> Response:
    """Answer nothing to who is signed in."""
    return Response()


def guarded() -> FastAPI:
    """Make the application with all guards."""
    settings = Settings()
    app = unguarded()
    guards.install(app, settings)
    return app


def unguarded() -> FastAPI:
    """Make the application without the guards; who asks is found out all the same."""
    whole = create_app(Settings())
    app = FastAPI(lifespan=whole.router.lifespan_context, dependencies=[Depends(check_parameters)])
    app.add_middleware(Compress)
    problems.install(app)
    app.include_router(router)
    app.include_router(health.router)
    return app

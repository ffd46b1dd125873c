"""Whether the process lives, whether it can serve, and its metrics."""

from typing import Literal

import psycopg
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from gis_gov.access.permissions import Permission
from gis_gov.access.permit import anyone, may
from gis_gov.api import AppState
from gis_gov.db.scope import NOTHING
from gis_gov.direct_route import direct_get
from gis_gov.media import JSON
from gis_gov.problems import Unavailable

router = APIRouter(tags=["operations"])

METRICS_EXAMPLE = "# TYPE process_open_fds gauge\nprocess_open_fds 31.0\n"


class Health(BaseModel):
    """The state of the process."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "ok"}})

    status: Literal["ok"] = "ok"


_WELL = Health().model_dump_json()


@direct_get(
    router,
    "/healthz",
    summary="Whether the process lives",
    response_model=Health,
    dependencies=[anyone],
)
async def healthz() -> Response:
    """Answer as soon as the process runs; asks nothing of the database."""
    return Response(_WELL, media_type=JSON)


@router.get("/readyz", summary="Whether the process can serve", dependencies=[anyone])
async def readyz(state: AppState) -> Health:
    """Answer when the database does and its announcements are heard; else a 503 problem."""
    try:
        async with state.pool.connection(NOTHING, timeout_s=2) as conn:
            await conn.execute("select 1")
    except (psycopg.Error, PoolTimeout):
        raise Unavailable("The database does not answer.") from None
    if not state.listener.connected.is_set():
        raise Unavailable("The database's announcements are not heard yet.")
    return Health()


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"example": METRICS_EXAMPLE}}}},
    dependencies=[may(Permission.METRICS_READ)],
)
async def metrics() -> Response:
    """Answer this process's metrics in Prometheus's text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

"""How workers stand is told."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.problems import NotAllowed
from gis_gov.api import PRIVATE, AppState, Conn
from gis_gov.areas.service import place_of_code
from gis_gov.days import utc_now
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.patrols.standing import Standing, StandingLimits, limits_of, standing
from gis_gov.patrols.worker_queries import WorkerRow, read_workers
from gis_gov.patrols.worker_schemas import WorkersTold
from gis_gov.problems import InvalidRequest, NotFound

router = APIRouter(tags=["patrols"])


@router.get(
    "/workers",
    summary="How workers stand",
    response_class=JSONResponse,
    response_model=WorkersTold,
    responses=problems(InvalidRequest, NotFound, NotAllowed, BadPageToken),
)
async def workers(
    state: AppState,
    conn: Conn,
    record: Recorder,
    actor: Annotated[Actor, may(Permission.WORKER_READ)],
    page: Paged,
    within: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of the area that employs them, or of a grid of theirs",
            examples=["990101001001"],
        ),
    ] = None,
    stands: Annotated[Standing | None, Query(description="Only those who stand like that")] = None,
) -> Response:
    """Tell where workers were last, how long ago, and how they stand: the gravest that is true."""
    area_ids, grid_id = None, None
    if within is not None:
        place = await place_of_code(conn, within)
        if place is None:
            raise NotFound("query.within: there is no area and no grid of that code")
        area_ids, grid_id = (None, place.grid_id) if place.path is None else (place.areas, None)
    rows = await read_workers(conn, actor, area_ids, grid_id)
    now, limits = utc_now(), limits_of(state.settings)
    is_everywhere = actor.reach(Permission.TRACK_READ).everywhere
    told = [_told(row, now, limits, is_everywhere=is_everywhere) for row in rows]
    counts = Counter(each["standing"] for each in told)
    chosen = [each for each in told if stands is None or each["standing"] == stands]
    after = page.after(str)
    left = [each for each in chosen if after is None or each["code"] > after]
    shown, following = page.cut(left[: page.limit + 1], lambda each: each["code"])
    parameters = sorted({name for name, _ in page.filters})
    detail = {"parameters": parameters, "codes": [each["code"] for each in shown]}
    await record(Entry("worker.list", "ok", "worker", within, detail=detail))
    answer = {
        "workers": shown,
        "counts": {str(each): counts[each] for each in Standing},
        **asdict(limits),
        "as_of": now,
        "next": following,
    }
    return Response(orjson.dumps(answer), media_type=JSON, headers=PRIVATE)


def _told(
    row: WorkerRow, now: datetime, limits: StandingLimits, *, is_everywhere: bool
) -> dict[str, Any]:
    """Tell of a worker; `is_everywhere`: who asks would know of any position of his."""
    told = asdict(row)
    is_off_shift = bool(told.pop("is_off_shift"))
    is_followed, is_outside = bool(told.pop("is_followed")), bool(told.pop("is_outside"))
    is_known = row.seen_at is not None or (is_followed and (is_off_shift or is_everywhere))
    stands = standing(
        now,
        limits,
        is_off_shift=is_off_shift,
        seen_at=row.seen_at,
        still_since=row.still_since,
        is_outside=is_outside,
    )
    return {
        **told,
        "standing": stands if is_known else None,
        "age_s": None if row.seen_at is None else (now - row.seen_at).total_seconds(),
    }

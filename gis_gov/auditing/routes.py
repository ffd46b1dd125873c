"""The audit for those who watch: searched page by page, or taken out as CSV."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may, still
from gis_gov.api import Conn, Interval
from gis_gov.auditing.queries import Filter, Row, entries, newest
from gis_gov.auditing.schemas import CSV_EXAMPLE, AuditPage
from gis_gov.auditing.writing import as_json, csv_header, csv_lines
from gis_gov.db.run import rows_of, scalar
from gis_gov.db.scope import NOTHING
from gis_gov.media import JSON
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.problems import InvalidRequest
from gis_gov.spreadsheet import BROKEN_OFF, csv_rows
from gis_gov.state import state_of

router = APIRouter(tags=["audit"])

CSV = "text/csv"
NO_STORE = {"cache-control": "no-store"}
_PIECE = 1000


async def _filter(
    interval: Interval,
    actor: Annotated[
        str | None,
        Query(max_length=200, description="Who did it", examples=["account:wang"]),
    ] = None,
    action: Annotated[
        str | None, Query(max_length=200, description="What was done", examples=["tile.read"])
    ] = None,
    object_kind: Annotated[
        str | None, Query(max_length=200, description="To what kind", examples=["persons"])
    ] = None,
    object_code: Annotated[
        str | None,
        Query(max_length=200, description="To which one, by its code", examples=["440113001"]),
    ] = None,
    result: Annotated[
        Literal["ok", "refused", "failed"] | None,
        Query(description="How it ended", examples=["refused"]),
    ] = None,
) -> Filter:
    since, until = (interval.since, interval.until) if interval else (None, None)
    return Filter(actor, action, object_kind, object_code, result, since, until)


@router.get(
    "/audit",
    summary="What was done, by whom, from where",
    response_class=JSONResponse,
    dependencies=[may(Permission.AUDIT_READ)],
    responses={
        200: {
            "description": "A page of entries, the newest first; as CSV all of them, oldest first",
            "model": AuditPage,
            "content": {CSV: {"schema": {"type": "string"}, "example": CSV_EXAMPLE}},
        },
        **problems(InvalidRequest, BadPageToken),
    },
)
async def audit(
    request: Request,
    record: Recorder,
    conn: Conn,
    wanted: Annotated[Filter, Depends(_filter)],
    page: Paged,
    f: Annotated[
        Literal["json", "csv"], Query(description="A page as JSON, or all of it as CSV")
    ] = "json",
) -> Response:
    """Answer the entries that fit all of the filters; asking for them is an entry, too.

    How a hash is made of an entry is told in the guide to operations. The CSV is UTF-8 with a
    byte-order mark, for spreadsheets, and has every entry whatever the limit.
    """
    if f == "csv":
        entry = Entry("audit.export", "ok", "audit", detail={"format": f, **wanted.told()})
        await record(entry)
        return StreamingResponse(
            _csv(request, record, wanted),
            media_type=f"{CSV}; charset=utf-8; header=present",
            headers=NO_STORE,
        )
    before = page.after(int)
    await record(Entry("audit.read", "ok", "audit", detail=wanted.told()))
    found = await rows_of(conn, Row, entries(wanted, before=before, limit=page.limit + 1))
    shown, following = page.cut(found, lambda row: row.number)
    told = {"entries": [as_json(row) for row in shown], "next": following}
    return Response(orjson.dumps(told), media_type=JSON, headers=NO_STORE)


async def _csv(request: Request, record: Recorder, wanted: Filter) -> AsyncIterator[str]:
    """Write what fits piece by piece; none holds a connection while the client reads."""
    state = state_of(request.app)
    yield csv_header()
    async with state.pool.connection(NOTHING) as conn:
        end = (await scalar(conn, newest()) or 0) + 1
    after = 0
    while True:
        query = entries(wanted, before=end, after=after, limit=_PIECE, oldest_first=True)
        async with state.pool.connection(NOTHING) as conn:
            rows = await rows_of(conn, Row, query)
        if not rows:
            return
        yield csv_lines(rows)
        after = rows[-1].number
        if await still(request, Permission.AUDIT_READ) is None:
            await record(Entry("audit.export", "refused", "audit", reason=BROKEN_OFF))
            yield csv_rows([[BROKEN_OFF]])
            return

"""The audit for those who watch: searched page by page, or taken out as CSV."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from psycopg.rows import class_row
from starlette.responses import JSONResponse, Response, StreamingResponse

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import AppState, Conn, Interval
from gis_gov.auditing.queries import Filter, Row, entries
from gis_gov.auditing.schemas import CSV_EXAMPLE, AuditPage
from gis_gov.auditing.writing import as_json, csv_header, csv_lines
from gis_gov.db.run import compiled, rows_of
from gis_gov.db.scope import NOTHING
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.problems import InvalidRequest
from gis_gov.state import State

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
    record: Recorder,
    state: AppState,
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
            _csv(state, wanted),
            media_type=f"{CSV}; charset=utf-8; header=present",
            headers=NO_STORE,
        )
    before = page.after(int)
    await record(Entry("audit.read", "ok", "audit", detail=wanted.told()))
    found = await rows_of(conn, Row, entries(wanted, before=before, limit=page.limit + 1))
    shown, following = page.cut(found, lambda row: row.number)
    told = {"entries": [as_json(row) for row in shown], "next": following}
    return Response(orjson.dumps(told), media_type="application/json", headers=NO_STORE)


async def _csv(state: State, wanted: Filter) -> AsyncIterator[str]:
    query, bound = compiled(entries(wanted, oldest_first=True))
    yield csv_header()
    async with (
        state.pool.connection(NOTHING) as conn,
        conn.transaction(),
        conn.cursor("audit_export", row_factory=class_row(Row)) as cursor,
    ):
        await cursor.execute(query, bound)
        while rows := await cursor.fetchmany(_PIECE):
            yield csv_lines(rows)

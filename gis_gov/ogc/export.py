"""All items of a collection that fit, as a file: read piece by piece, sent as they come."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import psycopg
from fastapi import Request
from psycopg_pool import PoolTimeout
from pyproj import CRS
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recording
from gis_gov.access.entry import Entry, Result
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import still
from gis_gov.access.watermark import watermark
from gis_gov.api import PRIVATE
from gis_gov.collection import Feature, Row
from gis_gov.cql.kinds import Kind
from gis_gov.cql.shapes import CRS84, Frame
from gis_gov.db.snapshot import snapshot
from gis_gov.formats.known import FORMATS
from gis_gov.formats.writer import Column, Table, Writer
from gis_gov.ogc.asked import Asked
from gis_gov.ogc.crs import in_frame
from gis_gov.ogc.reading import read_asked, sought_of
from gis_gov.problems import Problem
from gis_gov.spreadsheet import BROKEN_OFF
from gis_gov.state import state_of

Rows = Sequence[Row]
PIECE_ROWS: Final = 2_000
MARK: Final = "exported"
"""The column that tells who took the table out, and when."""


class _RightGone(Exception):
    """The right to what is being told was taken away."""


@dataclass(frozen=True, slots=True)
class Export:
    """What somebody takes out, in which CRS, and how each row is marked, if it has to be."""

    request: Request
    record: Recording
    actor: Actor
    asked: Asked
    mark: str | None


async def answer_file(
    request: Request, record: Recording, actor: Actor, asked: Asked, name: str
) -> StreamingResponse:
    """Answer all items that fit and may be taken out, whatever the limit.

    Raises:
        NotAllowed: tables may not be taken out.

    """
    format_, collection = FORMATS[name], asked.collection
    mark = None
    if collection.taken is not None:
        actor.require(Permission.EXPORT)
        mark = watermark(actor, datetime.now(UTC))
    export = Export(request, record, actor, asked, mark)
    pieces = _rows(export)
    # A filter that fails is refused before anything goes out.
    first = await anext(pieces, None)
    if mark is not None:
        await _recorded(export, "ok", format=name)
    return StreamingResponse(
        _pieces(export, format_.writer(_table(export)), first, pieces),
        media_type=format_.media_type,
        headers={
            **PRIVATE,
            "content-disposition": f'attachment; filename="{collection.name}.{format_.suffix}"',
            "content-crs": f"<{asked.told_as.uri}>",
        },
    )


def _table(export: Export) -> Table:
    asked = export.asked
    columns = [
        Column(each.name, each.kind)
        for each in asked.collection.properties
        if asked.kept is None or each.name in asked.kept
    ]
    if export.mark is not None:
        columns.append(Column(MARK, Kind.TEXT))
    crs = CRS.from_user_input(
        "OGC:CRS84" if asked.told_as.frame == CRS84 else asked.told_as.frame.datum.name
    )
    return Table(asked.collection.name, columns, crs)


async def _pieces(
    export: Export, writer: Writer, first: Rows | None, others: AsyncIterator[Rows]
) -> AsyncIterator[bytes]:
    """Write the file, as long as the rights are those of the beginning."""
    try:
        yield writer.begin()
        if first is not None:
            yield await asyncio.to_thread(_written, export, writer, first)
        async for rows in others:
            yield await asyncio.to_thread(_written, export, writer, rows)
        await _check_rights(export)
        async for piece in iterate_in_threadpool(writer.end()):
            yield piece
    except _RightGone:
        await _recorded(export, "refused", reason=BROKEN_OFF)
        yield writer.broken_off()
    except (psycopg.Error, PoolTimeout, Problem) as error:
        await _recorded(export, "failed", reason=type(error).__name__)
        raise
    finally:
        writer.close()


async def _rows(export: Export) -> AsyncIterator[Rows]:
    """Give the rows piece by piece, each of its own moment.

    One transaction for all would be as long as a client takes to read: it would hold one of a few
    connections, what vacuum may remove, and migrations, and know no right that was taken away.

    Raises:
        _RightGone: between two pieces the right was taken away.

    """
    state, asked = state_of(export.request.app), export.asked
    collection, actor = asked.collection, export.actor
    sought, last = sought_of(asked, actor), None
    if collection.taken is not None:
        sought = sought.also(collection.taken(actor))
    while True:
        async with state.pool.connection(actor.scope) as conn, snapshot(conn):
            found = await read_asked(conn, asked, sought, PIECE_ROWS, last=last, matched=None)
        if found:
            yield [each.row for each in found]
        if len(found) < PIECE_ROWS:
            return
        last = found[-1].key
        await _check_rights(export)


async def _check_rights(export: Export) -> None:
    """Refuse to go on once the rights are not those of the beginning: they decide what is told."""
    collection = export.asked.collection
    rights = [] if collection.taken is None else [Permission.EXPORT]
    again = await still(export.request, collection.right, *rights)
    if again is None or again.reaches != export.actor.reaches:
        raise _RightGone


def _written(export: Export, writer: Writer, rows: Rows) -> bytes:
    """Tell some rows, and write them; the work of a thread."""
    sealer = state_of(export.request.app).sealer
    told = (export.asked.collection.feature(export.actor, sealer, row) for row in rows)
    # Files have x before y, whatever the authority says.
    frame = replace(export.asked.told_as.frame, is_flipped=False)
    return writer.write([_marked(export, feature, frame) for feature in told])


def _marked(export: Export, feature: Feature, frame: Frame) -> Feature:
    """Tell a feature as it was asked for, and who took it out."""
    asked = export.asked
    shape = in_frame(feature["geometry"], frame) if asked.told_as.has_shapes else None
    told = feature["properties"]
    if asked.kept is not None:
        told = {name: value for name, value in told.items() if name in asked.kept}
    if export.mark is not None:
        told = {**told, MARK: export.mark}
    return {**feature, "geometry": shape, "properties": told}


async def _recorded(export: Export, result: Result, reason: str | None = None, **more: str) -> None:
    if export.mark is None:
        return
    kind = export.asked.collection.singular
    detail = {**export.asked.told, "mark": export.mark, **more}
    await export.record(Entry(f"{kind}.export", result, kind, reason=reason, detail=detail))

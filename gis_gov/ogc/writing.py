"""Create, replace, update and delete one thing of a collection, each in one transaction.

The rights are asked before and after: a thing is only written where it was and where it is put, and
only by who may see it in both places. The row policies of the database hold the same.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
from psycopg import errors

from gis_gov.access.entry import Entry, write_within
from gis_gov.access.problems import NotAllowed
from gis_gov.natural_key import RULE, is_code
from gis_gov.ogc import boundaries, changes, write_queries
from gis_gov.ogc.changes import Changes, Edit
from gis_gov.ogc.columns import changed_columns, row_of, thing_sent
from gis_gov.ogc.moving import check_nobody_opened
from gis_gov.ogc.sent import Sent
from gis_gov.ogc.single import Single
from gis_gov.ogc.terms import forget_terms, keep_terms
from gis_gov.ogc.write_queries import Held
from gis_gov.ogc.writer import Writer
from gis_gov.problems import InvalidRequest, NotFound, broken_constraint

Compare = Callable[[Edit], Changes]
Check = Callable[[str | None], None]
"""Looks at the ETag of the state that is there, None where nothing is, and may refuse to go on."""


async def create(writer: Writer, sent: Sent) -> Single:
    """Create a thing, under a code of its own where none is told.

    Raises:
        InvalidRequest: it breaks a rule.
        AlreadyThere, BrokenReference: a constraint forbids it.
        BoundaryConflict: it contradicts other boundaries.
        NotAllowed: it would lie where who writes may not.

    """
    collection, writable = writer.collection, writer.writable
    told = changes.of_new(collection, writable, sent)
    code = told.values.get("code")
    if code is None and writable.is_boundary:
        raise InvalidRequest.at("body.properties.code", "is not told: none is made up")
    code = code or f"{collection.singular}-{uuid4()}"
    if not is_code(code):
        raise InvalidRequest.at("body.properties.code", f"is no code: {RULE}")
    one = await thing_sent(writer, code, told, sent, is_known=False)
    code = one.columns["code"]
    async with _transaction(writer):
        row = await row_of(writer, one.columns, one.references)
        if writable.is_boundary:
            await boundaries.settle(writer.conn, writable, writer.actor, code, row, is_new=True)
        await write_queries.insert_row(writer.conn, writable, row)
        await _keep_terms(writer, code, told)
        made = await _written(writer, code)
        await _put_on_record(writer, "create", code, told)
    return made


async def change(writer: Writer, code: str, sent: Sent, compare: Compare, check: Check) -> Single:
    """Replace or update a thing, as `compare` says what changes; `check` looks at its state.

    Raises:
        NotFound: there is none, or it is not his to see.
        NotAllowed: he may not write it, or not put it there, or not overwrite what he can't see.
        InvalidRequest: it breaks a rule.
        AlreadyThere, BrokenReference: a constraint forbids it.

    """
    async with _transaction(writer, moves="geometry" in sent.members):
        held, current = await _hold(writer, code, check)
        edit = Edit(writer.collection, writer.writable, writer.actor, current.feature, held, sent)
        told = compare(edit)
        row = await changed_columns(writer, code, told, sent)
        if not told.names:
            await _put_read_on_record(writer, code)
            return current
        if row and writer.writable.is_boundary:
            await boundaries.settle(
                writer.conn, writer.writable, writer.actor, code, row, is_new=False
            )
        if row:
            await write_queries.update_row(writer.conn, writer.writable, code, row)
        await _keep_terms(writer, code, told)
        made = await _written(writer, code)
        _check_nothing_opened(writer, current, made, told)
        if told.is_moved and writer.writable.table.name == "address":
            await check_nobody_opened(writer.conn, writer.actor, code, held)
        await _put_on_record(writer, "update", code, told)
    return made


async def delete(writer: Writer, code: str, check: Check) -> None:
    """Delete a thing; `check` looks at its state.

    Raises:
        NotFound: there is none, or it is not his to see.
        NotAllowed: he may not write it.
        BrokenReference: something still refers to it.

    """
    async with _transaction(writer):
        await _hold(writer, code, check, deleting=True)
        if writer.writable.terms:
            await forget_terms(writer.conn, code)
        if writer.writable.is_boundary:
            await boundaries.check_deletion(writer.conn, writer.writable, writer.actor, code)
        await write_queries.delete_row(writer.conn, writer.writable, code)
        await _put_on_record(writer, "delete", code, None)


@asynccontextmanager
async def _transaction(writer: Writer, *, moves: bool = False) -> AsyncIterator[None]:
    try:
        async with writer.conn.transaction():
            await write_queries.await_others(writer.conn, writer.writable, moves=moves)
            yield
    except errors.InsufficientPrivilege:
        raise _out_of_reach(writer) from None
    except psycopg.IntegrityError as error:
        problem = broken_constraint(error)
        if problem is None:
            raise
        raise problem from None


async def _hold(
    writer: Writer, code: str, check: Check, *, deleting: bool = False
) -> tuple[Held, Single]:
    """Lock a thing, and return it as it is once nobody else writes it."""
    held = await write_queries.lock(
        writer.conn, writer.writable, writer.actor, code, deleting=deleting
    )
    current = await writer.read(code)
    if current is None:
        check(None)
        raise NotFound("There is no such item, or it is not yours to see.")
    if held is None:
        raise _out_of_reach(writer)
    check(current.etag)
    return held, current


def _check_nothing_opened(writer: Writer, before: Single, after: Single, told: Changes) -> None:
    """Refuse who would see, where he puts a thing, what was masked for him where it was."""
    masked, still_masked = (
        set(each.feature["properties"].get("masked", ())) for each in (before, after)
    )
    for name in sorted((masked & writer.writable.masked.keys()) - still_masked - told.changed):
        right = writer.writable.masked[name]
        raise NotAllowed(
            f"{name} is masked for you, and would not be there: {right} is needed.",
            right=str(right),
        )


async def _keep_terms(writer: Writer, code: str, told: Changes) -> None:
    name = writer.writable.terms
    if name and name in told.changed:
        await keep_terms(writer.conn, writer.actor, code, told.values[name])


async def _written(writer: Writer, code: str) -> Single:
    """Return what was written, as far as it lies where it may."""
    made = await writer.read(code)
    if made is None or not await write_queries.may_write(
        writer.conn, writer.writable, writer.actor, code
    ):
        raise _out_of_reach(writer)
    return made


async def _put_on_record(writer: Writer, verb: str, code: str, told: Changes | None) -> None:
    kind = writer.collection.singular
    detail = None if told is None else {"properties": told.names}
    entry = Entry(f"{kind}.{verb}", "ok", kind, code, detail=detail)
    await write_within(writer.conn, entry, actor=writer.actor.name, client=writer.client)


async def _put_read_on_record(writer: Writer, code: str) -> None:
    """Record that who changed nothing was told what is there."""
    if writer.collection.personal:
        kind = writer.collection.singular
        entry = Entry(f"{kind}.read", "ok", kind, code)
        await write_within(writer.conn, entry, actor=writer.actor.name, client=writer.client)


def _out_of_reach(writer: Writer) -> NotAllowed:
    right = writer.writable.right
    return NotAllowed(f"It lies, or would lie, where you have not {right}.", right=str(right))

"""The items of the collections are created, replaced, updated and deleted (Features, part 4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audit import client_of
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.refusals import REFUSALS
from gis_gov.api import PRIVATE, AppState, GeoJsonResponse
from gis_gov.collection import Collection
from gis_gov.media import GEOJSON, JSON
from gis_gov.ogc import changes, writing
from gis_gov.ogc.allow_routes import ITEM, ITEMS, READING
from gis_gov.ogc.asked import MapReader, Name
from gis_gov.ogc.boundaries import BoundaryConflict, StillUsed
from gis_gov.ogc.crs import CRS84_URI, UnknownCrs
from gis_gov.ogc.examples import ITEM_SENT
from gis_gov.ogc.item_routes import Code
from gis_gov.ogc.links import base_of
from gis_gov.ogc.registered import UnknownCollection, collection_named
from gis_gov.ogc.schemas import Item
from gis_gov.ogc.sent import MERGE_PATCH, Sent, SentFeature, SentPatch
from gis_gov.ogc.single import Single
from gis_gov.ogc.writable import WRITABLE, Writable
from gis_gov.ogc.writer import Writer
from gis_gov.openapi import problems
from gis_gov.preconditions import (
    PreconditionFailed,
    PreconditionNeeded,
    check_matches,
    check_says_state,
)
from gis_gov.problems import (
    AlreadyThere,
    BrokenReference,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    RuleBroken,
    TooLarge,
    UnsupportedMedia,
    ValueMissing,
)
from gis_gov.state import State

router = APIRouter(tags=["collections"])

_OF_ALL = (InvalidRequest, NotAllowed, UnknownCollection, MethodNotAllowed)
_OF_BODIES = (
    UnknownCrs,
    RuleBroken,
    ValueMissing,
    AlreadyThere,
    BrokenReference,
    BoundaryConflict,
    UnsupportedMedia,
    TooLarge,
)


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


_IF_MATCH: Final = _header("If-Match", "The ETag of the state that is meant", "*")


def _body(*media_types: str, more: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    content = {name: {"schema": {"type": "object"}, "example": ITEM_SENT} for name in media_types}
    headers = [
        _header(
            "Content-Crs",
            "URI of the CRS of the coordinates, in angle brackets",
            f"<{CRS84_URI}>",
        ),
        _header("Prefer", "`return=minimal`: answer without the feature", "return=minimal"),
        *more,
    ]
    return {"requestBody": {"required": True, "content": content}, "parameters": headers}


@router.post(
    ITEMS,
    summary="Create an item of a collection",
    status_code=201,
    response_class=GeoJsonResponse,
    response_model=Item,
    responses=problems(*_OF_ALL, *_OF_BODIES),
    openapi_extra=_body(GEOJSON, JSON),
)
async def create(
    request: Request,
    state: AppState,
    record: Recorder,
    actor: MapReader,
    name: Name,
    sent: SentFeature,
) -> Response:
    """Create a feature; `schema` tells its properties, of which those that follow are ignored.

    Its code is that of `properties.code`, or one that is made. It must lie where you may write.
    """
    async with _writer(request, state, record, actor, name, "create") as writer:
        made = await writing.create(writer, sent)
    where = f"{base_of(request)}/collections/{name}/items/{quote(made.feature['id'], safe='')}"
    return _answer(made, sent, 201, {"location": where})


@router.put(
    ITEM,
    summary="Replace an item of a collection",
    response_class=GeoJsonResponse,
    response_model=Item,
    responses={
        204: {"description": "Replaced, as was asked for without an answer"},
        **problems(*_OF_ALL, *_OF_BODIES, NotFound, PreconditionFailed, PreconditionNeeded),
    },
    openapi_extra=_body(GEOJSON, JSON, more=(_IF_MATCH,)),
)
async def replace(
    request: Request,
    state: AppState,
    record: Recorder,
    actor: MapReader,
    name: Name,
    code: Code,
    sent: SentFeature,
) -> Response:
    """Replace a feature by what is sent; what that leaves out is emptied.

    What is masked for you stays as it is; to send another value for it is refused.
    """
    check = partial(_check_state, request, must_say=True)
    async with _writer(request, state, record, actor, name, "update", code) as writer:
        made = await writing.change(writer, code, sent, changes.of_replacement, check)
    return _answer(made, sent, 200)


@router.patch(
    ITEM,
    summary="Update an item of a collection",
    response_class=GeoJsonResponse,
    response_model=Item,
    responses={
        204: {"description": "Updated, as was asked for without an answer"},
        **problems(*_OF_ALL, *_OF_BODIES, NotFound, PreconditionFailed, PreconditionNeeded),
    },
    openapi_extra=_body(MERGE_PATCH, GEOJSON, JSON, more=(_IF_MATCH,)),
)
async def update(
    request: Request,
    state: AppState,
    record: Recorder,
    actor: MapReader,
    name: Name,
    code: Code,
    sent: SentPatch,
) -> Response:
    """Change what a merge patch (RFC 7396) of the GeoJSON feature names, and nothing else.

    Without `If-Match` what another has written to the same property meanwhile is overwritten.
    """
    check = partial(_check_state, request, must_say=state.settings.writes_say_state)
    async with _writer(request, state, record, actor, name, "update", code) as writer:
        made = await writing.change(writer, code, sent, changes.of_patch, check)
    return _answer(made, sent, 200)


@router.delete(
    ITEM,
    summary="Delete an item of a collection",
    status_code=204,
    responses=problems(
        *_OF_ALL, NotFound, BrokenReference, StillUsed, PreconditionFailed, PreconditionNeeded
    ),
    openapi_extra={"parameters": [_IF_MATCH]},
)
async def delete(
    request: Request,
    state: AppState,
    record: Recorder,
    actor: MapReader,
    name: Name,
    code: Code,
) -> None:
    """Delete a feature to which nothing refers."""
    check = partial(_check_state, request, must_say=state.settings.writes_say_state)
    async with _writer(request, state, record, actor, name, "delete", code) as writer:
        await writing.delete(writer, code, check)


def _check_state(request: Request, etag: str | None, *, must_say: bool) -> None:
    if must_say:
        check_says_state(request, etag)
    check_matches(request, etag)


@asynccontextmanager
async def _writer(
    request: Request,
    state: State,
    record: Recorder,
    actor: Actor,
    name: str,
    verb: str,
    code: str | None = None,
) -> AsyncIterator[Writer]:
    """Give out what writes to a collection, and put on record what comes to nothing."""
    collection = collection_named(name, actor)
    writable = _writable(collection)
    actor.require(writable.right)
    try:
        async with state.pool.connection(actor.scope) as conn:
            yield Writer(conn, collection, writable, actor, state.sealer, client_of(request))
        if writable.is_boundary:
            await state.actors.forget("")  # where rights reach follows the tree of areas
    except Problem as problem:
        # Refusals of rights are recorded where they are answered.
        if problem.status not in REFUSALS and problem.status < 500:
            kind = collection.singular
            result = "refused" if problem.status == 404 else "failed"
            await record(Entry(f"{kind}.{verb}", result, kind, code, problem.slug))
        raise


def _writable(collection: Collection) -> Writable:
    found = WRITABLE.get(collection.name)
    if found is None:
        listed = ", ".join(WRITABLE)
        problem = MethodNotAllowed(f"{collection.name} are for reading; written are {listed}.")
        problem.allowed = ", ".join(READING)
        raise problem
    return found


def _answer(
    made: Single, sent: Sent, status: int, headers: dict[str, str] | None = None
) -> Response:
    told = {**PRIVATE, "etag": made.etag, **(headers or {})}
    if sent.minimal:
        told["preference-applied"] = "return=minimal"
        return Response(status_code=204 if status == 200 else status, headers=told)
    told["content-crs"] = f"<{CRS84_URI}>"
    return GeoJsonResponse(made.feature, status_code=status, headers=told)

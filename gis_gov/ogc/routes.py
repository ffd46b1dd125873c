"""The OGC API itself: the classes that are met, the collections, what filters may name."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from gis_gov.access.permissions import Permission
from gis_gov.access.permit import anyone, may
from gis_gov.api import Conn
from gis_gov.areas.service import district_extent
from gis_gov.ogc.asked import MapReader, Name
from gis_gov.ogc.examples import QUERYABLES
from gis_gov.ogc.links import JSON, SCHEMA, base_of
from gis_gov.ogc.registered import UnknownCollection, collection_named, readable
from gis_gov.ogc.schemas import CollectionDocument, Collections, Conformance
from gis_gov.ogc.service import (
    CONFORMANCE,
    collection_document,
    collections_document,
    queryables_document,
)
from gis_gov.openapi import problems

# Whoever asks sees the collections of his rights.
PRIVATE = {"cache-control": "private, no-cache"}


async def _format(
    f: Annotated[Literal["json"], Query(description="JSON is what there is")] = "json",
) -> str:
    return f


router = APIRouter(tags=["collections"], dependencies=[Depends(_format)])


def _json(document: Any, media_type: str = JSON) -> Response:
    return Response(orjson.dumps(document), media_type=media_type, headers=PRIVATE)


@router.get(
    "/conformance",
    summary="The classes of the standards that are met",
    response_model=Conformance,
    dependencies=[anyone],
)
async def conformance() -> Response:
    """Answer the conformance classes of OGC API Features and CQL2 that this server meets."""
    return _json({"conformsTo": CONFORMANCE})


@router.get(
    "/collections",
    summary="The collections that you may read",
    response_model=Collections,
    response_model_exclude_none=True,
    dependencies=[may(Permission.MAP_READ)],
)
async def collections(
    request: Request,
    conn: Conn,
    actor: MapReader,
) -> Response:
    """Answer the collections, each with its links."""
    extent = await district_extent(conn)
    return _json(collections_document(base_of(request), readable(actor), extent))


@router.get(
    "/collections/{collection}",
    summary="One collection",
    response_model=CollectionDocument,
    response_model_exclude_none=True,
    responses=problems(UnknownCollection),
)
async def collection(
    request: Request,
    conn: Conn,
    actor: MapReader,
    name: Name,
) -> Response:
    """Answer what a collection is, where it lies, and in which CRS it can be asked for."""
    found = collection_named(name, actor)
    extent = await district_extent(conn)
    return _json(collection_document(base_of(request), found, extent, alone=True))


@router.get(
    "/collections/{collection}/queryables",
    summary="What filters of a collection may name",
    responses={
        200: {"content": {SCHEMA: {"schema": {"type": "object"}, "example": QUERYABLES}}},
        **problems(UnknownCollection),
    },
    response_class=Response,
)
async def queryables(
    request: Request,
    actor: MapReader,
    name: Name,
) -> Response:
    """Answer the properties as JSON Schema; which values you may see is up to your rights."""
    return _json(queryables_document(base_of(request), collection_named(name, actor)), SCHEMA)

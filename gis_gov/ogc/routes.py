"""The OGC API itself: the classes that are met, the collections, what filters may name and call."""

from functools import lru_cache
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response

from gis_gov.access.permissions import Permission
from gis_gov.access.permit import anyone, may
from gis_gov.api import REVALIDATE, AppState
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.bbox import BBox
from gis_gov.media import HTML, JSON
from gis_gov.ogc.asked import MapReader, Name
from gis_gov.ogc.definition import with_collections
from gis_gov.ogc.examples import API, FEATURE_SCHEMA, PAGE_EXAMPLE, QUERYABLES
from gis_gov.ogc.feature_schema import SchemaType, body_schema, schema_document
from gis_gov.ogc.forms import (
    DOCUMENTS,
    PAGE,
    SCHEMAS,
    VARIES,
    DocumentForm,
    form_of,
    self_links,
)
from gis_gov.ogc.functions import FUNCTIONS as CALLABLE
from gis_gov.ogc.links import OPENAPI_3_0, SCHEMA, base_of
from gis_gov.ogc.openapi30 import downgraded
from gis_gov.ogc.pages import document_page, page
from gis_gov.ogc.queries import read_extent
from gis_gov.ogc.registered import COLLECTIONS, UnknownCollection, collection_named
from gis_gov.ogc.schemas import CollectionDocument, Collections, Conformance, Functions
from gis_gov.ogc.service import (
    CONFORMANCE,
    collection_document,
    collections_document,
    queryables_document,
)
from gis_gov.openapi import problems
from gis_gov.state import State

AS_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {HTML: {"schema": {"type": "string"}, "example": PAGE_EXAMPLE}}}
}

router = APIRouter(tags=["collections"])


def documented(example: object, media_type: str = JSON) -> dict[int | str, dict[str, Any]]:
    """Describe a document that is answered as an object of JSON or as a page."""
    content = {media_type: {"schema": {"type": "object"}, "example": example}}
    return {200: {"content": {**content, **AS_PAGE[200]["content"]}}}


def json_answer(document: Any, media_type: str = JSON) -> Response:
    """Answer a document that depends on who asks, and on the form that he accepts."""
    headers = {**REVALIDATE, **VARIES}
    return Response(orjson.dumps(document), media_type=media_type, headers=headers)


def document_answer(title: str, document: Any, form: str, media_type: str = JSON) -> Response:
    """Answer a document as a page, where that is the form, or as JSON."""
    if form == PAGE:
        return document_page(title, document, REVALIDATE)
    return json_answer(document, media_type)


@router.get(
    "/api",
    summary="The definition of the API by OpenAPI 3.0",
    responses={200: {"content": {OPENAPI_3_0: {"schema": {"type": "object"}, "example": API}}}},
    response_class=Response,
    dependencies=[anyone],
)
async def api(request: Request) -> Response:
    """Answer what /openapi.json tells, and the parameters of each collection, by OpenAPI 3.0."""
    return Response(_definition(request.app), media_type=OPENAPI_3_0)


@lru_cache(maxsize=4)
def _definition(app: FastAPI) -> bytes:
    """Make the definition once: it is the same for everybody, and takes long."""
    return orjson.dumps(with_collections(downgraded(app.openapi()), COLLECTIONS.values()))


@router.get(
    "/conformance",
    summary="The classes of the standards that are met",
    response_model=Conformance,
    responses=AS_PAGE,
    dependencies=[anyone],
)
async def conformance(form: DocumentForm) -> Response:
    """Answer the conformance classes of OGC API and CQL2 that this server meets."""
    return document_answer("符合的标准类 Conformance", {"conformsTo": CONFORMANCE}, form)


@router.get(
    "/functions",
    summary="What filters may call",
    response_model=Functions,
    responses=AS_PAGE,
    dependencies=[anyone],
)
async def functions(form: DocumentForm) -> Response:
    """Answer the functions that filters may call beyond those of CQL2 itself."""
    return document_answer("筛选函数 Functions", CALLABLE, form)


@router.get(
    "/collections",
    summary="The collections that you may read",
    response_model=Collections,
    response_model_exclude_none=True,
    responses=AS_PAGE,
    dependencies=[may(Permission.MAP_READ)],
)
async def collections(
    request: Request,
    state: AppState,
    actor: MapReader,
    form: DocumentForm,
) -> Response:
    """Answer the collections, each with its links."""
    links = self_links(request, form, DOCUMENTS)
    extent = await extent_of_all(state)
    document = collections_document(base_of(request), actor, extent, links)
    if form == PAGE:
        return page("collections", REVALIDATE, title="数据集 Collections", document=document)
    return json_answer(document)


@router.get(
    "/collections/{collection}",
    summary="One collection",
    response_model=CollectionDocument,
    response_model_exclude_none=True,
    responses={**AS_PAGE, **problems(UnknownCollection)},
)
async def collection(
    request: Request,
    state: AppState,
    actor: MapReader,
    name: Name,
    form: DocumentForm,
) -> Response:
    """Answer what a collection is, where it lies, and in which CRS it can be asked for."""
    found = collection_named(name, actor)
    links = self_links(request, form, DOCUMENTS)
    document = collection_document(
        base_of(request), found, actor, await extent_of_all(state), links
    )
    if form == PAGE:
        return page("collection", REVALIDATE, title=document["title"], document=document)
    return json_answer(document)


@router.get(
    "/collections/{collection}/queryables",
    summary="What filters of a collection may name",
    responses={**documented(QUERYABLES, SCHEMA), **problems(UnknownCollection)},
    response_class=Response,
)
async def queryables(
    request: Request,
    actor: MapReader,
    name: Name,
    f: Annotated[
        Literal["json", "html"] | None,
        Query(description="JSON Schema, or a page to read; without it, as `Accept` prefers"),
    ] = None,
) -> Response:
    """Answer as JSON Schema the properties that your filters may name."""
    document = queryables_document(base_of(request), collection_named(name, actor), actor)
    title = f"{document['title']} · 可筛选属性 Queryables"
    return document_answer(title, document, form_of(request, f, SCHEMAS), SCHEMA)


@router.get(
    "/collections/{collection}/schema",
    summary="What the features of a collection are made of",
    responses={**documented(FEATURE_SCHEMA, SCHEMA), **problems(UnknownCollection)},
    response_class=Response,
)
async def schema(
    request: Request,
    actor: MapReader,
    name: Name,
    wanted: Annotated[
        SchemaType | None,
        Query(
            alias="type",
            description="What is sent as GeoJSON to create or replace one; without it, the"
            " properties as such",
        ),
    ] = None,
    f: Annotated[
        Literal["json", "html"] | None,
        Query(description="JSON Schema, or a page to read; without it, as `Accept` prefers"),
    ] = None,
) -> Response:
    """Answer as JSON Schema the properties of features: `readOnly` are those that follow."""
    collection, base = collection_named(name, actor), base_of(request)
    if wanted is None:
        document = schema_document(base, collection)
    else:
        document = body_schema(base, collection, wanted)
    title = f"{document['title']} · 结构 Schema"
    return document_answer(title, document, form_of(request, f, SCHEMAS), SCHEMA)


async def extent_of_all(state: State) -> BBox | None:
    """Read the coarse box around all that there is."""
    # The whole, whoever asks: it is too coarse to tell of anybody.
    async with state.pool.connection(SYSTEM) as conn:
        return await read_extent(conn)

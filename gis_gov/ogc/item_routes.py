"""The items of the collections: a page of them, and one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, AppState, Conn, GeoJsonResponse
from gis_gov.collection import Collection, Feature, Row
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import CRS84
from gis_gov.formats.known import FORMATS
from gis_gov.media import JSON
from gis_gov.natural_key import WithSlashes
from gis_gov.ogc.asked import (
    Asked,
    MapReader,
    Name,
    Told,
    ToldAs,
    asked_items,
)
from gis_gov.ogc.crs import UnknownCrs, in_frame
from gis_gov.ogc.export import answer_file
from gis_gov.ogc.forms import FEATURES, PAGE, VARIES, self_links
from gis_gov.ogc.links import QUERYABLES_REL, SCHEMA, Link, base_of, link, link_header
from gis_gov.ogc.pages import item_page, items_page
from gis_gov.ogc.part import AskedPart
from gis_gov.ogc.reading import read_page
from gis_gov.ogc.registered import UnknownCollection, collection_named
from gis_gov.ogc.routes import AS_PAGE
from gis_gov.ogc.schemas import Item, Items
from gis_gov.ogc.single import read_single
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken
from gis_gov.preconditions import is_known
from gis_gov.problems import InvalidRequest, NotFound, UnknownParameter
from gis_gov.state import State

router = APIRouter(tags=["collections"])

FILES = {
    each.plain_type: {"example": each.example} if each.example else {} for each in FORMATS.values()
}

Code = Annotated[
    str,
    Path(
        max_length=255, pattern=r"^[^\x00]*$", description="Natural key", examples=["440113103001"]
    ),
    WithSlashes,
]


@router.get(
    "/collections/{collection}/items",
    summary="Items of a collection, page by page, or all of them as a file",
    response_class=GeoJsonResponse,
    response_model=Items,
    responses={
        200: {"content": {**AS_PAGE[200]["content"], **FILES}},
        **problems(
            InvalidRequest,
            InvalidFilter,
            UnknownParameter,
            UnknownCrs,
            BadPageToken,
            UnknownCollection,
            NotAllowed,
            PurposeNeeded,
        ),
    },
)
async def items(
    request: Request,
    state: AppState,
    record: Recorder,
    conn: Conn,
    actor: MapReader,
    purpose: StatedPurpose,
    asked: Annotated[Asked, Depends(asked_items)],
    part: AskedPart,
) -> Response:
    """Answer the items that fit and that you may see, each property as you may see it.

    A property of the collection can be asked for by its name, as in `?state=pending`. A property
    that is masked for you is null to filters and sorting. Of areas and grids those are
    answered that have no end, unless `datetime` asks for a time. A file has all items that fit and
    that you may take out, whatever the limit; each of its rows names you and the time.
    """
    collection, told = asked.collection, asked.told_as
    purpose.require_for(collection.right)
    if told.form in FORMATS:
        return await answer_file(request, record, actor, asked, told.form)
    matched, found = await read_page(conn, actor, asked, part)
    shown, following = part.page.cut(found, lambda item: item.key)
    await _recorded(record, collection, "list", [each.row["code"] for each in shown], asked.told)
    features = [_feature(collection, actor, state, each.row, told) for each in shown]
    if asked.kept is not None:
        features = [_reduced(feature, asked.kept) for feature in features]
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": features,
        "links": [*self_links(request, told.form, FEATURES), *_about(request, collection)],
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberReturned": len(features),
    }
    if matched is not None:
        document["numberMatched"] = matched
    if following is not None:
        document["links"].append(
            link(base_of(request), following, "next", FEATURES[told.form], "The next page")
        )
    headers = _headers(told, document["links"])
    if told.form == PAGE:
        return items_page(collection, document, headers, mapped=told.frame == CRS84)
    return GeoJsonResponse(document, headers=headers)


# The properties of a collection are parameters, too: asked.py refuses what is none of them.
items.ignores_unknown_parameters = True  # type: ignore[attr-defined]


async def _collection(name: Name, actor: MapReader, purpose: StatedPurpose) -> Collection:
    collection = collection_named(name, actor)
    purpose.require_for(collection.right)
    return collection


@router.get(
    "/collections/{collection}/items/{code}",
    summary="One item of a collection",
    response_class=GeoJsonResponse,
    response_model=Item,
    responses={
        **AS_PAGE,
        304: {"description": "It is as `If-None-Match` tells"},
        **problems(
            InvalidRequest, UnknownCrs, UnknownCollection, NotFound, NotAllowed, PurposeNeeded
        ),
    },
)
async def item(
    request: Request,
    state: AppState,
    record: Recorder,
    conn: Conn,
    actor: MapReader,
    collection: Annotated[Collection, Depends(_collection)],
    code: Code,
    told: ToldAs,
) -> Response:
    """Answer one item, each property as you may see it, with the ETag of its state."""
    found = await read_single(conn, collection, actor, state.sealer, code)
    if found is None:
        await _refused(record, collection, code)
        raise NotFound("There is no such item, or it is not yours to see.")
    await _recorded(record, collection, "read", [code], {})
    if told.form != PAGE and is_known(request, found.etag):
        return Response(status_code=304, headers={**PRIVATE, **VARIES, "etag": found.etag})
    feature = _shown(found.feature, told)
    feature["links"] = [*self_links(request, told.form, FEATURES), *_about(request, collection)]
    headers = _headers(told, feature["links"])
    if told.form == PAGE:
        return item_page(collection, feature, headers, mapped=told.frame == CRS84)
    return GeoJsonResponse(feature, headers={**headers, "etag": found.etag})


def _about(request: Request, collection: Collection) -> list[Link]:
    """Link what a feature or a page of them belongs to, and what filters may name."""
    base, path = base_of(request), f"/collections/{collection.name}"
    return [
        link(base, path, "collection", JSON, collection.title),
        link(base, f"{path}/queryables", QUERYABLES_REL, SCHEMA, "What filters may name"),
    ]


def _headers(told: Told, links: Sequence[Link]) -> dict[str, str]:
    # Links to the document itself may hold what was asked for: they are in the answer alone.
    shown = [each for each in links if each["rel"] in {"collection", QUERYABLES_REL}]
    return {**PRIVATE, **VARIES, "content-crs": f"<{told.uri}>", "link": link_header(*shown)}


def _feature(collection: Collection, actor: Actor, state: State, row: Row, told: Told) -> Feature:
    return _shown(collection.feature(actor, state.sealer, row), told)


def _shown(feature: Feature, told: Told) -> Feature:
    shape = in_frame(feature["geometry"], told.frame) if told.has_shapes else None
    return {**feature, "geometry": shape}


def _reduced(feature: Feature, kept: frozenset[str]) -> Feature:
    properties = {name: value for name, value in feature["properties"].items() if name in kept}
    return {**feature, "properties": properties}


async def _recorded(
    record: Recorder, collection: Collection, verb: str, codes: list[str], told: Mapping[str, Any]
) -> None:
    if not collection.personal:
        return
    kind = collection.singular
    if verb == "read":
        await record(Entry(f"{kind}.read", "ok", kind, codes[0]))
    else:
        await record(Entry(f"{kind}.list", "ok", kind, detail={**told, "codes": codes}))


async def _refused(record: Recorder, collection: Collection, code: str) -> None:
    if collection.personal:
        kind = collection.singular
        await record(Entry(f"{kind}.read", "refused", kind, code, NotFound.slug))

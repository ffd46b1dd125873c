"""The items of the collections: a page of them, and one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.api import AppState, Conn, GeoJsonResponse
from gis_gov.collection import Collection, Feature, Row
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import Frame
from gis_gov.formats.known import FORMATS, FormatName
from gis_gov.ogc import queries
from gis_gov.ogc.asked import Asked, InCrs, MapReader, Name, asked_items
from gis_gov.ogc.crs import UnknownCrs, in_frame
from gis_gov.ogc.export import answer_file
from gis_gov.ogc.links import GEOJSON, JSON, base_of, link, own
from gis_gov.ogc.registered import UnknownCollection, collection_named
from gis_gov.ogc.schemas import Item, Items
from gis_gov.ogc.sorting import beginning_after
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.problems import InvalidRequest, NotFound, UnknownParameter
from gis_gov.state import State

router = APIRouter(tags=["collections"])

PRIVATE = {"cache-control": "private, no-store"}

FORMATS_TOLD = {format_.media_type.partition(";")[0]: {} for format_ in FORMATS.values()}


async def _format(
    f: Annotated[
        Literal["json", "geojson"], Query(description="GeoJSON is what there is")
    ] = "geojson",
) -> str:
    return f


Code = Annotated[
    str,
    Path(
        max_length=255, pattern=r"^[^\x00]*$", description="Natural key", examples=["440113103001"]
    ),
]


@router.get(
    "/collections/{collection}/items",
    summary="Items of a collection, page by page, or all of them as a file",
    response_class=GeoJsonResponse,
    response_model=Items,
    responses={
        200: {"content": FORMATS_TOLD},
        **problems(
            InvalidRequest,
            InvalidFilter,
            UnknownParameter,
            UnknownCrs,
            BadPageToken,
            UnknownCollection,
            NotAllowed,
        ),
    },
)
async def items(
    request: Request,
    state: AppState,
    record: Recorder,
    conn: Conn,
    actor: MapReader,
    asked: Annotated[Asked, Depends(asked_items)],
    page: Paged,
    f: Annotated[
        Literal["json", "geojson"] | FormatName,
        Query(description="A page as GeoJSON, or all that fit as a file"),
    ] = "geojson",
) -> Response:
    """Answer the items that fit and that you may see, each property as you may see it.

    A property of the collection can be asked for by its name, as in `?state=pending`. A property
    that is masked for you is null to filters and sorting. Areas and grids are answered as of
    today, unless `datetime` asks for another time. A file has all items that fit and that you may
    take out, whatever the limit; each of its rows names you and the time.
    """
    if f in FORMATS:
        return await answer_file(request, record, actor, asked, f)
    collection = asked.collection
    rows, conditions = collection.rows(actor), asked.conditions
    after = page.after(list)
    beginning = [] if after is None else [beginning_after(asked.keys, after)]
    found = await queries.read_items(
        conn, rows, [*conditions, *beginning], asked.keys, page.limit + 1
    )
    matched = await queries.count_items(conn, rows, conditions)
    shown, following = page.cut(found, lambda item: item.key)
    await _recorded(record, collection, "list", [each.row["code"] for each in shown], asked.told)
    features = [_feature(collection, actor, state, each.row, asked.crs.frame) for each in shown]
    if asked.kept is not None:
        features = [_reduced(feature, asked.kept) for feature in features]
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": features,
        "links": [own(request, GEOJSON)],
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberReturned": len(features),
    }
    if matched is not None:
        document["numberMatched"] = matched
    if following is not None:
        document["links"].append(
            link(base_of(request), following, "next", GEOJSON, "The next page")
        )
    headers = {**PRIVATE, "content-crs": f"<{asked.crs.uri}>"}
    return GeoJsonResponse(document, headers=headers)


# The properties of a collection are parameters, too: asked.py refuses what is none of them.
items.ignores_unknown_parameters = True  # type: ignore[attr-defined]


@router.get(
    "/collections/{collection}/items/{code}",
    summary="One item of a collection",
    dependencies=[Depends(_format)],
    response_class=GeoJsonResponse,
    response_model=Item,
    responses=problems(InvalidRequest, UnknownCrs, UnknownCollection, NotFound, NotAllowed),
)
async def item(
    request: Request,
    state: AppState,
    record: Recorder,
    conn: Conn,
    actor: MapReader,
    name: Name,
    code: Code,
    told: InCrs,
) -> Response:
    """Answer one item, each property as you may see it."""
    collection = collection_named(name, actor)
    found = await queries.read_items(conn, collection.rows(actor), [collection.key == code], (), 1)
    if not found:
        await _refused(record, collection, code)
        raise NotFound("There is no such item, or it is not yours to see.")
    await _recorded(record, collection, "read", [code], {})
    feature = _feature(collection, actor, state, found[0].row, told.frame)
    path = f"/collections/{name}"
    feature["links"] = [
        own(request, GEOJSON),
        link(base_of(request), path, "collection", JSON, collection.title),
    ]
    return GeoJsonResponse(feature, headers={**PRIVATE, "content-crs": f"<{told.uri}>"})


def _feature(collection: Collection, actor: Actor, state: State, row: Row, frame: Frame) -> Feature:
    feature = collection.feature(actor, state.sealer, row)
    return {**feature, "geometry": in_frame(feature["geometry"], frame)}


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

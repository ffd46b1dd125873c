"""What may be done with the items of a collection, by whoever asks: OPTIONS (Features, part 4)."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.problems import NotAllowed
from gis_gov.api import PRIVATE, AppState
from gis_gov.media import GEOJSON, JSON
from gis_gov.ogc.asked import MapReader, Name
from gis_gov.ogc.item_routes import Code
from gis_gov.ogc.registered import UnknownCollection, collection_named
from gis_gov.ogc.sent import MERGE_PATCH
from gis_gov.ogc.single import read_single
from gis_gov.ogc.writable import WRITABLE
from gis_gov.ogc.write_queries import may_write
from gis_gov.openapi import problems
from gis_gov.problems import NotFound

router = APIRouter(tags=["collections"])

READING: Final = ("GET", "HEAD", "OPTIONS")
"""What everybody may do who may read the collection."""
ITEMS: Final = "/collections/{collection}/items"
ITEM: Final = "/collections/{collection}/items/{code}"
_ALLOWED: Final[dict[str, Any]] = {
    "description": "What is allowed is in the header `Allow`",
    "headers": {"Allow": {"schema": {"type": "string"}}},
}


@router.options(
    ITEMS,
    summary="What you may do with the items of a collection",
    response_class=Response,
    responses={200: _ALLOWED, **problems(NotAllowed, UnknownCollection)},
)
async def options_of_items(actor: MapReader, name: Name) -> Response:
    """Answer in `Allow` whether you may create features."""
    collection_named(name, actor)
    return _allow(("POST",) if _may(actor, name) else (), {"accept-post": f"{GEOJSON}, {JSON}"})


@router.options(
    ITEM,
    summary="What you may do with an item of a collection",
    response_class=Response,
    responses={200: _ALLOWED, **problems(NotAllowed, UnknownCollection, NotFound)},
)
async def options_of_item(
    state: AppState, record: Recorder, actor: MapReader, name: Name, code: Code
) -> Response:
    """Answer in `Allow` whether you may replace, update and delete this very feature."""
    collection = collection_named(name, actor)
    async with state.pool.connection(actor.scope) as conn:
        is_there = await read_single(conn, collection, actor, state.sealer, code) is not None
        if collection.personal:
            kind = collection.singular
            result, reason = ("ok", None) if is_there else ("refused", NotFound.slug)
            await record(Entry(f"{kind}.read", result, kind, code, reason))
        if not is_there:
            raise NotFound("There is no such item, or it is not yours to see.")
        writes = _may(actor, name) and await may_write(conn, WRITABLE[name], actor, code)
    methods = ("PUT", "PATCH", "DELETE") if writes else ()
    return _allow(methods, {"accept-patch": MERGE_PATCH})


def _allow(methods: tuple[str, ...], accepted: dict[str, str]) -> Response:
    allowed = ", ".join(sorted({*READING, *methods}))
    return Response(headers={**PRIVATE, "allow": allowed, **(accepted if methods else {})})


def _may(actor: Actor, name: str) -> bool:
    return name in WRITABLE and actor.may(WRITABLE[name].right)

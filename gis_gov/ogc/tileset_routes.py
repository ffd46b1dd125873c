"""OGC API Tiles: the matrix sets, and the tilesets of the dataset and of each collection."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from gis_gov.access.permit import anyone
from gis_gov.api import AppState
from gis_gov.geo.matrix_set import MATRIX_SETS
from gis_gov.ogc.asked import MapReader
from gis_gov.ogc.examples import MATRIX_SET, MATRIX_SETS_LIST, TILESET, TILESETS
from gis_gov.ogc.forms import DOCUMENTS, DocumentForm, self_links
from gis_gov.ogc.links import base_of
from gis_gov.ogc.registered import UnknownCollection
from gis_gov.ogc.routes import document_answer, documented, extent_of_all
from gis_gov.ogc.tile_documents import (
    Tileset,
    matrix_set_document,
    matrix_sets_document,
    tileset_document,
    tilesets_document,
)
from gis_gov.ogc.tile_serving import OfCollection, Selected
from gis_gov.openapi import problems
from gis_gov.problems import InvalidRequest
from gis_gov.tiles.service import MatrixSetName, UnknownLayer

router = APIRouter(tags=["tiles"])

_DATASET = "图层 Layers"


@router.get(
    "/tileMatrixSets",
    summary="The tile matrix sets that tiles are served in",
    operation_id="tiles.getTileMatrixSetsList",
    response_class=Response,
    responses=documented(MATRIX_SETS_LIST),
    dependencies=[anyone],
)
async def matrix_sets(request: Request, form: DocumentForm) -> Response:
    """Answer the names of the matrix sets, and where their definitions are."""
    links = self_links(request, form, DOCUMENTS)
    document = matrix_sets_document(base_of(request), links)
    return document_answer("切片矩阵集 Tile matrix sets", document, form)


@router.get(
    "/tileMatrixSets/{tileMatrixSetId}",
    summary="One tile matrix set",
    operation_id="tiles.getTileMatrixSet",
    response_class=Response,
    responses=documented(MATRIX_SET),
    dependencies=[anyone],
)
async def matrix_set(request: Request, name: MatrixSetName, form: DocumentForm) -> Response:
    """Answer the definition of a matrix set: its CRS, and each level's tiles and scale."""
    return document_answer(name, matrix_set_document(base_of(request), MATRIX_SETS[name]), form)


@router.get(
    "/tiles",
    summary="The tilesets of the public layers, and of others by `collections`",
    operation_id="tiles.dataset.vector.getTileSetsList",
    response_class=Response,
    responses=documented(TILESETS),
)
async def tilesets(request: Request, _actor: MapReader, form: DocumentForm) -> Response:
    """Answer a tileset for each matrix set."""
    links = self_links(request, form, DOCUMENTS)
    return document_answer(
        _DATASET, tilesets_document(base_of(request), "/tiles", _DATASET, links), form
    )


@router.get(
    "/tiles/{tileMatrixSetId}",
    summary="The tileset of the public layers, or of those selected",
    operation_id="tiles.dataset.vector.getTileSet",
    response_class=Response,
    responses={**documented(TILESET), **problems(InvalidRequest)},
)
async def tileset(
    request: Request, state: AppState, name: MatrixSetName, selected: Selected, form: DocumentForm
) -> Response:
    """Answer the layers of a tileset, and the template of its tiles' addresses."""
    asked = {} if selected.text is None else {"collections": selected.text}
    told = Tileset(f"/tiles/{name}", _DATASET, MATRIX_SETS[name], selected.layers, urlencode(asked))
    links = self_links(request, form, DOCUMENTS)
    document = tileset_document(base_of(request), told, await extent_of_all(state), links)
    return document_answer(f"{_DATASET}, {name}", document, form)


@router.get(
    "/collections/{collection}/tiles",
    summary="The tilesets of a collection",
    operation_id="tiles.collection.vector.getTileSetsList",
    response_class=Response,
    responses={**documented(TILESETS), **problems(UnknownCollection, UnknownLayer)},
)
async def collection_tilesets(request: Request, of: OfCollection, form: DocumentForm) -> Response:
    """Answer a tileset for each matrix set."""
    path = f"/collections/{of.layer.name}/tiles"
    links = self_links(request, form, DOCUMENTS)
    return document_answer(
        of.title, tilesets_document(base_of(request), path, of.title, links), form
    )


@router.get(
    "/collections/{collection}/tiles/{tileMatrixSetId}",
    summary="One tileset of a collection",
    operation_id="tiles.collection.vector.getTileSet",
    response_class=Response,
    responses={**documented(TILESET), **problems(UnknownCollection, UnknownLayer)},
)
async def collection_tileset(
    request: Request, state: AppState, of: OfCollection, name: MatrixSetName, form: DocumentForm
) -> Response:
    """Answer what is in the tiles, and the template of their addresses."""
    path = f"/collections/{of.layer.name}/tiles/{name}"
    told = Tileset(path, of.title, MATRIX_SETS[name], [of.layer])
    links = self_links(request, form, DOCUMENTS)
    extent = await extent_of_all(state) if of.stays_inside else None
    return document_answer(
        f"{of.title}, {name}", tileset_document(base_of(request), told, extent, links), form
    )

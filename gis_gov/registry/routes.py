"""Houses and enterprises."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import audited
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import PRIVATE, AppState, Conn, GeoJsonResponse
from gis_gov.natural_key import WithSlashes
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.registry import conditions as by
from gis_gov.registry import queries, service
from gis_gov.registry.answers import page_answer
from gis_gov.registry.schemas import EnterpriseFeature, Enterprises, HouseFeature, Houses
from gis_gov.registry.within import Within

router = APIRouter(tags=["registry"])


HouseReader = Annotated[Actor, may(Permission.HOUSE_READ)]
EnterpriseReader = Annotated[Actor, may(Permission.ENTERPRISE_READ)]
Code = Annotated[
    str,
    Path(
        max_length=255,
        pattern=r"^[^\x00]*$",
        description="Natural key",
        examples=["99010100100100001"],
    ),
    WithSlashes,
]


@router.get(
    "/houses",
    summary="Houses, page by page",
    response_model=Houses,
    response_class=GeoJsonResponse,
    dependencies=[may(Permission.HOUSE_READ)],
    responses=problems(InvalidRequest, BadPageToken, NotFound),
)
async def houses(
    conn: Conn,
    actor: HouseReader,
    within: Within,
    page: Paged,
    kind: Annotated[
        Literal["building", "dwelling"] | None, Query(description="Buildings or dwellings")
    ] = None,
) -> Response:
    """Answer the houses that you may see by code; dwellings where you may see rooms."""
    conditions = [by.in_place(queries.house, within.place)] if within else []
    if kind is not None:
        conditions.append(queries.house.c.kind == kind)
    cover = by.listed_in(actor, Permission.HOUSE_READ, within and within.place)
    found = await queries.read_houses(
        conn, actor, conditions, limit=page.limit + 1, after=page.after(str), cover=cover
    )
    shown, following = page.cut(found, lambda row: row.code)
    features = [service.house_feature(actor, row) for row in shown]
    return page_answer(features, following)


@router.get(
    "/houses/{code}",
    summary="One house",
    response_model=HouseFeature,
    response_class=GeoJsonResponse,
    responses=problems(NotFound),
)
async def house(conn: Conn, actor: HouseReader, code: Code) -> Response:
    """Answer a building, or a dwelling where you may see rooms."""
    rows = await queries.read_houses(conn, actor, [queries.house.c.code == code], limit=1)
    if not rows:
        raise NotFound("There is no such house, or it is not yours to see.")
    return GeoJsonResponse(service.house_feature(actor, rows[0]), headers=PRIVATE)


@router.get(
    "/enterprises",
    summary="Enterprises, page by page",
    response_model=Enterprises,
    response_class=GeoJsonResponse,
    dependencies=[may(Permission.ENTERPRISE_READ), audited("enterprise.list", "enterprise")],
    responses=problems(InvalidRequest, BadPageToken, NotFound),
)
async def enterprises(
    state: AppState, conn: Conn, actor: EnterpriseReader, within: Within, page: Paged
) -> Response:
    """Answer the enterprises that you may see by code, their contacts as you may see them."""
    conditions = [by.in_place(queries.enterprise, within.place)] if within else []
    cover = by.listed_in(actor, Permission.ENTERPRISE_READ, within and within.place)
    found = await queries.read_enterprises(
        conn, actor, conditions, limit=page.limit + 1, after=page.after(str), cover=cover
    )
    shown, following = page.cut(found, lambda row: row.code)
    features = [service.enterprise_feature(actor, state.sealer, row) for row in shown]
    return page_answer(features, following)


@router.get(
    "/enterprises/{code}",
    summary="One enterprise",
    response_model=EnterpriseFeature,
    response_class=GeoJsonResponse,
    dependencies=[audited("enterprise.read", "enterprise", code="code")],
    responses=problems(NotFound),
)
async def enterprise(state: AppState, conn: Conn, actor: EnterpriseReader, code: Code) -> Response:
    """Answer an enterprise, its contact as you may see it."""
    rows = await queries.read_enterprises(conn, actor, [queries.enterprise.c.code == code], limit=1)
    if not rows:
        raise NotFound("There is no such enterprise, or it is not yours to see.")
    return GeoJsonResponse(
        service.enterprise_feature(actor, state.sealer, rows[0]), headers=PRIVATE
    )

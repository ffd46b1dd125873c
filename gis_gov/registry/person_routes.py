"""Persons: lists, one of them, and what is masked for a stated reason."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recorder
from gis_gov.access.cover import Cover
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.access.personal import canonical, context
from gis_gov.access.problems import NotAllowed
from gis_gov.access.watermark import watermark
from gis_gov.api import PRIVATE, AppState, Conn, GeoJsonResponse
from gis_gov.natural_key import WithSlashes
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Page, Paged
from gis_gov.problems import InvalidRequest, NotFound
from gis_gov.registry import conditions as by
from gis_gov.registry import export, queries, service, tables
from gis_gov.registry.answers import page_answer
from gis_gov.registry.rows import PersonRow
from gis_gov.registry.schemas import PersonFeature, Persons, Reveal, Revealed, Search
from gis_gov.registry.within import Within

router = APIRouter(tags=["registry"])

CSV = "text/csv"
FOUND_MAX = 100
_BETWEEN = "\x1f"  # in a page's token, between a name and a code

PersonReader = Annotated[Actor, may(Permission.PERSON_READ)]
Code = Annotated[
    str, Path(max_length=255, description="Natural key", examples=["99010100000001"]), WithSlashes
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What persons are asked for by; `told` is what the audit may know of it."""

    conditions: by.Conditions
    told: dict[str, str]

    def add(self, condition: by.Condition, **told: str) -> None:
        """Ask for those alone for whom one more condition holds."""
        self.conditions.append(condition)
        self.told.update(told)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which persons are asked for, in which order."""

    conditions: by.Conditions
    told: dict[str, str]
    by_name: bool
    cover: Cover | None


async def _living_at(
    actor: PersonReader,
    address_code: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of an address: all who live there",
            examples=["99010100100190001"],
        ),
    ] = None,
    house_code: Annotated[
        str | None,
        Query(
            max_length=255,
            description="Code of a building, with all its dwellings",
            examples=["99010100100100001"],
        ),
    ] = None,
) -> Asked:
    asked = Asked([], {})
    if address_code is not None:
        asked.add(by.at_address(actor, address_code), address_code=address_code)
    if house_code is not None:
        asked.add(by.in_house(actor, house_code), house_code=house_code)
    return asked


async def _known_as(
    actor: PersonReader,
    person_class: Annotated[
        Literal["service", "control", "rely", "other"] | None,
        Query(description="Among the persons whose class you may see"),
    ] = None,
    name: Annotated[
        str | None,
        Query(
            max_length=255,
            description="The whole name, among those that you may see",
            examples=["赵宇泽"],
        ),
    ] = None,
) -> Asked:
    asked = Asked([], {})
    if person_class is not None:
        actor.require(Permission.PLAIN_CLASS)
        asked.add(by.of_class(actor, person_class), person_class=person_class)
    if name is not None:
        actor.require(Permission.PLAIN_NAME)
        asked.add(by.named(actor, name), name="given")
    return asked


async def _by_name(
    actor: PersonReader,
    sort: Annotated[
        Literal["code", "name"],
        Query(description="By name: only the persons whose names you may see"),
    ] = "code",
) -> bool:
    if sort == "name":
        actor.require(Permission.PLAIN_NAME)
    return sort == "name"


async def _wanted(
    actor: PersonReader,
    living: Annotated[Asked, Depends(_living_at)],
    known: Annotated[Asked, Depends(_known_as)],
    by_name: Annotated[bool, Depends(_by_name)],
    within: Within,
) -> Wanted:
    asked = Asked([*living.conditions, *known.conditions], {**living.told, **known.told})
    if within is not None:
        asked.add(by.in_place(tables.person, within.place), within=within.code)
    is_short = not {"address_code", "house_code", "name"}.isdisjoint(asked.told)
    place = within and within.place
    cover = None if is_short else by.listed_in(actor, Permission.PERSON_READ, place)
    told = {"sort": "name" if by_name else "code", **asked.told}
    return Wanted(asked.conditions, told, by_name, cover)


@router.get(
    "/persons",
    summary="Persons, page by page, or as CSV",
    response_class=GeoJsonResponse,
    dependencies=[may(Permission.PERSON_READ)],
    responses={
        200: {
            "description": "A page of persons as GeoJSON, or all that fit as CSV",
            "model": Persons,
            "content": {CSV: {"schema": {"type": "string"}, "example": export.EXAMPLE}},
        },
        **problems(InvalidRequest, BadPageToken, NotAllowed, NotFound),
    },
)
async def persons(
    request: Request,
    record: Recorder,
    state: AppState,
    conn: Conn,
    actor: PersonReader,
    wanted: Annotated[Wanted, Depends(_wanted)],
    page: Paged,
    f: Annotated[
        Literal["geojson", "csv"], Query(description="A page as GeoJSON, or all of them as CSV")
    ] = "geojson",
) -> Response:
    """Answer the persons that fit all filters and that you may see, each field as you may see it.

    What is masked for you is named in `masked`. The CSV has every person that you may take out,
    whatever the limit, and names you and the time in each line.
    """
    if f == "csv":
        return await _export(request, record, actor, wanted)
    after = _key(page, wanted)
    found = await queries.read_persons(
        conn,
        actor,
        wanted.conditions,
        limit=page.limit + 1,
        after=after,
        by_name=wanted.by_name,
        cover=wanted.cover,
    )
    shown, following = page.cut(
        found, lambda row: f"{row.name}{_BETWEEN}{row.code}" if wanted.by_name else row.code
    )
    codes = [row.code for row in shown]
    await record(Entry("person.list", "ok", "person", detail={**wanted.told, "codes": codes}))
    features = [service.person_feature(actor, state.sealer, row) for row in shown]
    return page_answer(features, following)


def _key(page: Page, wanted: Wanted) -> list[str] | None:
    token = page.after(str)
    if token is None:
        return None
    parts = token.split(_BETWEEN)
    if len(parts) != (2 if wanted.by_name else 1):
        raise BadPageToken
    return parts


async def _export(request: Request, record: Recorder, actor: Actor, wanted: Wanted) -> Response:
    actor.require(Permission.EXPORT)
    mark = watermark(actor, datetime.now(UTC))
    await record(Entry("person.export", "ok", "person", detail={**wanted.told, "mark": mark}))
    conditions = [*wanted.conditions, by.exported(actor)]
    taken = export.Export(request, record, actor, conditions, mark, wanted.by_name)
    return StreamingResponse(
        export.csv_lines(taken),
        media_type=f"{CSV}; charset=utf-8; header=present",
        headers={**PRIVATE, "content-disposition": 'attachment; filename="persons.csv"'},
    )


@router.post(
    "/persons/search",
    summary="The persons with an ID number or phone",
    response_model=Persons,
    response_class=GeoJsonResponse,
    responses=problems(InvalidRequest, NotAllowed),
)
async def search(
    record: Recorder, state: AppState, conn: Conn, actor: PersonReader, body: Search
) -> Response:
    """Answer the persons who have exactly this ID number, phone, or both, however it is written.

    It takes the right to see the number, or to reveal it. At most 100 are answered.
    """
    rights = {"id_number": Permission.PLAIN_ID_NUMBER, "phone": Permission.PLAIN_PHONE}
    conditions: by.Conditions = []
    asked: list[str] = []
    for field, right in rights.items():
        value: str | None = getattr(body, field)
        if value is None:
            continue
        if not actor.may(right):
            actor.require(Permission.REVEAL)
        digests = state.sealer.digests(canonical(field, value), context("person", field))
        conditions.append(by.with_digest(actor, field, digests, right))
        asked.append(field)
    if not asked:
        raise InvalidRequest("body: give an id_number, a phone, or both")
    rows = await queries.read_persons(conn, actor, conditions, limit=FOUND_MAX)
    detail = {"by": asked, "codes": [row.code for row in rows]}
    await record(Entry("person.search", "ok", "person", detail=detail))
    return page_answer([service.person_feature(actor, state.sealer, row) for row in rows], None)


@router.get(
    "/persons/{code}",
    summary="One person",
    response_model=PersonFeature,
    response_class=GeoJsonResponse,
    responses=problems(NotFound),
)
async def person(
    record: Recorder, state: AppState, conn: Conn, actor: PersonReader, code: Code
) -> Response:
    """Answer a person, each field as you may see it; one whom you may not see is not found."""
    row = await _found(record, conn, actor, code, "person.read")
    await record(Entry("person.read", "ok", "person", row.code))
    return GeoJsonResponse(service.person_feature(actor, state.sealer, row), headers=PRIVATE)


@router.post(
    "/persons/{code}/reveal",
    summary="Masked fields of a person, for a reason",
    response_model=Revealed,
    response_model_exclude_unset=True,
    responses=problems(InvalidRequest, NotAllowed, NotFound),
)
async def reveal(
    record: Recorder,
    state: AppState,
    conn: Conn,
    actor: Annotated[Actor, may(Permission.PERSON_READ, Permission.REVEAL)],
    code: Code,
    body: Reveal,
    response: Response,
) -> Revealed:
    """Answer the fields as they are; who asked, for whom, for what and why stays in the audit."""
    row = await _found(record, conn, actor, code, "person.reveal")
    if not service.may_reveal(actor, row):
        raise NotAllowed("You may not reveal fields of this person.", right=Permission.REVEAL)
    await record(
        Entry("person.reveal", "ok", "person", row.code, body.reason, {"fields": body.fields})
    )
    response.headers.update(PRIVATE)
    return Revealed.model_validate(service.revealed(state.sealer, row, body.fields))


async def _found(record: Recorder, conn: Conn, actor: Actor, code: str, action: str) -> PersonRow:
    row = None if "\0" in code else await queries.read_person(conn, actor, code)
    if row is None:
        await record(Entry(action, "refused", "person", code, NotFound.slug))
        raise NotFound("There is no such person, or it is not yours to see.")
    return row

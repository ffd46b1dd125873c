"""How it is asked which things are looked for around something: by a query, or in a body."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Request

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may, signed_in
from gis_gov.api import Radius
from gis_gov.cql.compiler import TEXT_MAX
from gis_gov.problems import InvalidRequest
from gis_gov.resources.near import Selection
from gis_gov.resources.picking import conditions_of
from gis_gov.resources.schemas import ALL_KINDS, KINDS, NEAREST_MAX, NearbyAsked
from gis_gov.resources.service import LIMIT_MAX

RADIUS_M: Final = 1000.0


class UnknownKind(InvalidRequest):
    """A kind was asked for that does not exist."""

    slug, title, status = "unknown-kind", "Unknown kind", 400


MapReader = Annotated[Actor, may(Permission.MAP_READ)]
RIGHTS = {
    "camera": Permission.RESOURCE_READ,
    "centre": Permission.RESOURCE_READ,
    "poi": Permission.RESOURCE_READ,
    "worker": Permission.TRACK_READ,
    "enterprise": Permission.ENTERPRISE_READ,
}


def _kinds(actor: Actor, named: Sequence[str] | None) -> list[str]:
    if named is None:
        return [kind for kind in KINDS if actor.may(RIGHTS[kind])]
    picked = list(dict.fromkeys(named))
    for kind in picked:
        if kind not in ALL_KINDS:
            raise UnknownKind(f"query.kinds: {kind!r} is not known; known: {', '.join(ALL_KINDS)}")
        actor.require(RIGHTS[kind])
    return picked


FilterText = Annotated[
    str | None,
    Query(
        alias="filter",
        max_length=TEXT_MAX,
        description="CQL2: a condition over properties that the collections of all kinds have",
        examples=["class = 'dome' AND owner = '公安'"],
    ),
]
FilterLanguage = Annotated[
    Literal["cql2-text", "cql2-json"],
    Query(alias="filter-lang", description="In which of its two forms the filter is"),
]


# Each dependency costs a request time, so this one does not ask anew who asks.
async def _selected(  # noqa: PLR0913 - the parameters of the query, by their names
    *,
    request: Request,
    kinds: Annotated[
        str | None,
        Query(
            description="What to look for, with commas between: camera, worker, centre, poi,"
            " enterprise; without it, all but enterprises that you may see",
            examples=["camera,worker"],
        ),
    ] = None,
    radius: Radius = None,
    limit: Annotated[
        int,
        Query(ge=1, description=f"Features at most; more than {LIMIT_MAX} count as that"),
    ] = 50,
    k: Annotated[
        int | None,
        Query(
            ge=1,
            le=NEAREST_MAX,
            description="So many of each kind, the nearest; without `radius` up to 50 km away",
            examples=[3],
        ),
    ] = None,
    classes: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Only cameras, centres and POIs of these classes, with commas between",
            examples=["bullet,dome"],
        ),
    ] = None,
    risk_classes: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Only enterprises of these risk classes, with commas between",
            examples=["high"],
        ),
    ] = None,
    on_shift: Annotated[
        bool, Query(description="Only workers who were heard of in the last 5 minutes")
    ] = False,
    vulnerable: Annotated[
        bool, Query(description="Whether to count the vulnerable persons around, too")
    ] = False,
    responsible: Annotated[
        bool, Query(description="Whether to tell who answers for the place; of an event it is told")
    ] = False,
    filter_: FilterText = None,
    filter_lang: FilterLanguage = "cql2-text",
) -> Selection:
    actor = await signed_in(request)
    picked = _kinds(actor, _listed(kinds))
    return Selection(
        picked,
        _radius_m(radius, k),
        min(limit, LIMIT_MAX),
        k,
        _listed(classes),
        _listed(risk_classes),
        on_shift,
        _vulnerable(radius, k, asked=vulnerable),
        responsible,
        {} if filter_ is None else conditions_of(actor, picked, filter_, filter_lang),
    )


def _listed(names: str | None) -> list[str] | None:
    return None if names is None else names.split(",")


Selected = Annotated[Selection, Depends(_selected)]


def selection_of(
    actor: Actor, asked: NearbyAsked, filter_: str | None, filter_lang: str
) -> Selection:
    """Return what a body looks for.

    Raises:
        NotAllowed: naming the right that a kind needs.
        InvalidFilter: the filter can't be used for a kind.

    """
    picked = _kinds(actor, asked.kinds)
    return Selection(
        picked,
        _radius_m(asked.radius_m, asked.k),
        min(asked.limit, LIMIT_MAX),
        asked.k,
        asked.classes,
        asked.risk_classes,
        asked.on_shift,
        _vulnerable(asked.radius_m, asked.k, asked=asked.vulnerable),
        asked.responsible,
        {} if filter_ is None else conditions_of(actor, picked, filter_, filter_lang),
    )


def _radius_m(asked_m: float | None, nearest: int | None) -> float | None:
    return RADIUS_M if asked_m is None and nearest is None else asked_m


def _vulnerable(radius_m: float | None, nearest: int | None, *, asked: bool) -> bool:
    if asked and radius_m is None and nearest is not None:
        raise InvalidRequest(
            "Vulnerable persons are counted within a radius: give one along with k."
        )
    return asked

"""How it is asked which things are looked for around something: by a query, or in a body."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may, signed_in
from gis_gov.api import Radius
from gis_gov.cql.compiler import TEXT_MAX
from gis_gov.patrols.service import StandingLimits, limits_of
from gis_gov.problems import InvalidRequest
from gis_gov.resources.asked import COVERS, LIMIT, MAX_AGE, ON_SHIFT, NearbyAsked
from gis_gov.resources.picking import conditions_of
from gis_gov.resources.schemas import ALL_KINDS, KINDS, NEAREST_MAX
from gis_gov.resources.service import LIMIT_MAX
from gis_gov.resources.sought import Selection
from gis_gov.resources.staff import AGE_MAX_S, staff_of
from gis_gov.state import state_of

RADIUS_M: Final = 1000.0
NEAREST: Final = 10
"""So many of each kind are told of what is around an event."""


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


def _kinds(actor: Actor, named: Sequence[str] | None, unnamed: Sequence[str]) -> list[str]:
    if named is None:
        return [kind for kind in unnamed if actor.may(RIGHTS[kind])]
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


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is looked for where a query says nothing else.

    `nearest` are told of each kind if neither `k` nor `limit` is named. With `high_risk` the
    enterprises of high risk are looked for where no kinds are named.
    """

    nearest: int | None = None
    vulnerable: bool = False
    high_risk: bool = False


def _selecting(defaults: Defaults) -> Callable[..., Coroutine[Any, Any, Selection]]:
    # Each dependency costs a request time, so this one does not ask anew who asks.
    async def selected(  # noqa: PLR0913 - the parameters of the query, by their names
        *,
        request: Request,
        kinds: Annotated[
            str | None,
            Query(
                description="What to look for, with commas between: camera, worker, centre, poi,"
                " enterprise; without it, all that you may see, of enterprises none (around an"
                " event: those of high risk)",
                examples=["camera,worker"],
            ),
        ] = None,
        radius: Radius = None,
        limit: Annotated[
            int | None,
            Query(
                ge=1,
                description=f"Features at most; more than {LIMIT_MAX} count as that. Without it"
                f" {LIMIT}, with `k` all",
                examples=[20],
            ),
        ] = None,
        k: Annotated[
            int | None,
            Query(
                ge=1,
                le=NEAREST_MAX,
                description="So many of each kind, the nearest; without `radius` up to 50 km away."
                f" Around an event, without it and `limit`, {NEAREST} within the radius",
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
        on_shift: Annotated[bool, Query(description=ON_SHIFT)] = True,
        max_age_s: Annotated[
            int | None, Query(ge=1, le=AGE_MAX_S, description=MAX_AGE, examples=[60])
        ] = None,
        covers: Annotated[bool, Query(description=COVERS)] = False,
        vulnerable: Annotated[
            bool | None,
            Query(
                description="Whether to count the vulnerable persons within the radius, too; around"
                " an event, unless it is false",
                examples=[True],
            ),
        ] = None,
        responsible: Annotated[
            bool,
            Query(description="Whether to tell who answers for the place; of an event it is told"),
        ] = False,
        filter_: FilterText = None,
        filter_lang: FilterLanguage = "cql2-text",
    ) -> Selection:
        actor = await signed_in(request)
        settings = state_of(request.app).settings
        high_risk = defaults.high_risk and kinds is None
        picked = _kinds(actor, _listed(kinds), KINDS if not high_risk else ALL_KINDS)
        nearest = defaults.nearest if k is None and limit is None else k
        radius_m = _radius_m(radius, k)
        only = settings.high_risk_classes if high_risk else None
        return Selection(
            picked,
            radius_m,
            _limit(limit, nearest),
            nearest,
            _listed(classes),
            only if risk_classes is None else _listed(risk_classes),
            staff_of(limits_of(settings), on_shift=on_shift, max_age_s=max_age_s),
            covers,
            _vulnerable(radius_m, asked=vulnerable, default=defaults.vulnerable),
            responsible,
            {} if filter_ is None else conditions_of(actor, picked, filter_, filter_lang),
        )

    return selected


def _listed(names: str | None) -> list[str] | None:
    return None if names is None else names.split(",")


Selected = Annotated[Selection, Depends(_selecting(Defaults()))]
SelectedOfEvent = Annotated[
    Selection, Depends(_selecting(Defaults(NEAREST, vulnerable=True, high_risk=True)))
]


def selection_of(
    actor: Actor,
    asked: NearbyAsked,
    limits: StandingLimits,
    filter_: str | None,
    filter_lang: str,
) -> Selection:
    """Return what a body looks for.

    Raises:
        NotAllowed: naming the right that a kind needs.
        InvalidFilter: the filter can't be used for a kind.

    """
    picked = _kinds(actor, asked.kinds, KINDS)
    radius_m = _radius_m(asked.radius_m, asked.k)
    return Selection(
        picked,
        radius_m,
        _limit(asked.limit, asked.k),
        asked.k,
        asked.classes,
        asked.risk_classes,
        staff_of(limits, on_shift=asked.on_shift, max_age_s=asked.max_age_s),
        asked.covers,
        _vulnerable(radius_m, asked=asked.vulnerable, default=False),
        asked.responsible,
        {} if filter_ is None else conditions_of(actor, picked, filter_, filter_lang),
    )


def _radius_m(asked_m: float | None, nearest: int | None) -> float | None:
    return RADIUS_M if asked_m is None and nearest is None else asked_m


def _limit(asked: int | None, nearest: int | None) -> int:
    if asked is None:
        return LIMIT if nearest is None else LIMIT_MAX
    return min(asked, LIMIT_MAX)


def _vulnerable(radius_m: float | None, *, asked: bool | None, default: bool) -> bool:
    if asked and radius_m is None:
        raise InvalidRequest(
            "Vulnerable persons are counted within a radius: give one along with k."
        )
    return radius_m is not None and (default if asked is None else asked)

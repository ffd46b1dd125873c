"""Which things around a place a filter picks: those that their collection lists, filtered alike.

So a filter tells nothing that the list of the same things does not tell to who asks. A worker may
be around whom the list does not tell: he is filtered by what is told of him there, and no more.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement

from gis_gov.access.actor import Actor
from gis_gov.collection import Collection
from gis_gov.cql.compiler import compile_filter
from gis_gov.cql.kinds import Condition, Queryable
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import CRS84
from gis_gov.geo.bbox import BBox
from gis_gov.queryables import GEOMETRY, Names
from gis_gov.registry.collections import ENTERPRISES
from gis_gov.resources.collections import CAMERAS, CENTRES, POIS, WORKERS
from gis_gov.resources.near_queries import in_box

LISTED: Final[Mapping[str, Collection]] = {
    "camera": CAMERAS,
    "centre": CENTRES,
    "poi": POIS,
    "worker": WORKERS,
    "enterprise": ENTERPRISES,
}
"""The collection that lists the things of a kind."""
_TOLD_OF_WORKERS: Final = ("code", "name", "kind", "organisation", "seen_at", GEOMETRY)


def conditions_of(
    actor: Actor, kinds: Sequence[str], text: str, language: str
) -> dict[str, Condition]:
    """Make the condition of a filter for each kind.

    Raises:
        NotAllowed: naming the right to list a kind, or to see a property, that is lacking.
        InvalidFilter: it can't be used for one of the kinds; tells which, and why.

    """
    made: dict[str, Condition] = {}
    for kind in kinds:
        try:
            made[kind] = compile_filter(text, language, _names(actor, kind), CRS84)
        except InvalidFilter as error:
            raise InvalidFilter(f"of a {kind}: {error.fault}") from None
    return made


def _names(actor: Actor, kind: str) -> Mapping[str, Queryable]:
    names = Names(LISTED[kind], actor)
    if kind == "worker":
        return {name: names[name] for name in _TOLD_OF_WORKERS}
    actor.require(LISTED[kind].right)
    return names


def is_personal(kinds: Sequence[str]) -> bool:
    """Say whether a filter of some kinds may find out about people."""
    return any(LISTED[kind].personal for kind in kinds)


def picked(
    actor: Actor, kind: str, condition: Condition, key: ColumnElement[str], box: BBox
) -> Condition:
    """Hold for what is listed in a box of a kind, and meets a condition; `key` is its code."""
    collection = LISTED[kind]
    place = collection.shape(actor).expression
    current = [] if collection.current is None else [collection.current]
    listed = collection.rows(actor).where(condition, in_box(place, box), *current)
    # Its own tables, and not those of the query around it, which may be the same.
    return key.in_(listed.with_only_columns(collection.key).order_by(None).correlate(None))

"""The collections that are offered; nothing is published by itself."""

from collections.abc import Mapping
from typing import Final

from gis_gov.access.actor import Actor
from gis_gov.areas.collections import COLLECTIONS as AREAS
from gis_gov.collection import Collection
from gis_gov.events.collections import COLLECTIONS as EVENTS
from gis_gov.patrols.collections import COLLECTIONS as PATROLS
from gis_gov.problems import NotFound
from gis_gov.registry.collections import COLLECTIONS as REGISTRY
from gis_gov.resources.collections import COLLECTIONS as RESOURCES

COLLECTIONS: Final[Mapping[str, Collection]] = {
    each.name: each for each in (*AREAS, *REGISTRY, *RESOURCES, *EVENTS, *PATROLS)
}


class UnknownCollection(NotFound):
    """There is no collection of that name."""

    slug, title, status = "unknown-collection", "Unknown collection", 404


def collection_named(name: str, actor: Actor) -> Collection:
    """Find a collection that who asks may read.

    Raises:
        UnknownCollection: there is none of that name.
        NotAllowed: he has no right to it anywhere.

    """
    found = COLLECTIONS.get(name)
    if found is None:
        listed = ", ".join(COLLECTIONS)
        raise UnknownCollection(f"{name[:80]!r} is no collection; known: {listed}")
    actor.require(found.right)
    return found


def readable(actor: Actor) -> list[Collection]:
    """Return the collections that who asks may read."""
    return [each for each in COLLECTIONS.values() if actor.may(each.right)]

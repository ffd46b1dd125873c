"""The properties of a collection as filters and sorting may name them, for whoever asks."""

from collections.abc import Iterator, Mapping

from gis_gov.access.actor import Actor
from gis_gov.collection import Collection, Property
from gis_gov.cql.kinds import Queryable

GEOMETRY = "geometry"


class Names(Mapping[str, Queryable]):
    """Gives the queryables of a collection by name.

    To ask for one of which nothing may be seen is refused: NotAllowed.
    """

    def __init__(self, collection: Collection, actor: Actor) -> None:
        self._collection = collection
        self._actor = actor
        self._listed = {each.name: each for each in queryables(collection)}

    def __getitem__(self, name: str) -> Queryable:
        if name == GEOMETRY:
            return self._collection.shape(self._actor)
        return self._of(self._listed[name])

    def choices(self, name: str) -> tuple[str, ...]:
        """Return the values that a property can have, where they are listed."""
        return self._listed[name].choices

    def __iter__(self) -> Iterator[str]:
        yield from self._listed
        yield GEOMETRY

    def __len__(self) -> int:
        return len(self._listed) + 1

    def _of(self, told: Property) -> Queryable:
        if told.needs is not None:
            self._actor.require(told.needs)
        if told.expression is None:
            raise KeyError(told.name)
        return Queryable(told.kind, told.expression(self._actor))


def queryables(collection: Collection) -> list[Property]:
    """Return the properties by which a collection can be filtered and sorted."""
    return [each for each in collection.properties if each.expression is not None]

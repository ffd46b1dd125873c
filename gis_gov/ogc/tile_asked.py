"""What of the layers a request for tiles asks for: by properties, by time, by a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Request

from gis_gov.access.actor import Actor
from gis_gov.api import IntervalText, interval_in
from gis_gov.collection import Collection
from gis_gov.cql.compiler import compile_filter
from gis_gov.cql.kinds import Condition
from gis_gov.days import today
from gis_gov.interval import Interval as Span
from gis_gov.ogc import conditions as made
from gis_gov.ogc.crs import CRS84_URI
from gis_gov.ogc.filtered import FilterCrs, Filtered, FilterLanguage, FilterText, filtered_by
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.problems import InvalidRequest, UnknownParameter
from gis_gov.queryables import GEOMETRY, Names
from gis_gov.tiles.service import Layer, taken

OWN_PARAMETERS: Final = frozenset(
    {"collections", "datetime", "filter", "filter-lang", "filter-crs"}
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which things to draw, as it is written; `parameters` are those named as properties."""

    request: Request
    parameters: tuple[str, ...]
    interval: Span | None
    filtered: Filtered | None

    def __bool__(self) -> bool:
        """Say whether anything is chosen at all."""
        return bool(self.parameters or self.interval or self.filtered)

    @property
    def told(self) -> list[str]:
        """What the audit may know of it: by what was asked, never for which value."""
        return sorted(set(self.request.query_params) - {"collections"})

    @property
    def key(self) -> str:
        """What stands for all that is asked, today: ages and terms go by the day."""
        asked = sorted(self.request.query_params.multi_items())
        return sha256(repr((today(), asked)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A layer to draw: all of it, or the things of its collection for which conditions hold.

    `query` is what its own function is told besides which tile it is. Conditions hold for nothing
    that had ended before `since`.
    """

    layer: Layer
    collection: Collection | None = None
    conditions: Sequence[Condition] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether it is not the layer as everybody of the same rights has it."""
        return self.collection is not None or bool(self.query)

    @property
    def personal(self) -> bool:
        """Whether what is drawn is for the audit to know."""
        return self.layer.personal or (self.collection is not None and self.collection.personal)


async def _chosen(
    request: Request,
    interval: IntervalText = None,
    filter_: FilterText = None,
    filter_lang: FilterLanguage = "cql2-text",
    filter_crs: FilterCrs = CRS84_URI,
) -> Chosen:
    named = [each for each in request.query_params if each not in OWN_PARAMETERS]
    filtered = filtered_by(filter_, filter_lang, filter_crs)
    return Chosen(request, tuple(dict.fromkeys(named)), interval_in(interval), filtered)


Choice = Annotated[Chosen, Depends(_chosen)]


def chosen_by(asked: Mapping[str, str]) -> Chosen:
    """Take parameters as a request has them, its filter as CQL2 text."""
    request = Request({"type": "http", "query_string": urlencode(asked).encode()})
    named = tuple(each for each in asked if each not in OWN_PARAMETERS)
    filtered = filtered_by(asked.get("filter"), "cql2-text", CRS84_URI)
    return Chosen(request, named, interval_in(asked.get("datetime")), filtered)


def drawn_of(layers: Sequence[Layer], chosen: Chosen, actor: Actor) -> list[Drawn]:
    """Read which things of each layer to draw.

    A property by name holds for each layer that has it, a filter is for one layer alone.

    Raises:
        UnknownParameter: no layer has a property of that name.
        InvalidRequest: a value is not of the property's kind, or a filter is for several layers.
        InvalidFilter: the filter can't be used.
        NotAllowed: it asks by what is masked everywhere, or he may not read the collection.

    """
    if not chosen:
        return [Drawn(layer) for layer in layers]
    if chosen.filtered and len(layers) != 1:
        raise InvalidRequest.at("query.filter", f"is for one layer, not for {len(layers)}")
    known = {name for each in layers for name in _names(each, actor)}
    for name in chosen.parameters:
        if name not in known:
            listed = ", ".join(sorted(OWN_PARAMETERS | known))
            raise UnknownParameter(
                f"{name[:80]!r} is not known here; known: {listed}", parameter=name
            )
    return [_drawn(layer, chosen, actor) for layer in layers]


def _names(layer: Layer, actor: Actor) -> set[str]:
    """Return by what the things of a layer are chosen."""
    collection = COLLECTIONS.get(layer.collection)
    properties = set() if collection is None else {*Names(collection, actor)}
    return (properties | layer.takes) - {GEOMETRY, "datetime"}


def _drawn(layer: Layer, chosen: Chosen, actor: Actor) -> Drawn:
    collection = COLLECTIONS.get(layer.collection)
    if collection is not None:
        return _drawn_of(layer, collection, chosen, actor)
    if chosen.filtered is not None:
        raise InvalidRequest.at("query.filter", f"{layer.name} have no filter")
    return Drawn(layer, query=taken(layer, chosen.interval, chosen.request.query_params))


def _drawn_of(layer: Layer, collection: Collection, chosen: Chosen, actor: Actor) -> Drawn:
    names = Names(collection, actor)
    asked = chosen.request.query_params
    others = OWN_PARAMETERS | {each for each in chosen.parameters if each not in names}
    conditions = made.by_parameters(asked, others, names)
    interval = None if collection.times is None else chosen.interval
    if interval is not None:
        conditions.append(made.during(interval, collection, names))
    if chosen.filtered is not None:
        filtered = chosen.filtered
        conditions.append(compile_filter(filtered.text, filtered.language, names, filtered.frame))
    if not conditions:
        return Drawn(layer)
    actor.require(collection.right)
    if collection.current is not None and interval is None:
        conditions.append(collection.current)
    return Drawn(layer, collection, conditions, since=interval and interval.since)

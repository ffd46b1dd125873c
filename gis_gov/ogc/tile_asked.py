"""What of the layers a request for tiles asks for: by properties, by time, by a filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from gis_gov.access.actor import Actor
from gis_gov.api import IntervalText, interval_in
from gis_gov.collection import Collection
from gis_gov.cql.compiler import compile_filter
from gis_gov.cql.kinds import Condition
from gis_gov.interval import Interval as Span
from gis_gov.ogc import conditions as made
from gis_gov.ogc.asked import FilterCrs, Filtered, FilterLanguage, FilterText, filtered_by
from gis_gov.ogc.crs import CRS84_URI
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.problems import InvalidRequest, UnknownParameter
from gis_gov.queryables import GEOMETRY, Names
from gis_gov.tiles.service import Layer

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


@dataclass(frozen=True, slots=True)
class Drawn:
    """A layer to draw: all of it, or the things of its collection for which conditions hold."""

    layer: Layer
    collection: Collection | None = None
    conditions: Sequence[Condition] = ()

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
    collections = {layer.name: COLLECTIONS[layer.collection] for layer in layers}
    known = {name for each in collections.values() for name in Names(each, actor)} - {GEOMETRY}
    for name in chosen.parameters:
        if name not in known:
            listed = ", ".join(sorted({*OWN_PARAMETERS, *known}))
            raise UnknownParameter(
                f"{name[:80]!r} is not known here; known: {listed}", parameter=name
            )
    return [_drawn(layer, collections[layer.name], chosen, actor) for layer in layers]


def _drawn(layer: Layer, collection: Collection, chosen: Chosen, actor: Actor) -> Drawn:
    names = Names(collection, actor)
    asked = chosen.request.query_params
    others = OWN_PARAMETERS | {each for each in chosen.parameters if each not in names}
    conditions = made.by_parameters(asked, others, names)
    is_timed = chosen.interval is not None and collection.times is not None
    if chosen.interval is not None and is_timed:
        conditions.append(made.during(chosen.interval, collection, names))
    if chosen.filtered is not None:
        filtered = chosen.filtered
        conditions.append(compile_filter(filtered.text, filtered.language, names, filtered.frame))
    if not conditions:
        return Drawn(layer)
    actor.require(collection.right)
    if collection.current is not None and not is_timed:
        conditions.append(collection.current)
    return Drawn(layer, collection, conditions)

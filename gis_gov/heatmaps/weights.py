"""By what the things of a layer can be weighed, and which collection tells of them one by one."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Double, case, cast

from gis_gov.access.actor import Actor
from gis_gov.collection import Collection
from gis_gov.cql.kinds import Condition
from gis_gov.events.collections import EVENTS
from gis_gov.events.tables import EVENT_LEVELS
from gis_gov.patrols.collections import POSITIONS
from gis_gov.registry.collections import ADDRESSES, ENTERPRISES, HOUSES, PERSONS
from gis_gov.registry.tables import house
from gis_gov.resources.collections import CAMERAS, CENTRES, POIS, WORKERS

LISTED: Final[Mapping[str, tuple[Collection, Condition | None]]] = {
    "persons": (PERSONS, None),
    "houses": (HOUSES, None),
    "buildings": (HOUSES, house.c.kind == "building"),
    "dwellings": (HOUSES, house.c.kind == "dwelling"),
    "enterprises": (ENTERPRISES, None),
    "addresses": (ADDRESSES, None),
    "events": (EVENTS, None),
    "cameras": (CAMERAS, None),
    "centres": (CENTRES, None),
    "pois": (POIS, None),
    "positions": (POSITIONS, None),
    "workers": (WORKERS, None),
}
"""The collection that lists the things of a layer, and which of its rows those are."""

_OF_HOUSES: Final = {
    "floors": "Floors",
    "height_m": "Height, metres",
    "area_m2": "Area, square metres",
}
WEIGHTS: Final[Mapping[str, Mapping[str, str]]] = {
    **dict.fromkeys(("houses", "buildings", "dwellings"), _OF_HOUSES),
    "events": {"level": "Level that handles it: 1 for the grid to 4 for the district"},
    "cameras": {"range_m": "Range, metres"},
    "positions": {"speed_mps": "Speed, metres a second"},
}
"""The weights of each layer that has any: properties of its collection, and what they say."""

_RANKS: Final = {level: rank for rank, level in enumerate(EVENT_LEVELS, 1)}


def weight_of(layer: str, name: str, actor: Actor) -> ColumnElement[float]:
    """Return what a thing weighs, as who asks may see it; null for what weighs nothing."""
    collection, _ = LISTED[layer]
    found = collection.by_name[name].expression
    if found is None:
        raise ValueError(f"{layer} cannot be weighed by {name}")
    told = found(actor)
    if name == "level":
        told = case(*((told == level, rank) for level, rank in _RANKS.items()))
    return cast(told, Double)

"""What of a collection a request asks for: its parameters, read into conditions and an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from shapely import box
from shapely.geometry.base import BaseGeometry

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.permit import may
from gis_gov.api import Interval
from gis_gov.collection import Celled, Collection
from gis_gov.counting.fences import reads_things
from gis_gov.cql.compiler import compile_filter
from gis_gov.cql.kinds import Condition
from gis_gov.cql.shapes import Frame, constant
from gis_gov.formats.known import FORMATS, FormatName
from gis_gov.geo.bbox import BBox
from gis_gov.ogc import conditions as made
from gis_gov.ogc.celled_queries import Inside, cell_key
from gis_gov.ogc.crs import CRS84_URI, frame_of
from gis_gov.ogc.filtered import Filter
from gis_gov.ogc.forms import FEATURES, form_of
from gis_gov.ogc.registered import collection_named
from gis_gov.ogc.sorting import SortKey, parse_sorting
from gis_gov.problems import InvalidRequest
from gis_gov.queryables import Names

MapReader = Annotated[Actor, may(Permission.MAP_READ)]
Name = Annotated[
    str,
    Path(alias="collection", max_length=64, description="Name of a collection", examples=["grids"]),
]
OWN_PARAMETERS: Final = frozenset(
    {
        "bbox",
        "bbox-crs",
        "crs",
        "datetime",
        "filter",
        "filter-lang",
        "filter-crs",
        "sortby",
        "properties",
        "limit",
        "after",
        "offset",
        "skipGeometry",
        "f",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """In which CRS and in which form to answer, and whether with shapes."""

    uri: str
    frame: Frame
    form: str
    has_shapes: bool


@dataclass(frozen=True, slots=True)
class Boxed:
    """A box, as it is written, and what its numbers are in."""

    text: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a collection; `told` is what the audit may know of it: no values.

    All conditions hold for an item, and one of `ways`, if there are any.
    """

    collection: Collection
    conditions: list[Condition]
    ways: list[Condition]
    inside: Inside | None
    keys: list[SortKey]
    kept: frozenset[str] | None
    told_as: Told
    told: Mapping[str, Any]


AnswerCrs = Annotated[
    str, Query(max_length=128, description="URI of the CRS to answer in", examples=[CRS84_URI])
]


def _true_or_false(text: object) -> object:
    # Else `yes`, `on` and `1` are true, too: the standard knows two words alone.
    if isinstance(text, str) and text not in {"true", "false"}:
        raise PydanticCustomError("true_or_false", "is true or false")
    return text


SkipGeometry = Annotated[
    bool,
    BeforeValidator(_true_or_false),
    Query(alias="skipGeometry", description="Answer `geometry` as null"),
]


async def _told(
    request: Request,
    crs: AnswerCrs = CRS84_URI,
    f: Annotated[
        Literal["json", "geojson", "html"] | None,
        Query(description="GeoJSON, or a page to read; without it, as `Accept` prefers"),
    ] = None,
    skip_geometry: SkipGeometry = False,
) -> Told:
    form = form_of(request, "geojson" if f == "json" else f, FEATURES)
    return Told(crs, frame_of(crs, "crs"), form, not skip_geometry)


async def _boxed(
    bbox: Annotated[
        str | None,
        Query(
            max_length=256,
            description="West,south,east,north, or in the axis order of `bbox-crs`",
            examples=["113.2,22.8,113.4,23"],
        ),
    ] = None,
    bbox_crs: Annotated[
        str,
        Query(
            alias="bbox-crs",
            max_length=128,
            description="URI of the CRS of `bbox`",
            examples=[CRS84_URI],
        ),
    ] = CRS84_URI,
) -> Boxed | None:
    frame = frame_of(bbox_crs, "bbox-crs")
    return None if bbox is None else Boxed(bbox, frame)


_ITEMS: Final = {
    **FEATURES,
    **{name: each.plain_type for name, each in FORMATS.items()},
}


async def _items_told(
    request: Request,
    crs: AnswerCrs = CRS84_URI,
    f: Annotated[
        Literal["json", "geojson", "html", FormatName] | None,
        Query(
            description="A page of them as GeoJSON or to read, or all that fit as a file; without"
            " it, as `Accept` prefers"
        ),
    ] = None,
    skip_geometry: SkipGeometry = False,
) -> Told:
    form = form_of(request, "geojson" if f == "json" else f, _ITEMS)
    return Told(crs, frame_of(crs, "crs"), form, not skip_geometry)


ToldAs = Annotated[Told, Depends(_told)]
ItemsToldAs = Annotated[Told, Depends(_items_told)]


@dataclass(frozen=True, slots=True)
class Shaped:
    """In what order items are told, and which of their properties, as it is written."""

    sortby: str | None
    properties: str | None


async def _shaped(
    sortby: Annotated[
        str | None,
        Query(
            max_length=512,
            description="`name,-code`: by name, then by code from the end",
            examples=["-code"],
        ),
    ] = None,
    properties: Annotated[
        str | None,
        Query(
            max_length=1024,
            description="The properties to answer, with commas between",
            examples=["code"],
        ),
    ] = None,
) -> Shaped:
    return Shaped(sortby, properties)


async def asked_items(
    request: Request,
    actor: MapReader,
    name: Name,
    interval: Interval,
    boxed: Annotated[Boxed | None, Depends(_boxed)],
    filtered: Filter,
    shaped: Annotated[Shaped, Depends(_shaped)],
    told_as: ItemsToldAs,
) -> Asked:
    """Read a request for the items of a collection."""
    collection = collection_named(name, actor)
    names = Names(collection, actor)
    conditions = made.by_parameters(request.query_params, OWN_PARAMETERS, names)
    if interval is not None:
        conditions.append(made.during(interval, collection, names))
    if collection.current is not None and (interval is None or collection.times is None):
        conditions.append(collection.current)
    if filtered is not None:
        conditions.append(compile_filter(filtered.text, filtered.language, names, filtered.frame))
    ways, inside = [], None
    keys = parse_sorting(shaped.sortby, names, collection.key)
    if boxed is not None:
        shape = made.box_of(boxed.text, boxed.frame)
        ways = made.in_box(shape, names)
        celled = None if shaped.sortby or not collection.celled else collection.celled(actor)
        if celled is not None:
            is_all = all(each is collection.current for each in conditions)
            is_counted = is_all and _is_counted(collection, celled, shape, actor)
            layer = collection.name if is_counted else None
            inside = Inside(BBox(*shape.bounds), constant(shape), ways[0], celled, layer)
            keys = [cell_key(celled), *keys]
    return Asked(
        collection,
        conditions,
        ways,
        inside,
        keys,
        None if shaped.properties is None else _kept(shaped.properties, collection),
        told_as,
        {"collection": collection.name, "parameters": sorted(set(request.query_params))},
    )


def _is_counted(collection: Collection, celled: Celled, shape: BaseGeometry, actor: Actor) -> bool:
    """Say whether kept counts in a box are of the collection's things that lie in a shape."""
    # What has a place of its own may lie elsewhere than where it is counted.
    is_there = celled.apart is None and shape.equals(box(*shape.bounds))
    return is_there and reads_things(actor, collection.name)


def _kept(properties: str, collection: Collection) -> frozenset[str]:
    wanted = properties.split(",") if properties else []
    for each in wanted:
        if each not in collection.by_name:
            listed = ", ".join(collection.by_name)
            raise InvalidRequest.at(
                "query.properties", f"{each[:80]!r} is no property; known: {listed}"
            )
    return frozenset(wanted)

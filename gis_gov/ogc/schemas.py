"""What the routes of the OGC API answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.ogc.examples import COLLECTION, COLLECTIONS, CONFORMS, FUNCTIONS, ITEM, ITEMS


def _example(value: object) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": value})  # type: ignore[dict-item]


class Link(BaseModel):
    """A link (RFC 8288)."""

    href: str
    rel: str
    type: str
    title: str


class Conformance(BaseModel):
    """The classes of the standards that are met."""

    model_config = _example(CONFORMS)

    conforms_to: list[str] = Field(alias="conformsTo")


class Argument(BaseModel):
    """An argument of a function, of one of the types."""

    title: str
    description: str | None = None
    type: list[str]


class Function(BaseModel):
    """A function that filters may call."""

    name: str
    description: str | None = None
    arguments: list[Argument]
    returns: list[str]


class Functions(BaseModel):
    """The functions that filters may call."""

    model_config = _example(FUNCTIONS)

    functions: list[Function]


class CollectionDocument(BaseModel):
    """One collection."""

    model_config = _example(COLLECTION)

    id: str
    title: str
    description: str
    item_type: Literal["feature"] = Field(alias="itemType")
    crs: list[str] = Field(description="URIs of the CRS in which it can be asked for")
    storage_crs: str = Field(alias="storageCrs")
    extent: dict[str, Any] | None = None
    links: list[Link]


class Collections(BaseModel):
    """The collections that you may read."""

    model_config = _example(COLLECTIONS)

    links: list[Link]
    crs: list[str]
    collections: list[CollectionDocument]


class Item(BaseModel):
    """One feature of a collection; `queryables` lists its properties."""

    model_config = _example(ITEM)

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] | None = None


class Items(BaseModel):
    """A page of features."""

    model_config = _example(ITEMS)

    type: Literal["FeatureCollection"]
    features: list[Item]
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    number_returned: int = Field(alias="numberReturned")
    number_matched: int | None = Field(
        None, alias="numberMatched", description="Left out above 10,000"
    )

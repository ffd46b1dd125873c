"""What the routes of the OGC API answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Link(BaseModel):
    """A link (RFC 8288)."""

    href: str
    rel: str
    type: str
    title: str


class Landing(BaseModel):
    """Where everything of the API is."""

    title: str
    description: str
    links: list[Link]


class Conformance(BaseModel):
    """The classes of the standards that are met."""

    model_config = ConfigDict(populate_by_name=True)

    conforms_to: list[str] = Field(alias="conformsTo")


class CollectionDocument(BaseModel):
    """One collection."""

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

    links: list[Link]
    crs: list[str]
    collections: list[CollectionDocument]


class Item(BaseModel):
    """One feature of a collection; its properties are what `queryables` and the guide list."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] | None = None


class Items(BaseModel):
    """A page of features."""

    type: Literal["FeatureCollection"]
    features: list[Item]
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    number_returned: int = Field(alias="numberReturned")
    number_matched: int | None = Field(
        None, alias="numberMatched", description="Left out above 10,000"
    )

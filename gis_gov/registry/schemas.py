"""What the routes of persons, houses and enterprises take and answer."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.registry.examples import ENTERPRISE, HOUSE, PERSON, REVEAL, REVEALED, SEARCH, page

REASON_MIN, REASON_MAX = 4, 200
FIELDS = ("id_number", "phone", "name", "room", "class")

RevealedField = Literal["id_number", "phone", "name", "room", "class"]
Masked = Annotated[
    list[str], Field(description="The properties that are masked or left out for who asks")
]
Code = Annotated[str, Field(description="Natural key")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


def _example(value: object) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": value})  # type: ignore[dict-item]


class Point(_Strict):
    """A GeoJSON point."""

    type: Literal["Point"]
    coordinates: tuple[float, float] = Field(description="Longitude, latitude (CRS84)")


class PersonProperties(_Strict):
    """What is told of a person; what who asks may not see is masked or null."""

    code: Code
    name: str = Field(description="张* where it is masked")
    sex: Literal["male", "female", "unknown"]
    birth_year: int | None
    birth_date: date | None = Field(description="Only along with the ID number")
    id_number: str | None = Field(description="110****002X where it is masked")
    phone: str | None = Field(description="138****8000 where it is masked")
    person_class: Literal["service", "control", "rely", "other"] | None
    tags: list[str] | None
    address: str | None = Field(description="Cut at the building where it is masked")
    address_code: str | None
    house_code: str | None
    grid_code: str | None
    area_code: str | None
    masked: Masked


class PersonFeature(_Strict):
    """A person, at the own address, or at the middle of the grid where that is all who asks has."""

    model_config = _example(PERSON)

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: PersonProperties


class Persons(_Strict):
    """A page of persons."""

    model_config = _example(page(PERSON))

    type: Literal["FeatureCollection"]
    features: list[PersonFeature]
    next: str | None = Field(description="Where the next page is, null on the last")


class HouseProperties(_Strict):
    """What is told of a building, or of a dwelling to whoever may see rooms."""

    code: Code
    name: str | None
    kind: Literal["building", "dwelling"]
    parent_code: str | None = Field(description="The building of a dwelling")
    usage: str | None
    floors: int | None
    height_m: float | None
    area_m2: float | None
    address: str | None = Field(description="Cut at the building where it is masked")
    address_code: str | None
    grid_code: str | None
    area_code: str | None
    masked: Masked


class HouseFeature(_Strict):
    """A house: its footprint, else the point of its address."""

    model_config = _example(HOUSE)

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: HouseProperties


class Houses(_Strict):
    """A page of houses."""

    model_config = _example(page(HOUSE))

    type: Literal["FeatureCollection"]
    features: list[HouseFeature]
    next: str | None = Field(description="Where the next page is, null on the last")


class EnterpriseProperties(_Strict):
    """What is told of an enterprise; its contact is a person."""

    code: Code
    name: str
    uscc: str | None = Field(description="Unified social credit code")
    category: str | None
    risk_class: str | None
    contact_name: str | None
    phone: str | None
    address: str | None
    address_code: str | None
    grid_code: str | None
    area_code: str | None
    masked: Masked


class EnterpriseFeature(_Strict):
    """An enterprise at its address."""

    model_config = _example(ENTERPRISE)

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: EnterpriseProperties


class Enterprises(_Strict):
    """A page of enterprises."""

    model_config = _example(page(ENTERPRISE))

    type: Literal["FeatureCollection"]
    features: list[EnterpriseFeature]
    next: str | None = Field(description="Where the next page is, null on the last")


class Search(_Strict):
    """Whom to look for; in the body, so that it stands in no log."""

    model_config = _example(SEARCH)

    id_number: str | None = Field(None, min_length=1, max_length=64)
    phone: str | None = Field(None, min_length=1, max_length=64)


class Reveal(_Strict):
    """Which masked fields are asked for, and why."""

    model_config = _example(REVEAL)

    fields: Annotated[list[RevealedField], Field(min_length=1, max_length=len(FIELDS))]
    reason: str = Field(
        min_length=REASON_MIN, max_length=REASON_MAX, description="Kept in the audit"
    )


class Revealed(_Strict):
    """The fields as they are; null where there is no value."""

    model_config = _example(REVEALED)

    code: Code
    id_number: str | None = None
    phone: str | None = None
    name: str | None = None
    room: str | None = Field(None, description="The whole address")
    person_class: str | None = Field(None, alias="class")

"""What the features of a collection are made of, as JSON Schema: what is told, what is written."""

from typing import Any, Final, Literal

from gis_gov.collection import Collection, Property
from gis_gov.cql.kinds import Kind
from gis_gov.ingest.spec import Field, Type
from gis_gov.ogc.service import geometry_schema, schema_of
from gis_gov.ogc.writable import WRITABLE, Writable
from gis_gov.queryables import GEOMETRY

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SchemaType = Literal["create", "replace"]
_UNITS: Final = {"_m": "m", "_m2": "m2", "_deg": "deg"}


def schema_document(base: str, collection: Collection) -> dict[str, Any]:
    """Tell the properties of a collection's features; those that can't be written are readOnly."""
    writable = WRITABLE.get(collection.name)
    properties = {each.name: _property(each, writable) for each in collection.properties}
    properties[GEOMETRY] = {
        **geometry_schema(collection),
        "x-ogc-role": "primary-geometry",
        **({} if writable and writable.has_shape else {"readOnly": True}),
    }
    return {
        "$schema": DIALECT,
        "$id": f"{base}/collections/{collection.name}/schema",
        "type": "object",
        "title": f"{collection.title_zh} {collection.title}",
        "properties": properties,
        "required": ["code", *_required(collection, writable)],
        "additionalProperties": False,
    }


def body_schema(base: str, collection: Collection, wanted: SchemaType) -> dict[str, Any]:
    """Tell what a GeoJSON feature has to be, to be created, or to replace another.

    What follows from others may be sent back, and is ignored.
    """
    document = schema_document(base, collection)
    told = document["properties"]
    writable = WRITABLE.get(collection.name)
    values = {
        name: _or_null(each) if name not in _required(collection, writable) else each
        for name, each in told.items()
        if name != GEOMETRY
    }
    return {
        "$schema": DIALECT,
        "$id": f"{document['$id']}?type={wanted}",
        "type": "object",
        "title": document["title"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": ["string", "number"]},
            GEOMETRY: {"type": ["object", "null"]},
            "properties": {
                "type": "object",
                "properties": {**values, "masked": {"type": "array"}},
                "required": [
                    *(["code"] if wanted == "create" and writable and writable.is_boundary else ()),
                    *_required(collection, writable),
                ],
                "additionalProperties": False,
            },
            "links": {"type": "array"},
            "bbox": {"type": "array"},
        },
        "required": ["type", GEOMETRY, "properties"],
        "additionalProperties": False,
    }


def _required(collection: Collection, writable: Writable | None) -> list[str]:
    """Name what whoever writes has to tell; but for boundaries, a code is made if none is told."""
    written = writable.written(collection) if writable else {}
    return [name for name, each in written.items() if each.required and name != "code"]


def _property(told: Property, writable: Writable | None) -> dict[str, Any]:
    made = schema_of(told)
    if told.name == "code":
        made["x-ogc-role"] = "id"
    unit = next((unit for ending, unit in _UNITS.items() if told.name.endswith(ending)), None)
    if unit and told.kind is Kind.NUMBER:
        made["x-ogc-unit"] = unit
    field = writable.field_of(told) if writable else None
    return {**made, **(_limits(field) if field else {"readOnly": True})}


def _limits(field: Field) -> dict[str, Any]:
    if field.type is Type.BEARING:
        return {"minimum": 0, "exclusiveMaximum": 360}
    told = {"minimum": field.low, "maximum": field.high}
    return {name: value for name, value in told.items() if value is not None}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    made = {**schema, "type": [schema["type"], "null"]}
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made

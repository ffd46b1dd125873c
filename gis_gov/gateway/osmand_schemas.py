"""What OsmAnd and Traccar Client tell, for the OpenAPI document, and what they are answered."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_FIELDS: Final[dict[str, tuple[str, Any, str]]] = {
    "id": ("string", "W0012.9f1c0a7be2d34851c6aa", "`code.secret`, as `device add` prints it"),
    "lat": ("number", 22.938, "Latitude, degrees"),
    "lon": ("number", 113.3641, "Longitude, degrees"),
    "timestamp": ("integer", 1767573000, "Seconds since 1970"),
    "accuracy": ("number", 8.5, "Metres"),
    "altitude": ("number", 12, "Metres"),
    "speed": ("number", 2.3, "Knots"),
    "bearing": ("number", 90, "Degrees from north"),
}
_REQUIRED: Final = ("id", "lat", "lon", "timestamp")
_FORM_SCHEMA: Final = {
    "type": "object",
    "required": list(_REQUIRED),
    "properties": {
        name: {"type": kind, "description": said} for name, (kind, _, said) in _FIELDS.items()
    },
}
_TOLD_JSON: Final = {
    "device_id": "W0012.9f1c0a7be2d34851c6aa",
    "location": {
        "timestamp": "2026-01-05T00:30:00.000Z",
        "coords": {"latitude": 22.938, "longitude": 113.3641, "accuracy": 8.5, "speed": 1.2},
        "battery": {"level": 0.8, "is_charging": False},
    },
}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "content": {
            FORM: {
                "schema": _FORM_SCHEMA,
                "example": {name: example for name, (_, example, _) in _FIELDS.items()},
            },
            JSON: {
                "schema": {"type": "object", "description": "As Traccar Client 9 tells it"},
                "example": _TOLD_JSON,
            },
        }
    }
}
QUERY: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": name in _REQUIRED,
            "description": said,
            "schema": {"type": kind},
            "example": example,
        }
        for name, (kind, example, said) in _FIELDS.items()
    ]
}


class PhoneTaken(BaseModel):
    """What became of a fix; the app may forget it in any case."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"stored": 1, "repeated": 0, "refused": None}}
    )

    stored: int = Field(description="1 if it was new; it is committed")
    repeated: int = Field(description="1 if it was there already")
    refused: Literal["unreadable", "zero_coordinates", "too_old", "too_new", "off_shift"] | None = (
        Field(description="Why it is not stored, nor ever will be")
    )

"""What the OpenAPI document says of every route: its problems, as they are answered."""

from typing import Any

from fastapi import FastAPI

from gis_gov.problems import MEDIA_TYPE, Problem

SCHEMA = {
    "title": "Problem",
    "description": "An error (RFC 9457). Some kinds have more members than these.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The kind: `urn:gis-gov:problem:<slug>`"},
        "title": {"type": "string", "description": "The kind in words; the same each time"},
        "status": {"type": "integer", "description": "The HTTP status"},
        "detail": {"type": "string", "description": "What is wrong here, and how to mend it"},
    },
    "example": {
        "type": "urn:gis-gov:problem:invalid-request",
        "title": "The request is not valid",
        "status": 400,
        "detail": "query.lat: Input should be less than or equal to 90",
        "errors": [{"where": "query.lat", "what": "Input should be less than or equal to 90"}],
    },
}
_CONTENT: dict[str, Any] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

Responses = dict[int | str, dict[str, Any]]

ANY_PROBLEM: Responses = {"default": {"description": "A problem", "content": _CONTENT}}
"""For `APIRouter(responses=…)`: whatever goes wrong is a problem; also replaces FastAPI's 422."""


def problems(*kinds: type[Problem]) -> Responses:
    """Declare the problems that a route can answer, for its `responses`."""
    declared: Responses = {}
    for kind in kinds:
        said = f"`{kind.slug}`: {kind.title}"
        entry = declared.setdefault(kind.status, {"description": said, "content": _CONTENT})
        if said not in entry["description"]:
            entry["description"] += f"; {said}"
    return declared


def install(app: FastAPI) -> None:
    """Add to the document of `app` the schema that `problems` and ANY_PROBLEM refer to."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = SCHEMA
        return document

    app.openapi = openapi  # type: ignore[method-assign]

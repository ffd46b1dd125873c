"""The OpenAPI document: committed, valid, and complete for every route."""

import json
import re
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.routing import APIRoute

from gis_gov import app as application
from gis_gov.access.permit import is_open
from tests.contracts.openapi_document import COMMITTED, made

DOCUMENT = json.loads(made())
BINARY = {
    "image/png",
    "image/svg+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.apache.arrow.stream",
    "application/vnd.mapbox-vector-tile",
    "application/vnd.apache.parquet",
    "application/flatgeobuf",
    "application/geopackage+sqlite3",
    "application/vnd.gis-gov.positions",
    "application/vnd.ant.fit",
}


OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_committed_document_is_this_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == made(), (
        "the API has changed; look at what has, then: python -m tests.contracts.openapi_document"
    )


def test_it_is_a_valid_document() -> None:
    OpenAPI.model_validate(DOCUMENT)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', made())):
        place: Any = DOCUMENT
        for step in reference.split("/"):
            place = place[step]


def test_no_route_answers_fastapi_s_own_errors() -> None:
    assert "HTTPValidationError" not in made()
    assert '"422"' not in made()


OPEN = {
    (method, route.path_format)
    for router in application.ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and is_open(route)
    for method in route.methods or ()
}


@pytest.mark.parametrize(
    ("method", "path"),
    [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods],
)
def test_every_route_but_the_open_ones_says_how_to_sign_in(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    if (method, path) in OPEN:
        assert operation["security"] == []
        return
    page = {} if method in {"GET", "OPTIONS"} else {"page": []}
    assert operation["security"] == [{"key": []}, {"session": [], **page}]
    assert "`sign-in-needed`" in operation["responses"]["401"]["description"]
    # Who is signed in may always know so.
    if (method, path) != ("GET", "/session"):
        assert "403" in operation["responses"]
    if page:
        assert "`forged-request`" in operation["responses"]["403"]["description"]


def test_the_ways_to_sign_in_are_those_that_the_server_takes() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert schemes["key"]["scheme"] == "bearer"
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "gis_gov_session")
    assert (schemes["page"]["in"], schemes["page"]["name"]) == ("header", "x-csrf-token")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        place: Any = DOCUMENT
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        schema = place
    return schema


def has_example(told: dict[str, Any]) -> bool:
    """Tell whether a parameter or a body has an example, or only values that are listed."""
    schema = resolved(told.get("schema", {}))
    listed = [schema, *map(resolved, schema.get("anyOf", []))]
    return any({"example", "examples", "enum"} & each.keys() for each in (told, *listed))


@pytest.mark.parametrize("operation", OPERATIONS)
class TestEachOperation:
    def test_it_says_what_it_does(self, operation: dict[str, Any]) -> None:
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]

    def test_it_describes_its_parameters(self, operation: dict[str, Any]) -> None:
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), parameter["name"]

    def test_it_has_examples(self, operation: dict[str, Any]) -> None:
        for parameter in operation.get("parameters", []):
            assert "default" in parameter["schema"] or has_example(parameter), parameter["name"]
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for media_type, told in body.get("content", {}).items():
                assert media_type in BINARY or has_example(told), media_type

    def test_every_answer_has_a_description_and_a_type(self, operation: dict[str, Any]) -> None:
        for status, answer in operation["responses"].items():
            assert answer["description"]
            if status not in {"204", "303", "304"}:
                assert answer.get("content") or "Allow" in answer["headers"], status

    def test_errors_are_problems(self, operation: dict[str, Any]) -> None:
        errors = [s for s in operation["responses"] if s == "default" or s.startswith(("4", "5"))]
        assert "default" in errors
        for status in errors:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]

"""OGC API Features, part 1: the definition by OpenAPI 3.0."""

from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.ogc.conformance.api import GEOJSON, HTML, JSON, Api, rels
from tests.ogc.conformance.operations import Asked, Operation, is_of, reading

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"


def definition(api: Api) -> dict[str, Any]:
    return api.told("/api", OPENAPI)


def operations(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in definition(api)["paths"].items()
        for method, operation in methods.items()
    ]


def check_successes(api: Api, operation: Operation) -> None:
    """What is answered, in whatever form, is told."""
    for accept in (JSON, HTML, GEOJSON, "*/*", "text/nothing"):
        answer = api.get(operation.address, accept)
        assert answer.is_success
        assert operation.describes(answer), (operation.path, accept)
        if "etag" in answer.headers:
            known = {"accept": accept, "if-none-match": answer.headers["etag"]}
            again = api.client.get(operation.address, headers=known)
            assert again.status_code == 304
            assert operation.describes(again), operation.path


def check_problems(api: Api, operation: Operation) -> None:
    """What is refused, for whatever reason, is told."""
    wrong = [api.get(operation.address, nobody="1"), api.get(operation.address, f="nothing")]
    if operation.document["security"]:
        asked = api.client.build_request("GET", operation.address)
        del asked.headers["authorization"]
        wrong.append(api.client.send(asked))
        assert wrong[-1].status_code == 401
    if "{collection}" in operation.path:
        wrong.append(api.get(operation.address.replace("/grids", "/nothing", 1)))
        assert wrong[-1].status_code == 404
    for answer in wrong:
        assert answer.is_client_error
        assert answer.headers["content-type"] == PROBLEM
        assert operation.describes(answer), (operation.path, answer.status_code)


def check_done(api: Api, operation: Operation) -> None:
    """What is told, is done: each form, each value that is shown, each that is listed."""
    for media_type in operation.document["responses"]["200"]["content"]:
        answer = api.get(operation.address, media_type)
        assert answer.is_success, (operation.path, media_type)
        assert not answer.content or is_of(answer, media_type), operation.path
    for parameter in operation.parameters:
        example = parameter.get("example", parameter["schema"].get("example"))
        # A token is of the page before, which test_core_features.py follows.
        if example is not None and parameter["name"] != "after":
            asked = written(operation, parameter["name"], example)
            told = api.client.get(operation.address, params=asked)
            assert told.status_code in {200, 204}, (operation.path, asked)
    for name, value in enumerated(operation):
        answer = api.get(operation.address.replace("WebMercatorQuad", value))
        assert answer.is_success, (operation.path, name, value)


def test_oas30_completeness(api: Api) -> None:
    for method, path, operation in operations(api):
        assert operation["responses"], (method, path)
        for status, answer in operation["responses"].items():
            told = answer.get("content")
            bodiless = status in {"204", "303", "304"} or method == "options"
            assert told or bodiless, (method, path, status)
    for operation in reading(api):
        check_successes(api, operation)


def test_oas30_exceptions_codes(api: Api) -> None:
    for method, path, operation in operations(api):
        assert PROBLEM in operation["responses"]["default"]["content"], (method, path)
    items = definition(api)["paths"]["/collections/{collection}/items"]["get"]["responses"]
    assert {"200", "400", "401", "403", "404", "default"} <= items.keys()
    for operation in reading(api):
        check_problems(api, operation)


def test_oas30_oas_definition_1(api: Api) -> None:
    check_definition(api)


def test_oas30_oas_definition_2(api: Api) -> None:
    check_valid(api)


def check_definition(api: Api) -> None:
    """The definition is there for machines and for people."""
    landing = api.told("/")
    (link,) = [each for each in rels(landing, "service-desc") if each["type"] == OPENAPI]
    answer = api.get(link["href"], OPENAPI)
    assert (answer.status_code, answer.headers["content-type"]) == (200, OPENAPI)
    (page,) = rels(landing, "service-doc")
    told = api.get(page["href"], HTML)
    assert (told.status_code, page["type"]) == (200, HTML)
    assert told.headers["content-type"].startswith(HTML)


def check_valid(api: Api) -> None:
    document = definition(api)
    assert document["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(document).validate()


def test_oas30_oas_impl(api: Api) -> None:
    """What is written is tried in test_crud.py."""
    for operation in reading(api):
        check_done(api, operation)
    paths = definition(api)["paths"]
    for each in api.collections():
        told = paths[f"/collections/{each['id']}/items"]["get"]["parameters"]
        named = {parameter["name"] for parameter in told}
        simple = {
            name
            for name, schema in api.queryables(each["id"]).items()
            if schema.get("type", "array") != "array"
        }
        assert simple <= named


def written(operation: Operation, name: str, example: Any) -> dict[str, str]:
    text = ",".join(map(str, example)) if isinstance(example, list) else str(example)
    return {**Asked(operation, name, text, None).others, name: text}


def enumerated(operation: Operation) -> Iterator[tuple[str, str]]:
    """List the values of the parameters of the path that are listed."""
    for each in operation.document.get("parameters", []):
        if each["in"] == "path":
            for value in each["schema"].get("enum", ()):
                yield each["name"], value


def test_oas30_security(api: Api) -> None:
    check_schemes(api)


def check_schemes(api: Api) -> None:
    """Each way to sign in is told, and where one is needed."""
    document = definition(api)
    schemes = document["components"]["securitySchemes"]
    told = {(each["type"], each.get("scheme"), each.get("in")) for each in schemes.values()}
    assert told == {
        ("http", "bearer", None), ("apiKey", None, "cookie"), ("apiKey", None, "header"),
    }  # fmt: skip
    for method, path, operation in operations(api):
        for need in operation["security"]:
            assert need.keys() <= schemes.keys(), (method, path)
    for operation in reading(api):
        asked = api.client.build_request("GET", operation.address)
        del asked.headers["authorization"]
        refused = api.client.send(asked).status_code == 401
        assert refused == bool(operation.document["security"]), operation.path

"""OGC API Features, part 1: the definition by OpenAPI 3.0."""

from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.ogc.conformance.api import HTML, JSON, Api, rels

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
COLLECTIONS = ("/conformance", "/functions", "/collections")


def definition(api: Api) -> dict[str, Any]:
    return api.told("/api", OPENAPI)


def operations(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in definition(api)["paths"].items()
        for method, operation in methods.items()
    ]


def test_oas30_completeness(api: Api) -> None:
    for method, path, operation in operations(api):
        assert operation["responses"], (method, path)
        for status, answer in operation["responses"].items():
            told = answer.get("content")
            bodiless = status in {"204", "303", "304"} or method == "options"
            assert told or bodiless, (method, path, status)


def test_oas30_exceptions_codes(api: Api) -> None:
    problem = "application/problem+json"
    for method, path, operation in operations(api):
        assert problem in operation["responses"]["default"]["content"], (method, path)
    items = definition(api)["paths"]["/collections/{collection}/items"]["get"]["responses"]
    assert {"200", "400", "401", "403", "404", "default"} <= items.keys()


def test_oas30_oas_definition_1(api: Api) -> None:
    landing = api.told("/")
    (link,) = [each for each in rels(landing, "service-desc") if each["type"] == OPENAPI]
    answer = api.get(link["href"], OPENAPI)
    assert (answer.status_code, answer.headers["content-type"]) == (200, OPENAPI)
    (page,) = rels(landing, "service-doc")
    told = api.get(page["href"], HTML)
    assert (told.status_code, page["type"]) == (200, HTML)
    assert told.headers["content-type"].startswith(HTML)


def test_oas30_oas_definition_2(api: Api) -> None:
    document = definition(api)
    assert document["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(document).validate()


def test_oas30_oas_impl(api: Api) -> None:
    """Each path of the collections answers as its operation says, in every form."""
    for method, path, operation in operations(api):
        # Those of part 4 are tried in test_crud.py, tiles in test_tiles.py.
        if not path.startswith(COLLECTIONS) or "/tiles" in path or method != "get":
            continue
        asked = path.replace("{collection}", "traps").replace("{code}", "hole")
        for media_type in operation["responses"]["200"]["content"]:
            answer = api.get(asked, media_type)
            assert answer.status_code == 200, (asked, media_type)
            assert answer.headers["content-type"].split(";")[0] == media_type
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query" and "example" in parameter["schema"]:
                example = str(parameter["schema"]["example"])
                told = api.client.get(asked, params={parameter["name"]: example})
                assert told.status_code in {200, 400}, (asked, parameter["name"])

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


def test_oas30_security(api: Api) -> None:
    document = definition(api)
    schemes = document["components"]["securitySchemes"]
    assert {(each["type"], each.get("scheme")) for each in schemes.values()} >= {("http", "bearer")}
    for method, path, operation in operations(api):
        for need in operation["security"]:
            assert need.keys() <= schemes.keys(), (method, path)
    anonymous = api.client.build_request("GET", "/collections", headers={"authorization": ""})
    assert document["paths"]["/collections"]["get"]["security"]
    del anonymous.headers["authorization"]
    assert api.client.send(anonymous).status_code == 401
    assert api.get("/conformance", JSON).status_code == 200

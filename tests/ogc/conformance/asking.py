"""What the tests of the classes ask in common: collections, parameters, links, schemas."""

from typing import Any

from jsonschema import Draft202012Validator

from tests.ogc.conformance.api import HTML, Api, rels


def check(document: Any, schema: dict[str, Any]) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(document)


def names(api: Api) -> list[str]:
    return [each["id"] for each in api.collections()]


def items(name: str) -> str:
    return f"/collections/{name}/items"


def parameters(api: Api, name: str) -> list[dict[str, Any]]:
    """Return what each path of items says of a parameter: the open one, and each collection's."""
    paths = api.told("/api")["paths"]
    return [
        found
        for each in ("{collection}", *names(api))
        for found in paths[items(each)]["get"]["parameters"]
        if found["name"] == name
    ]


def check_defined(api: Api, name: str, **schema: Any) -> None:
    """A parameter of all items is as the standard has it; the schema may say more."""
    found = parameters(api, name)
    assert len(found) == len(names(api)) + 1
    for each in found:
        assert (each["in"], each["required"], each["style"]) == ("query", False, "form")
        assert each["explode"] is False
        assert schema.items() <= each["schema"].items(), each


def check_links(api: Api, document: dict[str, Any], media_type: str) -> None:
    """A document is linked to itself, and to itself in every other form, which are there."""
    (own,) = rels(document, "self")
    (other,) = rels(document, "alternate")
    assert (own["type"], other["type"]) == (media_type, HTML)
    assert all(link["rel"] and link["type"] for link in document["links"])
    again = api.get(own["href"], own["type"])
    assert again.headers["content-type"] == media_type
    changing = {"timeStamp": "", "links": ""}
    assert {**again.json(), **changing} == {**document, **changing}
    assert api.get(other["href"], other["type"]).headers["content-type"].startswith(HTML)

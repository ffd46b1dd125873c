"""What is built later brings its attacks along: no stream and no filter language without them."""

from pathlib import Path
from typing import Any

import pytest

from gis_gov.app import create_app
from gis_gov.settings import Settings

HERE = Path(__file__).parent
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def interface() -> dict[str, Any]:
    return create_app(Settings().with_database(NOWHERE)).openapi()


def streams(document: dict[str, Any]) -> list[str]:
    """Return the paths that answer an endless stream of events."""
    return [
        path
        for path, methods in document["paths"].items()
        for told in methods.values()
        for answer in told["responses"].values()
        if "text/event-stream" in answer.get("content", {})
    ]


def filters(document: dict[str, Any]) -> list[str]:
    """Return the paths that take a text in a filter language."""
    return [
        path
        for path, methods in document["paths"].items()
        for told in methods.values()
        for parameter in told.get("parameters", ())
        if parameter.get("name") in {"filter", "filter-lang"}
    ]


def made_up(path: str) -> dict[str, Any]:
    stream = {"responses": {"200": {"content": {"text/event-stream": {}}}}}
    asked = {"parameters": [{"name": "filter", "in": "query"}], "responses": {}}
    return {"paths": {path: {"get": stream, "post": asked}}}


def test_they_would_be_found() -> None:
    assert streams(made_up("/live")) == ["/live"]
    assert filters(made_up("/items")) == ["/items"]


@pytest.mark.parametrize(
    ("find", "attacks"), [(streams, "test_streams.py"), (filters, "test_cql.py")]
)
def test_each_has_its_attacks(find: Any, attacks: str) -> None:
    found = find(interface())
    assert not found or (HERE / attacks).is_file(), f"{found} have no {attacks}"

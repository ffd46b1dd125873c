"""What the tests of part 4 do with a collection: look what is allowed, send features, undo it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.ogc.conformance.api import GEOJSON, Api
from tests.ogc.conformance.asking import items, names

PATCH = "application/merge-patch+json"
SCHEMA = "application/schema+json"
Feature = dict[str, Any]


def allowed(api: Api, path: str) -> set[str]:
    answer = api.client.options(path)
    assert answer.status_code == 200, answer.text
    return set(answer.headers["allow"].split(", "))


def written(api: Api) -> list[str]:
    """Return the collections that can be written."""
    found = [name for name in names(api) if "POST" in allowed(api, items(name))]
    assert found
    return found


def example(api: Api, name: str) -> Feature:
    """Return a feature as it can be sent: one that there is, without its code and masks.

    Where boundaries run already no others are drawn: an area without outline, a grid of the past.
    """
    told = api.told(items(name), GEOJSON, limit=1)["features"][0]
    left_out = {"code", "masked", *told["properties"].get("masked", ())}
    if "birth_date" in left_out:
        left_out.add("birth_year")
    properties = {key: value for key, value in told["properties"].items() if key not in left_out}
    geometry = told["geometry"]
    if geometry is not None and geometry["type"] == "Point":
        geometry = None
    schema = api.told(f"/collections/{name}/schema", SCHEMA)["properties"]["geometry"]
    own = told["geometry"] if not schema.get("readOnly") else None
    if name == "areas":
        geometry = own = None
    if name == "grids":
        properties |= {"valid_from": None, "valid_to": "2020-12-31"}
    return {"type": "Feature", "geometry": own or geometry, "properties": properties}


def send(
    api: Api, method: str, path: str, sent: Any, media_type: str = GEOJSON, **headers: str
) -> httpx.Response:
    """Send a body; `if_match` is the header `if-match`."""
    told = {"content-type": media_type, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return api.client.request(method, path, json=sent, headers=told)


@contextmanager
def created(api: Api, name: str) -> Iterator[httpx.Response]:
    sent = example(api, name)
    if name in {"areas", "grids"}:
        sent["properties"]["code"] = f"x-{uuid4().hex[:12]}"
    answer = send(api, "POST", items(name), sent)
    assert answer.status_code == 201, (name, answer.text)
    try:
        yield answer
    finally:
        api.client.delete(answer.headers["location"])


def etag_of(api: Api, path: str) -> str:
    return api.client.get(path).headers["etag"]


def titled(api: Api, name: str) -> str:
    """Return a text property that can be written."""
    schema = api.told(f"/collections/{name}/schema", SCHEMA)["properties"]
    return next(each for each in ("name", "title", "full_text") if each in schema)

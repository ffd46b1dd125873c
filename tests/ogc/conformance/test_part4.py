"""OGC API Features, part 4 (draft): create, replace, update and delete, and optimistic locking.

The draft has no abstract tests yet: each test is a requirement, under its name. Each is tried on
every collection that says by OPTIONS that it can be written, and leaves it as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from pyproj import Transformer

from tests.ogc.conformance.api import GEOJSON, Api
from tests.ogc.conformance.test_core import items, names

PATCH = "application/merge-patch+json"
SCHEMA = "application/schema+json"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
EPSG_4490, EPSG_3857 = f"{EPSG}4490", f"{EPSG}3857"
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
    """Return a feature as it can be sent: one that there is, but for its code."""
    told = api.told(items(name), GEOJSON, limit=1)["features"][0]
    properties = {key: value for key, value in told["properties"].items() if key != "code"}
    geometry = told["geometry"] if told["geometry"]["type"] != "Point" else None
    schema = api.told(f"/collections/{name}/schema", SCHEMA)["properties"]["geometry"]
    own = told["geometry"] if not schema.get("readOnly") else None
    return {"type": "Feature", "geometry": own or geometry, "properties": properties}


def send(api: Api, method: str, path: str, sent: Any, media_type: str = GEOJSON, **headers: str):  # type: ignore[no-untyped-def]
    told = {"content-type": media_type, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return api.client.request(method, path, json=sent, headers=told)


@contextmanager
def created(api: Api, name: str) -> Iterator[httpx.Response]:
    answer = send(api, "POST", items(name), example(api, name))
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


def test_create_replace_delete_methods(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            assert {"PUT", "DELETE"} <= allowed(api, made.headers["location"])


def test_create_replace_delete_options_op(api: Api) -> None:
    for name in names(api):
        first = api.told(items(name), GEOJSON, limit=1)["features"][0]["id"]
        assert api.client.options(items(name)).status_code == 200
        assert api.client.options(f"{items(name)}/{first}").status_code == 200


def test_create_replace_delete_options_response(api: Api) -> None:
    for name in names(api):
        first = api.told(items(name), GEOJSON, limit=1)["features"][0]["id"]
        for path in (items(name), f"{items(name)}/{first}"):
            for method in {"POST", "PUT", "PATCH", "DELETE"} - allowed(api, path):
                assert send(api, method, path, {}).status_code == 405, (method, path)


def test_create_replace_delete_post_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            assert api.client.get(made.headers["location"]).status_code == 200


def test_create_replace_delete_post_body(api: Api) -> None:
    for name in written(api):
        sent = example(api, name)
        with created(api, name) as made:
            told = api.client.get(made.headers["location"]).json()
            assert sent["properties"].items() <= told["properties"].items()
            assert sent["geometry"] in (None, told["geometry"])


def test_create_replace_delete_post_content_type(api: Api) -> None:
    for name in written(api):
        for media_type in ("text/plain", "application/xml"):
            answer = send(api, "POST", items(name), example(api, name), media_type)
            assert answer.status_code == 415


def test_create_replace_delete_post_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            assert made.status_code == 201
            assert made.headers["location"].startswith(f"{api.root}{items(name)}/")


def test_create_replace_delete_post_response_rid(api: Api) -> None:
    for name in written(api):
        with created(api, name) as one, created(api, name) as other:
            assert one.headers["location"] != other.headers["location"]
            assert one.json()["id"] != other.json()["id"]


def test_create_replace_delete_put_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, title = made.headers["location"], titled(api, name)
            sent = example(api, name)
            sent["properties"][title] = "another"
            answer = send(api, "PUT", path, sent, if_match=etag_of(api, path))
            assert answer.status_code in {200, 204}, answer.text


def test_create_replace_delete_put_body(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, title = made.headers["location"], titled(api, name)
            sent = example(api, name)
            sent["properties"][title] = "another"
            send(api, "PUT", path, sent, if_match=etag_of(api, path))
            told = api.client.get(path).json()
            assert sent["properties"].items() <= told["properties"].items()


def test_create_replace_delete_put_content_type(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path = made.headers["location"]
            assert send(api, "PUT", path, {}, "text/plain", if_match="*").status_code == 415


def test_create_replace_delete_put_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path = made.headers["location"]
            sent = example(api, name)
            answer = send(api, "PUT", path, sent, if_match="*")
            assert answer.status_code == 200
            minimal = send(api, "PUT", path, sent, if_match="*", prefer="return=minimal")
            assert (minimal.status_code, minimal.content) == (204, b"")


def test_create_replace_delete_put_rid(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path = made.headers["location"]
            sent = {**example(api, name), "id": "another"}
            answer = send(api, "PUT", path, sent, if_match="*")
            assert answer.json()["id"] == made.json()["id"]
            assert api.client.get(f"{items(name)}/another").status_code == 404


def test_create_replace_delete_put_rid_exception(api: Api) -> None:
    for name in written(api):
        path, sent = f"{items(name)}/there-is-none", example(api, name)
        assert send(api, "PUT", path, sent).status_code == 404
        assert send(api, "PUT", path, sent, if_match="*").status_code == 412
        assert send(api, "PUT", path, sent, if_match='"x"').status_code == 412
        assert api.client.get(path).status_code == 404


def test_create_replace_delete_delete_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path = made.headers["location"]
            assert api.client.delete(path).status_code == 204
            assert api.client.get(path).status_code == 404


def test_create_replace_delete_delete_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path = made.headers["location"]
            assert api.client.delete(path).status_code in {200, 204}
            assert api.client.delete(path).status_code == 404


def test_update_methods(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            assert "PATCH" in allowed(api, made.headers["location"])


def test_update_update_patch_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            answer = send(api, "PATCH", made.headers["location"], {"properties": {}}, PATCH)
            assert answer.status_code in {200, 204}, answer.text


def test_update_update_patch_body(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, title = made.headers["location"], titled(api, name)
            answer = send(api, "PATCH", path, {"properties": {title: "changed"}}, PATCH)
            assert answer.status_code == 200, answer.text
            before, after = made.json()["properties"], api.client.get(path).json()["properties"]
            assert after[title] == "changed"
            # An address's level follows from its text where nobody told it.
            assert {k for k in after if after[k] != before[k]} <= {title, "level"}


def test_update_update_patch_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, sent = made.headers["location"], {"properties": {titled(api, name): "changed"}}
            assert send(api, "PATCH", path, sent, PATCH).status_code == 200
            answer = send(api, "PATCH", path, sent, PATCH, prefer="return=minimal")
            assert answer.status_code == 204


def test_update_rid(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            answer = send(api, "PATCH", made.headers["location"], {"id": "another"}, PATCH)
            assert answer.json()["id"] == made.json()["id"]


def test_optimistic_locking_etags_get_etag_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            etag = etag_of(api, made.headers["location"])
            assert etag.startswith('"')
            assert etag == made.headers["etag"] == etag_of(api, made.headers["location"])


def test_optimistic_locking_etags_put_etag_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, title = made.headers["location"], titled(api, name)
            sent = example(api, name)
            sent["properties"][title] = "another"
            answer = send(api, "PUT", path, sent, if_match="*")
            assert answer.headers["etag"] == etag_of(api, path) != made.headers["etag"]


def test_optimistic_locking_etags_patch_etag_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, sent = made.headers["location"], {"properties": {titled(api, name): "changed"}}
            answer = send(api, "PATCH", path, sent, PATCH)
            assert answer.headers["etag"] == etag_of(api, path) != made.headers["etag"]


def test_optimistic_locking_etags_ifmatch_put_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, sent = made.headers["location"], example(api, name)
            answer = send(api, "PUT", path, sent)
            assert answer.status_code == 428
            assert answer.json()["type"] == "urn:gis-gov:problem:precondition-needed"


def test_optimistic_locking_etags_ifmatch_put_eval(api: Api) -> None:
    check_evaluated(api, "PUT", GEOJSON)


def test_optimistic_locking_etags_ifmatch_patch_eval(api: Api) -> None:
    check_evaluated(api, "PATCH", PATCH)


def check_evaluated(api: Api, method: str, media_type: str) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, title = made.headers["location"], titled(api, name)
            etag, sent = made.headers["etag"], example(api, name)
            sent["properties"][title] = "another"
            for wrong in ('"x"', f"W/{etag}", etag.strip('"')):
                answer = send(api, method, path, sent, media_type, if_match=wrong)
                assert answer.status_code == 412, wrong
                assert answer.json()["type"] == "urn:gis-gov:problem:changed-meanwhile"
            listed = f'"x", {etag}'
            assert send(api, method, path, sent, media_type, if_match=listed).status_code == 200
            # It is another state now.
            assert send(api, method, path, sent, media_type, if_match=etag).status_code == 412


def test_optimistic_locking_etags_ifmatch_patch_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            sent = {"properties": {titled(api, name): "changed"}}
            answer = send(
                api, "PATCH", made.headers["location"], sent, PATCH, if_match=made.headers["etag"]
            )
            assert answer.status_code == 200


def test_features_resources_endpoint(api: Api) -> None:
    for name in written(api):
        assert "POST" in allowed(api, f"/collections/{name}/items")


def test_features_resource_endpoint(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path = f"/collections/{name}/items/{made.json()['id']}"
            assert {"PUT", "PATCH", "DELETE"} <= allowed(api, path)


def test_features_collection_endpoint(api: Api) -> None:
    # Nothing is created by PUT, and no collection says so.
    for collection in api.collections():
        assert "supportsNonAutogeneratedResourceIds" not in collection


def test_features_content_crs_header(api: Api) -> None:
    check_in_crs(api, EPSG_4490)


def test_features_crs_other_crs(api: Api) -> None:
    check_in_crs(api, EPSG_3857)
    unknown = "<http://www.opengis.net/def/crs/EPSG/0/32631>"
    for name in written(api):
        answer = send(api, "POST", items(name), example(api, name), content_crs=unknown)
        assert answer.status_code == 400


def check_in_crs(api: Api, uri: str) -> None:
    to = Transformer.from_crs("OGC:CRS84", uri.replace(EPSG, "EPSG:"))
    for name in ("pois", "events"):
        sent = example(api, name)
        lon, lat = sent["geometry"]["coordinates"]
        sent["geometry"]["coordinates"] = list(to.transform(lon, lat))
        answer = send(api, "POST", items(name), sent, content_crs=f"<{uri}>")
        assert answer.status_code == 201, answer.text
        told = api.client.get(answer.headers["location"]).json()["geometry"]["coordinates"]
        assert told == pytest.approx([lon, lat], abs=1.01e-7)
        api.client.delete(answer.headers["location"])


def test_features_default_crs(api: Api) -> None:
    for name in written(api):
        sent = example(api, name)
        with created(api, name) as made:
            assert sent["geometry"] in (None, made.json()["geometry"])


def test_features_schema(api: Api) -> None:
    for name in names(api):
        schema = api.told(f"/collections/{name}/schema", SCHEMA)
        Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False
    for name in written(api):
        sent = example(api, name)
        sent["properties"]["there_is_none"] = 1
        assert send(api, "POST", items(name), sent).status_code == 400


def test_features_geojson_create_replace(api: Api) -> None:
    for name in written(api):
        schema = api.told(f"/collections/{name}/schema", SCHEMA)["properties"]
        roles = [each for each in schema.values() if each.get("x-ogc-role") == "primary-geometry"]
        assert len(roles) == 1
        with created(api, name) as made:
            sent = {**made.json(), "id": "another"}
            answer = send(api, "PUT", made.headers["location"], sent, if_match="*")
            assert answer.json()["id"] == made.json()["id"]


def test_features_representation_geojson_replace(api: Api) -> None:
    for name in written(api):
        answer = api.get(f"/collections/{name}/schema", SCHEMA, type="replace")
        assert answer.headers["content-type"] == SCHEMA
        validator = Draft202012Validator(answer.json())
        validator.validate(example(api, name))
        assert not validator.is_valid({"type": "Feature", "geometry": None})


def test_features_update_json_merge_patch(api: Api) -> None:
    for name in written(api):
        schema = api.told(f"/collections/{name}/schema", SCHEMA)
        with created(api, name) as made:
            path = made.headers["location"]
            identifier = {"properties": {"code": "another"}}
            assert send(api, "PATCH", path, identifier, PATCH).status_code == 400
            emptied = next(
                (
                    key
                    for key, told in made.json()["properties"].items()
                    if isinstance(told, str | float)
                    and key in schema["properties"]
                    and not schema["properties"][key].get("readOnly")
                    and key not in {*schema["required"], "kind", "state", "address_code"}
                ),
                None,
            )
            if emptied is not None:
                answer = send(api, "PATCH", path, {"properties": {emptied: None}}, PATCH)
                assert answer.status_code == 200, answer.text
                assert api.client.get(path).json()["properties"][emptied] is None

"""OGC API Features, part 4 (draft): create, replace, update and delete; locking by ETags.

The draft has no abstract tests yet: each test is a requirement, under its name. Each is tried on
every collection that says by OPTIONS that it can be written, and leaves it as it was.
"""

from tests.ogc.conformance.api import GEOJSON, Api
from tests.ogc.conformance.asking import items, names
from tests.ogc.conformance.editing import (
    PATCH,
    allowed,
    created,
    etag_of,
    example,
    send,
    titled,
    written,
)


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
            minimal = send(api, "PUT", path, sent, if_match="*", prefer="return=minimal")
            assert (minimal.status_code, minimal.headers["etag"]) == (204, etag_of(api, path))


def test_optimistic_locking_etags_patch_etag_response(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            path, sent = made.headers["location"], {"properties": {titled(api, name): "changed"}}
            answer = send(api, "PATCH", path, sent, PATCH)
            assert answer.headers["etag"] == etag_of(api, path) != made.headers["etag"]
            minimal = send(api, "PATCH", path, sent, PATCH, prefer="return=minimal")
            assert (minimal.status_code, minimal.headers["etag"]) == (204, etag_of(api, path))


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
            for wrong in ('"x"', f"W/{etag}", etag.strip('"'), '"x", "y"'):
                answer = send(api, method, path, sent, media_type, if_match=wrong)
                assert answer.status_code == 412, wrong
                assert answer.json()["type"] == "urn:gis-gov:problem:changed-meanwhile"
            listed = f'"x", {etag}'
            assert send(api, method, path, sent, media_type, if_match=listed).status_code == 200
            # It is another state now.
            assert send(api, method, path, sent, media_type, if_match=etag).status_code == 412
            assert send(api, method, path, sent, media_type, if_match="*").status_code == 200
            nowhere = f"{items(name)}/there-is-none"
            for any_state in ("*", etag):
                missed = send(api, method, nowhere, sent, media_type, if_match=any_state)
                assert missed.status_code == 412


def test_optimistic_locking_etags_ifmatch_patch_op(api: Api) -> None:
    for name in written(api):
        with created(api, name) as made:
            sent = {"properties": {titled(api, name): "changed"}}
            answer = send(
                api, "PATCH", made.headers["location"], sent, PATCH, if_match=made.headers["etag"]
            )
            assert answer.status_code == 200

"""Things are created, read, replaced, updated and deleted, each state under an ETag of its own."""

import httpx
import pytest

from tests.ogc.writing.conftest import EASTERN, Site, feature
from tests.registry.conftest import EAST

CAMERAS = "/collections/cameras/items"


async def created(client: httpx.AsyncClient, path: str, sent: object) -> httpx.Response:
    answer = await client.post(path, json=sent)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_camera_lives_from_post_to_delete(site: Site) -> None:
    async with site.editor() as client:
        made = await created(
            client, CAMERAS, feature(EASTERN, code="N1", name="新摄像头", azimuth_deg=12.3)
        )
        path = made.headers["location"]
        assert path == f"http://test{CAMERAS}/N1"
        told = made.json()
        assert told["properties"]["area_code"] == EAST
        assert told["properties"]["grid_code"] == f"{EAST}101"
        assert told["properties"]["azimuth_deg"] == 12.3

        read = await client.get(path)
        assert read.headers["etag"] == made.headers["etag"]
        assert read.json()["properties"] == told["properties"]
        same = await client.get(path, headers={"if-none-match": read.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")

        sent = feature([113.17, 22.07], name="改名")
        replaced = await client.put(path, json=sent, headers={"if-match": read.headers["etag"]})
        assert replaced.status_code == 200, replaced.text
        assert replaced.json()["properties"]["name"] == "改名"
        assert replaced.json()["properties"]["azimuth_deg"] is None
        assert replaced.json()["geometry"]["coordinates"] == [113.17, 22.07]

        patch = {"properties": {"owner": "东社区"}}
        updated = await client.patch(path, json=patch)
        assert updated.status_code == 200, updated.text
        assert updated.json()["properties"]["owner"] == "东社区"
        assert updated.json()["properties"]["name"] == "改名"
        assert updated.headers["etag"] not in {replaced.headers["etag"], read.headers["etag"]}

        gone = await client.delete(path, headers={"if-match": updated.headers["etag"]})
        assert gone.status_code == 204, gone.text
        assert (await client.get(path)).status_code == 404
    assert site.entries("camera.create", "N1") == [
        ("ok", None, {"properties": ["azimuth_deg", "code", "geometry", "name"]})
    ]
    assert site.entries("camera.update", "N1") == [
        ("ok", None, {"properties": ["azimuth_deg", "geometry", "name"]}),
        ("ok", None, {"properties": ["owner"]}),
    ]
    assert site.entries("camera.delete", "N1") == [("ok", None, None)]


@pytest.mark.parametrize(
    ("collection", "sent"),
    [
        ("centres", feature(EASTERN, name="中心")),
        ("pois", feature(EASTERN, name="市场", **{"class": "market"})),
        (
            "events",
            feature(
                EASTERN, title="积水", reported_at="2026-02-01T08:00:00+08:00", state="pending"
            ),
        ),
        ("addresses", feature(EASTERN, full_text="东路77号", level=43)),
        ("houses", feature(None, name="东楼", kind="building", address_code="B1", height_m=12.5)),
        ("enterprises", feature(None, name="乙公司", address_code="B1", phone="020-84691234")),
    ],
)
async def test_each_collection_that_is_written(
    site: Site, collection: str, sent: dict[str, dict[str, object]]
) -> None:
    path = f"/collections/{collection}/items"
    async with site.editor("grid_worker") as client:
        made = await created(client, path, sent)
        told = made.json()["properties"]
        assert (
            sent["properties"].items()
            <= {**told, "reported_at": "2026-02-01T08:00:00+08:00"}.items()
        )
        assert told["area_code"] == EAST
        where = made.headers["location"]
        back = {**made.json(), "properties": {**told}}
        same = await client.put(where, json=back, headers={"if-match": made.headers["etag"]})
        assert same.status_code == 200, same.text
        # What comes back as it was told changes nothing, not even its ETag.
        assert same.headers["etag"] == made.headers["etag"]
        assert same.json()["properties"] == told
        name = next(iter(set(sent["properties"]) & {"name", "title", "full_text"}))
        changed = await client.patch(where, json={"properties": {name: "东路78号"}})
        assert changed.status_code == 200, changed.text
        assert changed.json()["properties"][name] == "东路78号"
        assert (await client.delete(where)).status_code == 204

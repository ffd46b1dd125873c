"""Who may write what, where: tried sideways, upwards, blindly, and past the first fence."""

from typing import Any

import httpx
import pytest

from gis_gov.access.permissions import WRITE, WRITE_PEOPLE
from gis_gov.access.roles import ROLES
from gis_gov.ogc.registered import COLLECTIONS
from gis_gov.ogc.writable import WRITABLE
from tests.ogc.writing.conftest import EASTERN, WESTERN, Site, feature, seal

ANY = {"if-match": "*"}
NOT_ALLOWED = "urn:gis-gov:problem:not-allowed"
EAST_ID = 2


def state_of_things(site: Site) -> list[Any]:
    """Return every row that can be written, as it stands."""
    return [
        site.execute(f"select to_jsonb(t) from {table} as t order by id")  # noqa: S608
        for table in ("resource", "event", "address", "house", "enterprise")
    ]


def refused(answer: httpx.Response, status: int = 403) -> None:
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["type"] == NOT_ALLOWED


async def test_another_areas_things_are_neither_changed_nor_told(site: Site) -> None:
    before = state_of_things(site)
    async with site.editor() as client:
        for path in ("cameras/items/C3", "events/items/V3"):
            url = f"/collections/{path}"
            refused(await client.put(url, json=feature(EASTERN, name="x"), headers=ANY), 412)
            refused(await client.put(url, json=feature(EASTERN, name="x")), 404)
            refused(await client.patch(url, json={"properties": {"name": "x"}}), 404)
            refused(await client.delete(url), 404)
            refused(await client.options(url), 404)
    assert state_of_things(site) == before


async def test_who_only_reads_there_does_not_write_there(site: Site) -> None:
    before = state_of_things(site)
    async with site.editor() as client, site.client("commander") as commander:
        url = "/collections/cameras/items/C1"
        assert (await client.options(url)).headers["allow"] == (
            "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
        )
        assert (await commander.options(url)).headers["allow"] == "GET, HEAD, OPTIONS"
        refused(await commander.patch(url, json={"properties": {"name": "x"}}))
        refused(await commander.delete(url))
        refused(await commander.post("/collections/cameras/items", json=feature(EASTERN, name="x")))
    # Reads everywhere, writes in the east alone.
    async with site.client("commander") as everywhere:
        everywhere.headers["authorization"] = f"Bearer {both(site)}"
        url = "/collections/cameras/items/C3"
        assert (await everywhere.get(url)).status_code == 200
        assert (await everywhere.options(url)).headers["allow"] == "GET, HEAD, OPTIONS"
        refused(await everywhere.patch(url, json={"properties": {"name": "x"}}))
        refused(await everywhere.put(url, json=feature(EASTERN, name="x"), headers=ANY))
        refused(await everywhere.delete(url))
        out = {"geometry": {"type": "Point", "coordinates": WESTERN}}
        refused(await everywhere.patch("/collections/cameras/items/C1", json=out))
        refused(await everywhere.patch("/collections/events/items/V1", json=out))
        refused(await everywhere.patch("/collections/addresses/items/B1", json=out))
        away = {"properties": {"address_code": "R2"}}
        refused(await everywhere.patch("/collections/houses/items/H1", json=away))
        refused(await everywhere.patch("/collections/enterprises/items/E1", json=away))
        new = feature(WESTERN, name="x")
        refused(await everywhere.post("/collections/pois/items", json=new))
    assert state_of_things(site) == before


def both(site: Site, role: str = "editor") -> str:
    """Make a key of a commander everywhere who has a role that writes in the east."""
    from gis_gov.access.tokens import token_hash  # noqa: PLC0415
    from tests.signed_in import make_key  # noqa: PLC0415

    key = make_key(site.url, "commander")
    site.execute(
        "insert into role_grant (key_id, role, area_id)"
        " select id, %s, %s from api_key where token_hash = %s",
        role,
        EAST_ID,
        token_hash(key),
    )
    return key


async def test_nothing_is_moved_out_of_ones_area_or_into_it(site: Site) -> None:
    before = state_of_things(site)
    async with site.editor() as client:
        for path in ("cameras/items/C1", "events/items/V1", "addresses/items/B1"):
            for point in (WESTERN, [10, 10], None):
                geometry = None if point is None else {"type": "Point", "coordinates": point}
                answer = await client.patch(f"/collections/{path}", json={"geometry": geometry})
                refused(answer)
        refused(await client.post("/collections/cameras/items", json=feature(WESTERN, name="x")))
        refused(await client.post("/collections/cameras/items", json=feature(None, name="x")))
        # An address that he may not see is none.
        for path in ("houses/items/H1", "enterprises/items/E1"):
            away = {"properties": {"address_code": "R2"}}
            refused(await client.patch(f"/collections/{path}", json=away), 400)
            nowhere = {"properties": {"address_code": None}}
            refused(await client.patch(f"/collections/{path}", json=nowhere))
    assert state_of_things(site) == before


async def test_a_code_of_elsewhere_is_not_taken_over(site: Site) -> None:
    before = state_of_things(site)
    async with site.editor() as client:
        for code in ("C3", "C1"):
            sent = feature(EASTERN, code=code, name="x")
            answer = await client.post("/collections/cameras/items", json=sent)
            assert answer.json()["type"] == "urn:gis-gov:problem:already-there"
        # Another kind's thing is none of this collection.
        refused(await client.patch("/collections/pois/items/C1", json={"properties": {}}), 404)
        refused(await client.delete("/collections/centres/items/C1"), 404)
    assert state_of_things(site) == before


async def test_no_face_camera_is_written_by_who_may_not_see_them(site: Site) -> None:
    before = state_of_things(site)
    faces = {"class": "人脸"}
    async with site.editor() as client:
        refused(await client.patch("/collections/cameras/items/C2", json={"properties": {}}), 404)
        refused(await client.patch("/collections/cameras/items/C1", json={"properties": faces}))
        new = feature(EASTERN, name="x", **faces)
        refused(await client.post("/collections/cameras/items", json=new))
    assert state_of_things(site) == before
    async with site.editor("commander") as client:
        patch = {"properties": {"owner": "公安"}}
        answer = await client.patch("/collections/cameras/items/C2", json=patch)
        assert answer.status_code == 200, answer.text


async def test_what_is_masked_is_kept_and_not_overwritten(site: Site) -> None:
    url = "/collections/enterprises/items/E1"
    phone = seal("enterprise.phone", "13800138000")
    site.execute("update enterprise set phone_sealed = %s where code = 'E1'", phone)
    async with site.editor() as client:
        read = await client.get(url)
        told = read.json()
        assert told["properties"]["phone"] == "138****8000"
        assert {"phone", "contact_name"} <= set(told["properties"]["masked"])
        told["properties"]["category"] = "餐饮"
        back = await client.put(url, json=told, headers={"if-match": read.headers["etag"]})
        assert back.status_code == 200, back.text
        assert back.json()["properties"]["category"] == "餐饮"
        # Left out, it is not emptied either.
        short = {
            "type": "Feature",
            "geometry": None,
            "properties": {"name": "甲公司", "address_code": "B1"},
        }
        assert (await client.put(url, json=short, headers=ANY)).status_code == 200
        # A mask is no number, also where nothing was masked.
        starred = {**short["properties"], "phone": "138****8000"}
        new = {"type": "Feature", "geometry": None, "properties": starred}
        refused(await client.post("/collections/enterprises/items", json=new), 400)
        for blind in ({"phone": "13900139000"}, {"phone": None}, {"contact_name": "王五"}):
            refused(await client.patch(url, json={"properties": blind}))
            refused(
                await client.put(
                    url, json={**told, "properties": {**told["properties"], **blind}}, headers=ANY
                )
            )
    ((sealed, name),) = site.execute(
        "select phone_sealed, contact_name from enterprise where code = 'E1'"
    )
    assert (bytes(sealed), name) == (phone, "张三")


async def test_who_sees_a_phone_changes_it_and_it_is_sealed(site: Site) -> None:
    url = "/collections/enterprises/items/E1"
    async with site.editor("grid_worker") as client:
        patch = {"properties": {"phone": "020-8469 1234"}}
        answer = await client.patch(url, json=patch)
        assert answer.status_code == 200, answer.text
        assert answer.json()["properties"]["phone"] == "020-8469 1234"
    ((row,),) = site.execute("select to_jsonb(e)::text from enterprise as e where code = 'E1'")
    ((entries,),) = site.execute("select jsonb_agg(to_jsonb(a))::text from audit as a")
    for spelled in ("8469 1234", "84691234"):
        assert spelled not in row
        assert spelled not in entries


async def test_a_right_for_one_department_writes_its_events_alone(site: Site) -> None:
    async with site.client("editor", department="城管") as client:
        patch = {"properties": {"title": "占道经营"}}
        assert (await client.patch("/collections/events/items/V1", json=patch)).status_code == 200
        refused(await client.patch("/collections/events/items/V2", json=patch), 404)
        # No department is told over HTTP yet, and without one an event is none of theirs.
        new = feature(EASTERN, title="x", reported_at="2026-02-01T00:00:00Z")
        refused(await client.post("/collections/events/items", json=new))


@pytest.mark.parametrize("role", [name for name in ROLES if name != "editor"])
async def test_no_other_role_writes(site: Site, role: str) -> None:
    assert not WRITE & ROLES[role].permissions
    assert role == "registrar" or not WRITE_PEOPLE & ROLES[role].permissions
    async with site.client(role) as client:
        answer = await client.post("/collections/pois/items", json=feature(EASTERN, name="x"))
        refused(answer)


async def test_every_collection_is_written_by_somebody() -> None:
    rights = {right for role in ROLES.values() for right in role.permissions}
    told_by_devices = {"positions", "patrols"}
    assert {name: each.right in rights for name, each in WRITABLE.items()} == dict.fromkeys(
        COLLECTIONS.keys() - told_by_devices, True
    )


async def test_what_is_told_to_who_changes_nothing_is_a_read(site: Site) -> None:
    ((code,),) = site.execute("select code from enterprise where area_id = 2 order by code limit 1")
    path = f"/collections/enterprises/items/{code}"
    async with site.editor() as client:
        before = len(site.entries("enterprise.read", code))
        answer = await client.patch(path, json={})
        assert answer.status_code == 200, answer.text
        assert len(site.entries("enterprise.read", code)) == before + 1
        sent = {name: answer.json()[name] for name in ("type", "geometry", "properties")}
        replaced = await client.put(path, json=sent, headers={"if-match": "*"})
        assert replaced.status_code == 200, replaced.text
        assert len(site.entries("enterprise.read", code)) == before + 2
        assert (await client.options(path)).status_code == 200
        assert len(site.entries("enterprise.read", code)) == before + 3

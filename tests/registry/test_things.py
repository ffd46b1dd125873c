"""Houses and enterprises: rooms for those who may see them, contacts masked."""

import pytest

from tests.registry.conftest import EAST, PHONE, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio


async def test_a_building_has_its_footprint(signed_in: Client) -> None:
    client = await signed_in("department_officer")
    feature = (await client.get("/houses/H1")).json()
    assert feature["geometry"]["type"] == "MultiPolygon"
    told = feature["properties"]
    assert (told["name"], told["kind"], told["address"]) == ("2幢", "building", "东路1号")
    assert told["masked"] == []


async def test_dwellings_are_for_those_who_may_see_rooms(signed_in: Client) -> None:
    analyst = await signed_in("department_officer")
    worker = await signed_in("grid_worker", grid=f"{EAST}101")
    for client, found in ((analyst, ["H1"]), (worker, ["H1", "H1-301"])):
        page = (await client.get("/houses")).json()
        assert [feature["id"] for feature in page["features"]] == found
    assert (await analyst.get("/houses/H1-301")).status_code == 404
    told = (await worker.get("/houses/H1-301")).json()["properties"]
    assert (told["parent_code"], told["address"]) == ("H1", "东路1号2幢301室")
    assert (await worker.get("/houses?kind=dwelling")).json()["features"][0]["id"] == "H1-301"


async def test_other_areas_have_their_own(signed_in: Client) -> None:
    client = await signed_in("supervisor", area=WEST)
    for path in ("/houses", "/enterprises"):
        assert (await client.get(path)).json()["features"] == []
    for path in ("/houses/H1", "/houses/none", "/enterprises/E1", "/enterprises/none"):
        assert (await client.get(path)).status_code == 404


async def test_the_contact_of_an_enterprise_is_a_person(signed_in: Client, people_url: str) -> None:
    analyst = await signed_in("department_officer")
    told = (await analyst.get("/enterprises/E1")).json()["properties"]
    assert (told["contact_name"], told["phone"]) == ("张*", "138****8000")
    assert told["masked"] == ["contact_name", "phone"]
    worker = await signed_in("grid_worker", grid=f"{EAST}101")
    told = (await worker.get(f"/enterprises?within={EAST}")).json()["features"][0]["properties"]
    assert (told["contact_name"], told["phone"]) == ("张三", PHONE)
    assert [entry[:2] for entry in entries(people_url, "enterprise.read")] == [("ok", "E1")]
    assert len(entries(people_url, "enterprise.list")) == 1

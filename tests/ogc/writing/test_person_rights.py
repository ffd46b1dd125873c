"""Who may write persons: in his places, of his classes, and never so that he comes to see more."""

from typing import Any

from tests.ogc.writing.conftest import Site
from tests.ogc.writing.people import OTHER, PERSONS, everybody, made, person, row
from tests.ogc.writing.test_rights import ANY, both, refused
from tests.registry.conftest import NUMBER, WEST

WESTERN_NUMBER = "440524188001010014"


def failed_for_numbers(site: Site) -> int:
    ((count,),) = site.execute(
        "select count(*) from audit where action = 'person.create' and result = 'failed'"
        " and reason = 'already-there'"
    )
    return count


async def test_a_number_that_is_known_tells_nothing_more(site: Site) -> None:
    before, tries = everybody(site), failed_for_numbers(site)
    async with site.registrar() as client:
        # P3 is of the west.
        for number in (NUMBER, WESTERN_NUMBER):
            sent = person(code="X", name="x", id_number=number, address_code="B1")
            answer = await client.post(PERSONS, json=sent)
            assert answer.json()["type"] == "urn:gis-gov:problem:already-there"
            assert "P3" not in answer.text
            assert "P1" not in answer.text
            # Whoever may not write him there learns nothing of the number.
            for nowhere in ({}, {"address_code": "R2"}):
                sent = person(code="X", name="x", id_number=number, **nowhere)
                known = await client.post(PERSONS, json=sent)
                unknown = await client.post(
                    PERSONS, json=person(code="X", name="x", id_number=OTHER, **nowhere)
                )
                assert known.status_code == unknown.status_code in {400, 403}
                assert known.json() == unknown.json()
            # Nor does a code that is taken.
            sent = person(code="P2", name="x", id_number=number, address_code="B1")
            known = await client.post(PERSONS, json=sent)
            assert "person_code_key" in known.text
    assert everybody(site) == before
    # Each try is on record.
    assert failed_for_numbers(site) == tries + 4


async def test_another_areas_people_are_out_of_reach(site: Site) -> None:
    before = everybody(site)
    name = {"properties": {"sex": "male"}}
    async with site.registrar() as client:
        refused(await client.patch(f"{PERSONS}/P3", json=name), 404)
        refused(await client.put(f"{PERSONS}/P3", json=person(name="x"), headers=ANY), 412)
        refused(await client.delete(f"{PERSONS}/P3"), 404)
        refused(await client.patch(f"{PERSONS}/P4", json=name), 404)  # at home nowhere
        refused(await client.post(PERSONS, json=person(code="X", name="x")))
        foreign = person(code="X", name="x", address_code="R2")
        refused(await client.post(PERSONS, json=foreign), 400)
        refused(
            await client.patch(f"{PERSONS}/P2", json={"properties": {"address_code": "R2"}}), 400
        )
        refused(await client.patch(f"{PERSONS}/P2", json={"properties": {"address_code": None}}))
        placed = {"geometry": {"type": "Point", "coordinates": [113.05, 22.05]}}
        refused(await client.patch(f"{PERSONS}/P2", json=placed), 400)
    # Reads everywhere, writes in the east alone.
    async with site.client("commander") as everywhere:
        everywhere.headers["authorization"] = f"Bearer {both(site, 'registrar')}"
        refused(await everywhere.patch(f"{PERSONS}/P3", json=name))
        refused(await everywhere.delete(f"{PERSONS}/P3"))
        into, out = ({"properties": {"address_code": code}} for code in ("B1", "R2"))
        refused(await everywhere.patch(f"{PERSONS}/P3", json=into))
        refused(await everywhere.patch(f"{PERSONS}/P4", json=into))
        refused(await everywhere.patch(f"{PERSONS}/P2", json=out))
        refused(await everywhere.post(PERSONS, json=person(code="X", name="x", address_code="R2")))
        allowed = (await everywhere.options(f"{PERSONS}/P3")).headers["allow"]
        assert allowed == "GET, HEAD, OPTIONS"
    for roles in (("commander",), ("editor", "commander"), ("grid_worker",), ("supervisor",)):
        async with site.client(*roles) as reader:
            refused(await reader.patch(f"{PERSONS}/P2", json=name))
            refused(await reader.post(PERSONS, json=person(name="x", address_code="B1")))
            refused(await reader.delete(f"{PERSONS}/P2"))
    async with site.client("editor") as editor:
        refused(await editor.patch(f"{PERSONS}/P2", json=name))
    assert everybody(site) == before


async def test_a_right_for_one_class_writes_its_people_alone(site: Site) -> None:
    before = everybody(site)
    limits: dict[str, Any] = {"classes": ["service"]}
    async with site.registrar("grid_worker", **limits) as client:
        refused(await client.patch(f"{PERSONS}/P1", json={"properties": {"sex": "male"}}), 404)
        refused(await client.delete(f"{PERSONS}/P1"), 404)
        out = {"properties": {"person_class": "control"}}
        refused(await client.patch(f"{PERSONS}/P2", json=out))
        for told in ({}, {"person_class": "control"}):
            refused(await client.post(PERSONS, json=person(name="x", address_code="B1", **told)))
        # A replacement that leaves the class out makes him of none that is theirs.
        short = person(name="李四", address_code="B1")
        refused(await client.put(f"{PERSONS}/P2", json=short, headers=ANY))
    # Reads all classes, writes one.
    async with site.client("grid_worker") as reader:
        key = both(site, "registrar")
        site.execute(
            "update role_grant set person_classes = '{service}'"
            " where role = 'registrar' and id = (select max(id) from role_grant)"
        )
        reader.headers["authorization"] = f"Bearer {key}"
        refused(await reader.patch(f"{PERSONS}/P1", json={"properties": {"sex": "male"}}))
        into = {"properties": {"person_class": "service"}}
        refused(await reader.patch(f"{PERSONS}/P1", json=into))
        refused(await reader.delete(f"{PERSONS}/P1"))
    assert everybody(site) == before
    async with site.registrar("grid_worker", **limits) as client:
        path = (await made(client, name="周一", person_class="service")).headers["location"]
        assert (await client.delete(path)).status_code == 204


async def test_nobody_is_moved_to_where_one_sees_more(site: Site) -> None:
    """A registrar of both communities who sees names and numbers in the west alone."""
    async with site.client("registrar", "editor") as client:
        ((west,),) = site.execute("select id from area where code = %s", WEST)
        site.execute(
            "insert into role_grant (key_id, role, area_id)"
            " select max(id), 'grid_worker', %s from api_key",
            west,
        )
        before = row(site, "P1")
        moved = {"properties": {"address_code": "R2", "house_code": None}}
        answer = await client.patch(f"{PERSONS}/P1", json=moved)
        refused(answer)
        assert "欧阳修远" not in answer.text
        assert row(site, "P1") == before
        enterprise = {"properties": {"address_code": "R2"}}
        answer = await client.patch("/collections/enterprises/items/E1", json=enterprise)
        refused(answer)
        assert "张三" not in answer.text
        assert site.execute("select area_id from enterprise where code = 'E1'") != [(west,)]

"""Persons are written: sealed, masked, by class, where they are at home."""

from typing import Any

import pytest

from tests.ogc.writing.conftest import Site
from tests.ogc.writing.people import OTHER, PERSONS, THIRD, everybody, made, person, row
from tests.ogc.writing.test_rights import ANY, refused
from tests.registry.conftest import EAST, NUMBER, PHONE, WEST


async def found_by_number(site: Site, number: str) -> list[str]:
    async with site.client("commander") as client:
        answer = await client.post("/persons/search", json={"id_number": number})
        assert answer.status_code == 200, answer.text
        return [each["properties"]["code"] for each in answer.json()["features"]]


async def test_a_person_lives_from_post_to_delete(site: Site) -> None:
    async with site.registrar("grid_worker") as client:
        new = await made(
            client,
            code="N1",
            name="孙一",
            id_number=OTHER.lower(),
            phone="139 1111 2222",
            person_class="service",
            tags=["独居"],
            address_code="R1",
            house_code="H1-301",
        )
        path, told = new.headers["location"], new.json()["properties"]
        assert told["id_number"] == f"{OTHER[:3]}****{OTHER[-4:]}"
        assert (told["sex"], told["birth_year"]) == ("female", 1985)
        assert (told["person_class"], told["tags"]) == ("service", ["独居"])
        assert (told["address_code"], told["house_code"]) == ("R1", "H1-301")
        assert told["area_code"] == EAST
        assert await found_by_number(site, OTHER) == ["N1"]
        kept = row(site, "N1")
        assert kept["birth_date"] == "1985-06-15"
        assert OTHER not in str(kept)

        # What comes back as it was told changes nothing, masks and all.
        back = await client.put(path, json=new.json(), headers={"if-match": new.headers["etag"]})
        assert back.status_code == 200, back.text
        assert back.headers["etag"] == new.headers["etag"]
        assert row(site, "N1") == kept

        short = person(name="孙二", address_code="B1")
        assert (await client.put(path, json=short)).status_code == 428
        stale = {"if-match": '"0"'}
        assert (await client.put(path, json=short, headers=stale)).status_code == 412
        replaced = await client.put(path, json=short, headers={"if-match": new.headers["etag"]})
        assert replaced.status_code == 200, replaced.text
        now = replaced.json()["properties"]
        assert (now["name"], now["phone"], now["tags"]) == ("孙二", None, [])
        assert (now["person_class"], now["house_code"], now["sex"]) == ("other", None, "unknown")
        # What is masked for him is not emptied by what he leaves out.
        after = row(site, "N1")
        for column in ("id_number_sealed", "id_number_digest", "birth_date"):
            assert after[column] == kept[column], column
        assert after["phone_digest"] is None

        gone = await client.delete(path, headers={"if-match": new.headers["etag"]})
        assert gone.status_code == 412
        etag = {"if-match": replaced.headers["etag"]}
        assert (await client.delete(path, headers=etag)).status_code == 204
        assert (await client.get(path)).status_code == 404
    assert await found_by_number(site, OTHER) == []
    assert [each[0] for each in site.entries("person.create", "N1")] == ["ok"]
    ok = [each[2]["properties"] for each in site.entries("person.update", "N1") if each[0] == "ok"]
    assert ok == [["address_code", "house_code", "name", "person_class", "phone", "sex", "tags"]]
    ((told_all,),) = site.execute("select jsonb_agg(to_jsonb(a))::text from audit as a")
    for value in (OTHER, "13911112222", "孙一", "独居"):
        assert value not in told_all


async def test_of_a_person_masked_nothing_is_overwritten(site: Site) -> None:
    before = row(site, "P1")
    async with site.registrar() as client:
        read = await client.get(f"{PERSONS}/P1")
        told = read.json()
        assert {"name", "id_number", "birth_date", "phone", "person_class", "tags"} <= set(
            told["properties"]["masked"]
        )
        if_match = {"if-match": read.headers["etag"]}
        back = await client.put(f"{PERSONS}/P1", json=told, headers=if_match)
        assert back.status_code == 200, back.text
        told["properties"]["sex"] = "male"
        # His name is needed, and its mask stands for it.
        written = await client.put(f"{PERSONS}/P1", json=told, headers=if_match)
        assert written.status_code == 200, written.text
        patched = await client.patch(f"{PERSONS}/P1", json={"properties": {"sex": "unknown"}})
        assert patched.status_code == 200, patched.text
        blind: list[dict[str, Any]] = [
            {"name": "李四"},
            {"name": "李*"},
            {"id_number": OTHER},
            {"id_number": None},
            {"id_number": "440****0014"},
            {"birth_date": "1990-01-01"},
            {"phone": PHONE},
            {"phone": None},
            {"phone": "139****0000"},
            {"person_class": "other"},
            {"tags": []},
        ]
        for each in blind:
            changed = {**told, "properties": {**told["properties"], **each}}
            for answer in (
                await client.patch(f"{PERSONS}/P1", json={"properties": each}),
                await client.put(f"{PERSONS}/P1", json=changed, headers=ANY),
            ):
                assert answer.status_code in {400, 403}, (each, answer.text)
                assert NUMBER not in answer.text
                assert PHONE not in answer.text
        # Null is how some are masked, and is no wish to empty them.
        nulls = {"properties": {"person_class": None, "tags": None, "birth_date": None}}
        assert (await client.patch(f"{PERSONS}/P1", json=nulls)).status_code == 200
        # Left out, the name stays too.
        short = {
            "type": "Feature",
            "geometry": None,
            "properties": {
                "address_code": "R1",
                "house_code": "H1-301",
                "sex": "unknown",
            },
        }
        assert (await client.put(f"{PERSONS}/P1", json=short, headers=ANY)).status_code == 200
    after = row(site, "P1")
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


async def test_a_mask_is_never_written_by_who_sees_more(site: Site) -> None:
    async with site.registrar("grid_worker") as client:
        for starred in ({"name": "李*"}, {"phone": "138****8000"}, {"id_number": "440****0014"}):
            answer = await client.patch(f"{PERSONS}/P2", json={"properties": starred})
            refused(answer, 400)
            sent = person(**{"name": "x", "address_code": "B1", **starred})
            refused(await client.post(PERSONS, json=sent), 400)


async def test_who_may_reveal_a_number_corrects_it(site: Site) -> None:
    async with site.registrar("grid_worker") as client:
        path = (await made(client, code="C1", name="钱一", id_number=OTHER)).headers["location"]
        patch = {"properties": {"id_number": THIRD}}
        answer = await client.patch(path, json=patch)
        assert answer.status_code == 200, answer.text
        # Birthday and sex follow, as by a load; the digest too.
        kept = row(site, "C1")
        assert (kept["birth_date"], kept["sex"]) == ("1990-03-07", "male")
        assert await found_by_number(site, THIRD) == ["C1"]
        assert await found_by_number(site, OTHER) == []
        told = {"properties": {"id_number": OTHER, "sex": "male", "birth_date": "1985-06-16"}}
        assert (await client.patch(path, json=told)).status_code == 200
        kept = row(site, "C1")
        assert (kept["birth_date"], kept["sex"]) == ("1985-06-16", "male")
        # A document of another form tells nothing; a mistyped number is refused.
        assert (
            await client.patch(path, json={"properties": {"id_number": "E12345678"}})
        ).is_success
        assert row(site, "C1")["birth_date"] == "1985-06-16"
        for wrong in (OTHER[:-1] + ("1" if OTHER[-1] != "1" else "2"), "440102198513150021"):
            refused(await client.patch(path, json={"properties": {"id_number": wrong}}), 400)
        assert (await client.delete(path)).status_code == 204


async def test_who_moves_is_counted_where_he_lives(site: Site) -> None:
    def counted() -> list[tuple[Any, ...]]:
        return site.execute(
            "select a.id, coalesce(sum(t.count), 0)::int from area as a"
            " left join tally as t on t.area_id = a.id and t.layer = 'persons'"
            " where a.level = 'community' group by 1 order by 1"
        )

    (_, east), (_, west) = counted()
    async with site.client("registrar", "grid_worker") as client:
        path = (await made(client, name="郑一")).headers["location"]
        assert [count for _, count in counted()] == [east + 1, west]
        moved = await client.patch(path, json={"properties": {"address_code": "R2"}})
        assert moved.status_code == 200, moved.text
        assert moved.json()["properties"]["area_code"] == WEST
        assert [count for _, count in counted()] == [east, west + 1]
        assert (await client.delete(path)).status_code == 204
    assert [count for _, count in counted()] == [east, west]


@pytest.mark.parametrize(
    "bad",
    [
        {"person_class": "vip"},
        {"sex": "x"},
        {"birth_date": "1990-13-01"},
        {"tags": "x"},
        {"tags": [None]},
        {"name": None},
        {"address_code": "none"},
        {"house_code": "none"},
        {"birth_year": "x", "code": "a/b"},
        {"lon": 113.1},
    ],
    ids=str,
)
async def test_what_breaks_a_rule_of_the_loader_is_refused(site: Site, bad: dict[str, Any]) -> None:
    before = everybody(site)
    sent = person(**{"name": "x", "address_code": "B1", **bad})
    async with site.registrar() as client:
        refused(await client.post(PERSONS, json=sent), 400)
    assert everybody(site) == before

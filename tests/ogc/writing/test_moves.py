"""An address is moved with its people: never to where who moves it may do more with them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gis_gov.access.permissions import Permission
from gis_gov.access.roles import ROLES
from tests.ogc.writing.conftest import EASTERN, WESTERN, Site, feature, seal
from tests.ogc.writing.test_rights import ANY, refused
from tests.registry.conftest import EAST, NUMBER, PHONE, WEST

ADDRESSES, PERSONS = "/collections/addresses/items", "/collections/persons/items"
HOME = f"{ADDRESSES}/R1"  # of P1, a key person of the east
SECRETS = ("欧阳修远", NUMBER, PHONE, "涉毒", "control")
TO_WEST = {"geometry": {"type": "Point", "coordinates": WESTERN}}


def more_in(site: Site, code: str, *roles: str, classes: list[str] | None = None) -> None:
    """Give the newest key roles in an area."""
    for role in roles:
        site.execute(
            "insert into role_grant (key_id, role, area_id, person_classes)"
            " select (select max(id) from api_key), %s, id, %s from area where code = %s",
            role,
            classes,
            code,
        )


def state(site: Site) -> list[Any]:
    """Return every row that a move of an address changes; cells are filled in by the server."""
    return [
        site.execute(
            f"select to_jsonb(t) - '{{cell,updated_at}}'::text[] from {table} as t order by id"  # noqa: S608
        )
        for table in ("address", "person", "house", "enterprise")
    ]


@pytest.fixture(autouse=True)
def untouched(site: Site) -> Iterator[None]:
    yield
    site.execute("delete from enterprise where code like 'M%%'")
    site.execute("delete from address where code like 'M%%'")
    moved_home(site)


def moved_home(site: Site) -> None:
    site.execute(
        "update address set geom = st_point(113.1512345, 22.0554321, 4490) where code = 'R1'"
    )


async def refused_to_west(site: Site, client: httpx.AsyncClient, right: str) -> None:
    """Try to move the home of P1 to the west by each way there is: nothing is written or told."""
    before = state(site)
    told = (await client.get(HOME)).json()
    moved = {**told, **TO_WEST}
    beside = {**TO_WEST, "properties": {"full_text": "西路1号"}}
    for answer in (
        await client.patch(HOME, json=TO_WEST),
        await client.patch(HOME, json=beside),
        await client.patch(HOME, json=TO_WEST, headers={"prefer": "return=minimal"}),
        await client.put(HOME, json=moved, headers=ANY),
    ):
        refused(answer)
        assert answer.json()["right"] == right
        assert not any(secret in answer.text for secret in SECRETS)
    assert state(site) == before
    listed = (await client.get(PERSONS, params={"limit": 100})).text
    assert "欧阳修远" not in listed


@pytest.mark.parametrize(
    ("everywhere", "in_the_west", "right"),
    [
        ((), ("grid_worker",), "person.read"),
        ((), ("department_officer",), "person.read"),
        (("department_officer",), ("grid_worker",), "plain.class"),
        (("registrar",), ("commander",), "plain.class"),
        (("registrar",), ("supervisor",), "plain.class"),
        (("department_officer",), ("registrar",), "person.write"),
    ],
    ids=str,
)
async def test_nobody_is_taken_to_where_one_may_do_more(
    site: Site, everywhere: tuple[str, ...], in_the_west: tuple[str, ...], right: str
) -> None:
    async with site.client("editor", *everywhere) as client:
        more_in(site, WEST, *in_the_west)
        tries = len([each for each in refusals(site) if each == "R1"])
        await refused_to_west(site, client, right)
        assert len([each for each in refusals(site) if each == "R1"]) == tries + 4
    assert site.execute("select area_id from person where code = 'P1'") == [(2,)]


def refusals(site: Site) -> list[str]:
    """Return what refusals of writes are on record for, by code."""
    found = site.execute(
        "select object_code from audit where result = 'refused' and reason = 'not-allowed'"
    )
    return [code for (code,) in found]


async def test_a_refusal_tells_no_class(site: Site) -> None:
    """Who sees one class in the west alone is refused whoever lives there, of that class or not."""
    answers = []
    for seen in ("control", "other"):
        async with site.client("editor") as client:
            more_in(site, WEST, "grid_worker", classes=[seen])
            await refused_to_west(site, client, "person.read")
            answers.append((await client.patch(HOME, json=TO_WEST)).json())
    first, second = ({k: v for k, v in each.items() if k != "instance"} for each in answers)
    assert first["detail"] == second["detail"]


async def test_nor_by_way_of_nowhere(site: Site) -> None:
    async with site.client("editor") as client:
        more_in(site, WEST, "grid_worker")
        away = await client.patch(HOME, json={"geometry": None})
        assert away.status_code == 200, away.text
        assert (await client.get(f"{PERSONS}/P1")).status_code == 404
        await refused_to_west(site, client, "person.read")


async def test_nor_from_one_grid_into_another_of_one_s_own(site: Site) -> None:
    async with site.client("editor", "department_officer") as client:
        site.execute(
            "insert into role_grant (key_id, role, grid_id)"
            " select max(id), 'grid_worker', 2 from api_key"
        )
        await refused_to_west(site, client, "plain.class")


async def test_contacts_of_enterprises_are_not_opened(site: Site) -> None:
    async with site.client("editor") as client:
        sent = feature(EASTERN, code="M1", full_text="东路7号", level=43)
        assert (await client.post(ADDRESSES, json=sent)).status_code == 201
        site.execute(
            "insert into enterprise (code, name, contact_name, phone_sealed, address_id)"
            " select 'M1', '乙公司', '钱七', %s, id from address where code = 'M1'",
            seal("enterprise.phone", PHONE),
        )
        more_in(site, WEST, "grid_worker")
        before = state(site)
        answer = await client.patch(f"{ADDRESSES}/M1", json=TO_WEST)
        refused(answer)
        assert answer.json()["right"] == "plain.name"
        assert "钱七" not in answer.text
        assert state(site) == before
    # Who may see people there, and no more of enterprises, opens nothing.
    async with site.client("editor") as client:
        more_in(site, WEST, "registrar", "department_officer")
        assert (await client.patch(f"{ADDRESSES}/M1", json=TO_WEST)).status_code == 200
        told = (await client.get("/collections/enterprises/items/M1")).json()["properties"]
        assert told["area_code"] == WEST
        assert told["contact_name"] != "钱七"


async def test_an_address_of_nobody_is_moved(site: Site) -> None:
    async with site.client("editor") as client:
        more_in(site, WEST, "grid_worker")
        sent = feature(EASTERN, code="M2", full_text="东路9号", level=43)
        assert (await client.post(ADDRESSES, json=sent)).status_code == 201
        moved = await client.patch(f"{ADDRESSES}/M2", json=TO_WEST)
        assert moved.status_code == 200, moved.text
        assert moved.json()["properties"]["area_code"] == WEST


async def test_who_sees_no_more_of_them_there_moves_them(site: Site) -> None:
    for roles, more in ((("editor",), ()), (("editor", "grid_worker"), ("grid_worker",))):
        async with site.client(*roles) as client:
            more_in(site, WEST, *more)
            moved = await client.patch(HOME, json=TO_WEST)
            assert moved.status_code == 200, moved.text
            assert site.execute("select area_id from person where code = 'P1'") == [(3,)]
            back = {"geometry": {"type": "Point", "coordinates": [113.1512345, 22.0554321]}}
            assert (await client.patch(HOME, json=back)).status_code == 200
    # To where he sees less, and within one place, is no way to more either.
    async with site.client("editor") as client:
        more_in(site, EAST, "grid_worker")
        within = {"geometry": {"type": "Point", "coordinates": EASTERN}}
        assert (await client.patch(HOME, json=within)).status_code == 200
        assert (await client.get(f"{PERSONS}/P1")).json()["properties"]["name"] == "欧阳修远"
        assert (await client.patch(HOME, json=TO_WEST)).status_code == 200
        assert (await client.get(f"{PERSONS}/P1")).status_code == 404


async def known_of(client: httpx.AsyncClient) -> set[str]:
    """Return what of P1 is open to a client: the properties told as they are, reads and writes."""
    answer = await client.get(f"{PERSONS}/P1")
    if answer.status_code != 200:
        return set()
    told = answer.json()["properties"]
    known = {"read", *(told.keys() - {"masked"} - set(told["masked"]))}
    if "geometry" not in told["masked"]:
        known.add("geometry")
    reveal = {"fields": ["phone"], "reason": "核对住户电话"}
    revealed = await client.post("/persons/P1/reveal", json=reveal)
    if revealed.status_code == 200:
        known.add("reveal")
    allowed = (await client.options(f"{PERSONS}/P1")).headers["allow"]
    return known | set(allowed.split(", "))


READERS = [name for name, role in ROLES.items() if Permission.PERSON_READ in role.permissions]


@pytest.mark.parametrize(
    "everywhere", [(), ("department_officer",), ("registrar",), ("commander",)], ids=str
)
async def test_whatever_the_roles_nothing_is_opened(
    site: Site, everywhere: tuple[str, ...]
) -> None:
    moves = 0
    for role in (*READERS, "analyst"):
        async with site.client("editor", *everywhere) as client:
            more_in(site, WEST, role)
            before = await known_of(client)
            assert ("reveal" in before) == ("commander" in everywhere)
            answer = await client.patch(HOME, json=TO_WEST)
            after = await known_of(client)
            assert after <= before, role
            if answer.status_code == 200:
                moves += 1
                moved_home(site)
            else:
                refused(answer)
    assert moves

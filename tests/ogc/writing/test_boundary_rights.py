"""Who may draw boundaries: in his places alone, and never so that he comes to see more."""

from typing import Any

import httpx
import pytest
from psycopg import errors

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.access.permissions import WRITE_BOUNDARIES
from gis_gov.access.roles import ROLES
from gis_gov.access.tokens import new_key_token, token_hash
from gis_gov.db.scope import Scope, bind
from tests.ogc.writing.conftest import Site
from tests.ogc.writing.drawing import (
    AREAS,
    DISTRICT,
    GRIDS,
    LEFT,
    RIGHT,
    WESTERN_GRID,
    as_it_was,
    drawn,
    land,
    redrawn,
    strip,
)
from tests.ogc.writing.test_rights import ANY, refused
from tests.registry.conftest import EAST, WEST

__all__ = ["as_it_was", "land"]
NAME = {"properties": {"name": "x"}}
READING = "GET, HEAD, OPTIONS"


def boundaries(site: Site) -> list[Any]:
    """Return every grid and area, and where things lie, as it stands."""
    return [
        site.execute("select to_jsonb(g) - 'geom', geom::text from grid as g order by id"),
        site.execute("select to_jsonb(a) - 'geom', geom::text from area as a order by id"),
        site.execute("select id, grid_id, area_id from address order by id"),
        site.execute("select id, grid_id, area_id from person order by id"),
    ]


@pytest.fixture
def untouched(land: Site) -> Any:
    before = boundaries(land)
    yield land
    assert boundaries(land) == before


async def test_of_another_area_nothing_is_drawn(untouched: Site) -> None:
    async with untouched.surveyor() as client:
        path = f"{GRIDS}/{WESTERN_GRID}"
        refused(await client.patch(path, json=NAME))
        refused(await client.put(path, json=drawn(strip(113, 113.1), name="x"), headers=ANY))
        refused(await client.delete(path))
        assert (await client.options(path)).headers["allow"] == READING
        assert (await client.get(path)).status_code == 200
        # Neither given away, nor drawn over there, nor drawn there as one of the own.
        refused(await client.patch(f"{GRIDS}/{RIGHT}", json={"properties": {"area_code": WEST}}))
        refused(await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.05, 113.15)))
        for told in ({"area_code": WEST}, {"area_code": EAST}, {}):
            sent = drawn(strip(113.02, 113.03), code=f"{EAST}105", layer="exclusive", **told)
            refused(await client.post(GRIDS, json=sent))
        refused(await client.post(AREAS, json=drawn(None, code="K1", name="k", level="district")))


async def test_the_place_itself_is_drawn_from_above(untouched: Site) -> None:
    async with untouched.surveyor() as client:
        for answer in (
            await redrawn(client, f"{AREAS}/{EAST}", strip(113.1, 113.25)),
            await client.patch(f"{AREAS}/{EAST}", json=NAME),
            await client.patch(f"{AREAS}/{EAST}", json={"properties": {"parent_code": WEST}}),
            await client.delete(f"{AREAS}/{EAST}"),
            await client.patch(f"{AREAS}/{DISTRICT}", json=NAME),
            await client.patch(f"{AREAS}/{WEST}", json={"properties": {"parent_code": EAST}}),
        ):
            refused(answer)
        assert (await client.options(f"{AREAS}/{EAST}")).headers["allow"] == READING
    async with untouched.surveyor(area=DISTRICT) as client:
        assert "PATCH" in (await client.options(f"{AREAS}/{EAST}")).headers["allow"]
        refused(await redrawn(client, f"{AREAS}/{EAST}", strip(113.1, 113.25)))
        refused(await client.patch(f"{AREAS}/{EAST}", json={"properties": {"parent_code": None}}))
        assert (await redrawn(client, f"{AREAS}/{DISTRICT}", strip(113, 113.5))).status_code == 403
    # A right to one grid draws none: its outline is its area's to draw.
    async with untouched.client("boundary_administrator", grid=RIGHT) as of_grid:
        refused(await redrawn(of_grid, f"{GRIDS}/{RIGHT}", strip(113.16, 113.2)))
        refused(await of_grid.patch(f"{GRIDS}/{RIGHT}", json=NAME))


@pytest.mark.parametrize("role", [each for each in ROLES if each != "boundary_administrator"])
async def test_no_other_role_draws(untouched: Site, role: str) -> None:
    assert not WRITE_BOUNDARIES & ROLES[role].permissions
    async with untouched.client(role) as client:
        refused(await client.patch(f"{GRIDS}/{RIGHT}", json=NAME))
        refused(await client.post(AREAS, json=drawn(None, code="K1", name="k")))
        assert (await client.options(GRIDS)).headers["allow"] == READING


async def test_who_draws_sees_nobody(land: Site) -> None:
    async with land.surveyor() as client:
        for path in (
            "/collections/persons/items",
            "/collections/addresses/items",
            "/collections/events/items",
            "/statistics?measures=persons",
            "/heatmap?bbox=113,22,113.2,22.1&layer=persons",
            "/tiles/persons/12/3335/1798.mvt",
        ):
            answer = await client.get(path)
            assert answer.status_code in {400, 403}, (path, answer.text)
        refused(await client.get("/collections/persons/items"))


def joined(site: Site, *grants: tuple[str, str | None, str | None]) -> dict[str, str]:
    """Make a key with roles, each in an area, a grid, or everywhere."""
    token = new_key_token()
    ((key_id,),) = site.execute(
        "insert into api_key (name, token_hash, expires_at)"
        " values ('joined', %s, now() + interval '1 day') returning id",
        token_hash(token),
    )
    for role, area, grid in grants:
        site.execute(
            "insert into role_grant (key_id, role, area_id, grid_id) values (%s, %s,"
            " (select id from area where code = %s), (select id from grid where code = %s))",
            key_id,
            role,
            area,
            grid,
        )
    return {"authorization": f"Bearer {token}"}


async def refused_to_take(site: Site, *grants: tuple[str, str | None, str | None]) -> None:
    """Expect that nobody with these roles redraws the right grid, ends it, or draws one in it."""
    path = f"{GRIDS}/{RIGHT}"
    inner = drawn(strip(113.16, 113.17), code=f"{EAST}105", layer="exclusive", area_code=EAST)
    async with site.client("screen") as client:
        client.headers.update(joined(site, *grants))
        for answer in (
            await redrawn(client, path, strip(113.16, 113.2)),
            await redrawn(client, path, strip(113.14, 113.2)),
            await client.patch(path, json={"properties": {"valid_to": "2026-01-31"}}),
            await client.patch(path, json={"properties": {"layer": "exclusive"}}),
            await client.post(GRIDS, json=inner),
            await client.delete(path),
        ):
            refused(answer)
            assert answer.json()["right"]


async def test_nobody_draws_what_he_reads_larger(untouched: Site) -> None:
    """Who reads one grid and draws its area would take the next one's people and give them back."""
    site, surveyor = untouched, ("boundary_administrator", EAST, None)
    for role in ("grid_worker", "commander", "editor", "registrar", "supervisor"):
        await refused_to_take(site, surveyor, (role, None, RIGHT))
    async with site.client("screen") as client:
        district = ("boundary_administrator", DISTRICT, None)
        client.headers.update(joined(site, district, ("commander", EAST, None)))
        refused(await redrawn(client, f"{AREAS}/{EAST}", strip(113.09, 113.2)))
        refused(await redrawn(client, f"{AREAS}/{EAST}", strip(113.1, 113.19)))


async def test_nobody_draws_a_grid_around_what_he_is_told_of_many(untouched: Site) -> None:
    """Counts by threshold, and persons at the middle of a grid, would tell of a single home."""
    surveyor = ("boundary_administrator", EAST, None)
    for role in ("analyst", "screen", "weather_officer", "department_officer", "registrar"):
        await refused_to_take(untouched, surveyor, (role, EAST, None))


async def test_who_sees_both_sides_plainly_draws(as_it_was: Site) -> None:
    async with as_it_was.surveyor("commander", "editor") as client:
        answer = await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.16, 113.2))
        assert answer.status_code == 200, answer.text
    async with as_it_was.client("screen") as client:
        west = ("commander", WEST, None)
        client.headers.update(joined(as_it_was, ("boundary_administrator", DISTRICT, None), west))
        answer = await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.17, 113.2))
        assert answer.status_code == 200, answer.text
        # A name moves nobody.
        for path in (f"{GRIDS}/{WESTERN_GRID}", f"{AREAS}/{WEST}"):
            assert (await client.patch(path, json={"properties": {}})).status_code == 200


async def test_a_key_draws_no_more_than_its_maker(untouched: Site) -> None:
    """What a key may not see, the account that made it may."""
    site = untouched
    ((account,),) = site.execute(
        "insert into account (name, password_hash) values ('maker', 'x') returning id"
    )
    for role, grid in (("boundary_administrator", None), ("commander", RIGHT)):
        site.execute(
            "insert into role_grant (account_id, role, area_id, grid_id)"
            " values (%s, %s, case when %s::text is null then 2 end,"
            " (select id from grid where code = %s))",
            account,
            role,
            grid,
            grid,
        )
    async with site.surveyor() as client:
        key = client.headers["authorization"].removeprefix("Bearer ")
        site.execute(
            "update api_key set account_id = %s where token_hash = %s", account, token_hash(key)
        )
        refused(await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.16, 113.2)))
    site.execute("delete from role_grant where account_id = %s", account)


async def test_a_masked_reader_is_told_the_new_middle_and_nothing_else(as_it_was: Site) -> None:
    async def seen(client: httpx.AsyncClient) -> list[Any]:
        answer = await client.get("/collections/persons/items", params={"limit": 100})
        assert answer.status_code == 200, answer.text
        return [
            {name: value for name, value in each["properties"].items() if name != "grid_code"}
            for each in answer.json()["features"]
        ]

    async with (
        as_it_was.client("department_officer", area=EAST) as reader,
        as_it_was.surveyor() as client,
    ):
        before = await seen(reader)
        assert (await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.17, 113.2))).status_code == 200
        assert (await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.1, 113.17))).status_code == 200
        assert await seen(reader) == before
        told = (await reader.get("/collections/persons/items", params={"limit": 100})).json()
        assert len({tuple(each["geometry"]["coordinates"]) for each in told["features"]}) <= 2


def scope_of_the_east(role: str = "boundary_administrator") -> Scope:
    """Return the scope of who may draw in the east."""
    return Actor("t", (Grant(role, "1.2.", frozenset({2})),)).scope


FORGED = {
    "a grid in the west": (
        "insert into grid (code, name, area_id, geom) select 'F', 'f', 3, geom from grid"
        " where id = 2"
    ),
    "a grid given away": "update grid set area_id = 3 where id = 1",
    "another code of a grid": "update grid set code = 'F' where id = 1",
    "another size": "update grid set area_m2 = 1 where id = 1",
    "an area beside": (
        "insert into area (code, name, level, parent_id) values ('F', 'f', 'community', 1)"
    ),
    "an area nowhere": "insert into area (code, name, level) values ('F', 'f', 'province')",
    "another code of an area": "update area set code = 'F' where id = 2",
    "another path": "update area set path = '/1/' where id = 2",
    "a lineage": "insert into grid_lineage values (9, 1, 'split')",
    "a successor": "insert into area_successor values (2, 'x')",
    "an outline": "delete from outline",
    "all of them": "truncate grid cascade",
}


@pytest.mark.parametrize("what", FORGED)
async def test_the_database_refuses_what_a_forgotten_filter_lets_through(
    land: Site, what: str
) -> None:
    async with land.reached(scope_of_the_east()) as conn:
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(FORGED[what])  # type: ignore[arg-type]


async def test_in_the_database_only_ones_places_are_drawn(land: Site) -> None:
    for role, drawing in (("boundary_administrator", True), ("commander", False)):
        async with land.reached(scope_of_the_east(role)) as conn:
            found = await conn.execute("update grid set name = 'f' returning area_id")
            assert {area for (area,) in await found.fetchall()} == ({2} if drawing else set())
            # The place itself is not below itself.
            for statement in ("update area set name = 'f'", "delete from area"):
                assert (await conn.execute(statement)).rowcount == 0  # type: ignore[arg-type]
            assert (await conn.execute("delete from grid where area_id <> 2")).rowcount == 0
    async with land.reached(scope_of_the_east("commander")) as conn:
        assert (await conn.execute("select from grid")).rowcount == 4


async def test_what_hangs_on_it_is_told_to_who_may_delete_it_alone(land: Site) -> None:
    async with land.reached(scope_of_the_east()) as conn:

        async def told(kind: str, id_: int) -> bool:
            return bool((await conn.execute("select hanging_on(%s, %s)", [kind, id_])).rowcount)

        assert [await told("grid", each) for each in (1, 2)] == [True, False]
        assert [await told("area", each) for each in (1, 2, 3)] == [False, False, False]
        await bind(conn, scope_of_the_east("commander"))
        assert not await told("grid", 1)

"""Two who write at once: of two who read the same state one writes, and the other learns of it."""

import asyncio

import httpx
import psycopg

from gis_gov.app import create_app
from gis_gov.settings import Settings
from tests.accounts.people import slug
from tests.ogc.writing.conftest import EASTERN, Site, feature
from tests.registry.conftest import write_people
from tests.signed_in import bearer, client_of, make_key

POIS = "/collections/pois/items"


async def test_of_two_who_replace_the_same_state_one_does(site: Site) -> None:
    async with site.editor() as client:
        made = await client.post(POIS, json=feature(EASTERN, code="RACE", name="0"))
        for turn in range(8):
            etag = (await client.get(f"{POIS}/RACE")).headers["etag"]
            answers = await asyncio.gather(
                *(
                    client.put(
                        f"{POIS}/RACE",
                        json=feature(EASTERN, name=f"{turn}-{n}"),
                        headers={"if-match": etag},
                    )
                    for n in range(4)
                )
            )
            statuses = sorted(each.status_code for each in answers)
            assert statuses == [200, 412, 412, 412]
            winner = next(each for each in answers if each.status_code == 200)
            told = await client.get(f"{POIS}/RACE")
            assert told.json()["properties"]["name"] == winner.json()["properties"]["name"]
        assert made.status_code == 201


async def test_patches_of_different_properties_are_both_kept(site: Site) -> None:
    async with site.editor() as client:
        await client.post(POIS, json=feature(EASTERN, code="BOTH", name="0"))
        answers = await asyncio.gather(
            client.patch(f"{POIS}/BOTH", json={"properties": {"owner": "甲"}}),
            client.patch(f"{POIS}/BOTH", json={"properties": {"class": "market"}}),
            client.patch(f"{POIS}/BOTH", json={"properties": {"name": "乙"}}),
        )
        assert {each.status_code for each in answers} == {200}
        told = (await client.get(f"{POIS}/BOTH")).json()["properties"]
        assert (told["owner"], told["class"], told["name"]) == ("甲", "market", "乙")


async def test_of_patches_of_one_property_the_last_stays_unless_they_say_the_state(
    site: Site,
) -> None:
    """Both have read the same; only by its ETag the second learns of the first."""
    path = f"{POIS}/SAME"
    async with site.editor() as client:
        made = await client.post(POIS, json=feature(EASTERN, code="SAME", name="0"))
        read = {"if-match": made.headers["etag"]}
        patches = [{"properties": {"name": name}} for name in ("甲", "乙")]
        answers = await asyncio.gather(
            *(client.patch(path, json=each, headers=read) for each in patches)
        )
        assert sorted(each.status_code for each in answers) == [200, 412]
        kept = next(each for each in answers if each.status_code == 200).json()
        told = (await client.get(path)).json()
        assert told["properties"]["name"] == kept["properties"]["name"]
        for patch in patches:
            assert (await client.patch(path, json=patch)).status_code == 200
        assert (await client.get(path)).json()["properties"]["name"] == "乙"
        # Nor is deleted what is another meanwhile, if it is said what was read.
        assert (await client.delete(path, headers=read)).status_code == 412
        newest = {"if-match": (await client.get(path)).headers["etag"]}
        assert (await client.delete(path, headers=newest)).status_code == 204


async def test_every_write_says_its_state_where_that_is_set(own_database_url: str) -> None:
    write_people(own_database_url)
    settings = Settings(writes_say_state=True).with_database(own_database_url)
    app = create_app(settings)
    headers = bearer(make_key(own_database_url, "editor", "commander"))
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), headers) as client,
    ):
        made = await client.post(POIS, json=feature(EASTERN, code="SAID", name="0"))
        path, patch = f"{POIS}/SAID", {"properties": {"name": "1"}}
        for answer in (await client.patch(path, json=patch), await client.delete(path)):
            assert (answer.status_code, slug(answer)) == (428, "precondition-needed")
        assert (await client.get(path)).headers["etag"] == made.headers["etag"]
        stale = {"if-match": made.headers["etag"]}
        assert (await client.patch(path, json=patch, headers=stale)).status_code == 200
        assert (await client.patch(path, json=patch, headers=stale)).status_code == 412
        assert (await client.delete(path, headers=stale)).status_code == 412
        # Who insists, says so; what is not there has no state.
        insisting = {"if-match": "*"}
        assert (await client.patch(path, json=patch, headers=insisting)).status_code == 200
        assert (await client.delete(path, headers=insisting)).status_code == 204
        assert (await client.delete(path)).status_code == 404


async def test_a_writer_of_the_database_is_waited_for_and_noticed(site: Site) -> None:
    """Not only our own writers count: here it is psql that holds the row."""
    async with site.editor() as client:
        made = await client.post(POIS, json=feature(EASTERN, code="HELD", name="0"))
        etag = made.headers["etag"]
        async with await psycopg.AsyncConnection.connect(site.url) as other:
            await other.execute("update resource set gb28181_id = 'x' where code = 'HELD'")
            waiting = asyncio.create_task(
                client.put(
                    f"{POIS}/HELD", json=feature(EASTERN, name="1"), headers={"if-match": etag}
                )
            )
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done
            await other.commit()
        # What it changed is told to nobody, and still is another state.
        assert (await waiting).status_code == 412
        assert (await client.get(f"{POIS}/HELD")).json()["properties"]["name"] == "0"


async def test_of_two_who_delete_one_does(site: Site) -> None:
    async with site.editor() as client:
        await client.post(POIS, json=feature(EASTERN, code="TWICE", name="0"))
        answers = await asyncio.gather(*(client.delete(f"{POIS}/TWICE") for _ in range(2)))
        assert sorted(each.status_code for each in answers) == [204, 404]


async def test_writers_and_a_change_of_boundaries_do_not_wait_in_a_circle(site: Site) -> None:
    async with site.editor() as client:
        await client.post(
            "/collections/addresses/items",
            json=feature(EASTERN, code="CIRCLE", full_text="环路1号"),
        )
        await client.post(
            "/collections/enterprises/items",
            json=feature(None, code="CIRCLE", name="0", address_code="CIRCLE"),
        )

        async def boundaries() -> None:
            async with await psycopg.AsyncConnection.connect(site.url) as other:
                for _ in range(10):
                    await other.execute(
                        "update grid set geom = st_multi(st_snaptogrid(geom, 0.001)) where id = 1"
                    )
                    await other.execute(
                        "update grid set layer = layer, name = name || '' where id = 1"
                    )
                    await other.commit()

        async def edits(path: str, name: str) -> set[int]:
            found = set()
            for n in range(10):
                point = [EASTERN[0], EASTERN[1] + n / 10_000]
                geometry = {"type": "Point", "coordinates": point}
                patch = {"properties": {name: f"{n}"}}
                if path == "addresses":
                    patch = {**patch, "geometry": geometry}
                answer = await client.patch(f"/collections/{path}/items/CIRCLE", json=patch)
                found.add(answer.status_code)
            return found

        _, *statuses = await asyncio.gather(
            boundaries(), edits("addresses", "full_text"), edits("enterprises", "category")
        )
        assert statuses == [{200}, {200}]


async def test_an_etag_stands_until_somebody_writes(site: Site) -> None:
    """A point that moves within its cell has its cell at once: the server fills in none later."""
    async with site.editor() as client:
        made = await client.post(POIS, json=feature(EASTERN, code="CELL", name="0"))
        for n in range(1, 4):
            point = [EASTERN[0] + n / 1e6, EASTERN[1]]
            patch = {"geometry": {"type": "Point", "coordinates": point}}
            made = await client.patch(f"{POIS}/CELL", json=patch)
            ((cell,),) = site.execute("select cell from resource where code = 'CELL'")
            assert cell is not None
        await asyncio.sleep(0.3)
        read = await client.get(f"{POIS}/CELL")
        assert read.headers["etag"] == made.headers["etag"]


async def test_addresses_are_moved_while_the_server_fills_in_their_cells(site: Site) -> None:
    path = "/collections/addresses/items/FILLED"
    async with site.editor() as client:
        sent = feature(EASTERN, code="FILLED", full_text="填路1号")
        await client.post("/collections/addresses/items", json=sent)
        for n in range(20):
            # As psql writes it: the server is told that there is no cell.
            site.execute("update address set cell = null where code = 'FILLED'")
            point = [EASTERN[0], EASTERN[1] + n / 10_000]
            patch = {"geometry": {"type": "Point", "coordinates": point}}
            answer = await client.patch(path, json=patch)
            assert answer.status_code == 200, answer.text

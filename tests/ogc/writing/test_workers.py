"""Workers are written: who they are, their phones, and the grids that they serve."""

from datetime import timedelta
from typing import Any

import httpx

from tests.ogc.writing.conftest import Site
from tests.ogc.writing.test_rights import ANY, both, refused
from tests.registry.conftest import EAST, WEST

WORKERS = "/collections/workers/items"
EASTERN_GRID, WESTERN_GRID, OLD_GRID = f"{EAST}101", f"{WEST}101", f"{EAST}999"
PHONE = "13911112222"


def worker(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": None, "properties": properties}


def terms(site: Site, code: str) -> list[tuple[Any, ...]]:
    """Return grid, first and last day of what a worker serves or has served."""
    return site.execute(
        "select g.code, t.valid_from, t.valid_to from grid_worker as t"
        " join grid as g on g.id = t.grid_id join worker as w on w.id = t.worker_id"
        " where w.code = %s order by t.id",
        code,
    )


def state(site: Site) -> list[Any]:
    return [
        site.execute("select to_jsonb(w) from worker as w order by id"),
        site.execute("select to_jsonb(t) from grid_worker as t order by id"),
    ]


async def made(client: httpx.AsyncClient, **properties: Any) -> httpx.Response:
    answer = await client.post(WORKERS, json=worker(**properties))
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_worker_lives_from_post_to_delete(site: Site) -> None:
    async with site.registrar("grid_worker") as client:
        new = await made(
            client, code="N1", name="周七", phone=PHONE, area_code=EAST, grid_codes=[EASTERN_GRID]
        )
        path, told = new.headers["location"], new.json()["properties"]
        assert told["phone"] == PHONE
        assert told["area_code"] == EAST
        assert told["grid_codes"] == [EASTERN_GRID]
        (((sealed, digest),),) = [
            site.execute("select phone_sealed, phone_digest from worker where code = 'N1'")
        ]
        assert sealed
        assert digest
        assert PHONE.encode() not in bytes(sealed)

        assert (await client.put(path, json=worker(name="x", area_code=EAST))).status_code == 428
        stale = {"if-match": '"0"'}
        short = worker(name="周八", area_code=EAST)
        assert (await client.put(path, json=short, headers=stale)).status_code == 412
        back = await client.put(path, json=new.json(), headers={"if-match": new.headers["etag"]})
        assert back.status_code == 200, back.text
        assert back.headers["etag"] == new.headers["etag"]
        replaced = await client.put(path, json=short, headers={"if-match": new.headers["etag"]})
        assert replaced.status_code == 200, replaced.text
        now = replaced.json()["properties"]
        assert (now["name"], now["phone"], now["grid_codes"]) == ("周八", None, [])
        # A number that is cleared leaves no digest to be found by.
        assert site.execute("select phone_digest from worker where code = 'N1'") == [(None,)]
        assert (
            await client.delete(path, headers={"if-match": new.headers["etag"]})
        ).status_code == 412
        assert (await client.delete(path)).status_code == 204
    assert site.entries("worker.create", "N1") == [
        ("ok", None, {"properties": ["area_code", "code", "grid_codes", "name", "phone"]})
    ]
    assert [each for each in site.entries("worker.update", "N1") if each[0] == "ok"] == [
        ("ok", None, {"properties": ["grid_codes", "name", "phone"]})
    ]
    ((told_all,),) = site.execute("select jsonb_agg(to_jsonb(a))::text from audit as a")
    assert PHONE not in told_all


async def test_terms_begin_and_end_as_by_a_load(site: Site) -> None:
    async with site.registrar() as client:
        path = (await made(client, code="T1", name="吴九", area_code=EAST)).headers["location"]
        on, off = ({"properties": {"grid_codes": codes}} for codes in ([EASTERN_GRID] * 2, []))
        told = await client.patch(path, json=on)
        assert told.json()["properties"]["grid_codes"] == [EASTERN_GRID]
        ((_, first, last),) = terms(site, "T1")
        assert last is None
        site.execute(
            "update grid_worker set valid_from = valid_from - 1 where valid_from = %s", first
        )
        assert (await client.patch(path, json=off)).json()["properties"]["grid_codes"] == []
        assert terms(site, "T1") == [(EASTERN_GRID, first - timedelta(days=1), first)]
        # Again, and not after all, and yet: one more term.
        for patch in (on, off, on):
            assert (await client.patch(path, json=patch)).status_code == 200
        assert terms(site, "T1")[1:] == [(EASTERN_GRID, first, None)]
        # Both hold today; he is told once.
        async with site.registrar("commander") as other:
            around = (await other.get("/events/V1/nearby")).json()
        assert [each["code"] for each in around["responsible"]["workers"]].count("T1") == 1
        # Who has served stays on record.
        answer = await client.delete(path)
        assert answer.json()["type"] == "urn:gis-gov:problem:broken-reference"
        assert len(terms(site, "T1")) == 2
        unknown = await client.patch(path, json={"properties": {"grid_codes": [OLD_GRID]}})
        assert unknown.status_code == 400
        for bad in (["", EASTERN_GRID], [1], "x", [EASTERN_GRID + " "], ["\0"]):
            patch = {"properties": {"grid_codes": bad}}
            assert (await client.patch(path, json=patch)).status_code == 400, bad


async def test_a_worker_who_goes_about_is_replaced_all_the_same(site: Site) -> None:
    async with site.registrar("commander") as client:
        read = await client.get(f"{WORKERS}/W1")
        site.execute(
            "insert into position (device, time, worker_id, geom)"
            " values ('d1', now(), 1, st_point(113.16, 22.06, 4490))"
        )
        moved = await client.get(f"{WORKERS}/W1")
        assert moved.json()["geometry"] != read.json()["geometry"]
        assert moved.headers["etag"] != read.headers["etag"]
        sent = read.json()
        sent["properties"]["organisation"] = "东社区网格站"
        if_match = {"if-match": read.headers["etag"]}
        written = await client.put(f"{WORKERS}/W1", json=sent, headers=if_match)
        assert written.status_code == 200, written.text
        assert written.json()["geometry"] == moved.json()["geometry"]
        # Another's write is no passing of time.
        assert (await client.put(f"{WORKERS}/W1", json=sent, headers=if_match)).status_code == 412
        gone = await client.delete(f"{WORKERS}/W1")
        assert gone.json()["type"] == "urn:gis-gov:problem:broken-reference"


async def test_another_areas_workers_and_grids_are_out_of_reach(site: Site) -> None:
    before = state(site)
    name = {"properties": {"name": "x"}}
    async with site.registrar() as client:
        refused(await client.patch(f"{WORKERS}/W2", json=name), 404)
        refused(await client.put(f"{WORKERS}/W2", json=worker(name="x"), headers=ANY), 412)
        refused(await client.delete(f"{WORKERS}/W2"), 404)
        refused(await client.post(WORKERS, json=worker(code="X", name="x", area_code=WEST)))
        refused(await client.post(WORKERS, json=worker(code="X", name="x")))
        taken = await client.post(WORKERS, json=worker(code="W2", name="x", area_code=EAST))
        assert taken.json()["type"] == "urn:gis-gov:problem:already-there"
        for away in ({"area_code": WEST}, {"area_code": None}, {"grid_codes": [WESTERN_GRID]}):
            refused(await client.patch(f"{WORKERS}/W1", json={"properties": away}))
        refused(
            await client.post(
                WORKERS, json=worker(code="X", name="x", area_code=EAST, grid_codes=[WESTERN_GRID])
            )
        )
    # Reads everywhere, writes in the east alone.
    async with site.client("commander") as everywhere:
        everywhere.headers["authorization"] = f"Bearer {both(site, 'registrar')}"
        refused(await everywhere.patch(f"{WORKERS}/W2", json=name))
        refused(await everywhere.patch(f"{WORKERS}/W2", json={"properties": {"area_code": EAST}}))
        refused(await everywhere.delete(f"{WORKERS}/W2"))
        allowed = (await everywhere.options(f"{WORKERS}/W2")).headers["allow"]
        assert allowed == "GET, HEAD, OPTIONS"
    # A right to a grid opens no worker: he belongs to an area.
    async with site.client("registrar", grid=EASTERN_GRID) as of_grid:
        refused(await of_grid.post(WORKERS, json=worker(code="X", name="x", area_code=EAST)))
    for roles in (("commander",), ("editor", "commander"), ("grid_worker",)):
        async with site.client(*roles) as reader:
            refused(await reader.patch(f"{WORKERS}/W1", json=name))
            refused(await reader.post(WORKERS, json=worker(name="x", area_code=EAST)))
            refused(await reader.delete(f"{WORKERS}/W1"))
    assert state(site) == before


async def test_a_term_elsewhere_is_kept_and_not_ended(site: Site) -> None:
    async with site.registrar() as client:
        path = (await made(client, code="T2", name="郑十", area_code=EAST)).headers["location"]
        site.execute(
            "insert into grid_worker (grid_id, worker_id)"
            " select 2, id from worker where code = 'T2'"
        )
        told = (await client.get(path)).json()
        assert told["properties"]["grid_codes"] == [WESTERN_GRID]
        refused(await client.patch(path, json={"properties": {"grid_codes": []}}))
        more = {"properties": {"grid_codes": [WESTERN_GRID, EASTERN_GRID]}}
        assert (await client.patch(path, json=more)).status_code == 200
        assert {each[0] for each in terms(site, "T2")} == {EASTERN_GRID, WESTERN_GRID}
        # Nor does he go, who serves there.
        answer = await client.delete(path)
        assert answer.json()["type"] == "urn:gis-gov:problem:broken-reference"
        assert len(terms(site, "T2")) == 2


async def test_a_masked_phone_is_kept_and_not_overwritten(site: Site) -> None:
    async with site.registrar("grid_worker") as seer:
        path = (await made(seer, code="M1", name="冯一", phone=PHONE, area_code=EAST)).headers[
            "location"
        ]
    ((before,),) = site.execute("select phone_sealed from worker where code = 'M1'")
    async with site.registrar() as client:
        read = await client.get(path)
        told = read.json()
        assert told["properties"]["phone"] == "139****2222"
        told["properties"]["kind"] = "专职"
        back = await client.put(path, json=told, headers={"if-match": read.headers["etag"]})
        assert back.status_code == 200, back.text
        short = worker(name="冯一", area_code=EAST)
        assert (await client.put(path, json=short, headers=ANY)).status_code == 200
        for blind in ({"phone": "13900139000"}, {"phone": None}):
            refused(await client.patch(path, json={"properties": blind}))
        starred = worker(name="x", area_code=EAST, phone="139****2222")
        refused(await client.post(WORKERS, json=starred), 400)
    assert site.execute("select phone_sealed from worker where code = 'M1'") == [(before,)]

"""Grids and areas are drawn, ended and deleted by the loader's rules, or refused, saying why."""

from datetime import timedelta
from itertools import product
from typing import Any

from gis_gov.days import today
from tests.ogc.writing.conftest import Site
from tests.ogc.writing.drawing import (
    AREAS,
    CONFLICT,
    DISTRICT,
    GRIDS,
    LEFT,
    RIGHT,
    USED,
    as_it_was,
    box,
    drawn,
    grids_of_addresses,
    land,
    redrawn,
    strip,
)
from tests.ogc.writing.test_rights import ANY
from tests.registry.conftest import EAST, WEST

__all__ = ["as_it_was", "land"]


async def test_a_grid_lives_from_post_to_delete(as_it_was: Site) -> None:
    site, code = as_it_was, f"{EAST}103"
    async with site.surveyor() as client:
        assert (await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.18, 113.2))).status_code == 200
        # Of which community it is, follows from where it is drawn.
        made = await client.post(GRIDS, json=drawn(strip(113.15, 113.18), code=code))
        assert made.status_code == 201, made.text
        path, told = made.headers["location"], made.json()["properties"]
        assert (told["name"], told["layer"], told["area_code"]) == (code, "base", EAST)
        assert told["area_m2"] > 0
        assert grids_of_addresses(site)["Z30"] == code
        again = await client.post(GRIDS, json=drawn(strip(113.15, 113.18), code=code))
        assert again.json()["type"] == "urn:gis-gov:problem:already-there", again.text

        whole = made.json()
        whole["properties"]["name"] = "新网格"
        assert (await client.put(path, json=whole)).status_code == 428
        assert (await client.put(path, json=whole, headers={"if-match": '"0"'})).status_code == 412
        put = await client.put(path, json=whole, headers={"if-match": made.headers["etag"]})
        assert put.status_code == 200, put.text
        assert put.json()["properties"]["name"] == "新网格"
        assert put.headers["etag"] != made.headers["etag"]
        stale = {"if-match": made.headers["etag"]}
        assert (await client.delete(path, headers=stale)).status_code == 412
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
    assert grids_of_addresses(site)["Z30"] is None
    assert [each[0] for each in site.entries("grid.create", code)] == ["ok"]
    assert ("ok", None, {"properties": ["name"]}) in site.entries("grid.update", code)
    assert site.entries("grid.delete", code)[-1] == ("ok", None, None)


async def test_what_is_drawn_has_the_corners_of_its_neighbours_on_its_edges(
    as_it_was: Site,
) -> None:
    def ring(feature: Any) -> list[list[float]]:
        (part,) = feature["geometry"]["coordinates"]
        return part[0]

    async with as_it_was.surveyor() as client:
        lower = box(113.15, 22, 113.2, 22.05)
        assert (await redrawn(client, f"{GRIDS}/{RIGHT}", lower)).status_code == 200
        # Whose edge it lies on has the corner once he is drawn himself, or loaded.
        before = (await client.get(f"{GRIDS}/{LEFT}")).json()
        assert [113.15, 22.05] not in ring(before)
        put = await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.101, 113.15))
        assert put.status_code == 200, put.text
        assert [113.15, 22.05] in ring(put.json())
        assert len(ring(put.json())) == len(ring(before)) + 1


BROKEN: list[tuple[Any, str]] = [
    (drawn(None, code="G", area_code=EAST), "body"),
    (drawn(strip(113.15, 113.2), area_code=EAST), "body.properties.code"),
    (drawn(strip(113.15, 113.2), code="G", area_code=DISTRICT), "body.properties.area_code"),
    (drawn(strip(113.15, 113.2), code="G", area_code="none"), "body.properties.area_code"),
    (drawn(strip(10, 11), code="G"), "body.properties.area_code"),
    (drawn(strip(113.15, 113.2), code=f"{WEST}105", area_code=EAST), "body.properties.code"),
    (drawn({"type": "Point", "coordinates": [113.15, 22]}, code="G"), "body.geometry"),
    (drawn({"type": "Polygon", "coordinates": []}, code="G"), "body.geometry"),
    (
        drawn(
            {
                "type": "Polygon",
                "coordinates": [
                    [[113.16, 22], [113.2, 22.1], [113.2, 22], [113.16, 22.1], [113.16, 22]]
                ],
            },
            code="G",
            area_code=EAST,
        ),
        "body",
    ),
    (drawn(strip(113.15, 113.2), code="G", layer="other"), "body.properties.layer"),
    (
        drawn(strip(113.15, 113.2), code="G", valid_from="2026-02-01", valid_to="2026-01-01"),
        "body",
    ),
]


async def test_what_breaks_a_rule_is_told(land: Site) -> None:
    async with land.client("boundary_administrator") as client:
        for sent, where in BROKEN:
            answer = await client.post(GRIDS, json=sent)
            assert answer.status_code == 400, answer.text
            assert answer.json()["errors"][0]["where"] == where, answer.text


async def test_a_grid_that_ends_leaves_room_and_its_record(as_it_was: Site) -> None:
    site, new = as_it_was, f"{EAST}104"
    async with site.surveyor() as client:
        ended = await client.patch(
            f"{GRIDS}/{RIGHT}", json={"properties": {"valid_to": "2026-01-31"}}
        )
        assert ended.status_code == 200, ended.text
        assert grids_of_addresses(site)["Z30"] is None
        taken = await client.post(GRIDS, json=drawn(strip(113.15, 113.2), code=new))
        assert taken.status_code == 201, taken.text
        assert grids_of_addresses(site)["Z30"] == new
        # Now its room is another's.
        revived = await client.patch(f"{GRIDS}/{RIGHT}", json={"properties": {"valid_to": None}})
        assert revived.json()["type"] == CONFLICT
        assert revived.json()["faults"][0]["codes"] == [RIGHT, new]


async def test_a_day_to_come_is_refused(as_it_was: Site) -> None:
    tomorrow = str(today() + timedelta(days=1))
    async with as_it_was.client("boundary_administrator") as client:
        for path, name in product(
            (f"{GRIDS}/{RIGHT}", f"{AREAS}/{WEST}"), ("valid_from", "valid_to")
        ):
            answer = await client.patch(path, json={"properties": {name: tomorrow}})
            assert answer.status_code == 400, answer.text
            assert f"{name} {tomorrow} is yet to come" in answer.json()["detail"]
        sent = drawn(strip(113.15, 113.18), code=f"{EAST}103", valid_from=tomorrow)
        assert (await client.post(GRIDS, json=sent)).status_code == 400
        ends = {"properties": {"valid_to": str(today())}}
        ended = await client.patch(f"{GRIDS}/{RIGHT}", json=ends)
        assert ended.status_code == 200, ended.text
    assert grids_of_addresses(as_it_was)["Z30"] is None


async def test_what_others_hang_on_is_not_deleted(as_it_was: Site) -> None:
    site = as_it_was
    site.execute("insert into grid_worker (grid_id, worker_id) values (50, 1), (50, 2)")
    site.execute(
        "insert into event (code, reported_at, geom)"
        " values ('Z', now(), st_point(113.18, 22.05, 4490))"
    )
    async with site.client("boundary_administrator") as client:
        async with site.client("commander", grid=RIGHT):
            answer = await client.delete(f"{GRIDS}/{RIGHT}")
        assert answer.status_code == 409
        told = answer.json()
        assert told["type"] == USED
        assert told["below"] == {"events": 1, "grants": 1, "workers": 2}
        assert "2 workers" in told["detail"]
        answer = await client.delete(f"{AREAS}/{EAST}")
        assert answer.json()["type"] == USED
        assert answer.json()["below"].items() >= {"grids": 3, "workers": 1}.items()
        assert (await client.delete(f"{AREAS}/{DISTRICT}")).json()["below"]["areas"] == 2
    assert site.entries("grid.delete", RIGHT)[-1][:2] == ("failed", "still-used")


BROKEN_AREAS: list[tuple[dict[str, Any], str]] = [
    ({"code": "440199001003"}, "invalid-request"),
    ({"code": "a b", "name": "x", "level": "community"}, "invalid-request"),
    ({"code": "4", "name": "x", "level": "community"}, "invalid-request"),
    ({"code": "K1", "name": "x"}, "invalid-request"),
    ({"name": "x", "level": "community"}, "invalid-request"),
    ({"code": "K1", "name": "x", "level": "district"}, "rule-broken"),
    ({"code": WEST, "name": "x"}, "already-there"),
]


async def test_an_area_keeps_the_rules_of_a_load(land: Site) -> None:
    async with land.surveyor(area=DISTRICT) as client:
        for properties, slug in BROKEN_AREAS:
            sent = drawn(None, **{"parent_code": DISTRICT, **properties})
            answer = await client.post(AREAS, json=sent)
            assert answer.json()["type"] == f"urn:gis-gov:problem:{slug}", answer.text


async def test_a_short_code_is_written_in_full(as_it_was: Site) -> None:
    sent = drawn(None, code="440199002", name="新街道", parent_code=DISTRICT)
    async with as_it_was.surveyor(area=DISTRICT) as client:
        made = await client.post(AREAS, json=sent)
        assert made.status_code == 201, made.text
        assert made.json()["id"] == "440199002000"
        assert made.json()["properties"]["level"] == "street"
        assert (await client.delete(made.headers["location"])).status_code == 204


async def test_nothing_changed_writes_nothing(as_it_was: Site) -> None:
    async with as_it_was.surveyor() as client:
        for path in (f"{GRIDS}/{RIGHT}", f"{GRIDS}/{LEFT}"):
            read = await client.get(path)
            back = await client.put(path, json=read.json(), headers=ANY)
            assert back.status_code == 200, back.text
            assert back.headers["etag"] == read.headers["etag"]


async def test_the_schema_asks_for_a_code_where_none_is_made(land: Site) -> None:
    async with land.surveyor() as client:
        for name, needed in (("grids", ["code"]), ("areas", ["code", "name"])):
            told = (
                await client.get(f"/collections/{name}/schema", params={"type": "create"})
            ).json()
            assert told["properties"]["properties"]["required"] == needed

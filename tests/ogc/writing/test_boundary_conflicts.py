"""Grids and areas neither overlap their neighbours nor leave what they lie in."""

import asyncio
from typing import Any

import pytest
import shapely

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
from tests.registry.conftest import EAST, WEST

__all__ = ["as_it_was", "land"]


async def test_an_edge_is_moved_giving_first(as_it_was: Site) -> None:
    site = as_it_was
    before = grids_of_addresses(site)
    assert before["Z30"] == RIGHT
    async with site.surveyor() as client:
        taken = await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.1, 113.17))
        assert taken.status_code == 409
        problem = taken.json()
        assert problem["type"] == CONFLICT
        (fault,) = problem["faults"]
        assert (fault["kind"], fault["codes"]) == ("overlap", [LEFT, RIGHT])
        assert RIGHT in problem["detail"]
        assert f"{fault['area_m2']:.1f} m²" in problem["detail"]
        assert fault["area_m2"] == pytest.approx(0.02 * 0.1 * 111_320 * 110_600 * 0.927, rel=0.01)
        told = shapely.geometry.shape(fault["geometry"])
        assert told.equals(shapely.box(113.15, 22, 113.17, 22.1))
        assert grids_of_addresses(site) == before
        given = await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.17, 113.2))
        assert given.status_code == 200, given.text
        assert grids_of_addresses(site)["Z30"] is None
        taken = await redrawn(client, f"{GRIDS}/{LEFT}", strip(113.1, 113.17))
        assert taken.status_code == 200, taken.text
    now = grids_of_addresses(site)
    assert now["Z30"] == LEFT
    assert {code for code in now if now[code] != before[code]} == {f"Z{n}" for n in range(26, 36)}


async def test_what_was_told_rounded_comes_back_as_it_is(as_it_was: Site) -> None:
    site = as_it_was
    east = 113.15 + 4.4e-8  # told with seven decimals, half a centimetre away
    for id_, outline in ((1, (113.1, 22, east, 22.1)), (50, (east, 22, 113.2, 22.1))):
        site.execute(
            "update grid set geom = st_multi(st_makeenvelope(%s, %s, %s, %s, 4490)) where id = %s",
            *outline,
            id_,
        )
    async with site.surveyor() as client:
        read = (await client.get(f"{GRIDS}/{RIGHT}")).json()
        assert read["geometry"]["coordinates"][0][0][0][0] in (113.15, 113.2)
        # The far edge is moved; the near one comes back as it was told.
        moved = [
            [[x if x < 113.2 else 113.19, y] for x, y in read["geometry"]["coordinates"][0][0]]
        ]
        sent = {"type": "MultiPolygon", "coordinates": [moved]}
        assert (await redrawn(client, f"{GRIDS}/{RIGHT}", sent)).status_code == 200
        # A corner put on the edge of a neighbour is told rounded, too.
        taken = await client.post(
            GRIDS,
            json=drawn(box(113.15, 22.02, 113.16, 22.03), code=f"{EAST}103", layer="base"),
        )
        assert taken.json()["type"] == CONFLICT
        half = await redrawn(client, f"{GRIDS}/{RIGHT}", box(113.15, 22.05, 113.2, 22.1))
        assert half.status_code == 200, half.text
    ((least, shared),) = site.execute(
        "select st_xmin(r.geom), st_area(st_intersection(r.geom, l.geom))"
        " from grid as r, grid as l where r.id = 50 and l.id = 1"
    )
    assert least == east
    assert shared == pytest.approx(0, abs=1e-15)


async def refused_with(
    client: Any, path: str, geometry: Any, kind: str, *codes: str
) -> dict[str, Any]:
    """Expect that an outline contradicts others, and return the first fault that is told."""
    answer = await redrawn(client, path, geometry)
    assert answer.status_code == 409, answer.text
    told = answer.json()
    assert told["type"] == CONFLICT
    fault = told["faults"][0]
    assert (fault["kind"], fault["codes"]) == (kind, list(codes))
    assert f"{fault['area_m2']:.1f} m²" in told["detail"]
    return fault


async def test_a_grid_stays_in_its_area_and_around_its_grids(as_it_was: Site) -> None:
    site, second, micro = as_it_was, f"{EAST}102S", f"{EAST}102M"
    async with site.client("boundary_administrator") as client:
        beyond = strip(113.15, 113.21)
        await refused_with(client, f"{GRIDS}/{RIGHT}", beyond, "outside_parent", RIGHT)
        inner = drawn(
            strip(113.16, 113.18), code=second, layer="second", area_code=EAST, parent_code=RIGHT
        )
        assert (await client.post(GRIDS, json=inner)).status_code == 201
        within = drawn(
            strip(113.16, 113.17), code=micro, layer="micro", area_code=EAST, parent_code=second
        )
        assert (await client.post(GRIDS, json=within)).status_code == 201
        # Second grids in second grids are no neighbours of base ones, and each lies in its own.
        await refused_with(
            client, f"{GRIDS}/{second}", strip(113.14, 113.18), "outside_parent", second
        )
        await refused_with(
            client, f"{GRIDS}/{second}", strip(113.165, 113.18), "outside_parent", micro
        )
        await refused_with(
            client, f"{GRIDS}/{RIGHT}", strip(113.17, 113.2), "outside_parent", second
        )
        gone = await client.delete(f"{GRIDS}/{RIGHT}")
        assert gone.json()["type"] == USED
        assert gone.json()["below"]["grids"] == 1
        # An exclusive grid lies upon base grids, and beside others of its layer.
        first, other = (
            drawn(strip(*x), code=f"{EAST}9{n}", layer="exclusive", area_code=EAST)
            for n, x in enumerate([(113.11, 113.12), (113.115, 113.13)])
        )
        assert (await client.post(GRIDS, json=first)).status_code == 201
        assert (await client.post(GRIDS, json=other)).json()["type"] == CONFLICT


async def test_areas_are_drawn_in_the_one_above(as_it_was: Site) -> None:
    site, new = as_it_was, "440199001003"
    async with site.surveyor(area=DISTRICT) as client:
        # What lies in it stays in it: grids first.
        await refused_with(client, f"{AREAS}/{EAST}", strip(113.1, 113.18), "outside_parent", RIGHT)
        assert (await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.15, 113.18))).status_code == 200
        narrower = await redrawn(client, f"{AREAS}/{EAST}", strip(113.1, 113.18))
        assert narrower.status_code == 200, narrower.text
        await refused_with(client, f"{AREAS}/{EAST}", strip(113.09, 113.18), "overlap", EAST, WEST)
        sent = drawn(
            strip(113.18, 113.2), code=new, name="新社区", level="community", parent_code=DISTRICT
        )
        made = await client.post(AREAS, json=sent)
        assert made.status_code == 201, made.text
        level = await client.patch(f"{AREAS}/{EAST}", json={"properties": {"level": "street"}})
        assert level.json()["errors"][0]["where"] == "body.properties.level"
        # At once a place of hers, in which she draws a grid.
        grid = await client.post(GRIDS, json=drawn(strip(113.18, 113.2), code=f"{new}101"))
        assert grid.status_code == 201, grid.text
        assert grid.json()["properties"]["area_code"] == new
        assert grids_of_addresses(site)["Z45"] == f"{new}101"
        used = await client.delete(f"{AREAS}/{new}")
        assert used.json()["below"] == {"grids": 1}
        assert (await client.delete(f"{GRIDS}/{new}101")).status_code == 204
        assert (await client.delete(f"{AREAS}/{new}")).status_code == 204
    assert [each[0] for each in site.entries("area.create", new)] == ["ok"]


async def test_what_was_faulty_before_is_no_new_fault(as_it_was: Site) -> None:
    site = as_it_was
    site.execute(
        "update grid set geom = st_multi(st_makeenvelope(113.14, 22, 113.2, 22.1, 4490))"
        " where id = 50"
    )
    async with site.surveyor() as client:
        smaller = await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.145, 113.2))
        assert smaller.status_code == 200, smaller.text
        elsewhere = await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.145, 113.19))
        assert elsewhere.status_code == 200, elsewhere.text
        larger = strip(113.14, 113.19)
        await refused_with(client, f"{GRIDS}/{RIGHT}", larger, "overlap", RIGHT, LEFT)
        named = await client.patch(f"{GRIDS}/{RIGHT}", json={"properties": {"name": "右"}})
        assert named.status_code == 200, named.text


async def test_two_who_take_the_same_room_do_not_both_have_it(as_it_was: Site) -> None:
    site = as_it_was
    async with site.surveyor() as client:
        assert (await redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.18, 113.2))).status_code == 200
        answers = await asyncio.gather(
            redrawn(client, f"{GRIDS}/{LEFT}", strip(113.1, 113.17)),
            redrawn(client, f"{GRIDS}/{RIGHT}", strip(113.16, 113.2)),
            client.post(GRIDS, json=drawn(strip(113.15, 113.18), code=f"{EAST}105")),
        )
    assert sum(each.status_code < 300 for each in answers) == 1
    assert {each.status_code for each in answers} <= {200, 201, 409}

"""Fences over HTTP: drawn, told, changed and retired, by whom it is allowed."""

import asyncio
from typing import Any, LiteralString

import psycopg
import pytest

from tests.accounts.people import slug
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[113.14, 22.04], [113.16, 22.04], [113.16, 22.06], [113.14, 22.04]]],
}
LINE = {"type": "LineString", "coordinates": [[113.11, 22.05], [113.15, 22.05]]}
NEW: dict[str, Any] = {"code": "F1", "name": "水域", "geometry": SQUARE}


async def test_one_is_drawn_and_told(signed_in: Client, people_url: str) -> None:
    supervisor = await signed_in("supervisor", area=EAST)
    windows = [{"weekdays": [1, 7], "from": "22:00", "to": "06:00"}]
    sent = NEW | {"windows": windows, "tells": ["enter", "inside"], "for_workers": ["W1"]}
    answer = await supervisor.post("/fences", json=sent)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/fences/F1"
    told = answer.json()
    assert {name: told[name] for name in sent} == sent
    assert (told["area_code"], told["grid"], told["dwell_s"], told["is_active"]) == (
        EAST,
        None,
        0,
        True,
    )
    again = await supervisor.get("/fences/F1")
    assert (again.json(), again.headers["etag"]) == (told, answer.headers["etag"])
    listed = (await supervisor.get("/fences", params={"within": EAST})).json()
    assert listed == {"fences": [told], "next": None}
    assert entries(people_url, "fence.create") == [("ok", "F1", None, None)]


async def test_one_of_a_grid_has_its_shape_and_follows_it(
    signed_in: Client, people_url: str
) -> None:
    commander = await signed_in("commander")
    sent = {"code": "F1", "name": "网格", "grid": f"{EAST}101"}
    before = (await commander.post("/fences", json=sent)).json()
    assert (before["grid"], before["geometry"]["type"]) == (f"{EAST}101", "MultiPolygon")

    def write(statement: LiteralString) -> None:
        with psycopg.connect(people_url) as conn:
            conn.execute(statement, [f"{EAST}101"])

    # Keepers of the same loop may be waited for.
    await asyncio.to_thread(
        write,
        "update grid set geom = st_multi(st_makeenvelope(113.1, 22, 113.2, 22.05, 4490))"
        " where code = %s",
    )
    after = (await commander.get("/fences/F1")).json()
    assert {lat for _, lat in after["geometry"]["coordinates"][0][0]} == {22, 22.05}
    with psycopg.connect(people_url) as conn:
        versions = conn.execute(
            "select st_ymax(geom), ends_at is null from fence_version order by id"
        ).fetchall()
        assert versions == [(22.1, False), (22.05, True)]
    await asyncio.to_thread(
        write,
        "update grid set valid_to = current_date - 1, valid_from = '2020-01-01' where code = %s",
    )
    assert (await commander.get("/fences/F1")).json()["geometry"] is None
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select from fence_version where ends_at is null").rowcount == 0


async def test_a_change_says_which_state_it_means(signed_in: Client, people_url: str) -> None:
    commander = await signed_in("commander")
    etag = (await commander.post("/fences", json=NEW)).headers["etag"]
    sent = {"name": "走廊", "geometry": LINE, "width_m": 40, "tells": ["cross"]}
    answer = await commander.put("/fences/F1", json=sent)
    assert (answer.status_code, slug(answer)) == (428, "precondition-needed")
    answer = await commander.put("/fences/F1", json=sent, headers={"if-match": etag})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["width_m"], answer.json()["tells"]) == (40, ["cross"])
    answer = await commander.put("/fences/F1", json=sent, headers={"if-match": etag})
    assert (answer.status_code, slug(answer)) == (412, "changed-meanwhile")
    answer = await commander.delete("/fences/F1")
    assert answer.status_code == 204
    assert (await commander.get("/fences/F1")).status_code == 404
    answer = await commander.post("/fences", json=NEW)
    assert (answer.status_code, slug(answer)) == (409, "already-there")
    with psycopg.connect(people_url) as conn:
        counts = conn.execute("select count(*), count(ends_at) from fence_version").fetchone()
    assert counts == (2, 2)


async def test_nobody_draws_beyond_his_areas(signed_in: Client) -> None:
    west, commander = await signed_in("supervisor", area=WEST), await signed_in("commander")
    answer = await west.post("/fences", json=NEW)
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    assert (await commander.post("/fences", json=NEW)).status_code == 201
    assert (await west.get("/fences/F1")).status_code == 404
    assert (await west.get("/fences")).json()["fences"] == []
    assert (await west.delete("/fences/F1")).status_code == 404
    for sent in ({"geometry": LINE, "width_m": 10}, {"area": EAST}, {"grid": f"{EAST}101"}):
        answer = await west.post("/fences", json={"code": "F2", "name": "x", **sent})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), sent
    own = {"code": "F3", "name": "x", "area": WEST}
    etag = (await west.post("/fences", json=own)).headers["etag"]
    moved = {"name": "x", "geometry": SQUARE}
    answer = await west.put("/fences/F3", json=moved, headers={"if-match": etag})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    analyst = await signed_in("analyst")
    assert (await analyst.get("/fences")).status_code == 403


async def test_who_draws_boundaries_draws_fences_and_knows_no_workers(signed_in: Client) -> None:
    drawer = await signed_in("boundary_administrator", area=EAST)
    assert (await drawer.post("/fences", json=NEW)).status_code == 201
    assert [each["code"] for each in (await drawer.get("/fences")).json()["fences"]] == ["F1"]
    answer = await drawer.post("/fences", json=NEW | {"code": "F2", "for_workers": ["W1"]})
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")


async def test_whom_one_may_not_know_stays_watched(signed_in: Client, people_url: str) -> None:
    """As what is told of the fence is sent back by who knows only some of them."""
    commander, east = await signed_in("commander"), await signed_in("supervisor", area=EAST)
    assert (await commander.post("/fences", json=NEW | {"for_workers": ["W2"]})).status_code == 201

    async def sent_back(for_workers: list[str] | None) -> tuple[list[str] | None, Any]:
        sent = NEW | {"for_workers": for_workers}
        del sent["code"]
        answer = await east.put("/fences/F1", json=sent, headers={"if-match": "*"})
        assert answer.status_code == 200, answer.text
        with psycopg.connect(people_url) as conn:
            row = conn.execute("select for_workers from fence").fetchone()
        assert row
        return answer.json()["for_workers"], row[0]

    assert (await east.get("/fences/F1")).json()["for_workers"] == []
    assert await sent_back([]) == ([], [2])
    assert await sent_back(["W1"]) == (["W1"], [1, 2])
    assert await sent_back(["W1"]) == (["W1"], [1, 2])
    assert (await commander.get("/fences/F1")).json()["for_workers"] == ["W1", "W2"]
    assert await sent_back(None) == (None, None)


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"for_workers": []}, "body.for_workers"),
        ({"geometry": None}, "body"),
        ({"grid": f"{EAST}101"}, "body"),
        ({"width_m": 5}, "body.geometry"),
        ({"geometry": LINE}, "body.geometry"),
        ({"geometry": {"type": "Point", "coordinates": [113, 22]}}, "body.geometry"),
        ({"tells": ["jump"]}, "body.tells.0"),
        ({"for_area": "none"}, "body.for_area"),
        (
            {"windows": [{"weekdays": [8], "from": "08:00", "to": "09:00"}]},
            "body.windows.0.weekdays.0",
        ),
        ({"windows": [{"weekdays": [1], "from": "25:00", "to": "09:00"}]}, "body.windows.0.from"),
        ({"valid_from": "2026-01-02T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}, "body"),
    ],
)
async def test_what_is_no_fence_is_refused(
    signed_in: Client, sent: dict[str, Any], where: str
) -> None:
    commander = await signed_in("commander")
    answer = await commander.post("/fences", json=NEW | sent)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["where"] == where


async def test_they_come_page_by_page(signed_in: Client) -> None:
    commander = await signed_in("commander")
    for number in range(5):
        await commander.post("/fences", json=NEW | {"code": f"F{number}"})
    link, codes = "/fences?limit=2", list[str]()
    while link:
        page = (await commander.get(link)).json()
        codes += [each["code"] for each in page["fences"]]
        link = page["next"]
    assert codes == ["F0", "F1", "F2", "F3", "F4"]

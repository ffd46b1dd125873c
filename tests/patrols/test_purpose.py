"""Why somebody asks where others went is kept in the audit, and may have to be said."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from gis_gov.app import ROUTERS, create_app
from gis_gov.geo.tile import tile_at
from gis_gov.settings import Settings
from tests.accounts.people import slug
from tests.duties.conftest import rule, tasks
from tests.patrols.shifts.test_off_shift import himself
from tests.patrols.test_passing import CIRCLE, HOURS
from tests.patrols.test_patrols import MORNING, YESTERDAY, tell, walk
from tests.patrols.test_playback import HOUR
from tests.registry.conftest import EAST, entries
from tests.signed_in import Client, clients_of

pytestmark = pytest.mark.anyio

CODE = f"W1-{YESTERDAY:%Y%m%d}-1"
DAY = f"{YESTERDAY:%Y-%m-%d}"
NAMED: dict[str, dict[str, str]] = {
    "/patrols": {"worker": "W1"},
    f"/patrols/{CODE}": {},
    f"/patrols/{CODE}/positions": {},
    "/patrols/statistics": {"worker": "W1"},
    f"/patrols/{CODE}/judgements": {},
    "/patrols/ranking": {"worker": "W1"},
    "/patrols/trend": {"worker": "W1"},
    "/playback": HOUR,
    "/trails": {},
    "/tasks": {"worker": "W1"},
    "/crossings": {"worker": "W1"},
    "/alarms": {"worker": "W1"},
    "/collections/positions/items": {"datetime": DAY},
}
_TILE = tile_at(113.115, 22.05, 14)
_OF_ONE = {"layer": "positions", "filter": "worker_code = 'W1'", "datetime": DAY}
_ZXY, _OF_SET = f"14/{_TILE.x}/{_TILE.y}", f"WebMercatorQuad/14/{_TILE.y}/{_TILE.x}"
# What is drawn of one: hexagons and lines as they are picked.
DRAWN: dict[str, dict[str, str]] = {
    "/heatmap": {**_OF_ONE, "resolution": "12"},
    "/heatmap/tiles.json": _OF_ONE,
    f"/heatmap/{_ZXY}.mvt": {**_OF_ONE, "resolution": "12"},
    f"/heatmap/tiles/{_OF_SET}": {**_OF_ONE, "resolution": "12"},
    "/heatmap/change": {**_OF_ONE, "before": "2026-01-01", "resolution": "12"},
    f"/heatmap/change/{_ZXY}.mvt": {**_OF_ONE, "before": "2026-01-01", "resolution": "12"},
    f"/heatmap/change/tiles/{_OF_SET}": {**_OF_ONE, "before": "2026-01-01", "resolution": "12"},
    "/heatmap/change/tiles.json": {**_OF_ONE, "before": "2026-01-01"},
    "/heatmap/hotspots": {**_OF_ONE, "resolution": "9"},
    "/heatmap/hotspots/tiles.json": _OF_ONE,
    f"/heatmap/hotspots/{_ZXY}.mvt": {**_OF_ONE, "resolution": "9"},
    f"/heatmap/hotspots/tiles/{_OF_SET}": {**_OF_ONE, "resolution": "9"},
    "/heatmap/density.png": {**_OF_ONE, "size_px": "32"},
    f"/heatmap/density/{_ZXY}.png": {**_OF_ONE, "maximum_km2": "1000"},
    f"/heatmap/density/tiles/{_OF_SET}": {**_OF_ONE, "maximum_km2": "1000"},
    f"/tiles/tracks/{_ZXY}.mvt": {"code": "W1", "datetime": DAY},
    f"/tiles/{_OF_SET}": {"collections": "tracks", "code": "W1", "datetime": DAY},
}
# What takes a body: with it, and the parameters.
SENT: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "passing": ("/passing", {"geometry": CIRCLE, "radius_m": 100}, HOURS),
    "along a patrol": ("/cameras/along", {"patrol": CODE}, {}),
    "along a worker's way": ("/cameras/along", {"worker": "W1"}, HOURS),
}
OPEN: dict[str, dict[str, str]] = {
    "/patrols": {},
    "/patrols/statistics": {},
    "/patrols/ranking": {},
    "/patrols/trend": {},
    "/tasks": {},
    "/crossings": {},
    "/alarms": {},
    "/collections/workers/items": {},
    "/collections/positions": {},
    "/workers": {},
    "/heatmap": {"layer": "positions", "datetime": DAY},
    "/heatmap/tiles.json": {"layer": "positions"},
    f"/heatmap/{_ZXY}.mvt": {"layer": "positions"},
    f"/tiles/tracks/{_ZXY}.mvt": {"datetime": DAY},
    f"/tiles/{_OF_SET}": {"collections": "tracks", "datetime": DAY},
}
# What tests of their own ask for.
ALONE = ("/tasks/1", "/tasks/1/excuse", "/collections/positions/items/1")
FOR = {"x-purpose": "dispute"}


@asynccontextmanager
async def site(url: str, **settings: Any) -> AsyncIterator[FastAPI]:
    app = create_app(Settings(**settings).with_database(url))
    async with app.router.lifespan_context(app):
        yield app


def last_reason(url: str) -> str | None:
    """What the last answer was for."""
    with psycopg.connect(url) as conn:
        (found,) = conn.execute(
            "select reason from audit where result = 'ok' order by number desc limit 1"
        ).fetchall()
    return found[0]


@pytest.fixture
async def strict(people_url: str) -> AsyncIterator[FastAPI]:
    """A server that asks for a purpose, and the walk of a worker."""
    async with site(people_url, purpose_required=True) as app:
        async with clients_of(app, people_url) as give:
            await tell(await give("gateway"), walk(MORNING, 600))
            answer = await (await give("commander")).get(
                "/patrols", params={"worker": "W1"}, headers=FOR
            )
            assert answer.status_code == 200, answer.text
        yield app


@pytest.fixture
async def strictly(strict: FastAPI, people_url: str) -> AsyncIterator[Client]:
    async with clients_of(strict, people_url) as give:
        yield give


@pytest.mark.parametrize(("path", "asked"), NAMED.items(), ids=NAMED)
async def test_where_somebody_went_takes_a_purpose(
    strictly: Client, people_url: str, path: str, asked: dict[str, str]
) -> None:
    client = await strictly("commander")
    answer = await client.get(path, params=asked)
    assert (answer.status_code, slug(answer)) == (400, "purpose-needed")
    assert "dispute" in answer.json()["purposes"]
    assert (await client.get(path, params=asked, headers=FOR)).status_code == 200
    assert last_reason(people_url) == "dispute"


@pytest.mark.parametrize(("path", "body", "asked"), SENT.values(), ids=SENT)
async def test_where_somebody_went_takes_a_purpose_however_it_is_asked(
    strictly: Client, people_url: str, path: str, body: dict[str, Any], asked: dict[str, str]
) -> None:
    client = await strictly("commander")
    answer = await client.post(path, json=body, params=asked)
    assert (answer.status_code, slug(answer)) == (400, "purpose-needed")
    answer = await client.post(path, json=body, params=asked, headers=FOR)
    assert answer.status_code == 200, answer.text
    assert last_reason(people_url) == "dispute"


@pytest.mark.parametrize(("path", "asked"), DRAWN.items(), ids=DRAWN)
async def test_what_is_drawn_of_one_takes_a_purpose(
    strictly: Client, people_url: str, path: str, asked: dict[str, str]
) -> None:
    client = await strictly("commander")
    answer = await client.get(path, params=asked)
    assert (answer.status_code, slug(answer)) == (400, "purpose-needed")
    answer = await client.get(path, params=asked, headers=FOR)
    assert answer.status_code == 200, answer.text
    assert last_reason(people_url) == "dispute"


async def test_a_weight_of_fixes_takes_one_as_a_filter_does(strictly: Client) -> None:
    client = await strictly("commander")
    asked = {"layer": "positions", "weight": "speed_mps"}
    assert slug(await client.get("/heatmap", params=asked)) == "purpose-needed"
    assert (await client.get("/heatmap", params=asked, headers=FOR)).status_code == 200


@pytest.mark.parametrize("layer", ["workers", "events"])
async def test_a_filter_of_what_is_no_way_takes_none(strictly: Client, layer: str) -> None:
    client = await strictly("commander")
    answer = await client.get("/heatmap", params={"layer": layer, "filter": "code = 'W1'"})
    assert answer.status_code == 200, answer.text


async def test_a_task_tells_a_patrol_for_a_purpose_too(strict: FastAPI, people_url: str) -> None:
    async with clients_of(strict, people_url) as give, himself(strict, people_url) as own:
        client = await give("commander")
        made = await rule(client, code="daily", area=EAST, object={"kind": "grid"}, cadence="day")
        assert made["code"] == "daily"
        first, *_ = await tasks(client, rule="daily")
        path = f"/tasks/{first['id']}"
        assert slug(await client.get(path)) == "purpose-needed"
        assert (await client.get(path, headers=FOR)).status_code == 200
        assert (await own.get(path)).status_code == 200
        excuse = {"reason": "汛期封路"}
        assert slug(await client.post(f"{path}/excuse", json=excuse)) == "purpose-needed"
        assert (await client.get(path, headers=FOR)).json()["state"] != "excused"
        answer = await client.post(f"{path}/excuse", json=excuse, headers=FOR)
        assert answer.json()["state"] == "excused"


@pytest.mark.parametrize(("path", "asked"), OPEN.items(), ids=OPEN)
async def test_what_tells_of_nobody_s_way_takes_none(
    strictly: Client, path: str, asked: dict[str, str]
) -> None:
    answer = await (await strictly("commander")).get(path, params=asked)
    assert answer.status_code == 200, answer.text


def test_each_route_that_may_want_one_is_tried() -> None:
    declared = {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "`purpose-needed`" in str(route.responses.get(400))
        for method in route.methods or ()
    }
    tried = [*NAMED, *DRAWN, *ALONE, *(path for path, _, _ in SENT.values())]
    assert declared == {
        route for route in declared if any(matches(route[1], path) for path in tried)
    }


def matches(template: str, path: str) -> bool:
    pattern, _, _ = compile_path(template)
    return pattern.match(path) is not None


async def test_a_file_and_a_single_position_take_one_too(strictly: Client, people_url: str) -> None:
    client = await strictly("commander")
    items = await client.get("/collections/positions/items", params={"limit": 1}, headers=FOR)
    one = f"/collections/positions/items/{items.json()['features'][0]['id']}"
    for path, asked in (
        (one, {}),
        ("/collections/positions/items", {"f": "csv"}),
        (f"/patrols/{CODE}/positions", {"f": "gpx"}),
    ):
        answer = await client.get(path, params=asked)
        assert (answer.status_code, slug(answer)) == (400, "purpose-needed"), path
        assert (await client.get(path, params=asked, headers=FOR)).status_code == 200, path
    reasons = {reason for _, _, reason, _ in entries(people_url, "patrol.export")}
    assert reasons == {"dispute"}


async def test_nobody_says_what_his_own_way_is_for(strict: FastAPI, people_url: str) -> None:
    async with himself(strict, people_url) as own:
        for path, asked in NAMED.items():
            if not path.startswith("/collections/"):
                answer = await own.get(path, params=asked)
                assert answer.status_code == 200, (path, answer.text)
            if "worker" in asked:
                answer = await own.get(path, params={"worker": "W2"})
                assert slug(answer) == "purpose-needed", path
        for path, body, asked in SENT.values():
            answer = await own.post(path, json=body, params=asked)
            assert answer.status_code == 200, (path, answer.text)


async def test_without_the_setting_it_is_kept_where_it_is_said(
    signed_in: Client, people_url: str
) -> None:
    await tell(await signed_in("gateway"), walk(MORNING, 600))
    client = await signed_in("supervisor")
    said: list[dict[str, str]] = [{}, FOR, {"x-purpose": "inspection"}, {"x-purpose": ""}]
    for headers in said:
        answer = await client.get("/patrols", params={"worker": "W1"}, headers=headers)
        assert answer.status_code == 200
    told = [(reason, code) for _, code, reason, _ in entries(people_url, "patrol.read")]
    assert told == [(None, "W1"), ("dispute", "W1"), ("inspection", "W1"), (None, "W1")]


@pytest.mark.parametrize("said", ["curiosity", "dispute, emergency", "Dispute", "13800138000", "é"])
async def test_what_is_no_purpose_is_refused_wherever_it_is_said(
    signed_in: Client, people_url: str, said: str
) -> None:
    client = await signed_in("commander")
    for path in ("/patrols", "/collections/workers/items", "/workers"):
        answer = await client.get(path, headers={"x-purpose": said.encode("latin-1")})  # type: ignore[dict-item]
        assert (answer.status_code, slug(answer)) == (400, "invalid-request"), path
    assert not entries(people_url, "patrol.read")


async def test_a_site_has_purposes_of_its_own(people_url: str) -> None:
    async with (
        site(people_url, purposes="audit, river-chief") as app,
        clients_of(app, people_url) as give,
    ):
        client = await give("commander")
        for said, status in (("river-chief", 200), ("dispute", 400)):
            answer = await client.get("/patrols?worker=W1", headers={"x-purpose": said})
            assert answer.status_code == status, said


def test_purposes_are_words() -> None:
    for wrong in ("", "Dispute", "two words", "督查"):
        with pytest.raises(ValueError, match="purposes"):
            Settings(purposes=wrong)  # type: ignore[arg-type]

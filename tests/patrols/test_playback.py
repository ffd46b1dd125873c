"""Playback of many workers and trails: thinned fixes as columns, by page, area and right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.accounts.people import slug
from tests.patrols.test_patrols import MORNING, listed, tell, walk
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

HOUR = {"from": MORNING.isoformat(), "to": (MORNING + timedelta(hours=1)).isoformat()}


async def played(client: httpx.AsyncClient, path: str = "/playback", **asked: Any) -> Any:
    answer = await client.get(path, params=(HOUR if path == "/playback" else {}) | asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    for each in told["workers"]:
        assert len(each["t"]) == len(each["lon"]) == len(each["lat"]) > 0
        assert each["t"] == sorted(set(each["t"]))
    return told


@pytest.fixture
async def walked(signed_in: Client) -> list[Any]:
    """W1 in the east, silent for a while, with a leap that does not count; W2 in the west."""
    gateway, fixes = await signed_in("gateway"), walk(MORNING, 2000)
    fixes[20] |= {"lon": 113.05}
    fixes = fixes[:60] + fixes[110:]
    await tell(gateway, fixes)
    await tell(gateway, walk(MORNING, 500, lon=113.05), "W2")
    for worker in ("W1", "W2"):
        await listed(await signed_in("commander"), worker=worker)
    return fixes


async def test_every_fix_or_one_a_step(signed_in: Client, walked: list[Any]) -> None:
    client = await signed_in("commander")
    told = await played(client, step_s=10)
    assert datetime.fromisoformat(told["from"]) == MORNING
    one, two = told["workers"]
    assert (one["code"], one["name"], two["code"]) == ("W1", "陈一", "W2")
    counted = [each for n, each in enumerate(walked) if n != 20]
    begin = MORNING.timestamp()
    assert one["t"] == [datetime.fromisoformat(e["time"]).timestamp() - begin for e in counted]
    assert one["lon"] == pytest.approx([each["lon"] for each in counted], abs=1e-6)
    assert one["lat"] == pytest.approx([each["lat"] for each in counted], abs=1e-6)
    assert [one["t"][at] for at in one["breaks"]] == [1100]
    assert two["breaks"] == []
    thin = (await played(client, step_s=60))["workers"][0]
    steps = {round(at_s // 60): at_s for at_s in reversed(one["t"])}
    assert thin["t"] == sorted(steps.values())


async def test_page_by_page(signed_in: Client, walked: list[Any]) -> None:
    client = await signed_in("commander")
    whole = await played(client)
    first = await played(client, limit=1)
    assert first["workers"] == whole["workers"][:1]
    second = (await client.get(first["next"])).json()
    assert (second["workers"], second["next"]) == (whole["workers"][1:], None)
    answer = await client.get(first["next"].replace("limit=1", "limit=1&area=" + EAST))
    assert (answer.status_code, slug(answer)) == (400, "bad-page-token")


@pytest.mark.usefixtures("walked")
async def test_by_area_and_for_whom(signed_in: Client, people_url: str) -> None:
    commander = await signed_in("commander")
    for kept in (False, True):  # what is due of tracks, and what is kept
        for area, code in ((EAST, "W1"), (WEST, "W2"), (f"{WEST}101", "W2")):
            assert [e["code"] for e in (await played(commander, area=area))["workers"]] == [code]
        if not kept:
            with psycopg.connect(people_url) as conn:
                conn.execute("select keep_track_lines(1000)")
    for limits, codes in (
        ({"area": EAST}, ["W1"]),
        ({"area": WEST}, ["W2"]),
        ({"grid": f"{EAST}101"}, ["W1"]),
    ):
        client = await signed_in("supervisor", **limits)
        assert [each["code"] for each in (await played(client))["workers"]] == codes
    assert (await played(await signed_in("supervisor", area=WEST), area=EAST))["workers"] == []
    assert entries(people_url, "playback.read")[0][3]["rows"] == 1
    for role in ("analyst", "screen"):
        answer = await (await signed_in(role)).get("/playback", params=HOUR)
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    for asked, status in (
        ({"to": HOUR["from"]}, 400),
        ({"to": (MORNING + timedelta(hours=25)).isoformat()}, 400),
        ({"from": "2026-01-05T08:00:00"}, 400),
        ({"step_s": 0}, 400),
        ({"area": "nowhere"}, 404),
    ):
        assert (await commander.get("/playback", params=HOUR | asked)).status_code == status


async def test_a_page_has_no_more_fixes_than_are_meant(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of seconds is 86,400 fixes a worker."""
    client, gateway = await signed_in("commander"), await signed_in("gateway")
    await tell(gateway, walk(MORNING, 50))
    await tell(gateway, walk(MORNING, 50, lon=113.05), "W2")
    day = {"from": MORNING.isoformat(), "to": (MORNING + timedelta(hours=24)).isoformat()}
    monkeypatch.setattr("gis_gov.patrols.playback.POINTS_MAX", 100_000)
    first = (await client.get("/playback", params=day | {"step_s": 1, "limit": 1000})).json()
    assert [each["code"] for each in first["workers"]] == ["W1"]
    second = (await client.get(first["next"])).json()
    assert ([each["code"] for each in second["workers"]], second["next"]) == (["W2"], None)


async def test_trails_are_the_last_minutes(signed_in: Client) -> None:
    gateway, client = await signed_in("gateway"), await signed_in("commander")
    start = datetime.now(UTC) - timedelta(minutes=12)
    await tell(gateway, walk(start, 600))
    await tell(gateway, walk(MORNING, 500, lon=113.05), "W2")
    told = await played(client, "/trails", minutes=10)
    (one,) = told["workers"]
    assert one["code"] == "W1"
    begin = datetime.fromisoformat(told["from"])
    assert (datetime.now(UTC) - begin).total_seconds() == pytest.approx(600, abs=20)
    assert 0 <= one["t"][0] < 15
    assert one["t"][-1] == pytest.approx((start - begin).total_seconds() + 500, abs=1)
    assert (await played(client, "/trails", minutes=10, area=WEST))["workers"] == []
    assert (await (await signed_in("analyst")).get("/trails")).status_code == 403

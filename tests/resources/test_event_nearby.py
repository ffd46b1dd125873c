"""What is around an event: who and what a dispatcher needs, who answers for it, and who sees it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.access.tokens import csrf_token, new_session_token, token_hash
from gis_gov.app import create_app
from gis_gov.resources.schemas import NearbyEvent
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.accounts.people import slug
from tests.conftest import TestServer
from tests.resources.event_world import (
    CAMERAS,
    DAYS_OLD,
    HERE,
    NEAR_CAMERAS,
    SEEING,
    write_event_world,
)
from tests.signed_in import Client, client_of, clients_of, unhurried
from tests.waiting import until

pytestmark = pytest.mark.anyio

OFFLINE_S = 7200
"""So long these tests may take, and workers still are fresh."""
EAST = "440199001001"


def off_shift(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        return [number for (number,) in conn.execute("select worker_id from off_shift").fetchall()]


@pytest.fixture(scope="module")
def url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as made:
        write_event_world(made)
        yield made


@pytest.fixture(scope="module")
async def app(url: str) -> AsyncIterator[FastAPI]:
    settings = unhurried().model_copy(update={"worker_offline_s": OFFLINE_S})
    made = create_app(settings.with_database(url))
    async with made.router.lifespan_context(made):
        await until(lambda: state_of(made).resources.kept() is not None)
        await until(lambda: off_shift(url) == [5])
        yield made


@pytest.fixture
async def give(app: FastAPI, url: str) -> AsyncIterator[Client]:
    async with clients_of(app, url) as client:
        yield client


async def around(site: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await site.get("/events/V1/nearby", params=asked)
    assert answer.status_code == 200, answer.text
    NearbyEvent.model_validate_json(answer.content, strict=True)
    told: dict[str, Any] = answer.json()
    distances = [each["properties"]["distance_m"] for each in told["features"]]
    assert distances == sorted(distances)
    return told


def codes(told: dict[str, Any], kind: str) -> list[str]:
    found = [each["properties"] for each in told["features"]]
    return [each["code"] for each in found if each["kind"] == kind]


async def test_unasked_it_tells_what_a_dispatcher_needs(give: Client) -> None:
    """Sixty shops are nearer than most: they push nobody off."""
    told = await around(await give("commander"))
    assert told["counts"] == {
        "camera": len(NEAR_CAMERAS), "worker": 4, "centre": 1, "poi": 60, "enterprise": 2,
    }  # fmt: skip
    assert codes(told, "worker") == ["W4", "W1", "W2", "W6"]
    assert codes(told, "centre") == ["Z1"]
    assert codes(told, "enterprise") == ["E1", "E5"]
    assert codes(told, "poi") == [f"P{number:02}" for number in range(10)]
    nearest = sorted(NEAR_CAMERAS, key=lambda each: (each[2], each[0]))[:10]
    assert codes(told, "camera") == [code for code, *_ in nearest]
    assert [(ring["from_m"], ring["to_m"]) for ring in told["rings"]] == [(0, 500), (500, 1000)]
    assert [ring["counts"]["worker"] for ring in told["rings"]] == [3, 1]
    assert [ring["counts"]["enterprise"] for ring in told["rings"]] == [1, 1]
    rings = told["vulnerable_persons"].pop("rings")
    assert [ring["count"] for ring in rings] == [3, 2]
    assert told["vulnerable_persons"]["count"] == 5
    assert "王某" not in str(told)


async def test_who_answers_for_it_is_told_by_the_chain(give: Client) -> None:
    told = await around(await give("commander"))
    assert told["event"] == {"code": "V1", "title": "占道", "state": "pending"}
    assert told["responsible"] == {
        "grid": {"code": "440199001001101", "name": "东社区网格"},
        "community": {"code": "440199001001", "name": "东社区"},
        "street": {"code": "440199001000", "name": "东街道"},
        "district": {"code": "440199000000", "name": "测试区"},
        "workers": [
            {"code": "W2", "name": "林二", "role": "chief"},
            {"code": "W1", "name": "陈一", "role": "worker"},
        ],
    }


@pytest.mark.parametrize("way", [{}, {"limit": 50}, {"filter": "NOT code = 'none'"}], ids=str)
async def test_workers_tell_how_old_their_places_are_and_how_they_stand(
    give: Client, way: dict[str, Any]
) -> None:
    """Whichever query answers it."""
    told = await around(await give("commander"), kinds="worker", on_shift=False, **way)
    found = {each["properties"]["code"]: each["properties"] for each in told["features"]}
    assert {code: each["standing"] for code, each in found.items()} == {
        "W1": "on_shift", "W2": "idle", "W3": "offline", "W4": "outside", "W6": "on_shift",
    }  # fmt: skip
    days_s = DAYS_OLD.total_seconds()
    for code, each in found.items():
        least = days_s if code == "W3" else 20
        assert least <= each["age_s"] < least + OFFLINE_S


async def test_where_somebody_was_days_ago_is_told_if_it_is_asked_for(give: Client) -> None:
    site = await give("commander")
    fresh = ["W4", "W1", "W2", "W6"]
    days_s = int(DAYS_OLD.total_seconds())
    for asked, expected in (
        ({}, fresh),
        ({"on_shift": True, "max_age_s": days_s + OFFLINE_S}, ["W3", *fresh]),
        ({"on_shift": False}, ["W3", *fresh]),
        ({"on_shift": False, "max_age_s": days_s - 3600}, fresh),
        ({"max_age_s": 1}, []),
    ):
        # Alone they are answered by another way than among enterprises, and by a filter.
        for kinds in ("worker", "worker,enterprise"):
            for text in ({}, {"filter": "NOT code = 'none'"}):
                for path in ("/events/V1/nearby", f"/nearby?lon={HERE[0]}&lat={HERE[1]}"):
                    query = httpx.URL(path).params.merge({"kinds": kinds, **asked, **text})
                    answer = await site.get(path.partition("?")[0], params=query)
                    assert codes(answer.json(), "worker") == expected, (asked, kinds, path)
        point = {"type": "Point", "coordinates": list(HERE)}
        body = {"geometry": point, "kinds": ["worker"], **asked}
        assert codes((await site.post("/nearby", json=body)).json(), "worker") == expected


async def test_off_shift_he_is_told_of_to_himself_alone(
    give: Client, app: FastAPI, url: str
) -> None:
    assert "W5" not in str(await around(await give("commander"), on_shift=False, kinds="worker"))
    token = new_session_token()
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into role_grant (account_id, role, area_id)"
            " select id, 'supervisor', 3 from account where name = 'w5'"
        )
        conn.execute(
            "insert into session (token_hash, account_id, ends_at)"
            " select %s, id, now() + interval '1 hour' from account where name = 'w5'",
            [token_hash(token)],
        )
    shown = {"cookie": f"gis_gov_session={token}", "x-csrf-token": csrf_token(token)}
    async with client_of(httpx.ASGITransport(app), shown) as himself:
        assert "W5" not in codes(await around(himself), "worker")
        for limit in ({}, {"limit": 50}):
            assert "W5" not in codes(await around(himself, kinds="worker", **limit), "worker")
            told = await around(himself, on_shift=False, kinds="worker", **limit)
            (own,) = [
                each["properties"]
                for each in told["features"]
                if each["properties"]["code"] == "W5"
            ]
            assert own["standing"] == "off_shift"


async def test_a_camera_tells_whether_it_sees_the_place(give: Client) -> None:
    told = await around(await give("commander"), kinds="camera", radius=100, limit=50)
    found = {each["properties"]["code"]: each["properties"]["covers"] for each in told["features"]}
    assert found == {code: covers for code, *_, covers in NEAR_CAMERAS}


async def test_who_sees_the_event_is_told_however_far_they_are(give: Client) -> None:
    site = await give("commander")
    told = await around(site, radius=10, kinds="poi")
    away_m = {code: metres for code, _, metres, *_ in CAMERAS}
    seen_by = [each["properties"]["code"] for each in told["seen_by"]]
    assert sorted(seen_by) == sorted(SEEING)
    assert [away_m[code] for code in seen_by] == sorted(away_m[code] for code in SEEING)
    assert all(each["properties"]["covers"] for each in told["seen_by"])
    covering = await around(site, radius=10, kinds="camera", covers=True, limit=50)
    assert covering["features"] == told["seen_by"]
    assert covering["counts"] == {"camera": len(SEEING)}
    assert covering["rings"] == [{"from_m": 0, "to_m": 10, "counts": {"camera": 0}}]


async def test_k_limit_and_radius_are_its_own_if_they_are_named(give: Client) -> None:
    site = await give("commander")
    mixed = await around(site, limit=50)
    assert len(mixed["features"]) == 50
    assert codes(mixed, "worker") == []
    two = await around(site, k=2, radius=500)
    assert [len(codes(two, kind)) for kind in two["counts"]] == [2, 2, 1, 2, 1]
    assert two["counts"]["poi"] == 60
    assert two["vulnerable_persons"]["count"] == 3
    # Without a radius the nearest up to 50 km away, and nothing to count in.
    far = await around(site, k=2)
    assert codes(far, "centre") == ["Z1", "Z2"]
    assert codes(far, "enterprise") == ["E1", "E5"]
    assert far["rings"] == []
    assert "vulnerable_persons" not in far
    every = await around(site, k=100)
    assert len(codes(every, "poi")) == 60
    assert len(codes(every, "worker")) == 4


@pytest.mark.parametrize("radius", [0, 80, 400, 2000])
async def test_the_nearest_of_each_kind_are_the_first_of_all(give: Client, radius: int) -> None:
    site = await give("commander")
    kinds = ("camera", "worker", "centre", "poi")
    asked = {"radius": radius, "kinds": ",".join(kinds)}
    every = await around(site, limit=1000, **asked)
    for k in (1, 3, 100):
        told = await around(site, k=k, **asked)
        # Asked by a filter that all meet, the database answers, and not memory.
        filtered = await around(site, k=k, filter="NOT code = 'none'", **asked)
        for found in (told, filtered):
            assert {kind: codes(found, kind) for kind in kinds} == {
                kind: codes(every, kind)[:k] for kind in kinds
            }
            assert found["counts"] == every["counts"]
            assert found["rings"] == every["rings"]
    assert len((await around(site, k=3, limit=4, **asked))["features"]) <= 4


async def test_enterprises_are_of_the_risk_classes_asked_for(give: Client) -> None:
    site = await give("commander")
    for asked, expected in (
        ({"risk_classes": "低风险"}, ["E2"]),
        ({"radius": 2000}, ["E1", "E5", "E3"]),
        ({"kinds": "enterprise"}, ["E4", "E2", "E1", "E5"]),
        ({"kinds": "enterprise", "risk_classes": "较大风险,低风险"}, ["E2", "E5"]),
    ):
        assert codes(await around(site, **asked), "enterprise") == expected, asked


async def test_which_risk_is_high_is_a_setting(app: FastAPI, url: str) -> None:
    settings = unhurried().model_copy(update={"high_risk_classes": ("低风险",)})
    other = create_app(settings.with_database(url))
    async with other.router.lifespan_context(other), clients_of(other, url) as give:
        assert codes(await around(await give("commander")), "enterprise") == ["E2"]
    assert Settings(high_risk_classes="甲, 乙").high_risk_classes == ("甲", "乙")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("text", "kinds", "expected"),
    [
        ("range_m > 100", "camera", ["eleventh"]),
        ("class = 'shop' AND code < 'P02'", "poi", ["P00", "P01"]),
        ("category = '化工' AND risk_class IS NULL", "enterprise", ["E4"]),
        ("name = '林二'", "worker", ["W2"]),
        ("code > 'W3'", None, ["W4", "W6", "Z1", "away"]),
    ],
)
async def test_properties_filter_it(
    give: Client, text: str, kinds: str | None, expected: list[str]
) -> None:
    asked = {"filter": text, **({} if kinds is None else {"kinds": kinds})}
    told = await around(await give("commander"), **asked)
    found = {each["properties"]["code"] for each in told["features"]}
    if kinds is None:
        assert set(expected) <= found
        assert min(found) > "W3"
    else:
        assert found == set(expected)


async def test_the_features_are_those_of_the_point(give: Client) -> None:
    site = await give("commander")
    told = await around(site, kinds="camera,centre,poi,enterprise", limit=1000)
    where = {"lon": HERE[0], "lat": HERE[1], "kinds": "camera,centre,poi,enterprise"}
    there = await site.get("/nearby", params={**where, "limit": 1000})
    assert there.json()["features"] == told["features"]
    assert there.json()["counts"] == told["counts"]


async def test_others_events_are_not_there(give: Client) -> None:
    client = await give("supervisor", area=EAST)
    assert (await client.get("/events/V1/nearby")).status_code == 200
    answers = [await client.get(f"/events/{code}/nearby") for code in ("V2", "V9")]
    assert [slug(answer) for answer in answers] == ["not-found", "not-found"]
    assert answers[0].text == answers[1].text
    department = await give("department_officer", department="水务")
    assert (await department.get("/events/V1/nearby")).status_code == 404
    nobody = await give("weather_officer")
    assert (await nobody.get("/events/V1/nearby")).status_code == 403


async def test_of_other_areas_nothing_is_told(give: Client) -> None:
    told = await around(await give("supervisor", area=EAST))
    # Who stands there, but is employed elsewhere, is not theirs to know.
    assert codes(told, "worker") == ["W1", "W2"]
    seen_by = {each["properties"]["code"] for each in told["seen_by"]}
    assert seen_by == {*SEEING} - {"tower"}
    assert told["vulnerable_persons"]["count"] == 3


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("screen", {"camera", "centre", "poi"}),
        ("analyst", {"camera", "centre", "poi", "enterprise"}),
        ("department_officer", {"camera", "centre", "poi", "enterprise"}),
    ],
)
async def test_what_one_may_not_know_is_left_out(give: Client, role: str, kinds: set[str]) -> None:
    limits = {"department": "城管"} if role == "department_officer" else {}
    told = await around(await give(role, **limits))
    assert told["counts"].keys() == kinds
    assert {each["properties"]["kind"] for each in told["features"]} == kinds
    assert told["vulnerable_persons"] is None
    if role == "screen":
        assert told["responsible"]["workers"] == []


async def test_what_is_told_of_people_is_recorded(give: Client, url: str) -> None:
    def entries() -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as conn:
            return conn.execute(
                "select object_kind, object_code from audit where action = 'nearby.read'"
                " order by number"
            ).fetchall()

    before = len(entries())
    site = await give("commander")
    await around(site)
    await around(site, vulnerable=False)
    assert entries()[before:] == [("event", "V1"), ("persons", None), ("event", "V1")]


async def test_what_fails_in_one_of_its_questions_is_told(give: Client) -> None:
    """They are asked at once; a filter is wrong only where it is reckoned on the rows."""
    site = await give("commander")
    asked = {"kinds": "camera", "filter": "range_m ^ 9999 > 1"}
    answer = await site.get("/events/V1/nearby", params=asked)
    assert (answer.status_code, slug(answer)) == (400, "invalid-filter")


async def test_an_event_that_is_nowhere_has_nothing_around(give: Client) -> None:
    site = await give("commander")
    answer = await site.get("/events/V3/nearby")
    assert (answer.status_code, slug(answer)) == (409, "event-without-place")
    near_the_pole = await site.get("/events/V4/nearby")
    assert (near_the_pole.status_code, slug(near_the_pole)) == (400, "invalid-request")

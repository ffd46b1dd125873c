"""Sums of patrols: by worker, area and period, equal to those of the list, and for whom."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.accounts.people import slug
from tests.registry.conftest import EAST, WEST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

DAYS = 40
FIRST = date(2026, 1, 5)
MADE = """
    insert into patrol (
        code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id, fixes, rejected,
        mileage_m, valid_mileage_m, duration_s, stay_s, gap_s, own_grid_share
    )
    select
        'p' || w.id || '-' || n, w.id, '2026-01-05'::date + n, true, false,
        ('2026-01-05'::date + n)::timestamp at time zone 'Asia/Shanghai' + interval '8 h',
        ('2026-01-05'::date + n)::timestamp at time zone 'Asia/Shanghai' + interval '9 h',
        w.area_id, 100 + n, w.id, 1000 + n, 900 + n, 3600 + n, n, 0,
        case when n % 3 > 0 then 0.5 + n / 100.0 end
    from worker as w cross join generate_series(0, 39) as n
    where w.id = 1 or n % 2 = 0
"""


@pytest.fixture
def people_url(people_url: str) -> str:
    with psycopg.connect(people_url) as conn:
        conn.execute(MADE)
    return people_url


async def summed(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    answer = await client.get("/patrols/statistics", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


async def test_they_are_the_sums_of_the_list(signed_in: Client) -> None:
    client = await signed_in("commander")
    listed = (await client.get("/patrols", params={"limit": 1000})).json()["patrols"]
    for period, begin in (
        ("day", lambda day: day),
        ("week", lambda day: day - timedelta(days=day.weekday())),
        ("month", lambda day: day.replace(day=1)),
        ("year", lambda day: day.replace(month=1, day=1)),
    ):
        expected: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
        for each in listed:
            day = FIRST + timedelta(days=int(each["code"].split("-")[1]))
            expected[each["worker"]["code"], begin(day).isoformat()].append(each)
        rows = await summed(client, period=period)
        assert [(row["code"], row["begins"]) for row in rows] == sorted(expected)
        for row in rows:
            of_it = expected[row["code"], row["begins"]]
            assert row["patrols"] == len(of_it)
            for name in ("mileage_m", "valid_mileage_m", "duration_s", "stay_s", "fixes"):
                assert row[name] == pytest.approx(sum(each[name] for each in of_it))
            shared = [each for each in of_it if each["own_grid_share"] is not None]
            share = sum(each["own_grid_share"] * each["duration_s"] for each in shared)
            lasted = sum(each["duration_s"] for each in shared)
            assert row["own_grid_share"] == (pytest.approx(share / lasted) if shared else None)


async def test_by_area_and_in_all(signed_in: Client) -> None:
    client = await signed_in("commander")
    (whole,) = await summed(client, by="all", period="all")
    assert (whole["code"], whole["begins"]) == (None, None)
    assert (whole["patrols"], whole["workers"]) == (DAYS + DAYS // 2, 2)
    rows = await summed(client, by="community", period="all")
    assert [(row["code"], row["patrols"]) for row in rows] == [(EAST, DAYS), (WEST, DAYS // 2)]
    (district,) = await summed(client, by="district", period="all")
    assert {**district, "code": None, "name": None} == whole
    # Nothing is a street here.
    (street,) = await summed(client, by="street", period="all")
    assert (street["code"], street["patrols"]) == (None, whole["patrols"])


async def test_what_is_asked_for_is_added_up(signed_in: Client) -> None:
    client = await signed_in("commander")
    (row,) = await summed(client, worker="W2", period="all")
    assert row["patrols"] == DAYS // 2
    (row,) = await summed(client, by="all", period="all", datetime="2026-01-05/2026-01-11")
    assert row["patrols"] == 7 + 4
    (row,) = await summed(client, by="all", period="all", within=WEST)
    assert row["workers"] == 1
    assert await summed(client, kind="river") == []


async def test_for_whom(signed_in: Client) -> None:
    west = await signed_in("supervisor", area=WEST)
    assert {row["code"] for row in await summed(west, period="all")} == {"W2"}
    for role in ("analyst", "screen"):
        answer = await (await signed_in(role)).get("/patrols/statistics")
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")

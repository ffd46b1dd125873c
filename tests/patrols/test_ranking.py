"""Who did most: the formula and each term can be checked by hand; and the trend of a month."""

import csv
import io
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.days import day_of
from gis_gov.patrols.ranking import MEASURES, parse_weights, ranked
from gis_gov.patrols.summary_queries import ROWS_MAX
from gis_gov.patrols.trend import DAYS, SERIES, days_until, trends_of
from tests.accounts.people import Town, slug, told_as_worker
from tests.registry.conftest import EAST, WEST
from tests.signed_in import Client

EVEN = {each.name: 1.0 for each in MEASURES}
FIGURES = st.fixed_dictionaries(
    {
        "valid_mileage_m": st.floats(0, 50_000),
        "duration_s": st.floats(0, 90_000),
        "own_grid_share": st.none() | st.floats(0, 1),
        "events_found": st.integers(0, 50),
        "tasks_done_share": st.none() | st.floats(0, 1),
    }
)
MADE = """
    insert into patrol (
        code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id, fixes,
        mileage_m, valid_mileage_m, duration_s, own_grid_share
    )
    select
        'p' || w.id || '-' || n, w.id, %(last)s::date - n, true, false,
        (%(last)s::date - n)::timestamp at time zone 'Asia/Shanghai' + interval '8 h',
        (%(last)s::date - n)::timestamp at time zone 'Asia/Shanghai' + interval '9 h',
        w.area_id, 100, 1500, 1000 * w.id, 3600, 0.5
    from worker as w cross join generate_series(0, 44) as n
    where w.id = 1 or n < 30
"""


def figures(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"code": f"W{n}", "name": None, "patrols": 1, **row} for n, row in enumerate(rows)]


@given(st.lists(FIGURES, min_size=1, max_size=12))
def test_points_are_the_sum_of_the_terms_and_order_the_ranks(rows: list[dict[str, Any]]) -> None:
    made = ranked(figures(*rows), EVEN)
    assert sum(term.weight for term in made.terms) == pytest.approx(1)
    assert [row["points"] for row in made.rows] == sorted(
        (row["points"] for row in made.rows), reverse=True
    )
    for row in made.rows:
        told = rows[int(row["code"][1:])]
        by_hand = sum(
            100 * term.weight * (told[term.name] or 0) / term.divisor for term in made.terms
        )
        assert row["points"] == pytest.approx(by_hand, abs=0.03)
        assert row["points"] == pytest.approx(
            sum(term["points"] for term in row["terms"].values()), abs=0.005
        )
        assert 0 <= row["points"] <= 100.03
        better = sum(other["points"] > row["points"] for other in made.rows)
        assert row["rank"] == better + 1
        same = sum(other["points"] == row["points"] for other in made.rows)
        assert row["is_tied"] == (same > 1)


def test_ties_are_one_rank_and_the_next_is_left_out() -> None:
    alike = {"valid_mileage_m": 10.0, "duration_s": 5.0, "own_grid_share": 1.0, "events_found": 2}
    alike["tasks_done_share"] = 0.5
    made = ranked(figures(alike, {**alike, "duration_s": 1.0}, alike), EVEN)
    assert [(row["code"], row["rank"], row["is_tied"]) for row in made.rows] == [
        ("W0", 1, True),
        ("W2", 1, True),
        ("W1", 3, False),
    ]
    assert made.rows[0]["points"] == 90.0


def test_as_many_as_an_answer_may_have_are_ranked_at_once() -> None:
    row = {"duration_s": 5.0, "own_grid_share": 1.0, "events_found": 2, "tasks_done_share": 1.0}
    rows = figures(*({**row, "valid_mileage_m": n} for n in range(ROWS_MAX)))
    began = time.process_time()
    made = ranked(rows, EVEN)
    # Compared each with each, they would take several times as long.
    assert time.process_time() - began < 2
    ranks = [row["rank"] for row in made.rows]
    assert (ranks[0], ranks) == (1, sorted(ranks))
    assert ranks[-1] == 1 + sum(row["points"] > made.rows[-1]["points"] for row in made.rows)


def test_what_nobody_is_told_is_no_term() -> None:
    row = {"valid_mileage_m": 10.0, "duration_s": 0.0, "own_grid_share": None, "events_found": None}
    made = ranked(figures(row), parse_weights("valid_mileage_m:3,events_found:1"))
    assert (made.left_out, [term.name for term in made.terms]) == (
        ["events_found"],
        ["valid_mileage_m"],
    )
    assert made.formula == "points = 100 × (1 × valid_mileage_m / 10)"
    # Nobody has any of it: nobody is divided by nothing.
    made = ranked(figures(row), parse_weights("duration_s:1"))
    assert made.rows[0]["points"] == 0
    assert ranked([], EVEN).rows == []


@pytest.mark.parametrize(
    "text",
    ["", "x:1", "duration_s", "duration_s:x", "duration_s:-1", "duration_s:nan", "duration_s:0",
     "duration_s:1,duration_s:1", "duration_s:inf"],
)  # fmt: skip
def test_weights_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has a message of its own
        parse_weights(text)


@given(
    st.dictionaries(st.integers(0, 2 * DAYS + 5), st.integers(1, 9), max_size=40),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_a_trend_has_each_day_and_nothing_twice(by_day: dict[int, int], last: date) -> None:
    rows = [
        {"code": "W1", "name": "陈", "begins": last - timedelta(days=ago)}
        | dict.fromkeys(SERIES, number)
        for ago, number in by_day.items()
    ]
    told = trends_of(rows, last)
    days = days_until(last)
    assert (days[-1], days[DAYS], len(days)) == (last, last - timedelta(days=DAYS - 1), 2 * DAYS)
    if not any(ago < 2 * DAYS for ago in by_day):
        assert told == []
        return
    (trend,) = told
    expected = [by_day.get(ago, 0) for ago in reversed(range(DAYS))]
    before = sum(number for ago, number in by_day.items() if DAYS <= ago < 2 * DAYS)
    for name in SERIES:
        assert trend[name] == expected
        change = trend["change"][name]
        assert change == (pytest.approx(sum(expected) / before - 1) if before else None)


@pytest.fixture
def people_url(people_url: str) -> str:
    with psycopg.connect(people_url) as conn:
        conn.execute(MADE, {"last": day_of(datetime.now(UTC))})
    return people_url


async def asked(client: httpx.AsyncClient, path: str, **params: str) -> dict[str, Any]:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.anyio
async def test_workers_and_areas_are_ranked(signed_in: Client) -> None:
    commander = await signed_in("commander")
    whole = await asked(commander, "/patrols/ranking", weights="valid_mileage_m:1,duration_s:1")
    assert [(row["rank"], row["code"]) for row in whole["rows"]] == [(1, "W1"), (2, "W2")]
    # 45 days of 1 km and of an hour; 30 days of 2 km and of an hour.
    assert [row["points"] for row in whole["rows"]] == [
        pytest.approx(50 * 45 / 60 + 50, abs=0.01),
        pytest.approx(50 + 50 * 30 / 45, abs=0.01),
    ]
    assert whole["formula"] == (
        "points = 100 × (0.5 × valid_mileage_m / 60000 + 0.5 × duration_s / 162000)"
    )
    areas = await asked(commander, "/patrols/ranking", by="community")
    assert [row["code"] for row in areas["rows"]] == [WEST, EAST]
    assert set(areas["rows"][0]["terms"]) == {each.name for each in MEASURES if each.weight}
    answer = await commander.get("/patrols/ranking", params={"weights": "luck:1"})
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert answer.json()["errors"][0]["where"] == "query.weights"


@pytest.mark.anyio
async def test_they_are_taken_out_as_tables(
    signed_in: Client, running: FastAPI, people_url: str
) -> None:
    commander = await signed_in("commander")
    for path, number in (("/patrols/ranking", 2), ("/patrols/statistics", 75)):
        answer = await commander.get(path, params={"f": "csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len(rows) == number
        assert {row["code"] for row in rows} == {"W1", "W2"}
    table = await commander.get("/patrols/ranking", params={"f": "csv", "kind": "none"})
    assert table.text.removeprefix("\ufeff").strip() == "rank,is_tied,code,name,patrols,points"
    # A worker is told his own, but takes none out.
    town = Town(people_url, running)
    worker = (await town.signed_in("chen", "grid_worker")).client
    town.execute("update account set worker_id = 1")
    await told_as_worker(worker)
    for path in ("/patrols/ranking", "/patrols/statistics"):
        answer = await worker.get(path, params={"f": "csv"})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    own = await asked(worker, "/patrols/ranking")
    assert [(row["rank"], row["patrols"]) for row in own["rows"]] == [(1, 45)]


@pytest.mark.anyio
async def test_the_last_month_is_told_day_by_day(signed_in: Client) -> None:
    commander = await signed_in("commander")
    told = await asked(commander, "/patrols/trend", by="worker")
    assert (len(told["days"]), told["days"][-1]) == (30, str(day_of(datetime.now(UTC))))
    one, two = told["rows"]
    assert (one["code"], two["code"]) == ("W1", "W2")
    assert one["valid_mileage_m"] == [1000] * 30
    assert one["change"]["valid_mileage_m"] == pytest.approx(30 / 15 - 1)
    assert two["change"]["patrols"] is None
    ten_days_ago = str(day_of(datetime.now(UTC)) - timedelta(days=10))
    (whole,) = (await asked(commander, "/patrols/trend", datetime=ten_days_ago))["rows"]
    assert whole["patrols"] == [1] * 10 + [2] * 20
    west = await signed_in("supervisor", area=WEST)
    assert [row["code"] for row in (await asked(west, "/patrols/trend", by="worker"))["rows"]] == [
        "W2"
    ]

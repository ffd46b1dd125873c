"""Tasks in the statistics and the ranking: each on its day, also without a patrol."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from gis_gov.days import today
from tests.duties.conftest import days_ago, rule, tasks, walk, walked
from tests.registry.conftest import EAST, WEST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

ALONG = [(0.0, 0.0), (1200.0, 0.0)]
TOLD = ("tasks_due", "tasks_done", "tasks_overdue")


@pytest.fixture
async def commander(signed_in: Client) -> httpx.AsyncClient:
    """A rule wants a patrol of each grid a day; one was gone yesterday, one is excused."""
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    daily = {"code": "daily", "area": "440199000000", "object": {"kind": "grid"}, "cadence": "day"}
    await rule(commander, **daily, min_metres=1000)
    await walked(gateway, "patrol", walk(days_ago(1), ALONG))
    (one, *_) = [
        each
        for each in await tasks(commander, worker="W1")
        if each["begins_on"] == ago(3).isoformat()
    ]
    answer = await commander.post(f"/tasks/{one['id']}/excuse", json={"reason": "x"})
    assert answer.status_code == 200, answer.text
    return commander


def ago(days: int) -> date:
    return today() - timedelta(days)


async def asked(
    client: httpx.AsyncClient, path: str = "/patrols/statistics", **params: str
) -> list[dict[str, Any]]:
    span = f"{ago(9)}/{ago(0)}"
    answer = await client.get(path, params={"datetime": span, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def told(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row[name] for name in TOLD)


async def test_they_are_counted_on_the_day_they_were_due(commander: httpx.AsyncClient) -> None:
    rows = {(row["code"], row["begins"]): row for row in await asked(commander)}
    yesterday = rows["W1", ago(1).isoformat()]
    assert (yesterday["patrols"], told(yesterday)) == (1, (1, 1, 0))
    assert told(rows["W1", ago(2).isoformat()]) == (1, 0, 1)
    # Of who went nowhere there is a row all the same, but for a task that is excused.
    assert ("W1", ago(3).isoformat()) not in rows
    other = rows["W2", ago(1).isoformat()]
    assert (other["patrols"], other["valid_mileage_m"], told(other)) == (0, 0, (1, 0, 1))
    assert told(rows["W2", ago(0).isoformat()]) == (1, 0, 0)
    assert len(rows) == 19


@pytest.mark.parametrize(
    "span",
    [
        f"{ago(3)}/{ago(1)}",
        str(ago(1)),
        str(ago(0)),
        f"{ago(2)}T00:00:00+08:00/{ago(1)}T00:00:00+08:00",
        f"{ago(2)}T00:00:00+08:00/{ago(1)}T00:00:01+08:00",
        f"{ago(2)}T12:00:00+08:00/{ago(1)}T12:00:00+08:00",
        f"../{ago(4)}",
        f"{ago(1)}/..",
    ],
)
async def test_the_list_has_those_that_are_counted(commander: httpx.AsyncClient, span: str) -> None:
    """Also as a time begins or ends with a day: what is due at midnight is of the day that ends."""
    listed = [each for each in await tasks(commander, datetime=span) if each["state"] != "excused"]
    days = {each["begins_on"] for each in listed}
    rows = await asked(commander, datetime=span)
    counted = {row["begins"] for row in rows if row["tasks_due"]}
    assert len(listed) == sum(row["tasks_due"] for row in rows) > 0
    assert days == counted


async def test_a_task_of_a_day_is_due_on_that_day(commander: httpx.AsyncClient) -> None:
    for days in (0, 1):
        (one,) = await tasks(commander, datetime=str(ago(days)), worker="W1")
        assert one["begins_on"] == one["ends_on"] == str(ago(days))


async def test_they_add_up_by_whom_and_where(
    commander: httpx.AsyncClient, signed_in: Client
) -> None:
    for by, codes in (("worker", ("W1", "W2")), ("community", (EAST, WEST))):
        rows = await asked(commander, by=by, period="all")
        assert [(row["code"], *told(row)) for row in rows] == [
            (codes[0], 9, 1, 7),
            (codes[1], 10, 0, 9),
        ]
        assert [row["tasks_done_share"] for row in rows] == [1 / 8, 0]
    rows = await asked(commander, by="grid", period="all")
    assert sorted(told(row) for row in rows if row["tasks_due"]) == [(9, 1, 7), (10, 0, 9)]
    (whole,) = await asked(commander, by="all", period="all")
    assert told(whole) == (19, 1, 16)
    (one,) = await asked(commander, period="all", worker="W2")
    assert (one["code"], told(one)) == ("W2", (10, 0, 9))
    # Of patrols of a kind there are no tasks.
    (one,) = await asked(commander, period="all", kind="patrol")
    assert (told(one), one["tasks_done_share"]) == ((None,) * 3, None)
    west = await signed_in("supervisor", area=WEST)
    rows = await asked(west, period="all")
    assert [(row["code"], *told(row)) for row in rows] == [("W2", 10, 0, 9)]


async def test_the_trend_has_what_was_overdue(
    commander: httpx.AsyncClient, signed_in: Client
) -> None:
    rows = await asked(commander, "/patrols/trend", by="worker")
    overdue = {row["code"]: row["tasks_overdue"] for row in rows}
    # Of the last days, as they are due: W1 was excused of one, and fulfilled yesterday's.
    assert {code: each[-10:] for code, each in overdue.items()} == {
        "W1": [1] * 6 + [0, 1, 0, 0],
        "W2": [1] * 9 + [0],
    }
    days = await asked(commander, datetime=f"{ago(59)}/{ago(0)}")
    by_day = {(row["code"], row["begins"]): row["tasks_overdue"] for row in days}
    for row in rows:
        each = [by_day.get((row["code"], ago(n).isoformat()), 0) for n in reversed(range(60))]
        assert row["tasks_overdue"] == each[30:]
        assert row["change"]["tasks_overdue"] == pytest.approx(sum(each[30:]) / sum(each[:30]) - 1)
    rows = await asked(commander, "/patrols/trend", by="worker", kind="patrol")
    assert [(row["code"], row["tasks_overdue"]) for row in rows] == [("W1", None)]
    west = await signed_in("supervisor", area=WEST)
    (row,) = await asked(west, "/patrols/trend", by="worker")
    assert (row["code"], row["tasks_overdue"]) == ("W2", overdue["W2"])


async def test_they_are_ranked_by_if_it_is_asked_for(commander: httpx.AsyncClient) -> None:
    rows = await asked(commander, "/patrols/ranking", weights="tasks_done_share:1")
    assert [(row["rank"], row["code"], row["patrols"], row["points"]) for row in rows] == [
        (1, "W1", 1, 12.5),
        (2, "W2", 0, 0),
    ]
    rows = await asked(commander, "/patrols/ranking")
    assert "tasks_done_share" not in rows[0]["terms"]

"""Rules are made, changed and ended, by whom and where; what they make, and who is told of it."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql

from gis_gov.days import LOCAL, today
from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.duties.task_making import make_tasks
from gis_gov.settings import Settings
from tests.accounts.people import Town, slug
from tests.duties.conftest import days_ago, place, rule, task_on, tasks, walk, walked
from tests.registry.conftest import EAST, WEST, entries
from tests.signed_in import Client

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
DAILY: dict[str, Any] = {
    "name": "日巡",
    "area": EAST,
    "object": {"kind": "grid"},
    "cadence": "day",
    "min_minutes": 10,
}


def where_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["where"]


async def test_a_rule_makes_the_tasks_of_this_period_and_the_next(signed_in: Client) -> None:
    commander = await signed_in("commander")
    answer = await commander.post("/rules", json={"code": "daily", **DAILY})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/rules/daily"
    told = answer.json()
    assert (told["version"], told["radius_m"], told["valid_from"]) == (1, 0.0, str(today()))
    found = await tasks(commander)
    assert [date.fromisoformat(each["begins_on"]) for each in found] == [today(), today() + DAY]
    assert {each["state"] for each in found} == {"open"}
    assert {(each["worker"]["code"], each["object"]["code"]) for each in found} == {
        ("W1", f"{EAST}101")
    }
    assert last_day(found[0]) == today()
    answer = await commander.post("/rules", json={"code": "daily", **DAILY})
    assert (answer.status_code, slug(answer)) == (409, "already-there")


async def test_making_tasks_again_makes_none_and_the_next_day_one(
    signed_in: Client, people_url: str
) -> None:
    commander = await signed_in("commander")
    await rule(commander, code="daily", **DAILY | {"valid_from": str(today())})
    async with Pool(people_url, Settings()) as pool, pool.connection(SYSTEM) as conn:
        assert await make_tasks(conn) == 0
        assert await make_tasks(conn, day=today() + DAY) == 1
        assert await make_tasks(conn, day=today() + DAY) == 0
        # A server that was off for three days makes what it missed.
        assert await make_tasks(conn, day=today() + 4 * DAY) == 3
    days = [date.fromisoformat(each["begins_on"]) for each in await tasks(commander)]
    assert days == [today() + n * DAY for n in range(6)]


async def test_no_task_is_older_than_positions_are_kept(signed_in: Client, people_url: str) -> None:
    commander = await signed_in("commander")
    await rule(commander, code="daily", **DAILY | {"valid_from": str(today())})
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from patrol_task")
        conn.execute("update patrol_rule set valid_from = valid_from - 60, made_on = null")
    async with Pool(people_url, Settings()) as pool, pool.connection(SYSTEM) as conn:
        assert await make_tasks(conn, 30) == 32
        await conn.execute("update patrol_rule set made_on = null")
        # Where they are kept for ever, there is an end all the same, which is further off.
        assert await make_tasks(conn, 0) == 30
    days = [date.fromisoformat(each["begins_on"]) for each in await tasks(commander)]
    assert days[0] == today() - 60 * DAY


async def test_who_ends_and_who_is_to_come_has_tasks_on_his_days(
    signed_in: Client, people_url: str
) -> None:
    commander = await signed_in("commander")
    for kind in ("grid", "area"):
        await rule(
            commander,
            code=kind,
            **DAILY | {"valid_from": str(today()), "object": {"kind": kind}, "is_own": False},
        )

    async def days_of(table: str, since: date | None, until: date | None) -> set[date]:
        with psycopg.connect(people_url) as conn:
            conn.execute("delete from patrol_task")
            change = sql.SQL("update {} set valid_from = %s, valid_to = %s")
            conn.execute(change.format(sql.Identifier(table)), [since, until])
        async with Pool(people_url, Settings()) as pool, pool.connection(SYSTEM) as conn:
            await make_tasks(conn, day=today())
        found = await tasks(commander, rule=table)
        return {date.fromisoformat(each["begins_on"]) for each in found}

    for table in ("grid", "area"):
        assert await days_of(table, None, None) == {today(), today() + DAY}
        assert await days_of(table, None, today() - DAY) == set()
        assert await days_of(table, None, today()) == {today()}
        assert await days_of(table, None, today() + 9 * DAY) == {today(), today() + DAY}
        assert await days_of(table, today() + DAY, None) == {today() + DAY}
        assert await days_of(table, None, None) == {today(), today() + DAY}


async def test_a_change_is_a_new_version_and_tasks_keep_theirs(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, code="daily", **DAILY)
    changed = {**DAILY, "min_minutes": 90}
    answer = await commander.put("/rules/daily", json=changed)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["version"], told["min_minutes"]) == (2, 90.0)
    assert [(each["version"], each["valid_to"]) for each in told["versions"]] == [
        (2, None),
        (1, str(today())),
    ]
    first = await commander.get("/rules/daily", params={"version": 1})
    assert (first.json()["version"], first.json()["min_minutes"]) == (1, DAILY["min_minutes"])
    assert (await commander.get("/rules/daily", params={"version": 3})).status_code == 404
    assert (await commander.get("/rules/daily", params={"version": 0})).status_code == 400
    by_day = {each["begins_on"]: each["rule"]["version"] for each in await tasks(commander)}
    assert (by_day[str(today())], by_day[str(today() + DAY)]) == (1, 2)
    assert sorted(by_day) == [str(today() - n * DAY) for n in range(62, -2, -1)]
    # What was gone yesterday is judged by what was asked yesterday.
    await walked(gateway, "patrol", walk(days_ago(1), [(0.0, 0.0), (1200.0, 0.0)]))
    task = await task_on(commander, days_ago(1).date(), worker="W1")
    assert (task["state"], task["rule"]["version"]) == ("done", 1)
    answer = await commander.put("/rules/daily", json=changed | {"valid_from": str(today())})
    assert (answer.status_code, where_of(answer)) == (400, "body.valid_from")


async def test_an_ended_rule_makes_no_more(signed_in: Client) -> None:
    commander = await signed_in("commander")
    await rule(commander, code="daily", **DAILY | {"valid_from": str(today())})
    answer = await commander.post("/rules/daily/end", json={})
    assert (answer.status_code, answer.json()["valid_to"]) == (200, str(today()))
    assert [each["begins_on"] for each in await tasks(commander)] == [str(today())]
    for sent in (
        await commander.post("/rules/daily/end", json={}),
        await commander.put("/rules/daily", json=DAILY),
    ):
        assert (sent.status_code, slug(sent)) == (409, "rule-ended")
    answer = await commander.post("/rules/none/end", json={})
    assert (answer.status_code, slug(answer)) == (404, "not-found")


async def test_what_can_be_no_rule_is_told_where(signed_in: Client) -> None:
    commander = await signed_in("commander")
    lon, lat = place(0)
    spot = {"lon": lon, "lat": lat}
    point = {"type": "Point", "coordinates": [lon, lat]}
    for change, where in (
        ({"area": "none"}, "body.area"),
        ({"workers": ["W1", "W9"]}, "body.workers.1"),
        ({"object": {"kind": "person"}}, "body.object.codes"),
        ({"object": {"kind": "grid", "codes": ["none"]}}, "body.object.codes.0"),
        ({"object": {"kind": "route"}}, "body.object.geometry"),
        ({"object": {"kind": "route", "geometry": point}}, "body.object.geometry"),
        ({"object": {"kind": "grid", "geometry": point}}, "body.object.geometry"),
        ({"object": {"kind": "points"}}, "body.object.points"),
        ({"object": {"kind": "points", "codes": ["x"], "points": [spot]}}, "body.object.codes"),
        ({"workers_min": 2}, "body.workers_min"),
        ({"min_coverage": 0.5}, "body.min_coverage"),
        ({"min_minutes": 0}, "body.min_minutes"),
        ({"valid_from": str(today() - 100 * DAY)}, "body.valid_from"),
    ):
        answer = await commander.post("/rules", json={"code": "x", **DAILY, **change})
        assert (answer.status_code, where_of(answer)) == (400, where), change
    assert (await commander.get("/rules")).json() == {"rules": [], "next": None}


async def test_rules_are_made_where_one_may_and_each_is_on_record(
    signed_in: Client, people_url: str
) -> None:
    east, west = await signed_in("supervisor", area=EAST), await signed_in("supervisor", area=WEST)
    analyst = await signed_in("analyst")
    assert (await analyst.post("/rules", json={"code": "x", **DAILY})).status_code == 403
    answer = await west.post("/rules", json={"code": "x", **DAILY})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    assert (await east.post("/rules", json={"code": "daily", **DAILY})).status_code == 201
    # Another street does not even know of it.
    assert (await west.get("/rules/daily")).status_code == 404
    assert (await west.put("/rules/daily", json=DAILY)).status_code == 404
    assert (await west.get("/rules")).json()["rules"] == []
    assert await tasks(west) == []
    (task, _) = await tasks(east)
    assert (await west.get(f"/tasks/{task['id']}")).status_code == 404
    excuse = {"reason": "汛期封路"}
    assert (await west.post(f"/tasks/{task['id']}/excuse", json=excuse)).status_code == 404
    answer = await east.post(f"/tasks/{task['id']}/excuse", json=excuse)
    assert (answer.json()["state"], answer.json()["excused_for"]) == ("excused", "汛期封路")
    assert [row[:2] for row in entries(people_url, "rule.create")] == [("ok", "daily")]
    assert [row[:3] for row in entries(people_url, "task.excuse")] == [
        ("ok", str(task["id"]), None)
    ]
    assert entries(people_url, "task.read")
    # They name persons and workers.
    assert (await east.get("/rules/daily")).status_code == 200
    assert [row[:2] for row in entries(people_url, "rule.read")] == [("ok", None), ("ok", "daily")]


async def test_what_is_done_is_not_excused_and_what_is_excused_not_done(
    signed_in: Client,
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(commander, code="daily", **DAILY)
    before, after = days_ago(2), days_ago(1)
    await walked(gateway, "patrol", walk(before, [(0.0, 0.0), (1200.0, 0.0)]))
    done = await task_on(commander, before.date(), worker="W1")
    answer = await commander.post(f"/tasks/{done['id']}/excuse", json={"reason": "x"})
    assert (answer.status_code, slug(answer)) == (409, "task-done")
    other = await task_on(commander, after.date(), worker="W1")
    assert other["state"] == "overdue"
    assert (
        await commander.post(f"/tasks/{other['id']}/excuse", json={"reason": "x"})
    ).status_code == 200
    code = await walked(gateway, "patrol", walk(after, [(0.0, 0.0), (1200.0, 0.0)]))
    told = (await commander.get(f"/patrols/{code}/judgements")).json()["judgements"]
    assert [(each["is_enough"], each["task"]) for each in told] == [(True, None)]
    assert (await task_on(commander, after.date(), worker="W1"))["state"] == "excused"


async def test_a_worker_is_told_his_own_tasks_and_those_he_may_do(
    signed_in: Client, running: FastAPI, people_url: str
) -> None:
    commander = await signed_in("commander")
    district = {**DAILY, "area": "440199000000"}
    await rule(commander, code="own", **district | {"valid_from": str(today())})
    await rule(commander, code="shared", **district | {"is_own": False, "valid_from": str(today())})
    named = {"object": {"kind": "area"}, "is_own": False, "workers": ["W2"]}
    await rule(commander, code="named", **district | named | {"valid_from": str(today())})
    town = Town(people_url, running)
    for number, name, grid, rules in (
        (1, "chen", EAST, {"own", "shared"}),
        (2, "lin", WEST, {"own", "shared", "named"}),
    ):
        town.account(name)
        town.execute("update account set worker_id = %s where name = %s", number, name)
        town.grant(name, "grid_worker", grid=f"{grid}101")
        browser = town.browser()
        assert (await browser.sign_in(name)).status_code == 200
        client = browser.client
        found = await tasks(client)
        assert {each["rule"]["code"] for each in found} == rules, name
        assert {each["grid"] for each in found} - {None} == {f"{grid}101"}
        listed = (await client.get("/rules")).json()["rules"]
        assert {each["code"] for each in listed} == rules


async def test_the_calendar_moves_what_is_due(signed_in: Client, people_url: str) -> None:
    commander, east = await signed_in("commander"), await signed_in("supervisor", area=EAST)
    weekly = {**DAILY, "cadence": "week", "working_days": True}
    await rule(commander, code="weekly", **weekly | {"valid_from": str(today() - 7 * DAY)})
    monday = today() + (7 - today().weekday()) * DAY
    task = await task_on(commander, monday)
    # Weeks end on Sunday, so that they are due on Monday.
    assert last_day(task) == monday + 7 * DAY
    holidays = [{"day": str(monday + (7 + n) * DAY), "works": False, "name": "假"} for n in (0, 1)]
    assert (await east.put("/calendar", json={"days": holidays})).status_code == 403
    answer = await commander.put("/calendar", json={"days": holidays})
    assert (answer.status_code, answer.json()) == (200, {"days": holidays})
    assert last_day(await task_on(commander, monday)) == monday + 9 * DAY
    # The Sunday is worked to make up for it.
    made_up = {"day": str(monday + 6 * DAY), "works": True, "name": "调休上班"}
    await commander.put("/calendar", json={"days": [made_up]})
    assert last_day(await task_on(commander, monday)) == monday + 6 * DAY
    span = f"{made_up['day']}/{made_up['day']}"
    told = await commander.get("/calendar", params={"datetime": span})
    assert told.json() == {"days": [made_up]}
    usual = [{"day": each["day"], "works": None} for each in [made_up, *holidays]]
    answer = await commander.put("/calendar", json={"days": usual})
    assert answer.json() == {"days": []}
    assert last_day(await task_on(commander, monday)) == monday + 7 * DAY
    answer = await commander.put("/calendar", json={"days": usual[:1] * 2})
    assert (answer.status_code, where_of(answer)) == (400, "body.days")
    assert len(entries(people_url, "calendar.write")) == 3


def last_day(task: dict[str, Any]) -> date:
    """The last day on which a task can be done."""
    return (datetime.fromisoformat(task["due_at"]).astimezone(LOCAL) - timedelta(seconds=1)).date()


async def test_daily_tasks_are_for_working_days(signed_in: Client) -> None:
    commander = await signed_in("commander")
    await rule(commander, code="daily", **DAILY | {"working_days": True})
    days = {date.fromisoformat(each["begins_on"]) for each in await tasks(commander)}
    wanted = {today() + n * DAY for n in range(-62, 2)}
    assert days == {each for each in wanted if each.weekday() < 5}


async def test_tasks_are_found_by_what_is_asked_for_page_by_page(signed_in: Client) -> None:
    commander = await signed_in("commander")
    await rule(commander, code="daily", **DAILY | {"area": "440199000000"})
    both = await tasks(commander)
    assert {each["worker"]["code"] for each in both} == {"W1", "W2"}
    assert {each["worker"]["code"] for each in await tasks(commander, within=WEST)} == {"W2"}
    assert {each["grid"] for each in await tasks(commander, within=f"{EAST}101")} == {f"{EAST}101"}
    overdue = await tasks(commander, state="overdue")
    assert len(overdue) == 2 * 62
    span = f"{today() - 3 * DAY}/{today() - 2 * DAY}"
    # Those of a day are due as it ends, and are of that day.
    due = await tasks(commander, datetime=span)
    assert {each["begins_on"] for each in due} == {str(today() - n * DAY) for n in (3, 2)}
    found = list[Any]()
    path = "/tasks?limit=50"
    while path:
        page = (await commander.get(path)).json()
        found += page["tasks"]
        path = page["next"]
    assert found == both
    answer = await commander.get("/tasks", params={"after": "x"})
    assert (answer.status_code, slug(answer)) == (400, "bad-page-token")

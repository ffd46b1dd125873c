"""River patrols as counties ask for them: each is a configuration, and late fixes correct it."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from shapely.geometry import shape

from gis_gov.days import today
from tests.duties.conftest import (
    ACROSS_M,
    RIVER_LON,
    codes_of,
    days_ago,
    judged,
    patrol,
    river,
    rule,
    task_on,
    tasks,
    tell,
    walk,
    walked,
)
from tests.registry.conftest import EAST
from tests.signed_in import Client

pytestmark = pytest.mark.anyio


async def test_aheqi_wants_30_minutes_2_km_and_96_hours_between(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(
        commander,
        code="aheqi",
        level="street",
        area=EAST,
        object={"kind": "route", "geometry": river(3000)},
        patrol_kind="river",
        cadence="month",
        per_period=8,
        min_minutes=30,
        min_metres=2000,
        min_interval_h=96,
    )
    along = [(0.0, 0.0), (2500.0, 0.0)]
    first = await walked(gateway, "river", walk(days_ago(6), along))
    soon = await walked(gateway, "river", walk(days_ago(3), along))
    short = await walked(gateway, "river", walk(days_ago(2), [(0.0, 0.0), (1500.0, 0.0)]))
    other = await walked(gateway, "patrol", walk(days_ago(1, 6), along))
    last = await walked(gateway, "river", walk(days_ago(1), along))
    one = await judged(commander, first)
    assert (one["is_enough"], one["reasons"], one["task_reasons"]) == (True, [], [])
    assert one["duration_s"] == pytest.approx(2500 / 1.2, rel=0.02)
    assert one["valid_mileage_m"] == pytest.approx(2500, rel=0.03)
    two = await judged(commander, soon)
    assert (two["is_enough"], two["task"], codes_of(two, "task_reasons")) == (
        True,
        None,
        ["too_soon"],
    )
    assert two["task_reasons"][0]["told"] == pytest.approx(72 - 2500 / 1.2 / 3600, abs=0.1)
    assert two["task_reasons"][0]["wanted"] == 96
    three = await judged(commander, short)
    assert codes_of(three) == ["too_short", "too_few_metres"]
    assert three["reasons"][0]["told"] == pytest.approx(1500 / 1.2 / 60, abs=0.5)
    assert three["reasons"][1]["told"] == pytest.approx(1500, rel=0.03)
    # What soon fulfilled nothing held up nothing.
    four = await judged(commander, last)
    assert four["task"] is not None
    assert four["task"] != one["task"]
    answer = await commander.get(f"/patrols/{other}/judgements")
    assert answer.json()["judgements"] == []
    done = await tasks(commander, rule="aheqi", state="done")
    assert {each["patrol"] for each in done} == {first, last}
    assert {each["worker"]["code"] for each in await tasks(commander, rule="aheqi")} == {"W1"}


async def test_sixian_wants_one_of_the_town_and_two_of_the_village_a_month(
    signed_in: Client,
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    terms = {
        "area": EAST,
        "object": {"kind": "route", "geometry": river(400)},
        "patrol_kind": "river",
        "cadence": "month",
        "min_minutes": 5,
        "min_metres": 300,
        "workers": ["W1"],
    }
    await rule(commander, code="sixian-town", level="street", per_period=1, **terms)
    await rule(commander, code="sixian-village", level="community", per_period=2, **terms)
    start = days_ago(1)
    first = await walked(gateway, "river", walk(start, [(0.0, 0.0), (420.0, 0.0)]))
    day = start.date()
    assert (await task_on(commander, day, rule="sixian-town", worker="W1"))["state"] == "done"
    village = [
        each["state"]
        for each in await tasks(commander, rule="sixian-village", worker="W1")
        if each["begins_on"] <= day.isoformat() <= each["ends_on"]
    ]
    assert sorted(village) == ["done", "open"]
    second = await walked(
        gateway, "river", walk(start + timedelta(hours=4), [(0.0, 0.0), (420.0, 0.0)])
    )
    done = await tasks(commander, rule="sixian-village", worker="W1", state="done")
    assert {each["patrol"] for each in done} == {first, second}
    spare = await judged(commander, second, "sixian-town")
    assert (spare["is_enough"], codes_of(spare, "task_reasons")) == (True, ["nothing_open"])


async def test_guangzhou_wants_10_minutes_and_1_km_in_ten_days_or_a_drone(
    signed_in: Client,
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(
        commander,
        code="guangzhou",
        level="community",
        area=EAST,
        object={"kind": "route", "geometry": river(1500)},
        patrol_kind="river",
        alternates=["uav", "meeting", "on_site"],
        cadence="ten_days",
        min_minutes=10,
        min_metres=1000,
    )
    lying = walk(days_ago(1, 6), [(0.0, 0.0)], rest_s=1800)
    still = await walked(gateway, "river", lying)
    task = await task_on(commander, days_ago(1).date(), rule="guangzhou", worker="W1")
    assert task["state"] == "open"
    assert codes_of(await judged(commander, still)) == ["too_few_metres"]
    begins, ends = days_ago(1, 10), days_ago(1, 11)
    flight = [{"time": each.isoformat()} for each in (begins, ends)]
    drone = await patrol(gateway, "uav", flight)
    one = await judged(commander, drone)
    assert (one["is_enough"], one["is_alternate"], one["task"]) == (True, True, task["id"])
    task = await task_on(commander, begins.date(), rule="guangzhou", worker="W1")
    assert (task["state"], task["patrol"]) == ("done", drone)
    assert datetime.fromisoformat(task["done_at"]) == ends
    periods = {(each["begins_on"][-2:], each["number"]) for each in await tasks(commander)}
    assert periods == {("01", 1), ("11", 1), ("21", 1)}


async def test_late_fixes_turn_what_was_missed_into_done(
    signed_in: Client, people_url: str
) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(
        commander,
        code="reach",
        area=EAST,
        object={"kind": "route", "geometry": river(2000)},
        patrol_kind="river",
        cadence="week",
        min_coverage=0.9,
        min_metres=1500,
        only_near=True,
    )
    fixes = walk(days_ago(1), [(0.0, 10.0), (2000.0, 10.0)])
    code = await patrol(gateway, "river", fixes)
    begin, end = len(fixes) // 3, 2 * len(fixes) // 3
    await tell(gateway, [*fixes[end:], *fixes[:begin]])
    before = await judged(commander, code)
    assert codes_of(before) == ["too_few_metres", "too_little_covered"]
    assert before["coverage"] == pytest.approx(2 / 3, abs=0.1)
    west, _, east, _ = shape(before["missed"]).bounds
    whole_m = (east - west) / (river(2000)["coordinates"][1][0] - river(2000)["coordinates"][0][0])
    assert whole_m == pytest.approx(1 / 3, abs=0.1)
    task = await task_on(commander, days_ago(1).date(), worker="W1")
    assert task["state"] in {"open", "overdue"}  # the week may be over
    await tell(gateway, fixes[begin:end])
    after = await judged(commander, code)
    assert (after["is_enough"], after["missed"], after["coverage"]) == (True, None, 1.0)
    assert (before["version"], after["version"]) == (1, 2)
    assert after["task"] == task["id"]
    told = (await commander.get(f"/tasks/{task['id']}")).json()
    assert (told["state"], told["patrol"]) == ("done", code)
    assert [each["patrol"] for each in told["judgements"]] == [code]
    # And what is taken away makes it undone.
    with psycopg.connect(people_url) as conn:
        conn.execute("delete from position where time > %s", [fixes[begin]["time"]])
    (task,) = [each for each in await tasks(commander, worker="W1") if each["id"] == task["id"]]
    assert (task["state"] != "done", task["patrol"], task["done_at"]) == (True, None, None)


async def test_outside_a_grid_nothing_counts_unless_it_is_allowed(signed_in: Client) -> None:
    """A walk of 2 km to the border and on, of which 800 m are in the east."""
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    terms: dict[str, Any] = {
        "area": EAST,
        "object": {"kind": "grid"},
        "cadence": "day",
        "min_metres": 1500,
    }
    strict = await rule(commander, code="strict", **terms)
    lax = await rule(commander, code="lax", only_near=False, **terms)
    route = {"kind": "route", "geometry": river(2000)}
    along = await rule(commander, code="along", **terms | {"object": route})
    assert [each["only_near"] for each in (strict, lax, along)] == [True, False, False]
    border_m = (113.1 - RIVER_LON) * ACROSS_M
    code = await walked(
        gateway, "patrol", walk(days_ago(1), [(border_m + 800, 0.0), (border_m - 1200, 0.0)])
    )
    found = await judged(commander, code, "strict")
    assert codes_of(found) == ["too_few_metres", "outside"]
    assert found["valid_mileage_m"] == pytest.approx(800, abs=40)
    assert found["reasons"][1]["told"] == pytest.approx(1200, abs=60)
    found = await judged(commander, code, "lax")
    assert (found["is_enough"], found["valid_mileage_m"]) == (True, pytest.approx(2000, rel=0.03))


async def test_a_rule_may_leave_out_stays(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    terms: dict[str, Any] = {
        "area": EAST,
        "object": {"kind": "route", "geometry": river(1000)},
        "cadence": "day",
        "min_minutes": 30,
    }
    await rule(commander, code="all", **terms)
    made = await rule(commander, code="moving", without_stays=True, **terms)
    assert made["without_stays"]
    fixes = walk(days_ago(1), [(0.0, 0.0), (500.0, 0.0), (1000.0, 0.0)], rest_s=900)
    code = await walked(gateway, "patrol", fixes)
    assert (await judged(commander, code, "all"))["is_enough"]
    found = await judged(commander, code, "moving")
    assert codes_of(found) == ["too_short", "stayed"]
    assert found["reasons"][1]["told"] > 25


async def test_a_river_on_the_other_side_of_town_is_not_walked_here(signed_in: Client) -> None:
    gateway, commander = await signed_in("gateway"), await signed_in("commander")
    await rule(
        commander,
        code="far",
        area=EAST,
        object={"kind": "route", "geometry": river(1500)},
        cadence="day",
        min_metres=1000,
        min_minutes=10,
        only_near=True,
    )
    await tell(gateway, walk(days_ago(1), [(0.0, 300.0), (2000.0, 300.0)]))
    (one,) = (await commander.get("/patrols", params={"worker": "W1"})).json()["patrols"]
    found = await judged(commander, one["code"])
    assert codes_of(found) == ["too_short", "too_few_metres", "not_there", "outside"]
    assert found["reasons"][3]["told"] == pytest.approx(2000, rel=0.03)
    assert found["coverage"] == 0
    overdue = await tasks(commander, state="overdue", worker="W1")
    assert (today() - timedelta(1)).isoformat() in {each["begins_on"] for each in overdue}
